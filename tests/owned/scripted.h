/* scripted.h - state of the scripted operations; see owned.chain. */
#ifndef SCRIPTED_H
#define SCRIPTED_H

#include "chain/private/gen.h"

struct scripted {
    struct chain_timer timer;
    const struct scripted_kind *kind;
    unsigned mode;
};

/* One generated chain. */
struct program {
    const char *name;
    struct chain_root *root;
    int (*run)(struct chain_loop *loop);
    int (*value)(void); /* NULL: none that owns something */
    int asks;           /* calls flag() */
    int in_order;       /* what is acquired last is released first, whatever happens */
};

extern const struct program programs[];

#endif
