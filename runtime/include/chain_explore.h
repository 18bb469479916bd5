/* chain_explore.h - the engine of the tests that chainc --skeleton writes: it runs a chain again and again under the simulation,
 * each time with other faults, until everything has happened to it in every place; docs/simulation.md tells how to use it.
 *
 * A scenario is a list of deviations: "the third thing that is started is rejected with EIO". Without any, everything gives a value.
 * What a scenario starts shows which deviations can come next, so the tree of all scenarios is found by running it, those with
 * few deviations first, and among these the ones that lead to something new.
 */
#ifndef CHAIN_EXPLORE_H
#define CHAIN_EXPLORE_H

#include "chain_sim.h"

#ifdef __cplusplus
extern "C" {
#endif

/* What can happen at a point, and what is known of it. */
enum {
    CHAIN_EXPLORE_VALUE = 1,
    CHAIN_EXPLORE_REJECTION = 2, /* of an operation: one for each of its codes */
    CHAIN_EXPLORE_CANCEL = 4,
    CHAIN_EXPLORE_TIMEOUT = 8, /* a timeout around it, or its own */
    CHAIN_EXPLORE_LATE = 16,
    CHAIN_EXPLORE_VARIES = 32, /* its value is a number, and others than 0 are worth a try */
    CHAIN_EXPLORE_STAYS = 64,  /* uncancellable */
    CHAIN_EXPLORE_DELAY = CHAIN_EXPLORE_VALUE | CHAIN_EXPLORE_CANCEL,
    CHAIN_EXPLORE_JOIN = CHAIN_EXPLORE_DELAY | CHAIN_EXPLORE_REJECTION,
    CHAIN_EXPLORE_OPERATION = CHAIN_EXPLORE_JOIN | CHAIN_EXPLORE_LATE
};

/* A place where a chain waits: a state of it, or a branch that is a single operation. */
struct chain_explore_point {
    unsigned state;                              /* an index into the chain's sites */
    int line;                                    /* of the .chain file */
    const char *step;                            /* what it waits for: "http_get", "delay", "all" */
    const struct chain_sim_operation *operation; /* NULL: nothing that is simulated */
    unsigned events;                             /* CHAIN_EXPLORE_… */
};

/* A chain, as chainc saw it. Static data. */
struct chain_explore_chain {
    const char *name;
    const char *file;                         /* the .chain file */
    const struct chain_explore_point *points; /* the last one has no step */
    /* To run it: NULL if C code cannot. The root and the frame behind it have `size` bytes, which are zeroed before each run. */
    int (*run)(struct chain_loop *loop);
    struct chain_root *root;
    size_t size;
};

/* main() of a generated test: explores every chain that can be run, prints what is wrong and a table of what has happened where.
 * `chains` ends with one without a name. `argv`: --help tells. Needs a traced build. All memory is taken before the first run.
 * Returns the exit status: 0; 1 if something is wrong with a chain; 2 if nothing could be tested. */
int chain_explore_main(int argc, char **argv, const struct chain_explore_chain *chains);

#ifdef __cplusplus
}
#endif

#endif
