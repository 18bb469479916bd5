/* chain/private/debug.h - the tables that chainc --debug writes for
 * chain_loop_dump() and chain-gdb.py. Private: part of chain/private/gen.h,
 * which includes it. */
#ifndef CHAIN_PRIVATE_DEBUG_H
#define CHAIN_PRIVATE_DEBUG_H

#include "chain/private/gen.h"

#ifdef __cplusplus
extern "C" {
#endif

/* A state: the operation that a strand in this state waits for. */
struct chain__step {
    const char *what; /* "http_get", "delay", "all"; NULL: nothing */
    unsigned due;     /* CHAIN__DUE(): where in the storage its timer is; 0: there is none */
    /* a character for each name of the chain: '=' it has its value, '?' a branch
     * gives it one, '-' it is not needed any more, '.' it has not been set */
    const char *alive;
};

/* A parameter, variable or binding, for debuggers. */
struct chain__name {
    const char *name; /* as written */
    const char *item; /* the slots of the each whose items have it; NULL: the frame has it */
    const char *path; /* to its member from there; NULL: it is never kept over a wait */
};

#define CHAIN__DUE(type) ((unsigned)offsetof(struct type, timer) + 1)

enum chain__branch_kind {
    CHAIN__BRANCHES_END,
    CHAIN__BRANCH_IS_OP,     /* one operation: its header */
    CHAIN__BRANCH_IS_STRAND, /* a strand */
    CHAIN__BRANCH_IS_ITEMS,  /* the slots of an each */
    CHAIN__BRANCH_IS_PROMISE /* a strand that this one has started, and need not wait for */
};

/* A branch, or the slots of an each, that a strand waits for; or a promise that
 * it has started. `place` counts from the struct of the chain's branches, or
 * from the slot of the item that waits. */
struct chain__branch {
    unsigned at; /* the state in which it waits */
    enum chain__branch_kind kind;
    struct chain__step
        step; /* of one operation; of a promise, in `what`, its name, if it was started */
    size_t place;
    size_t limit, size, strand; /* of slots: how many, of how many bytes, with the strand where */
};

/* The last site of a chain that has such tables leads to this: its line is 0,
 * and its `step` points here. Programs without them have no such site. */
struct chain__debug {
    const struct chain__step *steps; /* by state */
    size_t states;
    const struct chain__branch *branches; /* by state; NULL: it never waits for any */
    size_t branches_place;                /* where in the frame the pointer to their struct is */
    const struct chain__name *names;      /* NULL: it has none */
    size_t name_count;
};

#ifdef __cplusplus
}
#endif

#endif
