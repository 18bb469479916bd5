/* post.c - settling from other threads and from interrupts (rules 99-103).
 *
 * A post claims the operation by compare-and-swap on its tag, writes the outcome, and pushes the strand on the mailbox of
 * the loop; the loop takes all that was pushed at once and turns it round. So a post costs two compare-and-swaps, and a
 * wake-up only if the loop sleeps.
 *
 * Mailboxes are static memory, one per loop number, as the loop itself may end and be freed under a poster's feet.
 * A wake-up cannot be lost: the loop says that it sleeps and then looks for posts, a poster posts and then looks whether the
 * loop sleeps, and both pairs are sequentially consistent, so at least one sees the other.
 *
 * The tag has 64 bits; a port to a processor without a 64-bit compare-and-swap has to bring its own shared claim. */
#include "core.h"

#include <errno.h>

struct mailbox {
    struct chain_strand *posts; /* newest first; &closed when the loop takes no more */
    uint64_t late;              /* settling calls that came late, of any thread */
    uint32_t asleep;            /* the loop is in wait(), or about to be: a post must wake it */
    uint32_t wakers;            /* posters that may be inside the loop's wake() */
    uint32_t used;
#if UINTPTR_MAX > 0xffffffffu
    unsigned char padding[64 - sizeof(void *) - 8 - 12]; /* two loops do not share a cache line */
#endif
};

static struct mailbox mailboxes[CHAIN_LOOPS_MAX];
static struct chain_strand closed;

CHAIN_STATIC_ASSERT(CHAIN_LOOPS_MAX >= 1 && CHAIN_LOOPS_MAX <= 255, "a tag has 8 bits for the loop");

static struct mailbox *mailbox_of_tag(uint64_t tag)
{
    return &mailboxes[chain__id_of_tag(tag)];
}

/* ---- the loop's side ---- */

bool chain__mailbox_open(struct chain_loop *loop)
{
    for (unsigned id = 0; id < CHAIN_LOOPS_MAX; id++) {
        struct mailbox *box = &mailboxes[id];
        uint32_t unused = 0;
        if (!__atomic_compare_exchange_n(&box->used, &unused, 1, false, __ATOMIC_ACQUIRE, __ATOMIC_RELAXED))
            continue;
        loop->id = id;
        __atomic_store_n(&box->late, 0, __ATOMIC_RELAXED);
        __atomic_store_n(&box->posts, NULL, __ATOMIC_SEQ_CST);
        __atomic_store_n(&chain__loops[id], loop, __ATOMIC_SEQ_CST);
        return true;
    }
    return false;
}

static void drop(struct chain_strand *strand)
{
    while (strand != NULL) {
        struct chain_strand *next = strand->next;
        chain__drop_request(strand);
        strand = next;
    }
}

/* Whoever comes to wake the loop counts itself in before it looks at chain__loops, so either it finds no loop there or it is
 * waited for here. Posts that nobody took are dropped. */
void chain__mailbox_close(struct chain_loop *loop, bool reuse)
{
    struct mailbox *box = &mailboxes[loop->id];

    drop(__atomic_exchange_n(&box->posts, &closed, __ATOMIC_SEQ_CST));
    drop(loop->ready.first);
    __atomic_store_n(&chain__loops[loop->id], NULL, __ATOMIC_SEQ_CST);
    while (__atomic_load_n(&box->wakers, __ATOMIC_SEQ_CST) != 0)
        continue;
    if (reuse)
        __atomic_store_n(&box->used, 0, __ATOMIC_RELEASE);
}

void chain__mailbox_take(struct chain_loop *loop)
{
    struct mailbox *box = &mailboxes[loop->id];
    struct chain_strand *newest, *oldest = NULL;

    if (__atomic_load_n(&box->posts, __ATOMIC_RELAXED) == NULL)
        return;
    newest = __atomic_exchange_n(&box->posts, NULL, __ATOMIC_ACQUIRE);
    while (newest != NULL) {
        struct chain_strand *next = newest->next;
        newest->next = oldest;
        oldest = newest;
        newest = next;
    }
    while (oldest != NULL) {
        struct chain_strand *next = oldest->next;
        chain__ready(loop, oldest);
        oldest = next;
    }
}

bool chain__mailbox_sleep(struct chain_loop *loop)
{
    struct mailbox *box = &mailboxes[loop->id];

    __atomic_store_n(&box->asleep, 1, __ATOMIC_SEQ_CST);
    return __atomic_load_n(&box->posts, __ATOMIC_SEQ_CST) == NULL;
}

void chain__mailbox_awake(struct chain_loop *loop)
{
    __atomic_store_n(&mailboxes[loop->id].asleep, 0, __ATOMIC_RELAXED);
}

void chain__count_late(uint64_t tag)
{
    __atomic_fetch_add(&mailbox_of_tag(tag)->late, 1, __ATOMIC_RELAXED);
}

uint64_t chain_loop_late(const struct chain_loop *loop)
{
    return __atomic_load_n(&mailboxes[loop->id].late, __ATOMIC_RELAXED);
}

/* ---- the poster's side ---- */

static bool is_closed(struct mailbox *box)
{
    return __atomic_load_n(&box->posts, __ATOMIC_RELAXED) == &closed;
}

/* Of several posters that find the loop asleep, one wakes it. */
static void wake(struct mailbox *box, unsigned id)
{
    struct chain_loop *loop;

    __atomic_fetch_add(&box->wakers, 1, __ATOMIC_SEQ_CST);
    if (__atomic_exchange_n(&box->asleep, 0, __ATOMIC_SEQ_CST) != 0) {
        loop = __atomic_load_n(&chain__loops[id], __ATOMIC_SEQ_CST);
        if (loop != NULL)
            chain_wake(loop);
    }
    __atomic_fetch_sub(&box->wakers, 1, __ATOMIC_RELEASE);
}

static enum chain_settled push(struct mailbox *box, unsigned id, struct chain_strand *strand)
{
    struct chain_strand *newest = __atomic_load_n(&box->posts, __ATOMIC_RELAXED);

    do {
        if (newest == &closed)
            return CHAIN_CLOSED;
        strand->next = newest;
    } while (!__atomic_compare_exchange_n(&box->posts, &newest, strand, true, __ATOMIC_SEQ_CST, __ATOMIC_RELAXED));
    if (__atomic_load_n(&box->asleep, __ATOMIC_SEQ_CST) != 0)
        wake(box, id);
    return CHAIN_OK;
}

void *chain__post_begin(struct chain_deferred done)
{
    CHAIN__CHECK((done.tag & CHAIN__BRANCH) == 0);
    return is_closed(mailbox_of_tag(done.tag)) ? NULL : chain__shared_claim(done);
}

enum chain_settled chain__post_late(struct chain_deferred done)
{
    return is_closed(mailbox_of_tag(done.tag)) ? CHAIN_CLOSED : chain__late(done);
}

enum chain_settled chain__mailbox_push(uint64_t tag, struct chain_strand *strand)
{
    return push(mailbox_of_tag(tag), chain__id_of_tag(tag), strand);
}

/* The loop's thread may be deciding a cancel at the same time: that wins, whichever comes first (rule 71). */
enum chain_settled chain__post_end(struct chain_deferred done, int code)
{
    int32_t open = 0;

    __atomic_compare_exchange_n(&done.op->code, &open, code, false, __ATOMIC_RELEASE, __ATOMIC_RELAXED);
    return push(mailbox_of_tag(done.tag), chain__id_of_tag(done.tag), chain__strand_of(done.op));
}

enum chain_settled chain__post_reject(struct chain_deferred done, int code, const char *message, intptr_t info)
{
    struct chain_failure *failure;

    if (chain__post_begin(done) == NULL)
        return chain__post_late(done);
    done.op->alive = 0;
    failure = chain__failure(done.op);
    failure->message = message;
    failure->info = info;
    failure->origin = NULL;
    return chain__post_end(done, chain__rejection_code(code));
}

/* Unless a cancel has been asked for, or comes meanwhile, it counts as a rejection (rule 62). */
enum chain_settled chain__post_cancelled(struct chain_deferred done)
{
    return chain__post_reject(done, ECANCELED, chain__unasked, 0);
}
