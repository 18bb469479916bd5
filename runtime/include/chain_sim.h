/* chain_sim.h - a simulated backend: a loop on a virtual clock, operations that
 * do what a plan says, and a seed that decides what the rules leave open. For
 * tests of chains; docs/simulation.md tells how.
 *
 * The chains and the runtime are the ones that run anywhere else. What is
 * simulated is the world: when an operation settles, with what, and what it
 * does when it is asked to stop. The rules fix the order of the ready queue and
 * of timers (14, 15); they leave open when and in which order operations
 * settle, and whether a wait returns early. That is drawn from the seed, so the
 * same seed gives the same run, to the byte of its trace.
 *
 * All memory is taken when the simulation is opened. Everything here is for one
 * thread. Only chain_sim_run() takes long, and only functions that return a
 * code can fail. Times are in ns of the virtual clock. */
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
    CHAIN_SIM_ARGUES = 4 /* answers a cancel with its own outcome, inside its `_cancel` */
};

/* What one use of an operation does. All zero: it settles with a value inside its start. */
struct chain_sim_plan {
    /* 0: a value; greater: rejects with it; CHAIN_CODE_CANCELLED: ends as
     * cancelled although no cancel was requested */
    int code;
    unsigned faults; /* CHAIN_SIM_… */
    intptr_t value;  /* passed to the operation's `settle` */
    int64_t after;   /* ns from its start to its end; 0: inside its start; CHAIN_SIM_NEVER */
    /* ns from a cancel to its end as cancelled; 0: inside `_cancel`;
     * CHAIN_SIM_NEVER: it ignores the cancel */
    int64_t slow;
    int64_t again; /* ns, for CHAIN_SIM_AGAIN */
};

/* A simulated operation: static data, one for each `async` declaration; see CHAIN_SIM_OPERATION. */
struct chain_sim_operation {
    const char *name;
    /* Calls NAME_resolve() if `code` is 0, NAME_cancelled() if it is
     * CHAIN_CODE_CANCELLED, else NAME_reject(). */
    enum chain_settled (*settle)(struct chain_deferred end, int code, intptr_t value);
    const int *codes; /* with which it may reject; 0 ends them */
};

/* For NAME_start(): plans this use of the operation, and settles it now or
 * later. `op` is the first argument of NAME_start(). The operation rejects with
 * ENOTSUP if its loop is not that of a simulation, and with ENOMEM if too many
 * operations are pending, which the report says. */
void chain_sim_start(const void *op, const struct chain_sim_operation *operation);

/* For NAME_cancel(): does what the plan says about a cancel. `op` is the
 * argument of NAME_cancel(). */
void chain_sim_cancel(const void *op);

/* Defines NAME_operation for an operation NAME with a value. VALUE is an
 * expression of its type, evaluated for each use, in which `value` is the
 * plan's; in parentheses if it has commas. After it stand the codes with which
 * it may reject; 0: none.
 *
 *     CHAIN_SIM_OPERATION(http_get, ((struct page){ .status = (int)value }), ETIMEDOUT, ECONNRESET)
 *
 *     void http_get_start(struct http_get *op, const char *url)     void http_get_cancel(struct http_get *op)
 *     {                                                             {
 *         (void)url;                                                    chain_sim_cancel(op);
 *         chain_sim_start(op, &http_get_operation);                 }
 *     } */
#define CHAIN_SIM_OPERATION(NAME, VALUE, ...) \
    CHAIN_SIM__OPERATION(NAME, NAME, NAME##_resolve(chain__done, VALUE), __VA_ARGS__)

/* The same for an operation without a value. */
#define CHAIN_SIM_VOID_OPERATION(NAME, ...) \
    CHAIN_SIM__OPERATION(NAME, NAME, NAME##_resolve(chain__done), __VA_ARGS__)

/* The same for `posted` operations: they settle through the posts of the loop,
 * as if from other threads. */
#define CHAIN_SIM_POSTED_OPERATION(NAME, VALUE, ...) \
    CHAIN_SIM__OPERATION(NAME, NAME##_post, NAME##_post_resolve(chain__done, VALUE), __VA_ARGS__)
#define CHAIN_SIM_POSTED_VOID_OPERATION(NAME, ...) \
    CHAIN_SIM__OPERATION(NAME, NAME##_post, NAME##_post_resolve(chain__done), __VA_ARGS__)

#define CHAIN_SIM__OPERATION(NAME, HOW, RESOLVE, ...)                                            \
    static enum chain_settled chain__settle_of_##NAME(struct chain_deferred chain__end,          \
                                                      int chain__code, intptr_t value)           \
    {                                                                                            \
        NAME##_deferred chain__done;                                                             \
        chain__done.end = chain__end;                                                            \
        (void)value;                                                                             \
        if (chain__code == 0)                                                                    \
            return RESOLVE;                                                                      \
        return chain__code > 0 ? HOW##_reject(chain__done, chain__code, "simulated", 0)          \
                               : HOW##_cancelled(chain__done);                                   \
    }                                                                                            \
    static const int chain__codes_of_##NAME[] = { __VA_ARGS__, 0 };                              \
    static const struct chain_sim_operation NAME##_operation = { #NAME, chain__settle_of_##NAME, \
                                                                 chain__codes_of_##NAME };

/* A `blocking` function is called on the loop's thread, when its time has come.
 * Its plan has the name of its pool, or "blocking". Of that plan three members
 * count: `after`; `slow`, which means, if it is not 0, that the call has begun
 * and cannot be taken back; and a positive `code`, which means that there is no
 * thread, so the step rejects with it. */

/* ---- a simulation -------------------------------------------------------- */

/* How often the seed chooses each of these, in percent, where no script says
 * otherwise. All zero: every operation gives a value, at a time that the seed
 * chooses. */
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
    /* the most operations pending at a time, different operations, and scripted plans; 0: 256 */
    unsigned capacity;
    /* bytes for spawned chains without a `pool`; 0: 256 KB. A `spawn` that
     * needs more rejects with ENOMEM */
    size_t memory;
    uint64_t turns; /* a run of more turns counts as endless; 0: 1000000 */
    /* gets a line for every event; needs a traced build (docs/trace.md). It
     * stays the caller's. NULL: no trace */
    FILE *trace;
    /* May change every plan: `plan` holds the choice of script and seed.
     * `occurrence` counts the uses of the operation from 1. It may start and
     * cancel nothing. NULL: no change. */
    void (*decide)(struct chain_sim *sim, const struct chain_sim_operation *operation,
                   uint64_t occurrence, struct chain_sim_plan *plan);
    void *context; /* for `decide`: chain_sim_context() */
};

enum chain_sim_end {
    CHAIN_SIM_QUIET,  /* every chain has ended, and nothing will happen any more */
    CHAIN_SIM_STUCK,  /* a chain waits for something that will never happen */
    CHAIN_SIM_ENDLESS /* the bound of turns was reached */
};

/* The events of a simulation so far, and what is left at its end. */
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
    const char *operation;   /* the name of the operation with the problem; NULL: none */
};

/* Makes a simulation and its loop, with the clock at 0. The caller owns it, and
 * closes it with chain_sim_close(). `options` is copied; NULL: all zero.
 * Returns 0; ENOMEM; EMFILE if CHAIN_LOOPS_MAX loops exist; ENOTSUP if `trace`
 * is set and the library is not libchain-trace.a. After an error *sim is
 * NULL. */
int chain_sim_open(struct chain_sim **sim, const struct chain_sim_options *options);

/* The loop to run chains on. Its hooks may be set. It belongs to the simulation. */
struct chain_loop *chain_sim_loop(struct chain_sim *sim);

/* The `context` of its options, for `decide`. */
void *chain_sim_context(struct chain_sim *sim);

/* Sets the plan for one use of an operation, counted from 1; 0: for every use
 * that has no other plan. Of two plans for the same use the later one counts.
 * `plan` is copied, `name` is not. Returns 0, or ENOMEM if the capacity is used
 * up. */
int chain_sim_script(struct chain_sim *sim, const char *name, uint64_t occurrence,
                     const struct chain_sim_plan *plan);

/* Cancels a chain `ns` from now, as a host does, if it runs then. Its struct
 * must exist until then. Returns 0, or ENOMEM if the capacity is used up. */
int chain_sim_cancel_after(struct chain_sim *sim, struct chain_root *root, int64_t ns);

/* A number below `bound`, which is not 0, from the seed: for choices of a test's own. */
uint64_t chain_sim_random(struct chain_sim *sim, uint64_t bound);

/* Runs the loop until nothing happens any more, planned late settles included:
 * the structs of chains have to exist until then. Not from inside a turn. */
enum chain_sim_end chain_sim_run(struct chain_sim *sim);

/* Stores in `report` the events so far, and what is left now. */
void chain_sim_look(struct chain_sim *sim, struct chain_sim_report *report);

/* Ends the loop as chain_loop_fini() does, and frees the simulation. Returns
 * true if nothing is left and there was no problem. `report`, which may be
 * NULL, gets the final report. A chain that still runs keeps the number of the
 * loop, so after CHAIN_LOOPS_MAX of these no loop can be opened. If a run may
 * be stuck, cancel its chains and run it again before this. */
bool chain_sim_close(struct chain_sim *sim, struct chain_sim_report *report);

/* Writes to `text` what is wrong in a report, in one line of at most `size` - 1
 * characters; "" if all is well. Returns `text`. */
const char *chain_sim_complaint(const struct chain_sim_report *report, char *text, size_t size);

#ifdef __cplusplus
}
#endif

#endif
