/* check_promised.c - part of check: what each path has done with promises.
 *
 *     if (x) { await p } then use(p)     ->     p has no value where x is false
 *     f() catch (0)                      ->     p, which was started before, may be rejected unnoticed
 *
 * Two ways that meet know what both know, and have to fear what either has to.
 * A handler begins where any of the steps that it guards may have been
 * rejected; those places are summed up while its pipeline is checked. */
#include "base/arena.h"
#include "check/check.h"

/* ---- ways ---------------------------------------------------------------- */

struct promised check_promised_copy(struct checker *checker, const struct promised *promised)
{
    struct promised copy = { check_assigned_copy(checker, &promised->started),
                             check_assigned_copy(checker, &promised->awaited),
                             check_assigned_copy(checker, &promised->loose) };
    return copy;
}

void check_promised_join(struct promised *promised, struct checker *checker,
                         const struct promised *other)
{
    check_assigned_intersect(&promised->started, &other->started);
    check_assigned_intersect(&promised->awaited, &other->awaited);
    check_assigned_union(checker, &promised->loose, &other->loose);
}

void check_promised_add(struct promised *promised, struct checker *checker,
                        const struct promised *other)
{
    check_assigned_union(checker, &promised->awaited, &other->awaited);
    check_assigned_intersect(&promised->loose, &other->loose);
}

void check_promised_part(struct checker *checker, const struct promised *a,
                         const struct promised *b, struct span at)
{
    for (const struct scope *scope = checker->scope; scope != NULL; scope = scope->parent)
        for (const struct promise *p = scope->promises; p != NULL; p = p->next) {
            const struct variable *v = p->variable;
            if (check_assigned_has(&a->loose, v) == check_assigned_has(&b->loose, v)
                && check_assigned_has(&a->awaited, v) == check_assigned_has(&b->awaited, v))
                continue;
            check_note(checker, v)->parted_at = at;
        }
}

/* ---- rejections ---------------------------------------------------------- */

static void add_rejected(struct checker *checker, struct rejected *to,
                         const struct promised *promised)
{
    if (to->anywhere)
        check_promised_join(&to->promised, checker, promised);
    else
        to->promised = check_promised_copy(checker, promised);
    to->anywhere = true;
}

void check_may_reject(struct checker *checker)
{
    add_rejected(checker, &checker->rejected, &checker->moved.promised);
}

void check_rejected_add(struct checker *checker, struct rejected *to, const struct rejected *from)
{
    if (from->anywhere)
        add_rejected(checker, to, &from->promised);
}

/* If nothing can be rejected, of which raises() warns, as after the way that is not. */
void check_begin_handler(struct checker *checker, const struct rejected *rejected,
                         const struct promised *otherwise)
{
    checker->moved.promised =
        check_promised_copy(checker, rejected->anywhere ? &rejected->promised : otherwise);
}

/* ---- where blocks end ---------------------------------------------------- */

static void note_end(struct checker *checker, struct promise *promise, struct span span)
{
    const struct check_note *known = check_note(checker, promise->variable);
    struct loose *loose, **last = &promise->loose;

    if (!check_assigned_has(&checker->moved.promised.loose, promise->variable))
        return;
    promise->is_left_running = true;
    loose = arena_new(checker->arena, struct loose);
    loose->span = span;
    loose->parted_at = known->parted_at;
    while (*last != NULL)
        last = &(*last)->next;
    *last = loose;
}

void check_promises_end(struct checker *checker)
{
    struct span brace = { checker->scope->span.end - 1, checker->scope->span.end };

    for (struct promise *p = checker->scope->promises; p != NULL; p = p->next)
        note_end(checker, p, brace);
}

/* A jump out of a branch or an item decides over all that runs there: those
 * around it are cancelled (rule 140). */
void check_promises_left(struct checker *checker, const struct scope *outer, struct span span)
{
    struct scope *scope = checker->scope;

    for (; scope != NULL && scope != outer && scope != checker->around.strand_scope;
         scope = scope->parent)
        for (struct promise *p = scope->promises; p != NULL; p = p->next)
            note_end(checker, p, span);
}

/* ---- its value ----------------------------------------------------------- */

void check_promise_started(struct checker *checker, const struct variable *variable,
                           struct span span)
{
    struct diag *diag;

    if (check_assigned_has(&checker->moved.promised.started, variable))
        return;
    diag = diag_report(checker->diags, D_PROMISE_UNSTARTED, span, variable->name);
    diag_note(checker->diags, diag, variable->span, "it is started here");
    diag_help(checker->diags, diag,
              "put the 'start' and this handler into a block of their own: `then { start ... }`");
}

static void report_unawaited(struct checker *checker, const struct variable *variable,
                             struct span span)
{
    const struct check_note *known = check_note(checker, variable);
    struct diag *diag = diag_report(checker->diags, D_PROMISE_UNAWAITED, span, variable->name);

    if (known->parted_at.begin != 0)
        diag_note(checker->diags, diag, known->parted_at,
                  "two paths part here, and one of them does not await it");
    else
        diag_note(checker->diags, diag, variable->span, "it is started here");
    diag_help(checker->diags, diag, "write `await %s then` before", variable->name);
}

void check_promise_value(struct checker *checker, struct variable *variable, struct span span)
{
    if (check_assigned_has(&checker->moved.maybe, variable)) /* which check_own_mention() reports */
        return;
    if (ctype_is_void(variable->type))
        diag_note(checker->diags, diag_report(checker->diags, D_PROMISE_VOID, span, variable->name),
                  variable->span, "it is started here");
    else if (!check_assigned_has(&checker->moved.promised.started, variable))
        check_promise_started(checker, variable, span);
    else if (!check_assigned_has(&checker->moved.promised.awaited, variable))
        report_unawaited(checker, variable, span);
}

/* ---- what runs at the same time ------------------------------------------ */

void check_promises_beside(struct checker *checker, const struct variable *variable,
                           struct span span)
{
    const struct span cancelled = check_note(checker, variable)->cancelled_at;

    for (const struct scope *scope = checker->scope; scope != NULL; scope = scope->parent)
        for (const struct promise *p = scope->promises; p != NULL; p = p->next) {
            const struct check_note *body = check_note(checker, p->variable);
            const struct mention *mention =
                check_mention_between(checker, variable, body->body_begin, body->body_end);
            if (p->variable == variable || mention == NULL
                || !check_assigned_has(&checker->moved.promised.loose, p->variable))
                continue;
            diag_note(checker->diags,
                      diag_report(checker->diags, D_MOVED_BESIDE, span, variable->name,
                                  cancelled.begin == span.begin ? "cancelled" : "moved",
                                  p->variable->name),
                      mention->span, "it mentions it here");
        }
}
