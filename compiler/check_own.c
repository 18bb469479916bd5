/* check_own.c - part of check: where what owns something is moved, and that nothing mentions it behind that (rule 42b).
 *
 *     if (x) { serve(conn) } then log(conn)     ->     log: conn has been moved on a way to here
 *
 * Of every variable that owns something the mentions are kept, in the order of the text, as what follows a move in the text need
 * not follow it in time: a handler comes behind all of its body, a branch runs beside the others.
 */
#include "arena.h"
#include "check.h"

static void note(struct checker *checker, struct diag *diag, struct span span)
{
    diag_note(checker->diags, diag, span, "it is moved here");
}

static void add_mention(struct checker *checker, struct variable *variable, struct span span, bool moves)
{
    struct mention *mention = arena_new(checker->arena, struct mention);

    mention->serial = checker->serial++;
    mention->span = span;
    mention->moves = moves;
    mention->next = variable->mentions;
    variable->mentions = mention;
}

void own_mention(struct checker *checker, struct variable *variable, struct span span)
{
    if (variable->resource == NULL)
        return;
    if (assigned_has(&checker->moved, variable))
        note(checker, diag_report(checker->diags, D_MOVED, span, variable->name), variable->moved_at);
    if (checker->undo != NULL) {
        variable->undo_at = span;
        variable->undo_scope = checker->undo_scope;
    }
    add_mention(checker, variable, span, false);
}

static bool is_inside(const struct scope *scope, const struct scope *outer)
{
    while (scope != NULL && scope != outer)
        scope = scope->parent;
    return scope != NULL;
}

void own_move(struct checker *checker, struct variable *variable, struct span span)
{
    struct diag *diag;

    if (checker->undo != NULL && variable->index < checker->undo->variables)
        diag_report(checker->diags, D_MOVED_BY_UNDO, span, variable->name);
    else if (checker->undo == NULL && variable->undo_at.begin != 0 && is_inside(checker->scope, variable->undo_scope)) {
        diag = diag_report(checker->diags, D_MOVED_BEFORE_UNDO, span, variable->name);
        diag_note(checker->diags, diag, variable->undo_at, "it is mentioned here");
    }
    assigned_add(checker, &checker->moved, variable);
    variable->moved_at = span;
    add_mention(checker, variable, span, true);
}

static void two_owners(struct checker *checker, const struct variable *variable, struct span span)
{
    diag_report(checker->diags, D_TWO_OWNERS, span, variable->name, variable->type.before);
}

void own_text(struct checker *checker, const struct text *text, struct ctype type)
{
    struct variable *moved = text_moves(text, type), *mentioned = text_mentions(text, type), *owner = text_owner(text);

    if (ctype_resource(checker->program, type) == NULL)
        return;
    if (moved != NULL)
        own_move(checker, moved, text->span);
    else if (mentioned != NULL)
        two_owners(checker, mentioned, text->span);
    else if (owner != NULL) /* of another resource; C might see no difference */
        diag_report(checker->diags, D_OWNER_LOST, text->span, owner->type.before, type.before);
}

void own_arguments(struct checker *checker, const struct text *args, const struct parameter *params)
{
    for (; args != NULL && params != NULL; args = args->next, params = params->next) {
        struct variable *moved = text_moves(args, params->type);
        if (moved != NULL && assigned_has(&checker->moved, moved) && moved->mentions->moves)
            note(checker, diag_report(checker->diags, D_MOVED, args->span, moved->name), moved->moved_at); /* twice in this call */
        own_text(checker, args, params->type);
    }
}

/* ---- ways ---- */

struct own_point own_here(struct checker *checker)
{
    struct own_point point = { assigned_copy(checker, &checker->moved), checker->serial, checker->chain->variable_count };
    return point;
}

void own_return(struct checker *checker, const struct own_point *point)
{
    checker->moved = assigned_copy(checker, &point->moved);
}

void own_join(struct checker *checker, const struct assigned *other)
{
    assigned_union(checker, &checker->moved, other);
}

static const struct mention *moved_between(const struct variable *variable, unsigned begin, unsigned end)
{
    const struct mention *mention = variable->mentions;

    while (mention != NULL && !(mention->moves && mention->serial >= begin && mention->serial < end))
        mention = mention->next;
    return mention;
}

/* Every variable that a part of the text may have moved. */
static void add_moved(struct checker *checker, struct assigned *set, unsigned begin, unsigned end)
{
    for (struct variable *v = checker->chain->variables; v != NULL; v = v->next)
        if (moved_between(v, begin, end) != NULL)
            assigned_add(checker, set, v);
}

void own_handler(struct checker *checker, const struct own_point *start, unsigned end)
{
    own_return(checker, start);
    add_moved(checker, &checker->moved, start->serial, end);
}

struct assigned own_since(struct checker *checker, const struct own_point *point)
{
    struct assigned set = { NULL, 0 };

    add_moved(checker, &set, point->serial, checker->serial);
    return set;
}

/* ---- what runs more than once ---- */

void own_loop_begin(struct checker *checker, struct own_loop *loop)
{
    loop->outer = checker->own_loop;
    loop->head = own_here(checker);
    loop->at_break = assigned_copy(checker, &checker->moved);
    checker->own_loop = loop;
}

/* The next round finds what this one has left. */
void own_next_round(struct checker *checker)
{
    struct own_loop *loop = checker->own_loop;

    for (struct variable *v = checker->chain->variables; v != NULL && loop != NULL; v = v->next) {
        if (v->index >= loop->head.variables || !assigned_has(&checker->moved, v) || assigned_has(&loop->head.moved, v))
            continue;
        diag_report(checker->diags, D_MOVED_AGAIN, v->moved_at, v->name, "a loop: the next round would not have it");
        assigned_add(checker, &loop->head.moved, v);
    }
}

void own_break(struct checker *checker)
{
    if (checker->own_loop != NULL)
        assigned_union(checker, &checker->own_loop->at_break, &checker->moved);
}

void own_loop_end(struct checker *checker)
{
    checker->moved = checker->own_loop->at_break;
    checker->own_loop = checker->own_loop->outer;
}

void own_once(struct checker *checker, const struct own_point *start, const char *word)
{
    for (struct variable *v = checker->chain->variables; v != NULL; v = v->next) {
        const struct mention *moved = moved_between(v, start->serial, checker->serial);
        if (v->index < start->variables && moved != NULL)
            diag_report(checker->diags, D_MOVED_AGAIN, moved->span, v->name, word);
    }
}

/* ---- what runs at the same time ---- */

static const struct mention *mentioned_between(const struct variable *variable, unsigned begin, unsigned end)
{
    const struct mention *mention = variable->mentions;

    while (mention != NULL && !(mention->serial >= begin && mention->serial < end))
        mention = mention->next;
    return mention;
}

void own_branch(struct checker *checker, const struct own_point *start, const struct own_point *branch, unsigned winner)
{
    own_handler(checker, branch, winner); /* for the branches behind it; the winner's block runs when they are quiet */
    for (struct variable *v = checker->chain->variables; v != NULL; v = v->next) {
        const struct mention *moved = moved_between(v, branch->serial, winner);
        const struct mention *other = mentioned_between(v, start->serial, branch->serial);
        if (moved == NULL || other == NULL || v->index >= start->variables)
            continue;
        diag_note(checker->diags, diag_report(checker->diags, D_MOVED_BRANCH, moved->span, v->name), other->span,
                  "a branch that runs at the same time mentions it here");
    }
}
