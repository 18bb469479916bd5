/* chain/private/gen.h - the functions that generated code calls. Private:
 * everything here may change with CHAIN_ABI.
 *
 * The functions are inline so that a step that settles at once, and the hop
 * from one strand to the next, cost no call. */
#ifndef CHAIN_PRIVATE_GEN_H
#define CHAIN_PRIVATE_GEN_H

#include "chain.h"
#include "chain/private/atomic.h"
#include "chain/private/codes.h"

#ifdef __cplusplus
extern "C" {
#endif

/* Padding before a header of so many bytes, so that what follows the header
 * directly can be aligned as its types ask for: nothing, unless that is more
 * than the header's own place gives. `alignments` are those of the types,
 * joined by |. Unnamed bit-fields: an initializer passes over them, and they
 * may be empty. Types aligned to more than 128 bytes have no place after a
 * header. */
#ifdef __TINYC__ /* aligns nothing to more than 8 bytes, and knows no such bit-fields */
#define CHAIN__PAD(header, alignments)
#else
#define CHAIN__PAD(header, alignments)                  \
    uint64_t:                                           \
    CHAIN__PAD_IF(3, header, alignments); /* 8 bytes */ \
    uint64_t:                                           \
    CHAIN__PAD_IF(4, header, alignments); /* 16 */      \
    uint64_t:                                           \
    CHAIN__PAD_IF(4, header, alignments);               \
    CHAIN__PAD_32(5, header, alignments)                \
    CHAIN__PAD_32(6, header, alignments) /* 64 */       \
    CHAIN__PAD_32(6, header, alignments)
#endif
#define CHAIN__PAD_32(bit, header, alignments) \
    uint64_t:                                  \
    CHAIN__PAD_IF(bit, header, alignments);    \
    uint64_t:                                  \
    CHAIN__PAD_IF(bit, header, alignments);    \
    uint64_t:                                  \
    CHAIN__PAD_IF(bit, header, alignments);    \
    uint64_t:                                  \
    CHAIN__PAD_IF(bit, header, alignments);
/* The padding is what the header lacks to a multiple of the largest alignment;
 * this is one bit of that number. */
#define CHAIN__PAD_IF(bit, header, alignments) \
    ((((~(header) + 1) >> (bit)) & 1) != 0 && ((alignments) >> ((bit) + 1)) != 0 ? 64 : 0)

/* Of vectors that the processor is not told to have, gcc says less in _Alignof
 * than it aligns them to. */
#define CHAIN__ALIGN(type) __alignof__(type)

/* The flags of a strand's header. */
enum {
    CHAIN__CANCEL_ASKED = 1, /* a cancel was requested; it is delivered once (rules 63, 66) */
    CHAIN__SHIELDED = 2,     /* in a finally: a cancel waits (rule 40) */
    CHAIN__UNENDED = 4,      /* a branch that has not ended */
    CHAIN__DECIDED = 8,      /* waits for branches whose result is decided */
    CHAIN__DECIDING = 16,    /* decided, and in the ready queue to cancel the rest */
    /* its branches are being started: nothing is decided before that is done (rule 18) */
    CHAIN__FORKING = 32,
    CHAIN__KIND = 192,    /* what decides */
    CHAIN__BY_VALUE = 128 /* a value does */
};
enum chain__kind {
    CHAIN__ALL = 0,     /* the first rejection */
    CHAIN__SETTLE = 64, /* nothing */
    CHAIN__ANY = 128,   /* the first value */
    CHAIN__RACE = 192   /* the first outcome */
};

/* `at` of a strand while its operation is being started; every state is less. */
enum { CHAIN__SETTLED_AT_ONCE = 0xfffe, CHAIN__STARTING = 0xffff };

#define CHAIN__LIKELY(condition) __builtin_expect(!!(condition), 1)
#define CHAIN__UNLIKELY(condition) __builtin_expect(!!(condition), 0)

/* The loop whose turn is going on in this thread; between turns a loop without operations. */
extern CHAIN__THREAD_LOCAL struct chain_loop *chain__current;

static inline struct chain_strand *chain__strand_of(struct chain_op *op)
{
    return (struct chain_strand *)(void *)((char *)op - offsetof(struct chain_strand, op));
}

/* The strand that runs a frame stands directly before it. */
static inline struct chain_strand *chain__strand_before(void *frame)
{
    return (struct chain_strand *)frame - 1;
}

/* The header of the strand that waits for a branch without a strand, from the
 * header of that branch. The branch's header stands at a fixed distance after
 * it, or after a pointer to the frame that the strand runs. */
static inline struct chain_op *chain__parent_of(struct chain_op *branch)
{
    char *place = (char *)branch - (size_t)branch->at * 8;

    if ((chain__tag(branch) & CHAIN__OF_FRAME) != 0)
        place = *(char **)(void *)place - sizeof(struct chain_op);
    return (struct chain_op *)(void *)place;
}

static inline void *chain__storage(struct chain_op *op)
{
    return op + 1;
}

static inline struct chain_failure *chain__failure(struct chain_op *op)
{
    return (struct chain_failure *)(void *)(op + 1);
}

/* NAME_done(): the right to settle the use that is pending. If none is, because
 * the operation has settled, it is the right to settle the last use, and that
 * is late (rules 2, 102). */
static inline struct chain_deferred chain__deferred(const void *operation)
{
    struct chain_deferred done;
    done.op = chain__op_of(operation);
    done.tag = chain__tag(done.op);
    if (CHAIN__UNLIKELY((done.tag & CHAIN__GENERATION) == 0))
        done.tag -= CHAIN__GENERATION;
    return done;
}

/* ---- ready queue --------------------------------------------------------- */

static inline void chain__ready(struct chain_loop *loop, struct chain_strand *strand)
{
    strand->next = NULL;
    *loop->ready.last = strand;
    loop->ready.last = &strand->next;
}

static inline bool chain__is_current(uint64_t tag)
{
    return chain__current->id == ((tag >> 8) & 0xff);
}

/* Queues the strand of an operation that had this tag. Looking the loop up
 * would make every resumption wait for the memory accesses of the one before
 * it; the current loop is only compared. A loop that was ended while the
 * operation was pending takes no notice. */
static inline void chain__ready_again(uint64_t tag, struct chain_strand *strand)
{
    struct chain_loop *loop = chain__current;

    if (CHAIN__UNLIKELY(!chain__is_current(tag))) {
        loop = chain__loop_of_tag(tag);
        if (loop == NULL)
            return;
    }
    chain__ready(loop, strand);
}

static inline struct chain_strand *chain__take(struct chain_loop *loop)
{
    struct chain_strand *strand = loop->ready.first;
    loop->ready.first = strand->next;
    if (CHAIN__UNLIKELY(loop->ready.first == NULL))
        loop->ready.last = &loop->ready.first;
    return strand;
}

/* What a resume function returns when its strand suspends: the next strand to resume, or NULL. */
static inline struct chain_strand *chain__suspend(struct chain_loop *loop)
{
#if CHAIN__THREADED
    if (CHAIN__LIKELY(loop->ready.first != NULL) && CHAIN__LIKELY(--loop->budget >= 0)) {
        struct chain_strand *strand = chain__take(loop);
        return strand->type->resume(strand, loop);
    }
#else
    (void)loop;
#endif
    return NULL;
}

/* What a resume function returns to go on at once with the same strand in a
 * called chain. It counts in every build, so that all have one order. What is
 * used up stays so: calls that never wait may be more than an int can count. */
static inline struct chain_strand *chain__continue(struct chain_strand *strand,
                                                   struct chain_loop *loop)
{
    if (CHAIN__UNLIKELY(--loop->budget < 0)) {
        loop->budget = 0;
        return strand;
    }
    return CHAIN__THREADED ? strand->type->resume(strand, loop) : strand;
}

/* The same where no budget is left, or it was set aside because no other strand
 * may be resumed now. */
bool chain__may_still_go_on(struct chain_loop *loop);

/* A loop goes round: false if the strand has to let others run first (rule 17). */
static inline bool chain__may_go_on(struct chain_loop *loop)
{
    return CHAIN__LIKELY(--loop->budget >= 0) || chain__may_still_go_on(loop);
}

/* Lets the others run; the strand resumes at `at`. */
static inline struct chain_strand *chain__yield(struct chain_strand *strand,
                                                struct chain_loop *loop, unsigned at)
{
    strand->op.at = (uint16_t)at;
    chain__ready(loop, strand);
    return chain__suspend(loop);
}

/* ---- the trace: nothing unless CHAIN_TRACE is defined -------------------- */

#ifdef CHAIN_TRACE
#define CHAIN__TRACE(call) call
#else
#define CHAIN__TRACE(call) ((void)0)
#endif

/* A strand begins because of the operation that is, or was last, pending in
 * `parent`; NULL: for no such reason. */
void chain__trace_begin(enum chain_event_kind kind, struct chain_op *op,
                        const struct chain_op *parent);

void chain__trace_run(struct chain_root *root);

/* A strand's header, or one that is a branch, has become pending; it gets its number. */
void chain__trace_start(struct chain_op *op, unsigned at);
void chain__trace_branch(struct chain_op *op);

/* An operation that had this tag has been settled with this code; its header
 * has the outcome. */
void chain__trace_settled(uint64_t tag, const struct chain_op *op, int code);

/* Other events of the operation that is, or was last, pending in a header. */
void chain__trace_event(enum chain_event_kind kind, const struct chain_op *op, int code);
void chain__trace_retry(const struct chain_op *op, unsigned at);
void chain__trace_end(const struct chain_strand *strand, struct chain_loop *loop,
                      const struct chain_caller *caller);

/* The number in the trace of the operation that is, or was, pending under this
 * tag; 0: there is none. */
uint64_t chain__trace_number(const struct chain_loop *loop, uint64_t tag);

/* ---- starting and settling ----------------------------------------------- */

/* Makes a header pending. */
static inline void chain__pending(struct chain_op *op)
{
    chain__set_tag(op, chain__tag(op) + CHAIN__GENERATION);
}

/* Makes a strand's header pending, before the start of the operation that it is
 * going to wait for at the state `at`. The last lines tell the compiler what
 * always holds, so that it drops the tests from a start that it has inlined. */
static inline void chain__begin(struct chain_strand *strand, unsigned at)
{
    chain__pending(&strand->op);
    strand->op.at = CHAIN__STARTING;
    (void)at;
    CHAIN__TRACE(chain__trace_start(&strand->op, at));
    if (!chain__is_current(chain__tag(&strand->op))
        || (chain__tag(&strand->op) & CHAIN__BRANCH) != 0
        || (chain__tag(&strand->op) & CHAIN__GENERATION) == 0)
        __builtin_unreachable();
}

/* Whether the operation settled inside its start (rule 11); if not, the
 * strand's state has to be set. */
static inline bool chain__settled_at_once(const struct chain_strand *strand)
{
    return strand->op.at == CHAIN__SETTLED_AT_ONCE;
}

/* After the start: whether the strand waits for the operation, and resumes at `at`. */
static inline bool chain__waits(struct chain_strand *strand, unsigned at)
{
    if (chain__settled_at_once(strand))
        return false;
    strand->op.at = (uint16_t)at;
    return true;
}

/* Counts a late settle. */
enum chain_settled chain__late(struct chain_deferred done);

/* A branch that is one operation has settled: inline if it decides nothing and is not the last. */
void chain__branch_settled(struct chain_op *op);

static inline void chain__count_branch(struct chain_op *op)
{
#ifndef __OPTIMIZE_SIZE__
    struct chain_op *parent = chain__parent_of(op);

    if (CHAIN__LIKELY(op->code == 0 && (parent->flags & CHAIN__BY_VALUE) == 0
                      && parent->branches > 1)) {
        parent->branches--;
        return;
    }
#endif
    chain__branch_settled(op);
}

/* Where the value of a still pending operation goes; NULL if this settle is
 * late (the caller then calls chain__late). */
static inline void *chain__claim(struct chain_deferred done)
{
    return chain__tag(done.op) == done.tag ? chain__storage(done.op) : NULL;
}

/* The header of what was settled: no longer pending. */
static inline void chain__end_pending(struct chain_deferred done, int code)
{
    if (code != 0 && done.op->code == 0)
        done.op->code = code;
    chain__set_tag(done.op, done.tag + CHAIN__GENERATION);
    CHAIN__TRACE(chain__trace_settled(done.tag, done.op, code));
}

/* The strand goes on: after the start, if that is still running. */
static inline void chain__go_on(struct chain_deferred done)
{
    if (done.op->at == CHAIN__STARTING)
        done.op->at = CHAIN__SETTLED_AT_ONCE;
    else
        chain__ready_again(done.tag, chain__strand_of(done.op));
}

/* Settles what chain__claim() or chain__shared_claim() has granted. A loop that
 * was ended while the operation was pending takes no notice. */
static inline void chain__settle(struct chain_deferred done, int code)
{
    chain__end_pending(done, code);
    if (CHAIN__UNLIKELY((done.tag & CHAIN__BRANCH) != 0))
        chain__count_branch(done.op);
    else
        chain__go_on(done);
}

/* ---- values that count although a cancel has won (rules 42a, 42c) -----------
 *
 * A cancel takes the code of a header, so whatever settles without a value
 * afterwards, or has been rejected before, says so: in a strand's header `mark`
 * has room for that, which nothing else uses while one operation is waited for
 * or when the branches have ended. A branch that is one operation has its code
 * for itself once it is settled. */

enum { CHAIN__EMPTY = 255, CHAIN__CODE_CANCELLED_EMPTY = -2 };

/* Before the start of an operation whose value chain__arrived() is going to ask for. */
static inline void chain__expect(struct chain_strand *strand)
{
    strand->op.mark = 0;
}

/* After it, whatever the outcome: true if there is a value to be taken over. */
static inline bool chain__arrived(const struct chain_op *op)
{
    return op->code == 0 || (op->code == CHAIN_CODE_CANCELLED && op->mark != CHAIN__EMPTY);
}

/* The same for a branch that is one operation, when all have ended. */
static inline bool chain__branch_arrived(const struct chain_op *op)
{
    return op->code == 0 || op->code == CHAIN_CODE_CANCELLED;
}

/* If there is a value, the cancel waits until that has been noted. */
static inline void chain__defer_cancel(struct chain_strand *strand)
{
    if (CHAIN__UNLIKELY(strand->op.code == CHAIN_CODE_CANCELLED) && strand->op.mark != CHAIN__EMPTY)
        strand->op.code = 0;
}

static inline void chain__deliver_cancel(struct chain_strand *strand)
{
    if (CHAIN__UNLIKELY((strand->op.flags & (CHAIN__CANCEL_ASKED | CHAIN__SHIELDED))
                        == CHAIN__CANCEL_ASKED))
        strand->op.code = CHAIN_CODE_CANCELLED;
}

/* The same, but the strand goes on only after those that are ready now, even if
 * its operation is still being started. */
static inline void chain__settle_soon(struct chain_deferred done, int code)
{
    chain__end_pending(done, code);
    if (CHAIN__UNLIKELY((done.tag & CHAIN__BRANCH) != 0))
        chain__count_branch(done.op);
    else
        chain__ready_again(done.tag, chain__strand_of(done.op));
}

/* A rejection of a step that has cancelled its own chain: it goes to the
 * suppressed hook, without an origin (rules 69, 106). */
void chain__overridden(struct chain_op *op, int code, const char *message, intptr_t info);

/* A code that is not positive counts as EINVAL: 0 would be a value, and less a
 * cancel (rule 35). Nothing is left of this where the compiler knows the code,
 * or that it is positive. */
static inline int chain__rejection_code(int code)
{
    return CHAIN__LIKELY(code > 0) ? code : EINVAL;
}

/* Records a rejection inside a step: the code in the header, the rest in the
 * storage after it. Returns 1. */
static inline int chain__raise(struct chain_op *op, int code, const char *message, intptr_t info)
{
    struct chain_failure *failure = chain__failure(op);

    code = chain__rejection_code(code);
    if (CHAIN__UNLIKELY(op->code != 0)) {
        chain__overridden(op, code, message, info);
        return 1;
    }
    op->code = code;
    if ((chain__tag(op) & CHAIN__BRANCH) == 0 && CHAIN__UNLIKELY(op->attempt != 0))
        op->attempt = 0; /* none is known yet */
    failure->message = message;
    failure->info = info;
    failure->origin = NULL;
    return 1;
}

/* NAME_reject() and NAME_cancelled(). Ending as cancelled without having been
 * asked to counts as a rejection with ECANCELED (rule 62). */
enum chain_settled chain__acknowledge(struct chain_deferred done);
enum chain_settled chain__reject_anyhow(struct chain_deferred done, int code, const char *message,
                                        intptr_t info);

static inline enum chain_settled chain__reject(struct chain_deferred done, int code,
                                               const char *message, intptr_t info)
{
    if (CHAIN__UNLIKELY(code <= 0 || (done.tag & CHAIN__BRANCH) != 0 || chain__claim(done) == NULL
                        || done.op->code != 0))
        return chain__reject_anyhow(done, code, message, info);
    chain__raise(done.op, code, message, info);
    chain__end_pending(done, code);
    chain__go_on(done);
    return CHAIN_OK;
}

/* After a step with `fails`: true if it is rejected, with this code; 0 is no rejection. */
static inline bool chain__fails(struct chain_op *op, int code)
{
    return code != 0 && chain__raise(op, code, NULL, 0);
}

/* What a clause `fails` has found out: code 0 is no rejection. */
struct chain__fault {
    int code;
    const char *message;
    intptr_t info;
};

/* The same for a clause with a message. */
static inline bool chain__fails_saying(struct chain_op *op, struct chain__fault fault)
{
    return fault.code != 0 && chain__raise(op, fault.code, fault.message, fault.info);
}

/* ---- chains -------------------------------------------------------------- */

/* True if C code of the user has cancelled the chain in the step before, or
 * anybody before its first turn. (No step was rejected here.) */
static inline bool chain__cancelled_meanwhile(const struct chain_strand *strand)
{
    return strand->op.code != 0;
}

/* Says where a rejection comes from, unless a step further in has said it. */
static inline void chain__originates(struct chain_op *op, const struct chain_site *site)
{
    struct chain_failure *failure = chain__failure(op);
    if (op->code > 0 && failure->origin == NULL)
        failure->origin = site;
}

/* After a step: true if it was rejected or cancelled. A rejection comes from
 * `site`, unless a step further in has said its own. */
static inline bool chain__failed(struct chain_op *op, const struct chain_site *site)
{
    if (op->code == 0)
        return false;
    chain__originates(op, site);
    return true;
}

/* ---- attempts ---------------------------------------------------------------
 *
 * A rejection that has come out of a retry knows the number of its attempt. A
 * strand's `attempt` has room for small ones, as it does not wait for branches
 * meanwhile. A large one stands after the failure. chainc makes room there
 * wherever one can be written: in strands that retry, or that pass on a
 * rejection of a chain that retries. */

/* `attempt` of a rejected strand: the number stands after the failure */
enum { CHAIN__MANY = 255 };

struct chain__retried {
    struct chain_failure failure;
    uint32_t attempt;
};

/* The attempt of a rejection whose failure stands at `failure`; 0: none. */
static inline int chain__attempt(const struct chain_op *op, const struct chain_failure *failure)
{
    if ((chain__tag(op) & CHAIN__BRANCH) != 0)
        return 0;
    if (CHAIN__LIKELY(op->attempt != CHAIN__MANY))
        return op->attempt;
    return (int)((const struct chain__retried *)(const void *)failure)->attempt;
}

/* Sets the attempt of the rejection whose failure is in the strand's storage. */
static inline void chain__set_attempt(struct chain_op *op, int attempt)
{
    if (CHAIN__LIKELY(attempt < CHAIN__MANY)) {
        op->attempt = (uint8_t)attempt;
        return;
    }
    op->attempt = CHAIN__MANY;
    ((struct chain__retried *)chain__storage(op))->attempt = (uint32_t)attempt;
}

/* The message of an any that no branch won. */
extern const char chain__nobody_won[];

/* The message of a failure that carries more than a failure has room for: its
 * info leads to a struct chain__carried. */
extern const char chain__carries[];

/* What such a failure says instead. It begins a place of `room` bytes: the
 * records of causes follow directly, and texts fill the place from its end. */
struct chain__carried {
    const char *message;
    intptr_t info;
    const struct chain_error *causes;
    uint32_t room;  /* 0: nothing stands here */
    uint32_t texts; /* where they begin */
    uint16_t count; /* of the records */
    bool of_any;    /* the causes are those of an any; they do not leave its chain */
};

/* What a failure says, and what it carries. */
static inline void chain__read(const struct chain_failure *failure, struct chain_error *error)
{
    error->message = failure->message;
    error->info = failure->info;
    error->origin = failure->origin;
    error->causes = NULL;
    if (CHAIN__UNLIKELY(failure->message == chain__carries)) {
        const struct chain__carried *carried = (const struct chain__carried *)failure->info;
        error->message = carried->message;
        error->info = carried->info;
        error->causes = carried->causes;
    }
}

/* `err` of a handler. */
static inline struct chain_error chain__error(const struct chain_op *op,
                                              const struct chain_failure *failure)
{
    struct chain_error error;
    error.code = op->code;
    error.attempt = chain__attempt(op, failure);
    chain__read(failure, &error);
    return error;
}

/* A rejection has come out of an attempt: the innermost retry says which. */
static inline void chain__attempted(struct chain_op *op, int attempt)
{
    if (op->code > 0 && op->attempt == 0)
        chain__set_attempt(op, attempt);
}

/* An attempt was rejected, and another follows. `at` is the state of the retry. */
static inline void chain__retry(struct chain_op *op, unsigned at)
{
    (void)at;
    CHAIN__TRACE(chain__trace_retry(op, at));
    op->code = 0;
}

/* Puts a caught error back under way: a bare `reject`. */
static inline void chain__raise_again(struct chain_op *op, const struct chain_error *error)
{
    struct chain_failure *failure = chain__failure(op);
    op->code = error->code;
    chain__set_attempt(op, error->attempt);
    failure->message = error->message;
    failure->info = error->info;
    failure->origin = error->origin;
    if (error->causes != NULL) { /* they stand directly after what leads to them */
        failure->message = chain__carries;
        failure->info = (intptr_t)((const struct chain__carried *)(const void *)error->causes - 1);
    }
}

/* A call: the strand goes on in `callee`. Where it goes on after that, the
 * `caller` in the frame of `callee` says. */
static inline void chain__call(struct chain_strand *strand, const struct chain_type *callee)
{
    strand->type = callee;
    strand->op.at = 0;
}

/* The same, and the strand goes on there at once: `place` in the frame of the
 * called chain says where it was called. */
static inline struct chain_strand *
chain__enter(struct chain_strand *strand, struct chain_loop *loop, const struct chain_type *callee,
             const struct chain_caller **place, const struct chain_caller *caller)
{
    *place = caller;
    chain__call(strand, callee);
    return chain__continue(strand, loop);
}

static inline void chain__return(struct chain_strand *strand, struct chain_loop *loop,
                                 const struct chain_caller *caller)
{
    (void)loop;
    CHAIN__TRACE(chain__trace_end(strand, loop, caller));
    strand->type = caller->type;
    strand->op.at = caller->at;
}

/* The end of a chain that calls none: the strand goes on in the caller. It
 * spends no budget: the call did, or the resumption. */
static inline struct chain_strand *chain__end(struct chain_strand *strand, struct chain_loop *loop,
                                              const struct chain_caller *caller)
{
    chain__return(strand, loop, caller);
#if CHAIN__THREADED
    return strand->type->resume(strand, loop);
#else
    return strand;
#endif
}

/* The end of a chain that calls others. It spends budget: it may follow
 * directly on the end of the called chain, and calls that end together may have
 * been made in earlier turns. So they need no stack where the compiler makes no
 * sibling calls (rule 13). */
static inline struct chain_strand *chain__end_caller(struct chain_strand *strand,
                                                     struct chain_loop *loop,
                                                     const struct chain_caller *caller)
{
    chain__return(strand, loop, caller);
    return chain__continue(strand, loop);
}

/* A rejection that another outcome replaced goes to the suppressed hook (rule 106). */
void chain__suppressed(struct chain_loop *loop, const struct chain_error *error);

/* The outcome in a header becomes cancelled; a rejection there goes to the
 * suppressed hook (rule 69). */
void chain__cancel_wins(struct chain_op *op, struct chain_loop *loop);

/* Delivers a cancel to a strand (rules 61-71). */
void chain__cancel(struct chain_strand *strand, struct chain_loop *loop);

/* For generated cancel functions. A branch that is a strand: cancelled if it has not ended. */
static inline void chain__cancel_branch(struct chain_strand *branch, struct chain_loop *loop)
{
    if ((branch->op.flags & CHAIN__UNENDED) != 0 && (chain__tag(&branch->op) & CHAIN__BRANCH) == 0)
        chain__cancel(branch, loop);
}

/* The items of an each that have not ended, in the order in which they began
 * (rule 68). `first` is the strand in the first of `limit` slots of `size`
 * bytes; the number of the item stands `number` bytes after it. */
void chain__cancel_slots(struct chain_strand *first, size_t size, size_t limit, size_t number,
                         struct chain_loop *loop);

/* For a branch that is one operation: true if its NAME_cancel() has to be called. */
static inline bool chain__ask(struct chain_op *op)
{
    if ((chain__tag(op) & CHAIN__GENERATION) == 0 || op->code != 0)
        return false;
    op->code = CHAIN_CODE_CANCELLED;
    CHAIN__TRACE(chain__trace_event(CHAIN_EVENT_CANCEL, op, CHAIN_CODE_CANCELLED));
    return true;
}

/* The outcome that a finally interrupts (rules 37, 38), and whether it was shielded before. */
struct chain__kept {
    struct chain_failure failure; /* of a rejection */
    int code;
    unsigned shielded : 1, attempt : 31; /* without a rejection: what `mark` said */
};

/* A finally begins: from here on the strand is shielded (rule 40). */
static inline void chain__keep(struct chain_op *op, struct chain__kept *kept)
{
    kept->code = op->code;
    kept->attempt = op->attempt;
    if (op->code > 0) {
        kept->failure = *chain__failure(op);
        kept->attempt = (unsigned)chain__attempt(op, chain__failure(op)) & INT32_MAX;
    }
    op->code = 0;
    kept->shielded = (op->flags & CHAIN__SHIELDED) != 0;
    op->flags |= CHAIN__SHIELDED;
}

static inline bool chain__unshield(struct chain_op *op, const struct chain__kept *kept)
{
    if (!kept->shielded)
        op->flags &= (uint8_t)~CHAIN__SHIELDED;
    return (op->flags & (CHAIN__CANCEL_ASKED | CHAIN__SHIELDED)) == CHAIN__CANCEL_ASKED;
}

/* A finally has ended with a value: the outcome goes on, unless a cancel has
 * come in the meantime. */
static inline void chain__restore(struct chain_op *op, struct chain_loop *loop,
                                  const struct chain__kept *kept)
{
    op->code = kept->code;
    op->attempt = (uint8_t)kept->attempt;
    if (kept->code > 0) {
        *chain__failure(op) = kept->failure;
        chain__set_attempt(op, (int)kept->attempt);
    }
    if (chain__unshield(op, kept) && op->code >= 0)
        chain__cancel_wins(op, loop);
}

/* A finally was rejected. Its rejection replaces a value or a rejection, which
 * goes to the suppressed hook. A cancel stays, and the rejection of the finally
 * goes to the hook (rules 38, 41). */
void chain__replaced(struct chain_op *op, struct chain_loop *loop, const struct chain__kept *kept);

/* An undo was rejected: its rejection goes to the suppressed hook (rule 42a). */
void chain__suppress_own(struct chain_op *op, struct chain_loop *loop);

/* The chain has no such state: its frame has been overwritten, or runs already
 * (rule 108). */
static inline void chain__impossible(void)
{
#ifdef NDEBUG
    __builtin_unreachable();
#else
    __builtin_trap();
#endif
}

#ifdef __cplusplus
}
#endif

/* Each needs those before it. */
/* clang-format off */
#include "chain/private/post.h"
#include "chain/private/join.h"
#include "chain/private/spawn.h"
#include "chain/private/carry.h"
#include "chain/private/promise.h"
#include "chain/private/run.h"
#include "chain/private/debug.h"
#include "chain_bare.h"
/* clang-format on */

#endif
