/* chain_sim.h - a simulated backend: a loop on a virtual clock, operations that
 * do what a plan says, and a seed that decides what the rules leave open. For
 * tests of chains; docs/simulation.md tells how.
 *
 * The chains and the runtime are the ones that run anywhere else. What is
 * simulated is the world: when an operation settles, with what, and what it
 * does when it is asked to stop. The rules fix the order of the ready queue and
 * of timers (14, 15); what they leave open is in which order and when
 * operations complete, and whether a wait returns early: that is drawn from the
 * seed, so the same seed gives the same run, to the byte of its trace.
 *
 * All memory is taken when the simulation is opened. Everything here is for one
 * thread. */
#ifndef CHAIN_SIM_H
#define CHAIN_SIM_H

#include <stdio.h>

#include "chain.h"

#ifdef __cplusplus
extern "C" {
#endif

struct chain_sim;

/* ---- what an operation does ---------------------------------------------- */

#define CHAIN_SIM_NEVER INT64_MAX

/* Faults, to be combined. */
enum {
    CHAIN_SIM_TWICE = 1, /* settles twice in a row */
    /* settles once more, `again` ns after its end, whatever its memory is used for by then */
    CHAIN_SIM_AGAIN = 2,
    CHAIN_SIM_ARGUES = 4 /* answers a cancel with its own outcome, from inside the hook */
};

/* What one use of an operation does. All zero: it settles with a value inside its start. */
struct chain_sim_plan {
    /* 0: a value; greater: rejects with it; CHAIN_CODE_CANCELLED: ends as
     * cancelled though nobody asked */
    int code;
    unsigned faults; /* CHAIN_SIM_… */
    intptr_t value;  /* handed to the operation's `settle` */
    int64_t after;   /* ns from its start to its end; 0: inside its start; CHAIN_SIM_NEVER */
    /* ns from a cancel to its end as cancelled; 0: inside the hook;
     * CHAIN_SIM_NEVER: takes no notice */
    int64_t slow;
    int64_t again; /* ns, for CHAIN_SIM_AGAIN */
};

/* A simulated operation: static data, one for each `async` declaration; see CHAIN_SIM_OPERATION. */
struct chain_sim_operation {
    const char *name;
    /* Calls NAME_resolve() if `code` is 0, NAME_cancelled() if it is
     * CHAIN_CODE_CANCELLED, else NAME_reject(). */
    enum chain_settled (*settle)(struct chain_deferred end, int code, intptr_t value);
    const int *codes; /* that it may reject with, ended by 0 */
};

/* For NAME_start(): plans this use of the operation, and settles it or
 * remembers it. `op` is what NAME_start() was given, its loop one of
 * chain_sim_loop(); on another loop it rejects with ENOTSUP. If too many
 * operations are pending it rejects with ENOMEM, and the report says so. */
void chain_sim_start(const void *op, const struct chain_sim_operation *operation);

/* For NAME_cancel(). */
void chain_sim_cancel(const void *op);

/* Defines NAME_operation for an operation NAME with a value. VALUE is an
 * expression of its type, evaluated for each use, in which `value` is the
 * plan's; in brackets if it has commas. After it stand the codes it may reject
 * with; 0: none.
 *
 *     CHAIN_SIM_OPERATION(http_get, ((struct page){ .status = (int)value }), ETIMEDOUT, ECONNRESET)
 *
 *     void http_get_start(struct http_get *op, const char *url)     void http_get_cancel(struct http_get *op)
 *     {                                                             {
 *         (void)url;                                                    chain_sim_cancel(op);
 *         chain_sim_start(op, &http_get_operation);                 }
 *     } */
#define CHAIN_SIM_OPERATION(NAME, VALUE, ...) \
    CHAIN_SIM__OPERATION(NAME, NAME, NAME##_resolve(done, VALUE), __VA_ARGS__)

/* The same for an operation without a value. */
#define CHAIN_SIM_VOID_OPERATION(NAME, ...) \
    CHAIN_SIM__OPERATION(NAME, NAME, NAME##_resolve(done), __VA_ARGS__)

/* The same for `posted` operations: they settle through the posts of the loop,
 * as if from other threads. */
#define CHAIN_SIM_POSTED_OPERATION(NAME, VALUE, ...) \
    CHAIN_SIM__OPERATION(NAME, NAME##_post, NAME##_post_resolve(done, VALUE), __VA_ARGS__)
#define CHAIN_SIM_POSTED_VOID_OPERATION(NAME, ...) \
    CHAIN_SIM__OPERATION(NAME, NAME##_post, NAME##_post_resolve(done), __VA_ARGS__)

#define CHAIN_SIM__OPERATION(NAME, HOW, RESOLVE, ...)                                            \
    static enum chain_settled NAME##_settle(struct chain_deferred end, int code, intptr_t value) \
    {                                                                                            \
        NAME##_deferred done;                                                                    \
        done.end = end;                                                                          \
        (void)value;                                                                             \
        if (code == 0)                                                                           \
            return RESOLVE;                                                                      \
        return code > 0 ? HOW##_reject(done, code, "simulated", 0) : HOW##_cancelled(done);      \
    }                                                                                            \
    static const int NAME##_codes[] = { __VA_ARGS__, 0 };                                        \
    static const struct chain_sim_operation NAME##_operation = { #NAME, NAME##_settle,           \
                                                                 NAME##_codes };

/* A `blocking` function is called on the loop's thread, when its time has come:
 * its plan goes by the name of its pool, or "blocking". `after` and `slow`
 * count, where a `slow` other than 0 means that it has begun and is not taken
 * back; with a positive `code` there is no thread, and the step rejects with
 * that. */

/* ---- a simulation -------------------------------------------------------- */

/* How often the seed chooses what, in percent, where no script says otherwise.
 * All zero: every operation gives a value, at a time of the seed's choosing. */
struct chain_sim_odds {
    uint8_t at_once;              /* an operation settles inside its start */
    uint8_t rejects;              /* it rejects, with one of its codes */
    uint8_t never;                /* it never settles unless it is cancelled */
    uint8_t twice, again, argues; /* the faults */
    uint8_t slow;                 /* it does not acknowledge a cancel at once */
    uint8_t early;                /* a wait returns early */
    int64_t latency;              /* ns, the longest time until something happens; 0: 10 ms */
};

/* May be all zero. */
struct chain_sim_options {
    uint64_t seed;
    struct chain_sim_odds odds;
    /* operations that can be pending at a time, different operations, and scripted plans; 0: 256 */
    unsigned capacity;
    /* bytes for spawned chains without a `pool`; 0: 256 KB. What does not fit
     * is rejected with ENOMEM */
    size_t memory;
    uint64_t turns; /* after so many turns a run counts as endless; 0: 1000000 */
    /* gets a line for every event; needs a traced build (docs/trace.md). NULL: none */
    FILE *trace;
    /* Has the last word about every plan: `plan` holds what script and seed
     * say. `occurrence` counts the uses of the operation from 1. May be NULL.
     * It may start and cancel nothing. */
    void (*decide)(struct chain_sim *sim, const struct chain_sim_operation *operation,
                   uint64_t occurrence, struct chain_sim_plan *plan);
    void *context; /* for `decide`: chain_sim_context() */
};

enum chain_sim_end {
    CHAIN_SIM_QUIET,  /* every chain has ended, and nothing will happen any more */
    CHAIN_SIM_STUCK,  /* a chain waits for something that will never happen */
    CHAIN_SIM_ENDLESS /* the bound of turns was reached */
};

/* What a simulation has seen, and what is left at its end. */
struct chain_sim_report {
    enum chain_sim_end end; /* of the last run */
    uint64_t turns;
    uint64_t time;   /* ns */
    uint64_t starts; /* of simulated operations, and how they ended: */
    uint64_t values, rejections, cancelled;
    uint64_t late;           /* settling calls that came late, */
    uint64_t planned_late;   /* and how many of these were faults of a plan */
    size_t operations;       /* simulated ones that have not ended */
    size_t timers;           /* armed */
    size_t ready;            /* strands that were ready to go on */
    size_t roots, instances; /* chains that have not ended: run by C code, and spawned */
    const char *problem;     /* the first thing that should not have happened; NULL: nothing */
    const char *operation;   /* where: a name; NULL: nowhere */
};

/* Makes a simulation and its loop, with the clock at 0. `options` is copied;
 * NULL: all zero. It takes all its memory now. 0; ENOMEM; EMFILE if
 * CHAIN_LOOPS_MAX loops exist; ENOTSUP if a trace is wanted and the library has
 * none: then *sim is NULL. */
int chain_sim_open(struct chain_sim **sim, const struct chain_sim_options *options);

/* The loop to run chains on. Its hooks may be set. Owned by the simulation. */
struct chain_loop *chain_sim_loop(struct chain_sim *sim);

void *chain_sim_context(struct chain_sim *sim);

/* A plan for a use of an operation, counted from 1; 0: for each that has no
 * other. Of two for the same use the later one counts. Copied; `name` is not.
 * 0, or ENOMEM if the capacity is used up. */
int chain_sim_script(struct chain_sim *sim, const char *name, uint64_t occurrence,
                     const struct chain_sim_plan *plan);

/* The host cancels a chain, `ns` from now by the virtual clock, if it runs
 * then; the frame must exist until then. 0, or ENOMEM if the capacity is used
 * up. */
int chain_sim_cancel_after(struct chain_sim *sim, struct chain_root *root, int64_t ns);

/* A number below `bound`, which is not 0, from the seed: for choices of a test's own. */
uint64_t chain_sim_random(struct chain_sim *sim, uint64_t bound);

/* Runs the loop until nothing happens any more, late settles that are planned
 * included: frames have to exist until then. */
enum chain_sim_end chain_sim_run(struct chain_sim *sim);

/* What has been seen so far, and what is left now. */
void chain_sim_look(struct chain_sim *sim, struct chain_sim_report *report);

/* Ends the loop as chain_loop_fini() does, and frees the simulation. Whether
 * all is well: nothing is left, and there was no problem. A chain that still
 * runs keeps the number of the loop, so after CHAIN_LOOPS_MAX of these none can
 * be opened: where a run may be stuck, cancel its chains and run it again
 * before this. `report` may be NULL. */
bool chain_sim_close(struct chain_sim *sim, struct chain_sim_report *report);

/* What is wrong in a report, in one line of at most `size` - 1 characters; ""
 * if all is well. Returns `text`. */
const char *chain_sim_complaint(const struct chain_sim_report *report, char *text, size_t size);

#ifdef __cplusplus
}
#endif

#endif
