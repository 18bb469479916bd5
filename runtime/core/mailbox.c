/* mailbox.c - strands that other threads and interrupts push to a loop (rules
 * 99-103).
 *
 * Mailboxes are static memory, one per loop number, because a loop may end and
 * be freed while another thread posts to it. The loop takes all strands at once
 * and reverses their order.
 *
 * A wake-up cannot be lost: the loop says that it sleeps and then looks for
 * posts, a poster posts and then looks whether the loop sleeps, and both pairs
 * are sequentially consistent, so at least one sees the other. */
#include "mailbox.h"

#include "core.h"
#include "suppress.h"
#include "trace.h"

#include <errno.h>

struct mailbox {
    struct chain_strand *posts; /* newest first; &closed when the loop takes no more */
    uint64_t late;              /* settling calls that came late, of any thread */
    uint32_t asleep;            /* the loop is in wait(), or about to be: a post must wake it */
    uint32_t wakers;            /* posters that may be inside the loop's wake() */
    uint32_t used;
} CHAIN__CACHE_LINE;

static struct mailbox mailboxes[CHAIN_LOOPS_MAX];
static struct chain_strand closed;

CHAIN_STATIC_ASSERT(CHAIN_LOOPS_MAX >= 1 && CHAIN_LOOPS_MAX <= 255,
                    "a tag has 8 bits for the loop");

static struct mailbox *mailbox_of_tag(uint64_t tag)
{
    return &mailboxes[chain__id_of_tag(tag)];
}

/* ---- the loop's side ----------------------------------------------------- */

bool chain__mailbox_open(struct chain_loop *loop)
{
    for (unsigned id = 0; id < CHAIN_LOOPS_MAX; id++) {
        struct mailbox *box = &mailboxes[id];
        uint32_t unused = 0;
        if (!chain__claim_word(&box->used, &unused, 1, __ATOMIC_ACQUIRE))
            continue;
        loop->id = id;
        chain__store_tag(&box->late, 0, __ATOMIC_RELAXED);
        chain__store_strand(&box->posts, NULL, __ATOMIC_SEQ_CST);
        chain__store_loop(&chain__loops[id], loop, __ATOMIC_SEQ_CST);
        return true;
    }
    return false;
}

/* A thread that wakes the loop counts itself in before it looks at
 * chain__loops. So either it finds no loop there, or this function waits for
 * it. */
struct chain_strand *chain__mailbox_close(struct chain_loop *loop, bool reuse)
{
    struct mailbox *box = &mailboxes[loop->id];
    struct chain_strand *untaken = chain__swap_strand(&box->posts, &closed, __ATOMIC_SEQ_CST);

    chain__store_loop(&chain__loops[loop->id], NULL, __ATOMIC_SEQ_CST);
    while (chain__load_word(&box->wakers, __ATOMIC_SEQ_CST) != 0)
        continue;
    if (reuse)
        chain__store_word(&box->used, 0, __ATOMIC_RELEASE);
    return untaken;
}

/* A posted rejection that a cancel had come before: only the loop's thread may
 * tell the hook (rules 69, 106). */
static void report_lost(struct chain_op *op, struct chain_loop *loop)
{
    const struct chain_failure *failure = chain__failure(op);

    op->mark = CHAIN__EMPTY;
    chain__suppress_rejection(op, loop, (int)(intptr_t)failure->origin, failure->message,
                              failure->info);
}

void chain__mailbox_take(struct chain_loop *loop)
{
    struct mailbox *box = &mailboxes[loop->id];
    struct chain_strand *newest, *oldest = NULL;

    if (chain__load_strand(&box->posts, __ATOMIC_RELAXED) == NULL)
        return;
    newest = chain__swap_strand(&box->posts, NULL, __ATOMIC_ACQUIRE);
    while (newest != NULL) {
        struct chain_strand *next = newest->next;
        newest->next = oldest;
        oldest = newest;
        newest = next;
    }
    while (oldest != NULL) {
        struct chain_strand *next = oldest->next;
        CHAIN__TRACE(chain__trace_posted(oldest));
        if (oldest->op.mark == CHAIN__LOST)
            report_lost(&oldest->op, loop);
        chain__ready(loop, oldest);
        oldest = next;
    }
}

bool chain__mailbox_sleep(struct chain_loop *loop)
{
    struct mailbox *box = &mailboxes[loop->id];

    chain__store_word(&box->asleep, 1, __ATOMIC_SEQ_CST);
    return chain__load_strand(&box->posts, __ATOMIC_SEQ_CST) == NULL;
}

void chain__mailbox_awake(struct chain_loop *loop)
{
    chain__store_word(&mailboxes[loop->id].asleep, 0, __ATOMIC_RELAXED);
}

void chain__count_late(uint64_t tag)
{
    chain__add_count(&mailbox_of_tag(tag)->late, 1, __ATOMIC_RELAXED);
}

uint64_t chain_loop_late(const struct chain_loop *loop)
{
    return chain__load_tag(&mailboxes[loop->id].late, __ATOMIC_RELAXED);
}

/* ---- the poster's side --------------------------------------------------- */

bool chain__mailbox_is_closed(uint64_t tag)
{
    return chain__load_strand(&mailbox_of_tag(tag)->posts, __ATOMIC_RELAXED) == &closed;
}

/* Of several posters that find the loop asleep, one wakes it. */
static void wake(struct mailbox *box, unsigned id)
{
    struct chain_loop *loop;

    chain__add_word(&box->wakers, 1, __ATOMIC_SEQ_CST);
    if (chain__swap_word(&box->asleep, 0, __ATOMIC_SEQ_CST) != 0) {
        loop = chain__load_loop(&chain__loops[id], __ATOMIC_SEQ_CST);
        if (loop != NULL)
            chain_loop_wake(loop);
    }
    chain__add_word(&box->wakers, UINT32_MAX, __ATOMIC_RELEASE);
}

enum chain_settled chain__mailbox_push(uint64_t tag, struct chain_strand *strand)
{
    struct mailbox *box = mailbox_of_tag(tag);
    struct chain_strand *newest = chain__load_strand(&box->posts, __ATOMIC_RELAXED);

    do {
        if (newest == &closed)
            return CHAIN_CLOSED;
        strand->next = newest;
    } while (!chain__claim_strand(&box->posts, &newest, strand, __ATOMIC_SEQ_CST));
    if (chain__load_word(&box->asleep, __ATOMIC_SEQ_CST) != 0)
        wake(box, chain__id_of_tag(tag));
    return CHAIN_OK;
}

/* ---- in a child process -------------------------------------------------- */

void chain__mailboxes_forked(void)
{
    for (unsigned id = 0; id < CHAIN_LOOPS_MAX; id++)
        chain__store_word(&mailboxes[id].wakers, 0, __ATOMIC_RELAXED);
}
