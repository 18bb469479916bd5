/* lower_promise.c - part of lower: start, await, cancel, and the promises at
 * the end of their block (rules 133 to 147).
 *
 *     { start a as x then b then await x }     ->     promise x @promise_x; b; await x -> open x? @release_all : after
 *                                                     @promise_x:    x = a; promise end
 *                                                     @release_all:  keep; stop x; end x; drop x; restore
 *
 * A promise is a strand beside the one that starts it. Its value goes to the
 * variable of its name, as that of a branch does. */
#include "base/arena.h"
#include "machine/lower.h"

/* Blocks end in the reverse of the order in which they begin, and their
 * promises with them: a place serves one block after another. */
static struct ir_strand *new_promise(struct lowering *lowering, struct span span)
{
    struct ir_strand *parent = lowering->strand, **at = &parent->promises;

    for (unsigned number = parent->promise_count++; *at != NULL && number > 0; number--)
        at = &(*at)->next_child;
    if (*at == NULL)
        *at = lower_new_strand(lowering->arena, lowering->chain, parent, span);
    (*at)->is_strand = (*at)->is_promise = true;
    lowering->chain->has_branches = lowering->chain->has_branch_strands = true;
    return *at;
}

static const char *named(struct lowering *lowering, const char *word, const struct promise *promise)
{
    return arena_format(lowering->arena, "%s_%s", word, promise->variable->name);
}

/* ---- start --------------------------------------------------------------- */

/* What runs. An undo belongs to the value, and is in its turn where the `start`
 * stands (rule 143): the step that gives the value notes it. */
static void lower_body(struct lowering *lowering, const struct node *node, struct ir_block *begin)
{
    const struct promise *promise = node->u.promise;
    struct lowering outer = *lowering;
    struct ir_block *ended;

    lowering->strand = promise->strand;
    lowering->dirty = false;
    ended = lower_inner_block(lowering, named(lowering, "ended", promise));
    lowering->fail = ended;
    node->body->body->undo = node->undo;
    lower_place(lowering, begin);
    lower(lowering, node->body, ctype_is_void(promise->variable->type) ? NULL : promise->variable);
    lower_terminate(lowering, IR_GOTO, ended, NULL);
    lower_place(lowering, ended);
    if (promise->attempt != NULL)
        lower_add_attempted(lowering, node->span);
    lower_terminate(lowering, IR_PROMISE_END, NULL, NULL);
    lowering->strand = outer.strand;
    lowering->fail = outer.fail;
}

void lower_start(struct lowering *lowering, const struct node *node)
{
    struct promise *promise = node->u.promise;
    struct ir_block *begin, *started = lower_inner_block(lowering, "started");
    struct ir_strand *strand = lowering->strand;
    struct ir_instr *instr;

    promise->attempt = lowering->attempt;
    lower_check_cancelled(lowering, node->span);
    promise->strand = lowering->strand = new_promise(lowering, node->span);
    begin = lower_new_block(lowering, named(lowering, "promise", promise), node->body->span);
    begin->is_state = true;
    lowering->strand = strand;
    instr = lower_add(lowering, IR_PROMISE, node->span);
    instr->strand = promise->strand;
    instr->to = begin;
    lower_terminate(lowering, IR_GOTO, started, NULL);
    lower_body(lowering, node, begin);
    lower_place(lowering, started);
    lowering->dirty = true; /* it may have cancelled the chain */
}

/* ---- await, cancel ------------------------------------------------------- */

static struct ir_block *wait_for(struct lowering *lowering, const struct promise *promise,
                                 enum ir_end kind, const char *word, struct span span)
{
    lower_make_room(lowering, MEMBER_PROMISE);
    lowering->block->won = promise->strand;
    return lower_wait_at(lowering, kind, named(lowering, word, promise), span);
}

static struct ir_instr *add(struct lowering *lowering, enum ir_kind kind,
                            const struct promise *promise, struct span span)
{
    struct ir_instr *instr = lower_add(lowering, kind, span);

    instr->strand = promise->strand;
    return instr;
}

/* The strand takes a rejection over, with its attempt. */
void lower_await(struct lowering *lowering, const struct node *node, struct variable *dest)
{
    const struct promise *promise = node->u.await.promise;
    struct variable *variable = promise->variable;
    bool defers = lowering->defers;

    lower_check_cancelled(lowering, node->span);
    if (defers)
        lower_expect(lowering, node->span);
    lowering->block->node = node;
    wait_for(lowering, promise, IR_AWAIT_PROMISE, "after_await", node->span);
    lowering->strand->retries |= lowering->chain->symbol->retries;
    lower_defer(lowering, defers, node->span);
    lower_check_code(lowering, node->span, "await");
    if (ctype_is_void(variable->type))
        return;
    add(lowering, IR_AWAITED, promise, node->span)->variable = variable;
    if (variable->resource == NULL)
        lower_copy(lowering, dest, variable, node->span);
}

void lower_cancel(struct lowering *lowering, const struct node *node)
{
    const struct promise *promise = node->u.await.promise;
    bool defers = lowering->defers;
    struct ir_block *after;

    lower_check_cancelled(lowering, node->span);
    add(lowering, IR_STOP, promise, node->span);
    lowering->dirty = true;
    lower_check_cancelled(lowering, node->span);
    if (defers)
        lower_expect(lowering, node->span);
    after = wait_for(lowering, promise, IR_AWAIT_CANCELLED, "after_cancel", node->span);
    lower_defer(lowering, defers, node->span);
    lower_check_code(lowering, node->span, NULL);
    after->cancel_only = true;
    add(lowering, IR_DROP, promise, node->span);
    lowering->dirty = true; /* the hook may have cancelled the chain */
}

/* ---- the end of a block -------------------------------------------------- */

/* All are asked before the first is waited for (rule 141). */
void lower_end_promises(struct lowering *lowering, const struct scope *scope, struct span span)
{
    for (const struct promise *promise = scope->promises; promise != NULL; promise = promise->next)
        add(lowering, IR_STOP, promise, span);
    for (const struct promise *promise = scope->promises; promise != NULL;
         promise = promise->next) {
        wait_for(lowering, promise, IR_AWAIT_ENDED, "after_end", span);
        add(lowering, IR_DROP, promise, span);
    }
}

/* To `open` if one of them has to be ended. */
void lower_if_open(struct lowering *lowering, const struct scope *scope, struct ir_block *open)
{
    for (const struct promise *promise = scope->promises; promise != NULL;
         promise = promise->next) {
        struct ir_block *next = lower_inner_block(lowering, "ended");
        lowering->block->won = promise->strand;
        lower_terminate(lowering, IR_OPEN, open, next);
        lower_place(lowering, next);
    }
}
