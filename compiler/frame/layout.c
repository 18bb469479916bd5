/* layout.c - puts the variables into fields.
 *
 *     a(x) then b as n then c(n) then d as m     ->     union { long n; long m; }
 *
 * A variable lives to the end of its block, because pointers to it may be used
 * until then. Only a variable that no pointer can reach shares its place
 * earlier (reference.md, Storage). Sibling blocks share by themselves: emit_h
 * makes a union of them. */
#include <string.h>

#include "base/arena.h"
#include "base/bits.h"
#include "frame/frame.h"
#include "passes.h"

/* Beyond this many variables a chain's fields are not shared: the table of
 * conflicts grows with the square. */
enum { SHARING_LIMIT = 8192 };

struct layout {
    struct arena *arena;
    struct frame *frame;
    const struct liveness *live;
    const uint64_t *gives_way; /* NULL: none does */
    uint64_t *conflicts;       /* NULL: no sharing */
};

static const struct life *life_of(const struct layout *layout, const struct variable *variable)
{
    return &layout->live->lives[variable->index];
}

/* `it`, `err` and what a finally keeps are held as long as they are needed;
 * names of the user's only if nothing points there. */
static bool may_share(const struct layout *layout, const struct variable *variable)
{
    const struct life *life = life_of(layout, variable);

    if (life->many_strands || life->strand == NULL)
        return false;
    switch (variable->kind) {
    case VARIABLE_IT:
    case VARIABLE_ERR:
    case VARIABLE_KEPT:
    case VARIABLE_EXIT:
    case VARIABLE_ATTEMPT: return true;
    case VARIABLE_PARAMETER: /* live from the start: all of them at once */
    /* part of another; of several strands */
    case VARIABLE_MEMBER:
    case VARIABLE_PROMISE:
    case VARIABLE_CAUSES: return false;
    case VARIABLE_VAR:
    case VARIABLE_BINDING:
    case VARIABLE_RESULT: return !variable->address_taken;
    }
    return false;
}

static const uint64_t *row(const struct layout *layout, const struct variable *variable)
{
    return layout->conflicts + variable->index * layout->live->words;
}

/* Whether a variable is never needed when one of the others is: two conflict if
 * one stands in the other's row. */
static bool is_apart(const struct layout *layout, const struct sharing *others,
                     const struct variable *variable)
{
    return !bits_has(others->conflicts, variable->index)
           && !bits_meet(others->members, row(layout, variable), layout->live->words);
}

static void share(const struct layout *layout, struct sharing *others,
                  const struct variable *variable)
{
    if (layout->conflicts == NULL)
        return;
    if (others->members == NULL) {
        others->members = arena_alloc(layout->arena, layout->live->words * sizeof *others->members);
        others->conflicts =
            arena_alloc(layout->arena, layout->live->words * sizeof *others->conflicts);
    }
    bits_set(others->members, variable->index);
    bits_add(others->conflicts, row(layout, variable), layout->live->words);
}

/* The field whose variables are never needed at the same time as this one. */
static struct field *find_field(const struct layout *layout, const struct variable *variable)
{
    const struct ir_strand *strand = life_of(layout, variable)->strand;

    for (struct field *field = layout->frame->fields; field != NULL; field = field->next)
        if (field->strand == strand && field->scope == variable->scope
            && is_apart(layout, &field->sharing, variable))
            return field;
    return NULL;
}

static struct field *field_new(struct layout *layout, struct variable *variable)
{
    struct field *field = arena_new(layout->arena, struct field);
    field->scope = variable->scope;
    field->strand = layout->conflicts != NULL && may_share(layout, variable)
                        ? life_of(layout, variable)->strand
                        : NULL;
    field->last_part = &field->parts;
    *layout->frame->last_field = field;
    layout->frame->last_field = &field->next;
    if (field->scope->field_count++ == 0)
        field->scope->last_field = &field->scope->fields;
    *field->scope->last_field = field;
    field->scope->last_field = &field->next_in_scope;
    return field;
}

static struct field_part *part_for(struct layout *layout, struct field *field,
                                   const struct variable *variable)
{
    struct field_part *part;

    for (part = field->parts; part != NULL; part = part->next)
        if (strcmp(part->name, variable->name) == 0 && ctype_same(part->type, variable->type)
            && part->variable->carries == variable->carries)
            return part;
    part = *field->last_part = arena_new(layout->arena, struct field_part);
    field->last_part = &part->next;
    part->type = variable->type;
    part->name = variable->name;
    return part;
}

/* Puts a variable into the list of those that share the first one's place. */
static void join(struct layout *layout, const struct variable *first,
                 const struct variable *variable)
{
    frame_place(layout->frame, variable)->shares = frame_place(layout->frame, first)->shares;
    frame_place(layout->frame, first)->shares = variable;
}

/* Members of a field hang in one list after its first part's variable. */
static void add_member(struct layout *layout, struct field *field, struct variable *variable)
{
    struct field_part *part = part_for(layout, field, variable);

    if (part->variable == NULL)
        part->variable = variable;
    if (field->parts->variable != variable)
        join(layout, field->parts->variable, variable);
    frame_place(layout->frame, variable)->part = part;
    if (field->strand != NULL)
        share(layout, &field->sharing, variable);
}

static void place(struct layout *layout, struct variable *variable)
{
    struct field *field = NULL;

    if (layout->conflicts != NULL && may_share(layout, variable))
        field = find_field(layout, variable);
    add_member(layout, field != NULL ? field : field_new(layout, variable), variable);
}

/* One of the same name and type, with whose variables this one is never needed
 * at the same time. The names are the one copy of a binding's, of `it` or of
 * `err`. */
static struct local *find_local(const struct layout *layout, const struct variable *variable)
{
    for (struct local *local = layout->frame->locals; local != NULL && layout->conflicts != NULL;
         local = local->next)
        if (local->variable->name == variable->name && ctype_same(local->type, variable->type)
            && local->variable->carries == variable->carries
            && is_apart(layout, &local->sharing, variable))
            return local;
    return NULL;
}

static void place_local(struct layout *layout, struct variable *variable)
{
    struct local *local = find_local(layout, variable);

    if (local == NULL) {
        local = *layout->frame->last_local = arena_new(layout->arena, struct local);
        layout->frame->last_local = &local->next;
        local->type = variable->type;
        local->variable = variable;
    } else
        join(layout, local->variable, variable);
    share(layout, &local->sharing, variable);
    frame_place(layout->frame, variable)->local = local;
}

static bool is_needed(const struct layout *layout, const struct variable *variable)
{
    const struct life *life = life_of(layout, variable);

    switch (variable->kind) {
    case VARIABLE_PARAMETER:
    case VARIABLE_VAR: return true;
    case VARIABLE_RESULT: return !life->in_storage;
    case VARIABLE_MEMBER: return false; /* part of another */
    case VARIABLE_IT: return !life->in_storage && life->strand != NULL;
    case VARIABLE_BINDING:
    case VARIABLE_PROMISE:
    case VARIABLE_ERR:
    case VARIABLE_KEPT:
    case VARIABLE_EXIT:
    case VARIABLE_ATTEMPT:
    case VARIABLE_CAUSES: return life->strand != NULL;
    }
    return true;
}

/* Whether a failure may overwrite all of its variables. */
static bool gives_way(const struct layout *layout, const struct field *field)
{
    const struct variable *member = field->parts->variable;

    while (member != NULL && bits_has(layout->gives_way, member->index))
        member = frame_place(layout->frame, member)->shares;
    return member == NULL;
}

/* Fields of blocks that share storage with others do not give way: the unions
 * would have to be taken apart. */
static void note_ways(const struct layout *layout, const struct ir_strand *strand,
                      struct scope *scope)
{
    for (struct field *field = scope->fields; field != NULL; field = field->next_in_scope) {
        field->gives_way = gives_way(layout, field);
        layout->frame->overlaid |= field->gives_way;
    }
    if (frame_scope_siblings(scope, strand) != 1)
        return;
    for (struct scope *child = scope->children; child != NULL; child = child->next)
        if (child->strand == strand)
            note_ways(layout, strand, child);
}

static void open_frame(struct layout *layout, unsigned count)
{
    struct frame *frame = layout->frame = arena_new(layout->arena, struct frame);

    frame->last_field = &frame->fields;
    frame->last_local = &frame->locals;
    frame->places = arena_alloc(layout->arena, count * sizeof *frame->places);
}

static void place_all(struct layout *layout, const struct ir_chain *chain, const uint64_t *is_local)
{
    for (struct variable *variable = chain->checked->variables; variable != NULL;
         variable = variable->next) {
        struct frame_place *at = frame_place(layout->frame, variable);

        at->in_storage = life_of(layout, variable)->in_storage;
        at->settled = life_of(layout, variable)->settled;
        if (bits_has(is_local, variable->index))
            place_local(layout, variable);
        else if (is_needed(layout, variable))
            place(layout, variable);
    }
}

void layout(struct arena *arena, struct ir_chain *chain, const struct liveness *live,
            const uint64_t *gives_way, const uint64_t *is_local)
{
    struct layout layout = { .arena = arena, .live = live, .gives_way = gives_way };
    unsigned count = chain->checked->variable_count;

    open_frame(&layout, count);
    chain->frame = layout.frame;
    if (count <= SHARING_LIMIT) {
        layout.conflicts = arena_alloc(arena, live->words * count * sizeof *layout.conflicts);
        liveness_conflicts(arena, chain, live, layout.conflicts);
    }
    place_all(&layout, chain, is_local);
    if (gives_way != NULL)
        note_ways(&layout, chain->strands, chain->checked->scope);
}
