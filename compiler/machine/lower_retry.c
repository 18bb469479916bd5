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

/* "attempt + 1"; without an end it stops to count at the largest number. */
static struct text *next_attempt(struct lowering *lowering, const struct node_retry *retry)
{
    struct text *text = text_new(lowering->arena);

    text_add_variable(lowering->arena, text, retry->attempt);
    if (retry->attempts != NULL) {
        text_add(lowering->arena, text, " + 1");
        return text;
    }
    text_add(lowering->arena, text, " + (");
    text_add_variable(lowering->arena, text, retry->attempt);
    text_add(lowering->arena, text, " < INT32_MAX)");
    return text;
}

/* "attempt < most" */
static struct text *more_attempts(struct lowering *lowering, const struct node_retry *retry)
{
    struct text *text = text_new(lowering->arena);

    if (!lower_is_small_number(retry->attempts))
        text->span = retry->attempts->span;
    text_add_variable(lowering->arena, text, retry->attempt);
    text_add(lowering->arena, text, " < ");
    text_add_text(lowering->arena, text,
                  lower_number_text(lowering, retry->attempts, "chain__times"));
    return text;
}

/* On if the question is answered by yes, else the rejection goes on. The text
 * of the user in it, `asked`, may have cancelled the chain. */
static void ask(struct lowering *lowering, struct text *question, const struct text *asked)
{
    struct ir_block *again = lower_inner_block(lowering, "retry_again"), *yes = again;

    if (lower_calls_something(asked))
        yes = lower_inner_block(lowering, "retry_undisturbed");
    lowering->block->text = question;
    lower_terminate(lowering, IR_IF, yes, lowering->fail);
    lower_place(lowering, yes);
    if (yes == again)
        return;
    lower_terminate(lowering, IR_CODES, again, lowering->fail);
    lower_place(lowering, again);
}

/* Whether there are attempts left, and whether the rejection is one to try again after. */
static void ask_for_more(struct lowering *lowering, const struct node *node)
{
    const struct node_retry *retry = node->u.retry;

    if (retry->attempts != NULL)
        ask(lowering, more_attempts(lowering, retry), retry->attempts);
    if (retry->err != NULL)
        lower_add(lowering, IR_ERROR, node->span)->variable = retry->err;
    if (retry->condition != NULL)
        ask(lowering, retry->condition, retry->condition);
}

/* The pause before the next attempt: as long as the backoff and its bound say,
 * or the `pause`, with jitter (rules 91, 159). */
static void pause(struct lowering *lowering, const struct node *node)
{
    struct ir_block *after = lower_inner_block(lowering, "after_pause");
    const struct node *first =
        node->u.retry->pause != NULL ? node->u.retry->pause : node->u.retry->backoff;

    if (first == NULL)
        return;
    lower_use_storage(lowering, lowering->strand, NULL);
    lowering->block->node = node;
    lowering->block->end_span = node->span;
    lowering->block->variable = node->u.retry->attempt;
    lowering->block->text = first->u.delay.count; /* for liveness */
    lowering->block->args = node->u.retry->to == NULL ? NULL : node->u.retry->to->u.delay.count;
    lower_terminate(lowering, IR_DELAY, after, NULL);
    after->is_state = true;
    lower_place(lowering, after);
    lower_check_code(lowering, node->span, NULL);
}

void lower_retry(struct lowering *lowering, const struct node *node, struct variable *dest)
{
    struct ir_block *head = lower_new_block(lowering, "retry", node->span),
                    *failed = lower_inner_block(lowering, "attempt_rejected");
    struct ir_block *retried = lower_inner_block(lowering, "retry_more"),
                    *resumed = lower_new_block(lowering, "retry_resumed", node->span);
    struct ir_block *next = lower_inner_block(lowering, "after_retry");
    struct ir_block *fail = lowering->fail;
    struct variable *outer = lowering->attempt;
    unsigned writes = lowering->writes;
    struct ir_instr *instr;
    bool dirty;

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
    ask_for_more(lowering, node);
    lower_add(lowering, IR_RETRY, node->span)->after = resumed;
    lower_own_release_since(lowering, writes, node->span);
    pause(lowering, node);
    instr = lower_add(lowering, IR_EVAL, node->span);
    instr->variable = node->u.retry->attempt;
    instr->text = next_attempt(lowering, node->u.retry);
    lower_terminate(lowering, IR_BACK, head, resumed);
    resumed->is_state = true;
    lower_place(lowering, resumed);
    lower_terminate(lowering, IR_CHECK, head, fail);
    lowering->dirty = dirty;
    lower_place(lowering, next);
}
