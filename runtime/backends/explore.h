/* explore.h - shared by explore.c (one scenario), explore_notes.c,
 * explore_owned.c and explore_main.c (all scenarios). */
#ifndef CHAIN_EXPLORE_PRIVATE_H
#define CHAIN_EXPLORE_PRIVATE_H

#include "chain_explore.h"

enum {
    EXPLORE_DEVIATIONS = 4, /* of one scenario */
    EXPLORE_STARTS = 256    /* of one run: then it is cancelled */
};

/* Columns of the table, for each point. */
enum {
    EXPLORE_VALUE,
    EXPLORE_CANCEL,
    EXPLORE_TIMEOUT,
    EXPLORE_LATE,
    EXPLORE_REJECTION /* and those after it: one for each code of the operation */
};

struct explore_deviation {
    uint16_t start; /* which start of the run, from 0 */
    uint16_t choice;
};

struct explore_script {
    struct explore_deviation deviations[EXPLORE_DEVIATIONS];
    uint8_t count;
};

struct explore_start {
    uint64_t number;
    const struct chain_explore_point *point; /* NULL: one that chainc did not tell of */
    unsigned chain, index;                   /* of the point */
    unsigned choice;
    bool is_asked, has_ended;
    bool is_cancelled; /* the host cancelled while it was waited for; asked or, if shielded, not */
    bool is_simulated; /* by the stub */
};

struct explore_run {
    const struct explore_script *script;
    struct chain_root *root;
    uint64_t number;    /* of the chain, in the trace */
    unsigned settled;   /* calls of on_settled */
    bool planned;       /* `plan` is for what is being started */
    bool is_timing_out; /* cancels that come now are a timeout's */
    bool is_done, is_new, is_cut;
    /* chains that could not be ended: they keep their loop, instances the slots of their pool */
    size_t left, left_instances;
    struct chain_sim_plan plan;
    char complaint[200]; /* "": all is well */
    unsigned count;
    struct explore_start starts[EXPLORE_STARTS]; /* last */
};

struct explore {
    const struct chain_explore_chain *chains;
    unsigned columns;   /* as many as the operation with the most codes needs */
    uint32_t **covered; /* by chain: a row of columns for each point */
    struct chain_sim *sim;
    FILE *out;  /* for the test's output; that of the chains may go elsewhere */
    bool shows; /* prints the trace */
    struct explore_run run;
};

/* Runs a chain once. Afterwards e->run tells what was started and what is
 * wrong. False if there is no memory. */
bool explore__run(struct explore *e, const struct chain_explore_chain *chain,
                  const struct explore_script *script);

/* Notes what is wrong with a run, unless something was before. */
void explore__complain(struct explore_run *run, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

/* explore_owned.c: nothing is owned yet; what is still owned at the end is wrong. */
void explore__own_nothing(struct explore *e);
void explore__check_owned(struct explore *e);

/* What was started with this number in the trace, or under this deferred; NULL:
 * nothing that is known. */
struct explore_start *explore__start(struct explore_run *run, uint64_t number);
const struct explore_start *explore__start_of(struct explore *e, struct chain_deferred end);

/* The name of a code, or its number in words. */
const char *explore__code_name(int code, char *room, size_t size);

/* How many codes the operation of a point can be rejected with; 0: none, or it is no operation. */
unsigned explore__code_count(const struct chain_explore_point *point);

/* How many choices there are where something starts, and one of them in words. */
unsigned explore__choice_count(const struct chain_explore_point *point);
void explore__print_choice(FILE *out, const struct chain_explore_point *point, unsigned choice);

#endif
