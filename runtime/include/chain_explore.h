/* chain_explore.h - the engine of the tests that chainc --skeleton writes: it
 * runs a chain again and again under the simulation, each time with other
 * faults, until every kind of fault has happened in every place.
 * docs/simulation.md tells how to use it. Everything here is for one thread.
 *
 * A scenario is a list of deviations: "the third thing that is started is
 * rejected with EIO". Without any, everything gives a value. What a scenario
 * starts shows which deviations can come next, so the tree of all scenarios is
 * found by running it, those with few deviations first, and among these the
 * ones that lead to something new. */
#ifndef CHAIN_EXPLORE_H
#define CHAIN_EXPLORE_H

#include "chain_sim.h"

#ifdef __cplusplus
extern "C" {
#endif

/* The events that are possible at a point, and its properties. */
enum {
    CHAIN_EXPLORE_VALUE = 1,
    CHAIN_EXPLORE_REJECTION = 2, /* of an operation: one for each of its codes */
    CHAIN_EXPLORE_CANCEL = 4,
    CHAIN_EXPLORE_TIMEOUT = 8, /* a timeout around it, or its own */
    CHAIN_EXPLORE_LATE = 16,
    CHAIN_EXPLORE_VARIES = 32, /* its value is a number: values other than 0 are tried, too */
    CHAIN_EXPLORE_STAYS = 64,  /* uncancellable */
    /* its value owns something and stays where it is bound: released last first (rule 42a) */
    CHAIN_EXPLORE_KEPT = 128,
    CHAIN_EXPLORE_DELAY = CHAIN_EXPLORE_VALUE | CHAIN_EXPLORE_CANCEL,
    CHAIN_EXPLORE_JOIN = CHAIN_EXPLORE_DELAY | CHAIN_EXPLORE_REJECTION,
    CHAIN_EXPLORE_OPERATION = CHAIN_EXPLORE_JOIN | CHAIN_EXPLORE_LATE
};

/* A place where a chain waits: a state of it, or a branch that is a single operation. */
struct chain_explore_point {
    unsigned state;                              /* an index into the chain's sites */
    int line;                                    /* of the .chain file */
    const char *step;                            /* such as "http_get", "delay", "all" */
    const struct chain_sim_operation *operation; /* NULL: nothing that is simulated */
    unsigned events;                             /* CHAIN_EXPLORE_… */
};

/* A chain: the table that chainc writes. Static data. */
struct chain_explore_chain {
    const char *name;
    const char *file;                         /* the .chain file */
    const struct chain_explore_point *points; /* the last one has no step */
    /* Runs it; NULL if C code cannot run it. The root and the frame after it
     * have `size` bytes, which are zeroed before each run. */
    int (*run)(struct chain_loop *loop);
    void (*take)(void); /* takes over the chain's value; NULL: it owns nothing */
    struct chain_root *root;
    size_t size;
};

/* ---- values that own something ------------------------------------------- */

/* The values of one resource in one run. A chain that gets more cannot be
 * tested, and the test says so. */
enum { CHAIN_EXPLORE_VALUES = 1024 };

/* A resource type. Static, zeroed but for the first two. */
struct chain_explore_resource {
    const char *name;
    bool is_pointer;
    struct chain_explore_resource *next; /* of those that have been used */
    bool is_known;
    unsigned count;                            /* values given in this run */
    unsigned char owned[CHAIN_EXPLORE_VALUES]; /* by value: whether it has to be released */
};

/* Returns a value that nobody owns yet, and that differs from all others of
 * this run: a number, or the address of zeroes. The memory belongs to the
 * test. */
uintptr_t chain_explore_fresh(struct chain_explore_resource *resource);

/* Notes that a settle of `end` with the latest fresh value has returned
 * `settled`: after CHAIN_OK the chain owns that value. Returns `settled`. */
enum chain_settled chain_explore_own(struct chain_explore_resource *resource,
                                     struct chain_deferred end, enum chain_settled settled);

/* A fresh value that the chain owns from the start. `line`: of the parameter,
 * if it stays there; 0: it may be moved. */
uintptr_t chain_explore_given(struct chain_explore_resource *resource, int line);

/* Notes that a value was released, or moved to an owner outside of the chain.
 * To release a value twice is reported as wrong, and so is to release it before
 * a later value that is kept in the same strand. A value that
 * chain_explore_fresh() has not made is ignored. */
void chain_explore_release(struct chain_explore_resource *resource, uintptr_t value);

/* Like CHAIN_SIM_OPERATION(), for an operation that gives a RESOURCE. HOW:
 * NAME, or NAME_post if it is `posted`. */
#define CHAIN_EXPLORE_OWNING(NAME, HOW, RESOURCE, ...)                                  \
    CHAIN_SIM__OPERATION(NAME, HOW,                                                     \
                         chain_explore_own(&RESOURCE##_owned, chain__end,               \
                                           HOW##_resolve(chain__done,                   \
                                                         (RESOURCE)chain_explore_fresh( \
                                                             &RESOURCE##_owned))),      \
                         __VA_ARGS__)

/* main() of a generated test: explores every chain that can be run, prints what
 * is wrong and a table of what has happened where. `chains` ends with one
 * without a name. The argument --help prints what `argv` may contain. Needs a
 * traced build. It takes all its memory before the first run, and blocks until
 * the last one. Returns the exit status: 0; 1 if something is wrong with a
 * chain; 2 if nothing could be tested. */
int chain_explore_main(int argc, char **argv, const struct chain_explore_chain *chains);

#ifdef __cplusplus
}
#endif

#endif
