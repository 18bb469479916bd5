/* codes.c - sets of codes: a list in the order in which they were found, each
 * code once, with the step that brings it. */
#include "check/codes.h"

#include "base/arena.h"
#include "base/intern.h"
#include "base/table.h"
#include "check/checked.h"

/* The last of the marked sets that had a code, and where. */
struct mark {
    UT_hash_handle hh;
    const char *name; /* interned */
    unsigned set;
    const struct code_list *code;
};

static struct mark *mark_of(struct code_marks *marks, const char *name)
{
    struct arena *arena = marks->arena;
    struct mark *mark;

    HASH_FIND_PTR(marks->table, &name, mark);
    if (mark == NULL) {
        mark = arena_new(arena, struct mark);
        mark->name = name;
        HASH_ADD_PTR(marks->table, name, mark);
    }
    return mark;
}

static void mark_code(struct code_marks *marks, const struct code_list *code)
{
    struct mark *mark = mark_of(marks, code->name);

    mark->set = marks->set;
    mark->code = code;
}

void codes_mark(struct code_marks *marks, const struct codes *set)
{
    marks->set++;
    for (const struct code_list *code = set->list; code != NULL; code = code->next)
        mark_code(marks, code);
}

const struct code_list *codes_marked(struct code_marks *marks, const char *name)
{
    const struct mark *mark = mark_of(marks, name);

    return mark->set == marks->set ? mark->code : NULL;
}

bool codes_are_none(const struct codes *set)
{
    return set->any_from == NULL && set->list == NULL;
}

static void append(struct codes *set, struct code_list *code)
{
    code->next = NULL;
    if (set->list == NULL)
        set->list = code;
    else
        set->last->next = code;
    set->last = code;
}

void codes_add(struct code_marks *marks, struct codes *set, const char *name,
               const struct node *from)
{
    struct code_list *code;

    if (codes_marked(marks, name) != NULL)
        return;
    code = arena_new(marks->arena, struct code_list);
    code->name = name;
    code->from = from;
    append(set, code);
    mark_code(marks, code);
}

void codes_add_builtin(struct code_marks *marks, struct codes *set, const char *name,
                       const struct node *from)
{
    codes_mark(marks, set);
    codes_add(marks, set, intern_string(marks->names, name), from);
}

struct codes codes_both(struct code_marks *marks, struct codes a, struct codes b)
{
    codes_mark(marks, &a);
    for (const struct code_list *code = b.list; code != NULL; code = code->next)
        codes_add(marks, &a, code->name, code->from);
    if (a.any_from == NULL)
        a.any_from = b.any_from;
    a.of_handle |= b.of_handle;
    return a;
}

struct codes codes_any(const struct node *from)
{
    struct codes set = { .any_from = from };
    return set;
}

struct codes codes_listed(struct code_marks *marks, const struct ast_name *names,
                          const struct node *from)
{
    struct codes set = { .any_from = NULL };

    codes_mark(marks, &set);
    for (; names != NULL; names = names->next)
        codes_add(marks, &set, names->c_name, from);
    return set;
}

struct codes codes_copy(struct code_marks *marks, const struct codes *set, const struct node *from)
{
    struct codes made = { .any_from = set->any_from != NULL && from != NULL ? from : set->any_from,
                          .of_handle = set->of_handle };

    codes_mark(marks, &made);
    for (const struct code_list *code = set->list; code != NULL; code = code->next)
        codes_add(marks, &made, code->name, from != NULL ? from : code->from);
    return made;
}

struct codes codes_without(struct code_marks *marks, const struct codes *set,
                           const struct codes *taken)
{
    struct codes passed = { .any_from = set->any_from, .of_handle = set->of_handle };
    struct code_list *next;

    codes_mark(marks, taken);
    for (struct code_list *code = set->list; code != NULL; code = next) {
        next = code->next;
        if (codes_marked(marks, code->name) == NULL)
            append(&passed, code);
    }
    return passed;
}
