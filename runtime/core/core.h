/* core.h - what the files of the core tell each other. No system call and no heap below here. */
#ifndef CHAIN_CORE_H
#define CHAIN_CORE_H

#include "chain_gen.h"

/* States that only a bug in libchain or chainc can bring about (rule 108). */
#ifdef CHAIN_DEBUG
#define CHAIN__CHECK(condition) ((condition) ? (void)0 : __builtin_trap())
#else
#define CHAIN__CHECK(condition) ((void)0)
#endif

static inline uint8_t chain__id_of_tag(uint64_t tag)
{
    return (uint8_t)(tag >> 8);
}

/* settle.c: the message of a rejection with ECANCELED by which an operation ends that nobody asked to stop (rule 62). */
extern const char chain__unasked[];

/* What a cancel has won over had no value (rules 42a, 42c). */
static inline void chain__empty(struct chain_op *op)
{
    if ((chain__tag(op) & CHAIN__BRANCH) != 0)
        op->code = CHAIN__CANCELLED_EMPTY;
    else
        op->alive = CHAIN__EMPTY;
}

/* settle.c: settles a claimed operation as rejected. */
void chain__settle_rejected(struct chain_deferred done, int code, const char *message, intptr_t info);

/* settle.c: the step that `op`, the header of a strand, waits for; NULL if unknown. */
const struct chain_site *chain__site_of(struct chain_op *op);
/* settle.c: a rejection goes to the suppressed hook (rule 106). */
void chain__suppress(struct chain_loop *loop, int code, const struct chain_failure *failure);

/* settle.c: the same for what an operation rejects with whose outcome was decided while it was pending; it comes from the step
 * that waits for `op`. */
void chain__suppress_rejection(struct chain_op *op, struct chain_loop *loop, int code, const char *message, intptr_t info);

/* A lock that is held for a few instructions, between the threads of several loops (rule 99). Interrupts never take it. */
static inline void chain__lock(uint32_t *lock)
{
    while (CHAIN_THREADS && chain__swap_word(lock, 1, __ATOMIC_ACQUIRE) != 0)
        continue;
}

static inline void chain__unlock(uint32_t *lock)
{
    if (CHAIN_THREADS)
        chain__store_word(lock, 0, __ATOMIC_RELEASE);
}

/* cancel.c: cancels a chain that was run from outside, and all that it has spawned. */
void chain__cancel_top(struct chain_strand *strand, struct chain_loop *loop);

/* cancel.c: asks what the strand waits for to stop. */
void chain__ask_strand(struct chain_strand *strand, struct chain_loop *loop);

/* cancel.c: cancels the instances that a chain has spawned. */
void chain__cancel_instances(struct chain__nursery *nursery, struct chain_loop *loop);

/* cancel.c: asks the operation whose start was interrupted by a cancel (rule 66). */
void chain__ask_interrupted(struct chain_loop *loop);

/* cancel.c: the loop has ended; if this strand is a request to cancel, its owner has it back. */
void chain__drop_request(struct chain_strand *strand);

/* timer.c: takes the earliest timer out if it is due at `now`; NULL if there is none. */
struct chain_timer *chain__timer_due(struct chain_loop *loop, uint64_t now);

/* No other strand is resumed until the running one has come back to the loop; its loops go round on what is set aside. */
static inline void chain__set_budget_aside(struct chain_loop *loop)
{
    loop->spared += loop->budget > 0 ? loop->budget : 0;
    loop->budget = 0;
}

static inline void chain__restore_budget(struct chain_loop *loop)
{
    loop->budget = loop->spared;
    loop->spared = 0;
}

/* strand.c: resumes ready strands until there is none or the budget ends (rules 14, 17). */
void chain__drain(struct chain_loop *loop);

/* pool.c: an instance goes to whoever waits for one, or back to where it is from. */
void chain__give_back(struct chain__instance *instance);

/* pool.c: a wait at the end of a list; out of the list it is in. */
void chain__wait_in(struct chain__waiting *list, struct chain__wait *wait);
void chain__wait_no_more(struct chain__waiting *list, struct chain__wait *wait);

/* pool.c: the loop gives its slabs back. */
void chain__slabs_fini(struct chain_loop *loop);

/* root.c: how many chains run that C code has run. */
size_t chain__roots_running(const struct chain_loop *loop);

/* root.c: reports the rejections nobody looked at, lets go of all roots. */
void chain__roots_fini(struct chain_loop *loop);

/* post.c: every loop number has a mailbox in static memory, so that a post needs nothing of a loop that may have ended. */

/* Gives `loop` a number and a mailbox. False if all are taken. */
bool chain__mailbox_open(struct chain_loop *loop);

/* Refuses posts from now on and waits until no poster is inside the loop's `wake`. `reuse`: the number may be given out again. */
void chain__mailbox_close(struct chain_loop *loop, bool reuse);

/* Moves what was posted to the ready queue, in order (rule 100). */
void chain__mailbox_take(struct chain_loop *loop);

/* The loop is going to sleep, unless something was posted: then false. */
bool chain__mailbox_sleep(struct chain_loop *loop);
void chain__mailbox_awake(struct chain_loop *loop);

/* Posts a strand that is nobody's to the loop of a tag: it is resumed on the loop's thread. From any thread. */
enum chain_settled chain__mailbox_push(uint64_t tag, struct chain_strand *strand);

/* In a child process, which has none of the other threads: none of them is waking a loop. */
void chain__mailboxes_forked(void);

/* Counts a late settle of an operation that had this tag. */
void chain__count_late(uint64_t tag);

/* trace.c: for CHAIN__TRACE(). A strand has come out of the mailbox; if it waited for an operation, that has been settled by a
 * post. */
void chain__trace_posted(const struct chain_strand *strand);

/* trace.c: a loop begins and ends. */
void chain__trace_open(struct chain_loop *loop);
void chain__trace_close(const struct chain_loop *loop);

/* trace.c: events of a chain that C code runs or that is spawned, and those that belong to no header. */
void chain__trace_cancel(const struct chain_root *root);
void chain__trace_spawn(struct chain__instance *instance, const struct chain_strand *spawner);
void chain__trace_root_done(const struct chain_root *root);
void chain__trace_instance_done(const struct chain__instance *instance);
void chain__trace_late(uint64_t tag);
void chain__trace_suppressed(struct chain_loop *loop, const struct chain_error *error);

#endif
