/* frame.c - questions about a frame's blocks. */
#include "frame/frame.h"

bool frame_scope_is_item(const struct scope *scope)
{
    return scope->strand != NULL && scope->strand->scope == scope;
}

/* Asked for after layout has placed all fields, so the answer is kept. */
bool frame_scope_is_empty(struct scope *scope)
{
    if (scope->fill == FILL_UNKNOWN) {
        scope->fill = scope->field_count == 0 ? FILL_EMPTY : FILL_FULL;
        for (struct scope *child = scope->children; child != NULL && scope->fill == FILL_EMPTY;
             child = child->next)
            if (!frame_scope_is_item(child) && !frame_scope_is_empty(child))
                scope->fill = FILL_FULL;
    }
    return scope->fill == FILL_EMPTY;
}

unsigned frame_scope_siblings(const struct scope *scope, const struct ir_strand *strand)
{
    unsigned count = 0;

    for (struct scope *child = scope->children; child != NULL; child = child->next)
        if (child->strand == strand && !frame_scope_is_item(child) && !frame_scope_is_empty(child))
            count++;
    return count;
}

const char *frame_scope_union(const struct scope *scope, const struct ir_strand *strand)
{
    const struct scope_union *found = scope->unions;

    while (found->strand != strand)
        found = found->next;
    return found->name;
}
