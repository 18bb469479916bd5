/* simulated.h - shared by simulated.c (the world) and simulated_plans.c (the
 * choices of seed and scripts). */
#ifndef CHAIN_SIMULATED_H
#define CHAIN_SIMULATED_H

#include "chain/private/gen.h"
#include "chain_sim.h"

enum thing_kind {
    ENDS,         /* the operation settles as planned */
    ACKNOWLEDGES, /* it was asked, and ends as cancelled */
    WORKS,        /* a blocking function is called; up to here something waits for it */
    AGAIN,        /* it has ended, and settles once more */
    CANCELS       /* the host cancels a chain */
};

struct thing {
    enum thing_kind kind;
    bool asked;
    uint64_t due; /* ns; UINT64_MAX: never */
    struct chain_deferred done;
    const struct chain_sim_operation *operation;
    struct chain_sim_plan plan;
    struct chain_root *root;
    struct chain_work *work;
};

struct script {
    const char *name;
    uint64_t occurrence;
    struct chain_sim_plan plan;
};

struct uses {
    const char *name;
    uint64_t count;
};

struct chain_sim {
    struct chain_loop loop; /* first */
    struct chain_sim_options options;
    uint64_t clock, random;
    struct thing *things;
    struct script *scripts;
    struct uses *uses;
    unsigned thing_count, script_count, use_count;
    char *memory; /* for slabs */
    size_t memory_used;
    struct chain_sim_report seen;
};

uint64_t simulated__bits(struct chain_sim *sim);

/* Whether something happens this time. */
bool simulated__happens(struct chain_sim *sim, unsigned percent);

/* The plan of the next use of an operation. False if there is no room to count it. */
bool simulated__plan(struct chain_sim *sim, const struct chain_sim_operation *operation,
                     struct chain_sim_plan *plan);

#endif
