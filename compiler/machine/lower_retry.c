/* lower_retry.c - part of lower: attempts on the same strand (rules 89-92).
 *
 *     retry 3 backoff 1s p     ->     @retry:  p -> after; rejected -> @failed
 *                                     @failed: attempt >= 3? fail : catch, attempt + 1, delay, again @retry
 */
#include <string.h>

#include "base/arena.h"
#include "machine/lower.h"

/* What has been rejected here knows its attempt. */
void lower_add_attempted(struct lowering *lowering, struct span span)
{
    lower_add(lowering, IR_ATTEMPTED, span)->variable = lowering->attempt;
    lowering->strand->retries = true;
}

/* "attempt + 1" */
static struct text *next_attempt(struct lowering *lowering, const struct node *node)
{
    struct text *text = text_new(lowering->arena);

    text_add_variable(lowering->arena, text, node->u.retry->attempt);
    text_add(lowering->arena, text, " + 1");
    return text;
}

/* "attempt < most" */
static struct text *more_attempts(struct lowering *lowering, const struct node *node)
{
    struct text *text = text_new(lowering->arena);

    if (!lower_is_small_number(node->u.retry->attempts))
        text->span = node->u.retry->attempts->span;
    text_add_variable(lowering->arena, text, node->u.retry->attempt);
    text_add(lowering->arena, text, " < ");
    text_add_text(lowering->arena, text,
                  lower_number_text(lowering, node->u.retry->attempts, "chain__times"));
    return text;
}

/* To `again` if there are attempts left. Whatever says how many there are may
 * have cancelled the chain. */
static void ask_for_more(struct lowering *lowering, const struct node *node, struct ir_block *again)
{
    struct ir_block *more = again;

    if (lower_calls_something(node->u.retry->attempts)) {
        more = lower_new_block(lowering, "retry_undisturbed", node->span);
        more->span.begin = 0;
    }
    lowering->block->text = more_attempts(lowering, node);
    lower_terminate(lowering, IR_IF, more, lowering->fail);
    lower_place(lowering, more);
    if (more == again)
        return;
    lower_terminate(lowering, IR_CODES, again, lowering->fail);
    lower_place(lowering, again);
}

/* The pause before the next attempt: as long as the backoff and its bound say,
 * with jitter (rule 91). */
static void pause(struct lowering *lowering, const struct node *node)
{
    struct ir_block *after = lower_new_block(lowering, "after_pause", node->span);

    if (node->u.retry->backoff == NULL)
        return;
    lower_use_storage(lowering, lowering->strand, NULL);
    lowering->block->node = node;
    lowering->block->end_span = node->span;
    lowering->block->variable = node->u.retry->attempt;
    lowering->block->text = node->u.retry->backoff->u.delay.count; /* for liveness */
    lowering->block->args = node->u.retry->to == NULL ? NULL : node->u.retry->to->u.delay.count;
    lower_terminate(lowering, IR_DELAY, after, NULL);
    after->is_state = true;
    after->span.begin = 0;
    lower_place(lowering, after);
    lower_check_code(lowering, node->span, NULL);
}

void lower_retry(struct lowering *lowering, const struct node *node, struct variable *dest)
{
    struct ir_block *head = lower_new_block(lowering, "retry", node->span),
                    *failed = lower_new_block(lowering, "retry_failed", node->span);
    struct ir_block *retried = lower_new_block(lowering, "retry_more", node->span),
                    *resumed = lower_new_block(lowering, "retry_resumed", node->span);
    struct ir_block *again = lower_new_block(lowering, "retry_again", node->span),
                    *next = lower_new_block(lowering, "after_retry", node->span);
    struct ir_block *fail = lowering->fail;
    struct variable *outer = lowering->attempt;
    unsigned writes = lowering->writes;
    struct ir_instr *instr;
    bool dirty;

    failed->span.begin = retried->span.begin = again->span.begin = next->span.begin = 0;
    lower_check_cancelled(lowering, node->span);
    lower_set_exit(lowering, node->u.retry->attempt, 1);
    lower_terminate(lowering, IR_GOTO, head, NULL);
    lower_place(lowering, head);
    lowering->fail = failed;
    lowering->attempt = node->u.retry->attempt;
    lower(lowering, node->body, dest);
    dirty = lowering->dirty;
    lowering->fail = fail;
    lower_terminate(lowering, IR_GOTO, next, NULL);
    failed->codes = node->u.retry->codes;
    lower_place(lowering, failed);
    lower_add_attempted(lowering, node->span);
    lowering->attempt = outer;
    lower_terminate(lowering, IR_CODES, retried, fail);
    lower_place(lowering, retried);
    ask_for_more(lowering, node, again);
    lower_add(lowering, IR_RETRY, node->span)->after = resumed;
    lower_own_release_since(lowering, writes, node->span);
    pause(lowering, node);
    instr = lower_add(lowering, IR_EVAL, node->span);
    instr->variable = node->u.retry->attempt;
    instr->text = next_attempt(lowering, node);
    lower_terminate(lowering, IR_BACK, head, resumed);
    resumed->is_state = true;
    lower_place(lowering, resumed);
    lower_terminate(lowering, IR_CHECK, head, fail);
    lowering->dirty = dirty;
    lower_place(lowering, next);
}
