/* post.c - settling from other threads and from interrupts (rules 99-103).
 *
 * A post claims the operation by compare-and-swap on its tag, writes the
 * outcome, and pushes the strand on the mailbox of the loop. So a post costs
 * two compare-and-swaps, and a wake-up only if the loop sleeps.
 *
 * On firmware a poster is an interrupt, and where the processor lacks the
 * instructions a port's critical section stands in for them:
 * chain/private/atomic.h. */
#include "core.h"
#include "mailbox.h"
#include "settle.h"
#include "trace.h"

#include <errno.h>

void *chain__post_begin(struct chain_deferred done)
{
    void *place;

    CHAIN__CHECK((done.tag & CHAIN__BRANCH) == 0);
    place = chain__mailbox_is_closed(done.tag) ? NULL : chain__shared_claim(done);
    if (place != NULL)
        done.op->mark = 0; /* no attempt is known yet, nothing is lost */
    return place;
}

enum chain_settled chain__post_late(struct chain_deferred done)
{
    if (chain__mailbox_is_closed(done.tag))
        return CHAIN_CLOSED;
    chain__count_late(done.tag);
    if (chain__is_current(done.tag)) /* the trace is the loop's thread's */
        CHAIN__TRACE(chain__trace_late(done.tag));
    return CHAIN_LATE;
}

/* The loop's thread may be deciding a cancel at the same time: that wins,
 * whichever comes first (rule 71). */
static bool claim_outcome(struct chain_deferred done, int code)
{
    int32_t open = 0;

    return chain__claim_code(&done.op->code, &open, code, __ATOMIC_RELEASE);
}

static enum chain_settled push(struct chain_deferred done)
{
    return chain__mailbox_push(done.tag, chain__strand_of(done.op));
}

enum chain_settled chain__post_end(struct chain_deferred done, int code)
{
    (void)claim_outcome(done, code);
    return push(done);
}

static bool claim_rejection(struct chain_deferred done, int code, const char *message,
                            intptr_t info)
{
    struct chain_failure *failure = chain__failure(done.op);

    failure->message = message;
    failure->info = info;
    failure->origin = NULL;
    return claim_outcome(done, code);
}

/* A cancel that was there first has the header's code, so that of the rejection
 * waits where its origin will stand. */
static void lose(struct chain_op *op, int code)
{
    op->mark = CHAIN__LOST;
    chain__failure(op)->origin = (const struct chain_site *)(intptr_t)code;
}

enum chain_settled chain__post_reject(struct chain_deferred done, int code, const char *message,
                                      intptr_t info)
{
    if (chain__post_begin(done) == NULL)
        return chain__post_late(done);
    return chain__post_rejected(done, code, message, info);
}

enum chain_settled chain__post_rejected(struct chain_deferred done, int code, const char *message,
                                        intptr_t info)
{
    code = chain__rejection_code(code);
    if (!claim_rejection(done, code, message, info))
        lose(done.op, code);
    return push(done);
}

/* Unless a cancel has been asked for, or comes meanwhile, it counts as a rejection (rule 62). */
enum chain_settled chain__post_acknowledge(struct chain_deferred done)
{
    if (chain__post_begin(done) == NULL)
        return chain__post_late(done);
    if (!claim_rejection(done, ECANCELED, chain__unasked, 0))
        done.op->mark = CHAIN__EMPTY;
    return push(done);
}
