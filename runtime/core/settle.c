/* settle.c - the rarer ends of an operation.
 *
 * The inline part, for values, is in chain/private/gen.h. */
#include "settle.h"

#include "cancel.h"
#include "core.h"
#include "mailbox.h"
#include "suppress.h"
#include "trace.h"

const char chain__unasked[] = "the operation was cancelled from inside";

enum chain_settled chain__late(struct chain_deferred done)
{
    chain__count_late(done.tag);
    CHAIN__TRACE(chain__trace_late(done.tag));
    return CHAIN_LATE;
}

void chain__overridden(struct chain_op *op, int code, const char *message, intptr_t info)
{
    struct chain_loop *loop = chain__loop_of_tag(chain__tag(op));
    struct chain_failure failure = { message, info, NULL };

    chain__empty(op);
    if (loop != NULL)
        chain__suppress(loop, code, &failure);
}

void chain__settle_rejected(struct chain_deferred done, int code, const char *message,
                            intptr_t info)
{
    struct chain_loop *loop = chain__loop_of_tag(done.tag);

    code = chain__rejection_code(code);
    if (done.op->code == 0)
        chain__raise(done.op, code, message, info);
    else {
        if (loop != NULL)
            chain__suppress_rejection(done.op, loop, code, message, info);
        chain__empty(done.op);
    }
    chain__settle(done, code);
}

enum chain_settled chain__reject_anyhow(struct chain_deferred done, int code, const char *message,
                                        intptr_t info)
{
    if (chain__claim(done) == NULL)
        return chain__late(done);
    chain__settle_rejected(done, code, message, info);
    return CHAIN_OK;
}

/* What ends as cancelled though nobody asked has failed: a child cannot cancel
 * its caller (rule 62). */
static void settle_cancelled(struct chain_deferred done)
{
    if (done.op->code == 0)
        chain__settle_rejected(done, ECANCELED, chain__unasked, 0);
    else {
        chain__empty(done.op);
        chain__settle(done, CHAIN_CODE_CANCELLED);
    }
}

enum chain_settled chain__acknowledge(struct chain_deferred done)
{
    if (chain__claim(done) == NULL)
        return chain__late(done);
    settle_cancelled(done);
    return CHAIN_OK;
}

enum chain_settled chain__shared_reject(struct chain_deferred done, int code, const char *message,
                                        intptr_t info)
{
    if (chain__shared_claim(done) == NULL)
        return chain__late(done);
    chain__settle_rejected(done, code, message, info);
    return CHAIN_OK;
}

enum chain_settled chain__shared_acknowledge(struct chain_deferred done)
{
    if (chain__shared_claim(done) == NULL)
        return chain__late(done);
    settle_cancelled(done);
    return CHAIN_OK;
}

/* Rule 5. Whether the operation is a posted one is not known here, so it is
 * claimed as if it were. */
enum chain_settled chain_deferred_abandon(struct chain_deferred done)
{
    return chain__shared_reject(done, CHAIN_EABANDONED, "the deferred was given up", 0);
}

void chain__replaced(struct chain_op *op, struct chain_loop *loop, const struct chain__kept *kept)
{
    bool cancelled = chain__unshield(op, kept);

    if (kept->code > 0)
        chain__suppress(loop, kept->code, &kept->failure);
    CHAIN__CHECK(op->code > 0);
    if (kept->code == CHAIN_CODE_CANCELLED || cancelled)
        chain__cancel_wins(op, loop);
}

void chain__suppress_own(struct chain_op *op, struct chain_loop *loop)
{
    CHAIN__CHECK(op->code > 0); /* a cancel waits while an undo or a release runs */
    chain__suppress(loop, op->code, chain__failure(op));
    op->code = 0;
}
