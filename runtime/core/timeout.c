/* timeout.c - a race of one branch against a timer, and the pauses of a retry. */
#include "core.h"
#include "timer.h"

/* The timer stands in the storage after the strand that waits. */
static struct chain_strand *strand_of(struct chain_timer *timer)
{
    char *storage = (char *)timer - offsetof(struct chain__timeout, timer);
    return (struct chain_strand *)(void *)(storage - sizeof(struct chain_strand));
}

/* Not chain__raise(): the strand still counts its branches. */
static void raise_timeout(struct chain_op *op)
{
    struct chain__decision *join = chain__storage(op);

    op->code = ETIMEDOUT;
    join->failure.message = "timed out";
    join->failure.info = 0;
    join->failure.origin = NULL;
    join->winner = NULL;
    join->attempt = 0;
}

/* If the body has ended, that counts, even if its strand has not yet been
 * resumed (rule 83). Once fired it stays ETIMEDOUT (rule 82). */
static void fire(struct chain_timer *timer, struct chain_loop *loop)
{
    struct chain_strand *strand = strand_of(timer);
    struct chain_op *op = &strand->op;

    if (op->branches == 0 || op->code != 0 || (op->flags & CHAIN__DECIDED) != 0)
        return;
    CHAIN__TRACE(chain__trace_event(CHAIN_EVENT_TIMEOUT, op, ETIMEDOUT));
    raise_timeout(op);
    op->flags |= CHAIN__DECIDED | CHAIN__DECIDING;
    chain__ready(loop, strand);
}

void chain__timeout_until(struct chain_strand *strand, struct chain_loop *loop, uint64_t time)
{
    struct chain__timeout *timeout = chain__storage(&strand->op);

    timeout->timer.link = NULL;
    timeout->timer.fire = fire;
    chain_timer_arm(loop, &timeout->timer, chain__deadline_at(loop, time));
}

void chain__timeout_start(struct chain_strand *strand, struct chain_loop *loop, int64_t ns)
{
    chain__timeout_until(strand, loop, chain_loop_deadline(loop, ns));
}

void chain__timeout_end(struct chain_strand *strand, struct chain_loop *loop)
{
    struct chain__timeout *timeout = chain__storage(&strand->op);
    chain_timer_disarm(loop, &timeout->timer);
}

/* ---- backoff ------------------------------------------------------------- */

/* xorshift64*: any 64 bits but 0. */
static uint64_t random_bits(struct chain_loop *loop)
{
    uint64_t x = loop->random == 0 ? UINT64_C(0x9e3779b97f4a7c15) : loop->random;

    x ^= x >> 12;
    x ^= x << 25;
    x ^= x >> 27;
    loop->random = x;
    return x * UINT64_C(0x2545f4914f6cdd1d);
}

/* whole * fraction / 2^32, rounded down. Small processors have no division, and none of 64 bits. */
static uint64_t part_of(uint64_t whole, uint32_t fraction)
{
    return (whole >> 32) * fraction + ((whole & UINT32_MAX) * fraction >> 32);
}

static int64_t with_jitter(struct chain_loop *loop, int64_t pause, unsigned percent)
{
    const uint32_t hundredth = 42949673; /* of 2^32, rounded up */
    uint64_t most =
        pause <= 0 ? 0
                   : part_of((uint64_t)pause, percent >= 100 ? UINT32_MAX : percent * hundredth);
    int64_t more;

    if (most == 0)
        return pause;
    more = (int64_t)part_of(most + 1, (uint32_t)(random_bits(loop) >> 32));
    return pause > INT64_MAX / 2 - more ? INT64_MAX / 2 : pause + more;
}

int64_t chain__backoff(struct chain_loop *loop, int attempt, int64_t first, int64_t most,
                       unsigned jitter)
{
    const int64_t longest = INT64_MAX / 2;
    int64_t pause = first;

    for (int i = 1; i < attempt && pause > 0 && pause < most && pause < longest; i++)
        pause = pause > longest / 2 ? longest : 2 * pause;
    return with_jitter(loop, pause < most ? pause : most, jitter);
}
