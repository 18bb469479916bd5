/* chain_gen.h - what generated code calls. Not for people: everything here may change with CHAIN_ABI.
 *
 * The functions are inline so that a step that settles at once, and the hop from one strand to the next, cost no call.
 */
#ifndef CHAIN_GEN_H
#define CHAIN_GEN_H

#include "chain.h"

#ifdef __cplusplus
extern "C" {
#endif

/* The bits of a tag. */
#define CHAIN__GENERATION ((uint64_t)1 << 16) /* its lowest bit: set while pending */
#define CHAIN__BRANCH ((uint64_t)1)           /* a branch that is one operation: counted at its strand when it settles */
#define CHAIN__QUEUED ((uint64_t)2)           /* settled, and on its way through a queue: not to be continued at once */
#define CHAIN__LOW ((uint64_t)0xffff)

#ifndef CHAIN_LOOPS_MAX
#define CHAIN_LOOPS_MAX 64 /* loops alive at one time in a process, at most 256 */
#endif

/* Resumptions and loop rounds between two looks at timers and I/O (rule 17). */
#ifndef CHAIN_BUDGET
#define CHAIN_BUDGET 256
#endif

/* Whether a strand that suspends jumps to the next ready one, or returns to the loop's own dispatcher. A jump needs the
 * compiler's sibling calls, which -O0, -O1 and the sanitizers do not give; the budget bounds the stack in any case. */
#ifndef CHAIN__THREADED
#if defined(__OPTIMIZE__) && !defined(__SANITIZE_ADDRESS__) && !defined(__SANITIZE_THREAD__)
#define CHAIN__THREADED 1
#else
#define CHAIN__THREADED 0
#endif
#endif

extern struct chain_loop *chain__loops[CHAIN_LOOPS_MAX];
extern const struct chain_type chain__root_type;

/* Tags of `posted` operations are read and changed by several threads; a stale deferred may be compared at any time. */
static inline uint64_t chain__tag(const struct chain_op *op)
{
#if UINTPTR_MAX > 0xffffffffu
    return __atomic_load_n(&op->tag, __ATOMIC_RELAXED);
#else
    return op->tag;
#endif
}

static inline void chain__set_tag(struct chain_op *op, uint64_t tag)
{
#if UINTPTR_MAX > 0xffffffffu
    __atomic_store_n(&op->tag, tag, __ATOMIC_RELAXED);
#else
    op->tag = tag;
#endif
}

static inline struct chain_loop *chain__loop_of_tag(uint64_t tag)
{
    return chain__loops[(tag >> 8) & 0xff];
}

/* The header stands directly before the operation's struct. */
static inline struct chain_op *chain__op_of(const void *operation)
{
    return (struct chain_op *)((uintptr_t)operation - sizeof(struct chain_op));
}

static inline struct chain_strand *chain__strand_of(struct chain_op *op)
{
    return (struct chain_strand *)(void *)((char *)op - offsetof(struct chain_strand, op));
}

static inline void *chain__storage(struct chain_op *op)
{
    return op + 1;
}

static inline struct chain_failure *chain__failure(struct chain_op *op)
{
    return (struct chain_failure *)(void *)(op + 1);
}

static inline struct chain_deferred chain__deferred(const void *operation)
{
    struct chain_deferred done;
    done.op = chain__op_of(operation);
    done.tag = chain__tag(done.op);
    return done;
}

/* The loop of a pending operation, given its struct. */
static inline struct chain_loop *chain_loop_of(const void *operation)
{
    return chain__loop_of_tag(chain__tag(chain__op_of(operation)));
}

/* ---- ready queue ---- */

static inline void chain__ready(struct chain_loop *loop, struct chain_strand *strand)
{
    strand->next = NULL;
    *loop->ready.last = strand;
    loop->ready.last = &strand->next;
}

static inline struct chain_strand *chain__take(struct chain_loop *loop)
{
    struct chain_strand *strand = loop->ready.first;
    loop->ready.first = strand->next;
    if (loop->ready.first == NULL)
        loop->ready.last = &loop->ready.first;
    return strand;
}

/* What a resume function returns when its strand suspends: the next strand to resume, or NULL. */
static inline struct chain_strand *chain__suspend(struct chain_loop *loop)
{
#if CHAIN__THREADED
    if (loop->budget != 0 && loop->ready.first != NULL) {
        struct chain_strand *strand = chain__take(loop);
        loop->budget--;
        loop->running = strand;
        return strand->type->resume(strand, loop);
    }
#else
    (void)loop;
#endif
    return NULL;
}

/* What a resume function returns to go on at once with the same strand in another chain (a call, or its end). */
static inline struct chain_strand *chain__continue(struct chain_strand *strand, struct chain_loop *loop)
{
#if CHAIN__THREADED
    if (loop->budget != 0) {
        loop->budget--;
        return strand->type->resume(strand, loop);
    }
#else
    (void)loop;
#endif
    return strand;
}

/* A loop goes round: false if the strand has to let others run first (rule 17). */
static inline bool chain__may_go_on(struct chain_loop *loop)
{
    if (loop->budget == 0)
        return false;
    loop->budget--;
    return true;
}

/* Lets the others run; the strand resumes at `at`. */
static inline struct chain_strand *chain__yield(struct chain_strand *strand, struct chain_loop *loop, unsigned at)
{
    strand->op.at = (uint16_t)at;
    chain__ready(loop, strand);
    return chain__suspend(loop);
}

/* ---- starting and settling ---- */

/* Makes a header pending; returns its tag. */
static inline uint64_t chain__pending(struct chain_op *op)
{
    uint64_t tag = (chain__tag(op) & ~CHAIN__QUEUED) + CHAIN__GENERATION;
    chain__set_tag(op, tag);
    return tag;
}

/* Whether the operation that was started with `tag` settled inside its start (rule 11). */
static inline bool chain__settled_at_once(const struct chain_op *op, uint64_t tag)
{
    return chain__tag(op) == tag + CHAIN__GENERATION;
}

/* Counts a late settle. */
enum chain_settled chain__late(struct chain_deferred done);

/* A branch that is one operation has settled. */
void chain__branch_settled(struct chain_op *op, struct chain_loop *loop);

/* Where the value of a still pending operation goes; NULL if this settle is late (the caller then calls chain__late). */
static inline void *chain__claim(struct chain_deferred done)
{
    return chain__tag(done.op) == done.tag ? chain__storage(done.op) : NULL;
}

/* Settles what chain__claim() has granted. */
static inline void chain__settle(struct chain_deferred done, int code)
{
    struct chain_op *op = done.op;
    struct chain_loop *loop = chain__loop_of_tag(done.tag);

    if (op->code == 0)
        op->code = code;
    chain__set_tag(op, done.tag + CHAIN__GENERATION);
    if ((done.tag & CHAIN__BRANCH) != 0)
        chain__branch_settled(op, loop);
    else if (loop->running != chain__strand_of(op))
        chain__ready(loop, chain__strand_of(op));
}

/* The same, but the strand goes on only after those that are ready now, even if its operation is still being started. */
static inline void chain__settle_soon(struct chain_deferred done, int code)
{
    struct chain_op *op = done.op;
    struct chain_loop *loop = chain__loop_of_tag(done.tag);

    if (op->code == 0)
        op->code = code;
    if ((done.tag & CHAIN__BRANCH) != 0) {
        chain__set_tag(op, done.tag + CHAIN__GENERATION);
        chain__branch_settled(op, loop);
        return;
    }
    chain__set_tag(op, (done.tag + CHAIN__GENERATION) | CHAIN__QUEUED);
    chain__ready(loop, chain__strand_of(op));
}

enum chain_settled chain__reject(struct chain_deferred done, int code, const char *message, intptr_t info);
enum chain_settled chain__cancelled(struct chain_deferred done);

/* Posting from other threads: begin claims the operation (NULL: late, nothing is changed), the caller writes the value
 * there, end hands the strand to the loop and wakes it if it sleeps. Rules 99-103. */
void *chain__post_begin(struct chain_deferred done);
void chain__post_end(struct chain_deferred done, int code);
enum chain_settled chain__post_reject(struct chain_deferred done, int code, const char *message, intptr_t info);

/* ---- chains ---- */

/* A rejection inside a step: the code into the header, the rest into the storage behind it. Returns 1. */
static inline int chain__raise(struct chain_op *op, int code, const char *message, intptr_t info)
{
    struct chain_failure *failure = chain__failure(op);
    op->code = code;
    failure->message = message;
    failure->info = info;
    failure->origin = NULL;
    return 1;
}

/* Says where a rejection comes from, unless something further in has said it. */
static inline void chain__originates(struct chain_op *op, const struct chain_site *site)
{
    struct chain_failure *failure = chain__failure(op);
    if (failure->origin == NULL)
        failure->origin = site;
}

/* `err` of a handler. */
static inline struct chain_error chain__error(const struct chain_op *op, const struct chain_failure *failure)
{
    struct chain_error error;
    error.code = op->code;
    error.attempt = 0;
    error.message = failure->message;
    error.info = failure->info;
    error.origin = failure->origin;
    error.causes = NULL;
    return error;
}

/* Puts a caught error back under way: a bare `reject`. */
static inline void chain__raise_again(struct chain_op *op, const struct chain_error *error)
{
    struct chain_failure *failure = chain__failure(op);
    op->code = error->code;
    failure->message = error->message;
    failure->info = error->info;
    failure->origin = error->origin;
}

/* The end of a chain: the strand goes on in the caller. */
static inline struct chain_strand *chain__end(struct chain_strand *strand, struct chain_loop *loop, const struct chain_link *link)
{
    strand->type = link->type;
    strand->op.at = link->at;
    return chain__continue(strand, loop);
}

/* A rejection that another outcome replaced goes to the suppressed hook (rule 106). */
void chain__suppressed(struct chain_loop *loop, const struct chain_error *error);

/* Starts a root on behalf of NAME_run(): links it to the loop and queues its strand, which resumes `type` at state 0.
 * Returns 0; EBUSY if it runs already; CHAIN_ECLOSED if the loop is closed or stopping for good. */
int chain__run(struct chain_root *root, struct chain_loop *loop, const struct chain_type *type, struct chain_link *link);

/* ---- branches of all, any, race, settle ---- */

/* The strand is going to wait for `count` branches: the header is made pending with one more, which chain__join() takes
 * away, so that nothing is decided before every branch has been started (rule 18). */
static inline void chain__fork(struct chain_strand *strand, unsigned count)
{
    strand->op.alive = (uint8_t)(count + 1);
    chain__pending(&strand->op);
}

/* Prepares the header of a branch that is one operation, before its start. */
static inline void chain__branch(struct chain_strand *parent, struct chain_op *op)
{
    op->at = (uint16_t)((size_t)((char *)op - (char *)&parent->op) / 8);
    op->code = 0;
    chain__set_tag(op, (chain__tag(op) & ~CHAIN__LOW) | (chain__tag(&parent->op) & 0xff00) | CHAIN__BRANCH);
    chain__pending(op);
}

/* Starts a branch that is a strand of its own and lets it run to its first wait, without resuming anything else. */
void chain__strand_start(struct chain_strand *parent, struct chain_strand *branch, struct chain_loop *loop, unsigned at);

/* A branch strand has ended with the outcome in its header and storage. */
void chain__branch_ended(struct chain_strand *parent, struct chain_strand *branch, struct chain_loop *loop);

/* After all branches have been started: whether all have ended, so that the strand can go on at once. */
static inline bool chain__join(struct chain_strand *strand)
{
    if (--strand->op.alive != 0)
        return false;
    chain__set_tag(&strand->op, chain__tag(&strand->op) + CHAIN__GENERATION);
    return true;
}

/* ---- delay ---- */

struct chain__delay {
    struct chain_timer timer;
};
void chain__delay_start(struct chain__delay *op, int64_t ns);

/* Multiplies a computed duration, clamped to [0, INT64_MAX / 2] ns (rule 87). */
static inline int64_t chain__duration(int64_t count, int64_t unit)
{
    if (count <= 0)
        return 0;
    return count > INT64_MAX / 2 / unit ? INT64_MAX / 2 : count * unit;
}

#ifdef __cplusplus
}
#endif

#endif
