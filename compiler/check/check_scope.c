/* check_scope.c - visible names and certainly set bindings. */
#include "check/check.h"

#include <string.h>

#include "base/arena.h"

struct visible_name {
    UT_hash_handle hh;
    const char *name; /* interned */
    struct variable *innermost;
};

/* ---- certainly set ------------------------------------------------------- */

struct assigned check_assigned_copy(struct checker *checker, const struct assigned *set)
{
    struct assigned copy = { NULL, set->count };
    if (set->count != 0) {
        copy.words = arena_alloc(checker->arena, set->count * sizeof *copy.words);
        memcpy(copy.words, set->words, set->count * sizeof *copy.words);
    }
    return copy;
}

static void assigned_grow(struct checker *checker, struct assigned *set, unsigned words)
{
    uint64_t *grown;
    if (words <= set->count)
        return;
    words = words < 2 * set->count ? 2 * set->count : words;
    grown = arena_alloc(checker->arena, words * sizeof *grown);
    if (set->count != 0)
        memcpy(grown, set->words, set->count * sizeof *grown);
    set->words = grown;
    set->count = words;
}

void check_assigned_add(struct checker *checker, struct assigned *set,
                        const struct variable *variable)
{
    assigned_grow(checker, set, variable->index / 64 + 1);
    set->words[variable->index / 64] |= (uint64_t)1 << variable->index % 64;
}

void check_assigned_drop(struct assigned *set, const struct variable *variable)
{
    if (check_assigned_has(set, variable))
        set->words[variable->index / 64] &= ~((uint64_t)1 << variable->index % 64);
}

bool check_assigned_has(const struct assigned *set, const struct variable *variable)
{
    unsigned word = variable->index / 64;
    return word < set->count && (set->words[word] >> variable->index % 64 & 1) != 0;
}

void check_assigned_meet(struct checker *checker, struct assigned *set,
                         const struct assigned *other, const char *why, struct span at)
{
    for (struct variable *v = checker->chain->variables; v != NULL; v = v->next) {
        if (v->kind == VARIABLE_BINDING && check_assigned_has(set, v)
            && !check_assigned_has(other, v)) {
            set->words[v->index / 64] &= ~((uint64_t)1 << v->index % 64);
            check_note(checker, v)->unset_why = why;
            check_note(checker, v)->unset_at = at;
        }
    }
}

void check_assigned_union(struct checker *checker, struct assigned *set,
                          const struct assigned *other)
{
    assigned_grow(checker, set, other->count);
    for (unsigned i = 0; i < other->count; i++)
        set->words[i] |= other->words[i];
}

void check_assigned_intersect(struct assigned *set, const struct assigned *other)
{
    for (unsigned i = 0; i < set->count; i++)
        set->words[i] &= i < other->count ? other->words[i] : 0;
}

/* ---- visible names ------------------------------------------------------- */

struct check_note *check_note(const struct checker *checker, const struct variable *variable)
{
    return &checker->notes[variable->index];
}

const struct mention *check_mention_between(const struct checker *checker,
                                            const struct variable *variable, unsigned begin,
                                            unsigned end)
{
    const struct mention *mention = check_note(checker, variable)->mentions;

    while (mention != NULL && !(mention->serial >= begin && mention->serial < end))
        mention = mention->next;
    return mention;
}

static void make_room(struct checker *checker, unsigned count)
{
    struct check_note *notes;

    if (count <= checker->note_capacity)
        return;
    notes = arena_alloc(checker->arena, 2 * count * sizeof *notes);
    if (checker->note_capacity != 0)
        memcpy(notes, checker->notes, checker->note_capacity * sizeof *notes);
    checker->notes = notes;
    checker->note_capacity = 2 * count;
}

struct ctype check_type(struct checker *checker, const struct ast_c *type)
{
    return symbol_c_type(checker->program, checker->program->units,
                         ctype_of_text(checker->arena, type), type->span);
}

struct variable *check_variable_new(struct checker *checker, enum variable_kind kind,
                                    const char *name, struct ctype type, struct span span)
{
    struct variable *variable = arena_new(checker->arena, struct variable);
    variable->kind = kind;
    variable->name = name;
    variable->type = type;
    variable->span = span;
    variable->scope = checker->scope;
    if (kind == VARIABLE_PARAMETER || kind == VARIABLE_BINDING || kind == VARIABLE_IT
        || kind == VARIABLE_RESULT || kind == VARIABLE_PROMISE)
        variable->resource = ctype_resource(checker->program, type);
    if (variable->resource != NULL
        && (kind == VARIABLE_PARAMETER || kind == VARIABLE_BINDING || kind == VARIABLE_PROMISE))
        checker->scope->owned_count++;
    variable->index = checker->chain->variable_count++;
    make_room(checker, checker->chain->variable_count);
    *checker->chain->last_variable = variable;
    checker->chain->last_variable = &variable->next;
    return variable;
}

struct variable *check_variable_visible(const struct checker *checker, const char *name)
{
    struct visible_name *entry;
    HASH_FIND_PTR(checker->visible, &name, entry);
    return entry == NULL ? NULL : entry->innermost;
}

bool check_variable_was_visible(const struct checker *checker, const char *name)
{
    struct visible_name *entry;
    HASH_FIND_PTR(checker->visible, &name, entry);
    return entry != NULL && entry->innermost == NULL;
}

void check_variable_show(struct checker *checker, struct variable *variable)
{
    struct arena *arena = checker->arena;
    struct visible_name *entry;

    HASH_FIND_PTR(checker->visible, &variable->name, entry);
    if (entry == NULL) {
        entry = arena_new(arena, struct visible_name);
        entry->name = variable->name;
        HASH_ADD_PTR(checker->visible, name, entry);
    }
    check_note(checker, variable)->hides = entry->innermost;
    check_note(checker, variable)->shown = checker->scope->shown;
    checker->scope->shown = variable;
    entry->innermost = variable;
}

void check_scope_open(struct checker *checker, struct span span)
{
    struct scope *scope = arena_new(checker->arena, struct scope);
    scope->span = span;
    scope->parent = checker->scope;
    scope->last_child = &scope->children;
    scope->last_promise = &scope->promises;
    if (scope->parent != NULL) {
        *scope->parent->last_child = scope;
        scope->parent->last_child = &scope->next;
    }
    checker->scope = scope;
}

void check_scope_close(struct checker *checker)
{
    for (struct variable *v = checker->scope->shown; v != NULL; v = check_note(checker, v)->shown) {
        struct visible_name *entry;
        HASH_FIND_PTR(checker->visible, &v->name, entry);
        entry->innermost = check_note(checker, v)->hides;
    }
    checker->scope = checker->scope->parent;
}

bool check_scope_is_inside(const struct scope *scope, const struct scope *outer)
{
    do
        scope = scope->parent;
    while (scope != NULL && scope != outer);
    return scope != NULL;
}
