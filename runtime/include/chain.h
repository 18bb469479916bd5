/* chain.h - the interface of libchain, the runtime of chains.
 *
 * A chain is a frame (one struct, no heap) that a loop resumes. A chain waits
 * for operations: each settles exactly once, with a value, a rejection or as
 * cancelled. The C code of an operation holds the deferred, the right to settle
 * it. The chain can only wait.
 *
 * The parts of this header: run a chain, its outcome, cancel, settle, the loop,
 * timers, threads for blocking steps, ports, the trace. What programs need only
 * because of its size is in chain/private/.
 *
 * Unless a function says otherwise:
 * - it is called on the thread of its loop, and neither blocks nor fails;
 * - pointers are not NULL, and the memory that they point to belongs to the
 *   caller;
 * - times are in ns, of the loop's monotonic clock;
 * - a cancel does not change what the function does.
 * "Rule n" is a rule of semantics.md, in the documentation.
 *
 * This header and the core make no system call and need no heap; the reactor
 * (chain_reactor.h) adds sockets, clocks and threads on a hosted system. */
#ifndef CHAIN_H
#define CHAIN_H

#include "chain/private/loop.h"
#include "chain/private/number.h"
#include "chain/private/types.h"
#include "chain_config.h"

#ifdef __cplusplus
extern "C" {
#endif

/* Output of chainc and the runtime must agree on the structs that they share;
 * generated code checks this number. */
#define CHAIN_ABI 6

/* ---- running a chain ----------------------------------------------------- */

/* How a chain that C code runs has ended, or that it has not. */
enum chain_outcome {
    CHAIN_OUTCOME_PENDING,  /* it runs, or has never been run */
    CHAIN_OUTCOME_VALUE,    /* NAME_value() returns it */
    CHAIN_OUTCOME_REJECTED, /* chain_root_rejection() says why */
    CHAIN_OUTCOME_CANCELLED
};

/* A chain that C code runs: the head of every `struct NAME` that chainc writes
 * for a chain. Zero the whole struct once, before its first use. NAME_run()
 * starts it; it may be run again when chain_root_is_quiescent(). Programs set
 * `on_settled` and `context` and leave the other members alone. */
struct chain_root {
    /* Links in a list of the loop. `link` is NULL if the chain has not been
     * run, or has ended without a value and is in no list. After a value it
     * means nothing: ask chain_root_is_quiescent(). */
    struct chain_root *next, **link;
    /* Called once, on the loop's thread, when the chain and everything it
     * started has ended. The frame may be run again or freed from inside. Set
     * it before NAME_run(), or leave it NULL. */
    void (*on_settled)(struct chain_root *root);
    void *context; /* for the host's use */
    enum chain_outcome outcome : 8;
    unsigned number_high : 24; /* traced builds: of this run */
    uint32_t number_low;
    struct chain_strand strand; /* last: the frame follows directly */
};
CHAIN_STATIC_ASSERT(sizeof(struct chain_root)
                        == offsetof(struct chain_root, strand) + sizeof(struct chain_strand),
                    "a frame follows its strand directly");

/* True if nothing of the chain runs any more, or it has never been run: it may
 * be run again. Its memory may be freed, too. But if the chain was rejected and
 * has no on_settled, the loop keeps it for the report of unhandled rejections
 * until chain_root_outcome() or chain_root_rejection() is called, or the loop
 * ends. True for a zeroed frame. */
static inline bool chain_root_is_quiescent(const struct chain_root *root)
{
    return root->link == NULL || root->outcome != CHAIN_OUTCOME_PENDING;
}

/* ---- its outcome --------------------------------------------------------- */

/* Codes that errno has no name for. Codes of rejections are positive: errno
 * values, these, or those of a `codes` declaration (0x4000 and up). */
enum {
    CHAIN_EABANDONED = 0x3f01, /* the deferred was given up without being settled (rule 5) */
    CHAIN_ECLOSED = 0x3f02,    /* the loop has finished (rule 103) */
    CHAIN_EEND = 0x3f03,       /* the source of an `each` has no more items */
    CHAIN_EALL = 0x3f04        /* every branch of an `any` was rejected (rule 47) */
};
#define CHAIN_CODE_CANCELLED \
    (-1) /* of a cancelled operation, in traces and simulations; never that of a rejection */

/* Where in a .chain file a step stands. Static data of the generated code. */
struct chain_site {
    const char *file;
    int line;
    int column;
    const char *step; /* the step's name as written */
};

/* A rejection, as `err` in a handler and as the host sees it (rule 35). The
 * origin is static data, and so is a message that is no text which the
 * rejection carries.
 *
 * A text and the causes stand in the frame of the chain. They are valid to the
 * end of the handler that `err` belongs to; as long as the name of an outcome
 * of `settle`; in a hook, during its call; for the host, until the chain is run
 * again or its memory is freed (rule 126). A copy of this struct lives no
 * longer: who needs the text longer copies the text. */
struct chain_error {
    int code;
    /* of the innermost retry around the step that rejected; 0 if there is none */
    int attempt;
    const char *message;             /* may be NULL */
    intptr_t info;                   /* what the rejecting side passed */
    const struct chain_site *origin; /* the step that rejected; NULL if unknown */
    /* of CHAIN_EALL the errors of the branches, in order, and the info is their
     * number; else the one that `because` has kept. NULL if there are none */
    const struct chain_error *causes;
};

/* The number of records at `causes` (rules 128, 129). */
static inline size_t chain_error_causes(const struct chain_error *error)
{
    return error->causes == NULL ? 0 : error->code == CHAIN_EALL ? (size_t)error->info : 1;
}

/* Writes a rejection to `text` as one line, and its causes as one line each,
 * indented, with newlines between them (rule 131); cut to `size` - 1 bytes.
 * Returns the whole length. Thread: any.
 *
 *     f.chain:9:5: load: CONFIG: "no configuration"
 *       because f.chain:7:5: open: ENOENT: "/etc/x" */
size_t chain_error_print(const struct chain_error *error, char *text, size_t size);

/* The outcome of a chain; CHAIN_OUTCOME_PENDING while it runs. Counts as
 * looking at a rejection: one that nobody has looked at is reported when the
 * loop ends (rule 105). */
enum chain_outcome chain_root_outcome(struct chain_root *root);

/* The rejection of a chain whose outcome is CHAIN_OUTCOME_REJECTED; code 0 for
 * other outcomes. It is put together from what the frame keeps until the chain
 * is run again. Counts as looking at it (rule 105). */
struct chain_error chain_root_rejection(struct chain_root *root);

/* The name of a code, such as "ETIMEDOUT", "CHAIN_EALL" or, for one of a `codes`
 * declaration in a file that is linked into the program, "BAD_CRC"; NULL for
 * others. Static. Thread: any (rule 120). */
const char *chain_code_name(int code);

/* A code for people, such as "All alternatives failed", or the text of a `codes`
 * declaration; its name if there is none. For a code of errno.h its name, too,
 * as the core has no texts for these: strerror(3) has. Never NULL. Static.
 * Thread: any (rule 120). */
const char *chain_code_text(int code);

/* ---- cancel -------------------------------------------------------------- */

/* Asks a chain to stop (rules 61-72): the operation it waits for is cancelled,
 * its `finally`s run, nothing new is started. When all of that has ended its
 * outcome is CHAIN_OUTCOME_CANCELLED, unless it had passed its last step. It
 * calls the `_cancel` functions of pending operations, and runs nothing else of
 * the chain. A second call, and a call for a chain that does not run, have no
 * effect. Generated code calls it from NAME_cancel(). */
void chain_root_cancel(struct chain_root *root);

/* The result of a call that settles an operation or posts to a loop. */
enum chain_settled {
    CHAIN_OK, /* this call has settled the operation, or posted the request */
    /* the operation was settled, cancelled or used again before: nothing was
     * changed, and the caller keeps the value (rule 2) */
    CHAIN_LATE,
    /* posting only: the loop has ended. Nothing was changed, and the caller
     * keeps the value (rule 103) */
    CHAIN_CLOSED
};

/* A request to cancel from another thread. The caller owns it, zeroes it before
 * its first use, and may use it again or free it when
 * chain_cancel_request_is_free(). Its members belong to the runtime. */
struct chain_cancel_request {
    struct chain_strand strand; /* travels through the posts; its frame is what follows */
    struct chain_root *root;
    uint32_t busy; /* atomic */
};

/* chain_root_cancel() from any thread (rule 66): the loop performs it at its
 * next turn. The frame of `root` must exist until then. Returns CHAIN_OK;
 * CHAIN_LATE if the loop has not performed this request yet; CHAIN_CLOSED if
 * the loop has finished. */
enum chain_settled chain_root_post_cancel(struct chain_cancel_request *request,
                                          struct chain_root *root);

/* True if no loop has this request any more. Thread: any. */
bool chain_cancel_request_is_free(const struct chain_cancel_request *request);

/* ---- handles of spawned chains -------------------------------------------- */

/* Says which instance of a spawned chain is meant: `spawn NAME(…) as h` binds
 * it (rules 148-150). A small value: copy it, pass it, keep it as long as its
 * loop. When the instance has ended the handle is stale, whatever the instance
 * was: nothing happens any more through it, also when the memory is used again.
 * (Its number comes again after 2^48 uses of the loop.) A zeroed handle is
 * stale. Its members belong to the runtime. */
struct chain_handle {
    struct chain__instance *instance;
    uint16_t handled, number_high;
    uint32_t number_low;
};

/* Asks the instance to stop, as chain_root_cancel() asks a chain, and does not
 * wait. A second call, and one with a stale handle, have no effect. */
void chain_handle_cancel(struct chain_handle handle);

/* True until the instance, and everything that it owns, has ended. */
bool chain_handle_alive(struct chain_handle handle);

/* ---- settling: the C code of operations ---------------------------------- */

/* The right to settle one use of an operation, once (rules 1-4). A small value:
 * copy it, keep it, post it to a thread. It may outlive the operation: a settle
 * with it is late then. Generated code wraps it in a type per operation,
 * NAME_deferred, so that settling another operation's deferred does not
 * compile. */
struct chain_deferred {
    struct chain_op *op;
    uint64_t tag;
};

/* Rejects with CHAIN_EABANDONED: for code that gives a deferred up and will
 * never settle it (rule 5). Returns CHAIN_OK or CHAIN_LATE. */
enum chain_settled chain_deferred_abandon(struct chain_deferred done);

/* The loop of a pending operation, given its struct. NULL if that loop has finished. */
static inline struct chain_loop *chain_loop_of(const void *operation)
{
    return chain__loop_of_tag(chain__tag(chain__op_of(operation)));
}

/* ---- the loop ------------------------------------------------------------ */

/* A program may use these members of a struct chain_loop, on the loop's thread:
 *
 *     const uint64_t now             the reading of the clock at the beginning of the turn, in ns (rule 19)
 *     void *context                  for the host's use
 *     uint64_t random                state of the generator for jitter; set it for runs that repeat (rule 91)
 *     const uint64_t suppressed      how many rejections another outcome has replaced (rule 106)
 *     const struct chain_workers *workers   what runs blocking steps; NULL: they are rejected with ENOTSUP (rule 104)
 *     void (*on_suppressed)(struct chain_loop *, const struct chain_error *)   a rejection was replaced (rule 106)
 *     void (*on_unhandled)(struct chain_loop *, const struct chain_error *)    nobody looked at a rejection (rules 78, 105)
 *     void (*on_left)(struct chain_loop *, const struct chain_left *)          something is left at the end (rule 107)
 *     void (*on_failed)(struct chain_loop *, int code)                         the port cannot wait any more
 *     void (*on_trace)(struct chain_loop *, const struct chain_event *)        an event of a traced build
 *
 * A hook may be NULL. Its arguments are valid during the call. */

/* Makes a loop in the caller's storage, which must not move. `port` must
 * outlive it. Returns 0, or EMFILE when CHAIN_LOOPS_MAX loops exist. Thread:
 * any, but one loop is then used on one thread. chain_reactor_open() calls
 * it. */
int chain_loop_init(struct chain_loop *loop, const struct chain_port *port);

/* Runs turns until no chain that C code has run is left, or chain_loop_stop()
 * was called. Blocks. Not from inside a turn. */
void chain_loop_run(struct chain_loop *loop);

/* Makes the present chain_loop_run(), or else the next one, return after the present turn. */
void chain_loop_stop(struct chain_loop *loop);

/* One turn: wait (which only polls when something is ready or posted, or
 * `block` is false, or nothing is left to do); clock; posts; ready queue; due
 * timers, with the ready queue drained after each. The turn ends after
 * CHAIN_BUDGET resumptions, loop rounds, calls of chains and fired timers since
 * the wait, with one more timer fired at most: so I/O and timers always get
 * their turn (rule 17). Returns true if anything is left to do: a running root,
 * a ready strand, an armed timer, an operation that waits for a descriptor. Not
 * from inside a turn. */
bool chain_loop_turn(struct chain_loop *loop, bool block);

/* chain_root_cancel() for every chain that runs on the loop, in the order they
 * were started; the loop has to run on until they have ended (rule 107). Until
 * then nothing is spawned: `spawn` rejects with CHAIN_ECLOSED (rule 80). */
void chain_loop_cancel(struct chain_loop *loop);

/* Ends the present wait of the loop's turn, or the next one. Thread: any;
 * async-signal-safe on hosted systems (rule 99). The loop must not end during
 * the call. No effect if the port has no `wake`. */
void chain_loop_wake(struct chain_loop *loop);

/* What is left on a loop: all 0 at a clean end (rule 107). */
struct chain_left {
    size_t roots;       /* chains that C code has run and that have not ended */
    size_t instances;   /* spawned chains that have not ended */
    size_t strands;     /* ready to be resumed */
    size_t timers;      /* armed */
    size_t descriptors; /* operations that wait for one, chain_polls that keep the loop */
};

/* Stores in `left` what is left now: all 0 when every chain has ended and every
 * operation has cleaned up. Returns true if anything is left. Takes time for
 * each ready strand. Not from inside a turn. */
bool chain_loop_left(struct chain_loop *loop, struct chain_left *left);

/* Shows the step that each chain run by C code on the loop waits for: calls
 * `line` with `data` and a line of text without a newline, for each strand. A
 * line has the chain, the step and its place in the .chain file. The lines
 * after it, indented by two blanks, show the chain that it has called, its
 * branches and items that have not ended, and its instances. A time is the rest
 * of a timer by the port's clock.
 *
 * Branches, and the names of operations, need `chainc --debug`. Without it the
 * branches are not shown, and the state stands for the operation. Bare chains are
 * counted: chain_bare_dump() shows one. A loop without chains is one line, "no
 * chain runs". Lines are cut to 239 bytes, and strands that are nested more
 * than 24 deep are left out.
 *
 * Allocates nothing and changes nothing. `text` is valid during the call of
 * `line`, which must not run, cancel or settle anything on the loop. May be
 * called inside a turn; a chain that is running then is shown at the step
 * before. Takes time for each line. */
void chain_loop_dump(struct chain_loop *loop, void (*line)(void *data, const char *text),
                     void *data);

/* The number of settling calls that came late, of all operations of this loop
 * (rule 2). Thread: any. */
uint64_t chain_loop_late(const struct chain_loop *loop);

/* Ends a loop: later posts return CHAIN_CLOSED (rule 103); rejections that
 * nobody has looked at go to on_unhandled (rule 105); if anything is left,
 * on_left is called (rule 107). Returns the number of chains that were still
 * running, roots and instances.
 *
 * If none was running the slabs are given back, so no other thread may hold a
 * deferred of an operation of a spawned chain any more. If some were, their
 * frames are left as they are and never become quiescent. Posts to them may
 * still come at any time, so the loop's number (one of CHAIN_LOOPS_MAX) is not
 * given out again, its slabs are not given back, and the slots that its
 * instances have in pools are lost. Not from inside a turn. A second call
 * returns 0. */
size_t chain_loop_fini(struct chain_loop *loop);

/* ---- timers -------------------------------------------------------------- */

/* A timer of the loop. The storage belongs to the caller and stays where it is
 * while armed. Zero it and set `fire` before it is armed for the first time. */
struct chain_timer {
    /* monotonic ns; UINT64_MAX never fires (rule 88) */
    uint64_t deadline;
    /* link is NULL while it is not armed */
#if CHAIN_TIMER_WHEEL
    struct chain_timer *next, **link;
    const void *ahead; /* for a prefetch only: what it points to may be gone */
#else
    uint64_t order; /* in which timers were armed: breaks ties (rule 15) */
    struct chain_timer *child, *sibling, **link;
#endif
    /* on the loop's thread; the timer is disarmed already */
    void (*fire)(struct chain_timer *timer, struct chain_loop *loop);
};

/* Arms a timer that is not armed, for a deadline in ns of the loop's clock: see
 * chain_loop_deadline(). O(1). */
void chain_timer_arm(struct chain_loop *loop, struct chain_timer *timer, uint64_t deadline);

/* Disarms; no effect if it is not armed. O(1), and O(log n) amortized without
 * CHAIN_TIMER_WHEEL. */
void chain_timer_disarm(struct chain_loop *loop, struct chain_timer *timer);

/* The deadline of a duration of `ns` that begins now. It reads the clock, so
 * work that was done since the turn began does not count (rule 19); a program
 * that arms very many timers at once may add to `loop->now` instead. Saturates
 * (rule 88). `ns` may have any arithmetic type, and what is above INT64_MAX
 * counts as that; negative counts as 0 (rule 87), and 0 gives the turn's
 * reading: such a timer fires in this turn. */
uint64_t chain_loop_deadline(struct chain_loop *loop, int64_t ns);
#ifndef __cplusplus
#define chain_loop_deadline(loop, ns) chain_loop_deadline(loop, chain__ns(chain__number(ns)))
#else
extern "C++" {
template <typename Number> inline uint64_t chain_loop_deadline(struct chain_loop *loop, Number ns)
{
    if (!(ns > static_cast<Number>(0)))
        return chain_loop_deadline(loop, INT64_C(0));
    return chain_loop_deadline(loop,
                               static_cast<long double>(ns) >= static_cast<long double>(INT64_MAX)
                                   ? INT64_MAX
                                   : static_cast<int64_t>(ns));
}
}
#endif

/* ---- blocking steps (rule 104) ----------------------------------------------
 *
 * A step that calls a `blocking` function hands its work to the workers of the
 * loop. A reactor has pools of threads (chain_reactor.h); another backend may
 * set others before the first chain runs. */

/* The call of a `blocking` function, in the frame of its chain. The workers own
 * it from submit() until withdraw() returns true or chain_work_end() is called. */
struct chain_work {
    struct chain_work *next, **link; /* for the workers' use */
    void *runner;                    /* for the workers' use */
    /* Calls the function, keeps its value, and returns the code for
     * chain_work_end(). Called once, on any thread. */
    int (*run)(struct chain_work *work);
    const char *pool;           /* the name after `on`; NULL: none. Static */
    struct chain_deferred done; /* what it settles */
};

/* The functions that take blocking steps on; static, or as long as the loop. */
struct chain_workers {
    /* Takes the work on, to be run soon; does not block. 0, or a code that the
     * step rejects with. On the loop's thread. */
    int (*submit)(struct chain_loop *loop, struct chain_work *work);
    /* Asks for work back that was taken on and has not settled. True: the work
     * had not begun. It is given back and never run, and its step is cancelled
     * at once. False: it runs, and the cancelled step waits for its end (rule
     * 65). On the loop's thread. */
    bool (*withdraw)(struct chain_loop *loop, struct chain_work *work);
};

/* Settles the step of work that has been run, with what `run` returned: 0 for
 * the value that `run` has kept, else the code of a rejection, or less than 0
 * for a code whose message `run` has kept. Thread: any. Afterwards the frame may have gone on: the caller must not touch
 * the work any more. */
void chain_work_end(struct chain_work *work, int code);

/* ---- ports --------------------------------------------------------------- */

/* What a loop needs from its surroundings: a port is these functions. All but
 * `wake` run on the loop's thread. */
struct chain_port {
    /* Monotonic clock in ns. The loop calls it when it is made, once per turn,
     * and wherever a duration begins (rule 19). */
    uint64_t (*now)(struct chain_loop *loop);
    /* Waits until `deadline` (ns of the clock above; UINT64_MAX: for ever; a
     * deadline that has passed, such as 0: only polls), or until woken, and
     * settles the operations that have completed. May return early. Does not
     * call chain_loop_turn(). */
    void (*wait)(struct chain_loop *loop, uint64_t deadline);
    /* Ends the present wait(), or the next one, from any thread (on firmware,
     * from an interrupt); does not block. NULL: nobody posts to this loop. */
    void (*wake)(struct chain_loop *loop);
    /* Memory for spawned chains that have no `pool`: zeroed, aligned for every
     * type, given back when the loop ends. `allocate` returns NULL if there is
     * none. Both NULL: there is no heap, and such spawns reject with ENOMEM
     * (rule 79). */
    void *(*allocate)(struct chain_loop *loop, size_t size);
    void (*release)(struct chain_loop *loop, void *memory, size_t size);
    /* How many operations wait for descriptors. NULL: none do. */
    size_t (*descriptors)(struct chain_loop *loop);
};

/* The port's critical section, where the core is built with CHAIN_CRITICAL
 * (chain_config.h): a processor without the atomic instructions, most
 * microcontrollers. Between the two calls no interrupt handler runs that
 * settles or posts, and no other core or thread is between its own two calls.
 * The next one to enter sees what was written before. The calls nest: the
 * result of `enter` is the argument of its `leave`, and tells it what to
 * restore. The core stays inside for a handful of instructions. Called on the
 * loop's thread, and on every thread and in every interrupt handler that
 * settles or posts. */
uintptr_t chain_port_enter(void);
void chain_port_leave(uintptr_t state);

/* ---- the trace ----------------------------------------------------------- */

/* The events that a traced build passes to `on_trace` of its loop: code
 * compiled with CHAIN_TRACE, and libchain-trace.a. docs/trace.md says more.
 * Other builds contain nothing of it. The structs are the same, so a program
 * may mix the two kinds. */
enum chain_event_kind {
    CHAIN_EVENT_RUN,       /* C code has run a chain */
    CHAIN_EVENT_SPAWN,     /* a chain was spawned */
    CHAIN_EVENT_BRANCH,    /* a branch that is a strand of its own begins */
    CHAIN_EVENT_START,     /* an operation, a delay or the wait for branches is pending */
    CHAIN_EVENT_VALUE,     /* it has ended with a value */
    CHAIN_EVENT_REJECTION, /* it was rejected */
    /* a cancel was requested: of what is pending, or of a chain that C code has run */
    CHAIN_EVENT_CANCEL,
    CHAIN_EVENT_ACKNOWLEDGED, /* an operation or chain that was asked to stop has ended */
    CHAIN_EVENT_LATE,         /* a settling call that changed nothing (rule 2) */
    CHAIN_EVENT_RETRY,        /* an attempt was rejected and another follows */
    CHAIN_EVENT_TIMEOUT,      /* the time of a form is over; it is cancelled now */
    CHAIN_EVENT_SUPPRESSED,   /* a rejection that another outcome replaced (rule 106) */
    CHAIN_EVENT_DONE          /* the chain that C code ran, or that was spawned, has ended */
};

/* Belongs to the runtime and is valid during the call. Its two pointers lead to static data. */
struct chain_event {
    enum chain_event_kind kind;
    /* how it ended: 0, the code of a rejection, CHAIN_CODE_CANCELLED */
    int code;
    uint64_t time; /* loop->now */
    /* one for each use of an operation and each run of a chain, from 1; 0: unknown */
    uint64_t number;
    /* run, spawn, branch, start: the number before it on its strand, or of what
     * it is a branch of */
    uint64_t after;
    const struct chain_type *type;   /* NULL: unknown */
    unsigned state;                  /* an index into type->sites */
    const struct chain_site *origin; /* suppressed: the step that rejected; else NULL */
};

/* Writes an event to `text` as one line without a newline, cut to `size` - 1
 * characters, and returns the whole length. The line depends on nothing but the
 * event: it has no addresses. Thread: any. */
size_t chain_trace_text(const struct chain_event *event, char *text, size_t size);

/* The name of a kind of event, as the lines have it. Static. Thread: any. */
const char *chain_trace_kind(enum chain_event_kind kind);

/* True if the program is linked with libchain-trace.a. Thread: any. */
bool chain_trace_is_linked(void);

#ifdef __cplusplus
}
#endif

#endif
