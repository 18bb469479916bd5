/* check_own.c - part of check: where an owned value is moved, and that nothing
 * mentions it after that (rule 42b).
 *
 *     if (x) { serve(conn) } then log(conn)     ->     log: conn has been moved on a path to here
 *
 * The mentions of every variable that owns something are kept in the order of
 * the text: a mention after a move in the text need not come after it in time.
 * A handler comes after all of its body, and a branch runs beside the
 * others. */
#include "base/arena.h"
#include "check/check.h"

static bool is_followed(const struct variable *variable)
{
    return variable->resource != NULL || variable->kind == VARIABLE_PROMISE;
}

/* A `cancel` is the move of a promise (rule 138). */
static const char *how(const struct checker *checker, const struct variable *variable,
                       struct span span)
{
    struct span cancelled = check_note(checker, variable)->cancelled_at;

    return cancelled.begin != 0 && cancelled.begin == span.begin ? "cancelled" : "moved";
}

static void note(struct checker *checker, struct diag *diag, const struct variable *variable)
{
    diag_note(checker->diags, diag, variable->moved_at, "it is %s here",
              how(checker, variable, variable->moved_at));
}

static void add_mention(struct checker *checker, struct variable *variable, struct span span,
                        bool moves)
{
    struct mention *mention = arena_new(checker->arena, struct mention);
    struct check_note *known = check_note(checker, variable);

    mention->serial = checker->serial++;
    mention->span = span;
    mention->moves = moves;
    mention->variable = variable;
    mention->next = known->mentions;
    mention->before = checker->mentions;
    known->mentions = checker->mentions = mention;
}

/* If so, check_set() has reported it. */
static bool may_be_unset(const struct checker *checker, const struct variable *variable)
{
    return variable->kind == VARIABLE_BINDING && !check_assigned_has(&checker->assigned, variable);
}

static const char *how_sure(const struct checker *checker, const struct variable *variable)
{
    return check_assigned_has(&checker->moved.surely, variable) ? "" : " on a path to here";
}

void check_own_mention(struct checker *checker, struct variable *variable, struct span span)
{
    if (!is_followed(variable))
        return;
    if (check_assigned_has(&checker->moved.maybe, variable) && !may_be_unset(checker, variable))
        note(checker,
             diag_report(checker->diags, D_MOVED, span, variable->name,
                         how(checker, variable, variable->moved_at), how_sure(checker, variable)),
             variable);
    if (checker->undo != NULL) {
        check_note(checker, variable)->undo_at = span;
        check_note(checker, variable)->undo_scope = checker->undo_scope;
    }
    add_mention(checker, variable, span, false);
}

static bool is_inside(const struct scope *scope, const struct scope *outer)
{
    while (scope != NULL && scope != outer)
        scope = scope->parent;
    return scope != NULL;
}

void check_own_move(struct checker *checker, struct variable *variable, struct span span)
{
    const struct check_note *known = check_note(checker, variable);
    struct diag *diag;

    if (checker->undo != NULL && variable->index < checker->undo->variables)
        diag_report(checker->diags, D_MOVED_BY_UNDO, span, variable->name);
    else if (checker->undo == NULL && known->undo_at.begin != 0
             && is_inside(checker->scope, known->undo_scope)) {
        diag = diag_report(checker->diags, D_MOVED_BEFORE_UNDO, span, variable->name,
                           how(checker, variable, span));
        diag_note(checker->diags, diag, known->undo_at, "it is mentioned here");
    }
    check_promises_beside(checker, variable, span);
    check_assigned_add(checker, &checker->moved.maybe, variable);
    check_assigned_add(checker, &checker->moved.surely, variable);
    variable->moved_at = span;
    add_mention(checker, variable, span, true);
}

static void two_owners(struct checker *checker, const struct variable *variable, struct span span)
{
    diag_report(checker->diags, D_TWO_OWNERS, span, variable->name, variable->type.before);
}

void check_own_text(struct checker *checker, const struct text *text, struct ctype type)
{
    struct variable *moved = text_moves(text, type), *mentioned = text_mentions(text, type),
                    *owner = text_owner(text);

    if (ctype_resource(checker->program, type) == NULL)
        return;
    if (moved != NULL)
        check_own_move(checker, moved, text->span);
    else if (mentioned != NULL)
        two_owners(checker, mentioned, text->span);
    else if (owner != NULL) /* of another resource; C might see no difference */
        diag_report(checker->diags, D_OWNER_LOST, text->span, owner->type.before, type.before);
}

void check_own_arguments(struct checker *checker, const struct text *args,
                         const struct parameter *params)
{
    for (; args != NULL && params != NULL; args = args->next, params = params->next) {
        struct variable *moved = text_moves(args, params->type);
        /* twice in this call */
        if (moved != NULL && check_assigned_has(&checker->moved.maybe, moved)
            && check_note(checker, moved)->mentions->moves)
            note(checker,
                 diag_report(checker->diags, D_MOVED, args->span, moved->name, "moved",
                             how_sure(checker, moved)),
                 moved);
        check_own_text(checker, args, params->type);
    }
}

/* What is lent to the function that releases it is released by that, and by its block. */
void check_own_released(struct checker *checker, const struct variable *variable,
                        const struct symbol *op, struct span span)
{
    struct diag *diag;

    if (variable == NULL || variable->resource == NULL || variable->resource->release != op
        || may_be_unset(checker, variable))
        return;
    diag = diag_report(checker->diags, D_RELEASED_TWICE, span, variable->name);
    diag_note(checker->diags, diag, variable->resource->span, "'%s' releases it", op->name);
    if (op->proto_kind == AST_CHAIN)
        return;
    if (ctype_resource(checker->program, op->params->type) != NULL)
        diag_help(checker->diags, diag, "a step of its own moves it: `%s(%s)`", op->name,
                  variable->name);
    else
        diag_help(checker->diags, diag,
                  "if '%s' of '%s' is declared as a '%s', it is moved there by a step `%s(%s)`",
                  op->params->name, op->name, variable->resource->name, op->name, variable->name);
}

void check_own_release_arguments(struct checker *checker, const struct text *args,
                                 const struct symbol *op)
{
    if (args != NULL && op->params != NULL
        && ctype_resource(checker->program, op->params->type) == NULL)
        check_own_released(checker, text_owner(args), op, args->span);
}

/* ---- ways ---------------------------------------------------------------- */

static struct moved copy_of(struct checker *checker, const struct moved *moved)
{
    struct moved copy = { check_assigned_copy(checker, &moved->maybe),
                          check_assigned_copy(checker, &moved->surely),
                          check_promised_copy(checker, &moved->promised) };
    return copy;
}

static void join(struct checker *checker, struct moved *moved, const struct moved *other)
{
    check_assigned_union(checker, &moved->maybe, &other->maybe);
    check_assigned_intersect(&moved->surely, &other->surely);
    check_promised_join(&moved->promised, checker, &other->promised);
}

struct own_point check_own_here(struct checker *checker)
{
    struct own_point point = { copy_of(checker, &checker->moved), checker->serial,
                               checker->chain->variable_count };
    return point;
}

void check_own_return(struct checker *checker, const struct own_point *point)
{
    checker->moved = copy_of(checker, &point->moved);
}

void check_own_join(struct checker *checker, const struct moved *other)
{
    join(checker, &checker->moved, other);
}

void check_own_bound(struct checker *checker, const struct variable *variable)
{
    check_assigned_drop(&checker->moved.maybe, variable);
    check_assigned_drop(&checker->moved.surely, variable);
}

static const struct mention *moved_between(const struct checker *checker,
                                           const struct variable *variable, unsigned begin,
                                           unsigned end)
{
    const struct mention *mention = check_note(checker, variable)->mentions;

    while (mention != NULL
           && !(mention->moves && mention->serial >= begin && mention->serial < end))
        mention = mention->next;
    return mention;
}

/* The newest mention if it is in the text from `begin` on, and so the one
 * before a mention; NULL: there is none. */
static struct mention *mention_since(struct mention *mention, unsigned begin)
{
    return mention != NULL && mention->serial >= begin ? mention : NULL;
}

/* Every variable that a part of the text may have moved. */
static void add_moved(struct checker *checker, struct assigned *set, unsigned begin, unsigned end)
{
    for (struct mention *m = checker->mentions; (m = mention_since(m, begin)) != NULL;
         m = m->before)
        if (m->moves && m->serial < end)
            check_assigned_add(checker, set, m->variable);
}

void check_own_handler(struct checker *checker, const struct own_point *start, unsigned end)
{
    check_own_return(checker, start);
    add_moved(checker, &checker->moved.maybe, start->serial, end);
}

void check_own_after_cleanup(struct checker *checker, const struct own_point *cleanup,
                             const struct moved *before)
{
    checker->moved = *before;
    add_moved(checker, &checker->moved.maybe, cleanup->serial, checker->serial);
}

/* ---- what runs more than once -------------------------------------------- */

void check_own_loop_begin(struct checker *checker, struct own_loop *loop, bool may_pass)
{
    loop->outer = checker->own_loop;
    loop->head = check_own_here(checker);
    loop->at_end = copy_of(checker, &checker->moved);
    loop->has_end = may_pass;
    checker->own_loop = loop;
}

/* The next round finds what this one has left. */
void check_own_next_round(struct checker *checker)
{
    struct own_loop *loop = checker->own_loop;

    if (loop == NULL)
        return;
    for (struct mention *m = checker->mentions; (m = mention_since(m, loop->head.serial)) != NULL;
         m = m->before) {
        const struct variable *v = m->variable;
        if (v->index >= loop->head.variables || !check_assigned_has(&checker->moved.maybe, v)
            || check_assigned_has(&loop->head.moved.maybe, v))
            continue;
        diag_report(checker->diags, D_MOVED_AGAIN, v->moved_at, v->name,
                    how(checker, v, v->moved_at), "a loop: the next round would not have it");
        check_assigned_add(checker, &loop->head.moved.maybe, v);
    }
}

void check_own_break(struct checker *checker)
{
    struct own_loop *loop = checker->own_loop;

    if (loop != NULL && loop->has_end)
        join(checker, &loop->at_end, &checker->moved);
    else if (loop != NULL)
        loop->at_end = copy_of(checker, &checker->moved);
    if (loop != NULL)
        loop->has_end = true;
}

void check_own_loop_end(struct checker *checker)
{
    checker->moved = checker->own_loop->at_end;
    checker->own_loop = checker->own_loop->outer;
}

void check_own_once(struct checker *checker, const struct own_point *start, const char *word)
{
    for (struct mention *m = checker->mentions; (m = mention_since(m, start->serial)) != NULL;
         m = m->before)
        if (m->variable->index < start->variables
            && moved_between(checker, m->variable, start->serial, checker->serial) == m)
            diag_report(checker->diags, D_MOVED_AGAIN, m->span, m->variable->name,
                        how(checker, m->variable, m->span), word);
}

/* ---- what runs at the same time ------------------------------------------ */

static const struct mention *moved_beside(const struct checker *checker,
                                          const struct variable *variable, unsigned begin,
                                          unsigned end)
{
    const struct mention *mention = moved_between(checker, variable, begin, end);

    while (mention != NULL && mention->by_winner)
        mention = moved_between(checker, variable, begin, mention->serial);
    return mention;
}

void check_own_winner(struct checker *checker, const struct own_point *start)
{
    for (struct mention *m = checker->mentions; (m = mention_since(m, start->serial)) != NULL;
         m = m->before)
        if (m->moves && !m->by_winner)
            check_assigned_add(checker, &checker->moved.maybe, m->variable);
}

/* What is mentioned in a winner's block may have been moved by a branch; what
 * such a block moves was there for the branches. */
static void check_beside(struct checker *checker, const struct variable *variable,
                         const struct own_point *start, const struct own_point *branch,
                         unsigned winner)
{
    const struct mention *moved = moved_between(checker, variable, branch->serial, winner);
    const struct mention *other =
        check_mention_between(checker, variable, start->serial, branch->serial);

    if (moved == NULL || other == NULL) {
        moved = moved_beside(checker, variable, start->serial, branch->serial);
        other = check_mention_between(checker, variable, branch->serial, winner);
    }
    if (moved != NULL && other != NULL)
        diag_note(checker->diags,
                  diag_report(checker->diags, D_MOVED_BRANCH, moved->span, variable->name,
                              how(checker, variable, moved->span)),
                  other->span, "a branch that runs at the same time mentions it here");
}

void check_own_branch(struct checker *checker, const struct own_point *start,
                      const struct own_point *branch, unsigned winner)
{
    for (struct mention *m = checker->mentions; (m = mention_since(m, winner)) != NULL;
         m = m->before)
        m->by_winner = true;
    for (struct mention *m = checker->mentions; (m = mention_since(m, start->serial)) != NULL;
         m = m->before)
        /* each variable once */
        if (m == check_note(checker, m->variable)->mentions
            && m->variable->index < start->variables)
            check_beside(checker, m->variable, start, branch, winner);
    check_own_return(checker, start);
}

void check_own_branches(struct checker *checker, const struct own_point *start)
{
    for (struct mention *m = checker->mentions; (m = mention_since(m, start->serial)) != NULL;
         m = m->before)
        m->by_winner = false; /* for a combinator around this one they are as others */
    check_own_handler(checker, start, checker->serial);
}
