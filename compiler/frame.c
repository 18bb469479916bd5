/* frame.c - questions about a frame's blocks. */
#include "frame.h"

bool scope_is_item(const struct scope *scope)
{
    return scope->strand != NULL && scope->strand->scope == scope;
}

bool scope_is_empty(const struct scope *scope)
{
    for (const struct scope *child = scope->children; child != NULL; child = child->next)
        if (!scope_is_item(child) && !scope_is_empty(child))
            return false;
    return scope->field_count == 0;
}

unsigned scope_siblings(const struct scope *scope, const struct ir_strand *strand)
{
    unsigned count = 0;

    for (const struct scope *child = scope->children; child != NULL; child = child->next)
        if (child->strand == strand && !scope_is_item(child) && !scope_is_empty(child))
            count++;
    return count;
}

const char *scope_union(const struct scope *scope, const struct ir_strand *strand)
{
    const struct scope_union *found = scope->unions;

    while (found->strand != strand)
        found = found->next;
    return found->name;
}
