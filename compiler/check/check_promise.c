/* check_promise.c - part of check: start, await and cancel.
 *
 *     start fetch(a) as p then g() then await p then use(p)
 *
 * A promise belongs to the block of its `start`. Its name is known after the
 * `start`, and is a value where every path has awaited it (rule 136). */
#include <string.h>

#include "base/arena.h"
#include "check/check.h"

/* ---- start --------------------------------------------------------------- */

/* What is over when it has begun needs no promise. */
static const char *over_at_once(const struct ast_form *form)
{
    form = ast_form_unprefixed(form);
    if (form->kind == AST_CALL)
        return form->u.call.op != NULL && form->u.call.op->proto_kind == AST_SYNC
                   ? "a C function that does not wait"
                   : NULL;
    return form->kind == AST_EXPR     ? "an expression"
           : form->kind == AST_DO     ? "a 'do'"
           : form->kind == AST_REJECT ? "a 'reject'"
                                      : NULL;
}

/* It ends with the step that gets it (rule 42b), and a body goes on. */
static void refuse_owned_it(struct checker *checker, unsigned begin)
{
    const struct variable *it = checker->around.it->variable;

    for (const struct mention *m = checker->mentions; m != NULL && m->serial >= begin;
         m = m->before)
        if (m->variable == it && it->kind == VARIABLE_IT) {
            diag_report(checker->diags, D_START_IT, m->span, it->type.before);
            return;
        }
}

/* Its names are its own, `it` is that of the step before, and no jump leaves it (rule 146). */
static struct node *check_body(struct checker *checker, const struct ast_form *form)
{
    struct node *block = check_new_node(checker, NODE_BLOCK, form->span);
    struct surroundings outer = checker->around;
    struct rejected rejected = checker->rejected;
    unsigned begin = checker->serial;
    struct assigned assigned = check_assigned_copy(checker, &checker->assigned);
    struct promised promised = check_promised_copy(checker, &checker->moved.promised);

    check_scope_open(checker, form->span);
    block->u.block.scope = checker->around.strand_scope = checker->scope;
    checker->around.fence = "start";
    checker->around.fence_loops = checker->loops;
    checker->around.start_place = "the form after 'start'";
    if (form->kind == AST_DELAY)
        checker->around.it = check_no_incoming(checker, "a promise of a delay has no value");
    block->body = check_form(checker, form);
    check_take_type(block, block->body);
    block->ends = block->body->ends;
    check_scope_close(checker);
    refuse_owned_it(checker, begin);
    checker->around = outer;
    checker->rejected = rejected;
    checker->assigned = assigned;
    checker->moved.promised = promised;
    return block;
}

/* What NAME is: the value as `as` would bind it, or nothing. */
static struct ctype value_type(struct checker *checker, const struct ast_step *step,
                               struct node *body)
{
    struct ctype type =
        step->as_type != NULL ? check_type(checker, step->as_type) : check_own_type(body);

    bool is_untyped = body->flexible && ctype_is_void(type) && !body->wrong && !body->ends;

    if (is_untyped)
        diag_report(checker->diags, D_BIND_UNTYPED, step->as->span, step->as->name, step->as->name);
    if (is_untyped || (body->wrong && ctype_is_void(type)))
        return ctype_of_words(checker->arena, "int");
    if (body->wrong || body->ends)
        return type;
    if (!ctype_is_void(type))
        check_wanted(checker, body, type, step->as_type != NULL || body->flexible);
    return type;
}

static struct promise *new_promise(struct checker *checker, const struct ast_step *step,
                                   struct node *start, struct ctype type)
{
    struct promise *promise = arena_new(checker->arena, struct promise);

    check_new_name(checker, step->as->name, step->as->span);
    promise->variable =
        check_variable_new(checker, VARIABLE_PROMISE, step->as->name, type, step->as->span);
    promise->variable->promise = promise;
    promise->variable->many_strands = true;
    promise->variable->address_taken = !ctype_is_void(type) && !ctype_is_scalar(type);
    promise->scope = checker->scope;
    promise->start = start;
    *checker->scope->last_promise = promise;
    checker->scope->last_promise = &promise->next;
    check_variable_show(checker, promise->variable);
    return promise;
}

static void note_started(struct checker *checker, const struct variable *variable, unsigned begin)
{
    struct promised *promised = &checker->moved.promised;

    check_note(checker, variable)->body_begin = begin;
    check_note(checker, variable)->body_end = checker->serial;
    check_assigned_add(checker, &promised->started, variable);
    check_assigned_add(checker, &promised->loose, variable);
}

struct node *check_start(struct checker *checker, const struct ast_step *step)
{
    const struct ast_form *form = step->form->inner;
    struct node *node = check_new_node(checker, NODE_START, step->form->span);
    unsigned begin = checker->serial;

    if (over_at_once(form) != NULL)
        diag_report(checker->diags, D_START_AT_ONCE, form->span, over_at_once(form));
    if (checker->around.start_place != NULL)
        diag_help(checker->diags,
                  diag_report(checker->diags, D_START_PLACE, step->form->span,
                              checker->around.start_place),
                  "a promise ends with the block of its 'start': write the braces of that block");
    node->body = check_body(checker, form);
    node->u.promise = new_promise(checker, step, node, value_type(checker, step, node->body));
    note_started(checker, node->u.promise->variable, begin);
    return node;
}

/* One that has no name, which the parser has reported. */
struct node *check_start_misplaced(struct checker *checker, const struct ast_form *form)
{
    return check_wrong_node(checker, form->span);
}

/* ---- await and cancel ---------------------------------------------------- */

static bool may_be_handle(const struct checker *checker, const struct variable *variable)
{
    return ctype_may_be_handle(variable->type)
           && ctype_resource(checker->program, variable->type) == NULL;
}

static void report_no_promise(struct checker *checker, const struct ast_name *name,
                              const struct variable *variable)
{
    struct diag *diag = diag_report(checker->diags, D_NO_PROMISE, name->span, name->name);

    if (variable != NULL)
        diag_note(checker->diags, diag, variable->span, "its type is '%s%s'", variable->type.before,
                  variable->type.after);
    else if (check_variable_was_visible(checker, name->name))
        diag_help(checker->diags, diag,
                  "'%s' is bound in an inner block and not known here: a 'var' keeps a handle",
                  name->name);
}

/* The promise or handle of that name; false: there is none, which has been reported. */
static bool find_awaited(struct checker *checker, const struct ast_form *form,
                         struct node_await *await)
{
    const struct ast_name *name = form->u.awaited;
    struct variable *variable = check_variable_visible(checker, name->name);
    const struct ast_c c = { name->span, name->name };

    if (variable != NULL && variable->kind == VARIABLE_PROMISE) {
        await->promise = variable->promise;
        variable->used = true;
        return true;
    }
    if (variable != NULL && may_be_handle(checker, variable)) {
        await->handle = check_text(checker, &c, variable->type, false, NULL);
        return true;
    }
    report_no_promise(checker, name, variable);
    return false;
}

/* A finally or an undo runs when its block ends, and promises end with theirs
 * (rule 146). False: that has been reported. */
static bool check_reaches(struct checker *checker, const struct ast_form *form,
                          const struct promise *promise)
{
    if (checker->around.shield == NULL
        || check_scope_is_inside(promise->scope, checker->around.shield_scope)) {
        check_promise_started(checker, promise->variable, form->u.awaited->span);
        return true;
    }
    diag_report(checker->diags, D_PROMISE_SHIELDED, form->span, promise->variable->name,
                form->kind == AST_AWAIT ? "awaited" : "cancelled", checker->around.shield);
    return false;
}

/* Rejected or not, the promise has ended; only after a value is its name one. */
static void note_awaited(struct checker *checker, struct promise *promise)
{
    promise->is_awaited = true;
    check_assigned_drop(&checker->moved.promised.loose, promise->variable);
    check_may_reject(checker);
    check_assigned_add(checker, &checker->moved.promised.awaited, promise->variable);
}

struct node *check_await(struct checker *checker, const struct ast_form *form)
{
    struct node *node = check_new_node(checker, NODE_AWAIT, form->span);
    struct promise *promise;

    if (!find_awaited(checker, form, &node->u.await))
        return check_wrong_node(checker, form->span);
    promise = node->u.await.promise;
    if (promise == NULL || !check_reaches(checker, form, promise))
        return node;
    check_own_mention(checker, promise->variable, form->u.awaited->span);
    note_awaited(checker, promise);
    if (promise->variable->resource == NULL) /* that has NAME itself (rule 144) */
        node->type = promise->variable->type;
    node->ends = promise->start->body->ends;
    return node;
}

struct node *check_cancel(struct checker *checker, const struct ast_form *form)
{
    struct node *node = check_new_node(checker, NODE_CANCEL, form->span);
    struct promise *promise;

    if (!find_awaited(checker, form, &node->u.await))
        return check_wrong_node(checker, form->span);
    promise = node->u.await.promise;
    if (promise == NULL || !check_reaches(checker, form, promise))
        return node;
    promise->is_cancelled = true;
    check_own_mention(checker, promise->variable, form->u.awaited->span);
    check_note(checker, promise->variable)->cancelled_at = form->u.awaited->span;
    check_own_move(checker, promise->variable, form->u.awaited->span);
    check_assigned_drop(&checker->moved.promised.loose, promise->variable);
    return node;
}
