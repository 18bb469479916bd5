/* pool.h - where spawned instances come from, and lists of steps that wait. */
#ifndef CHAIN_CORE_POOL_H
#define CHAIN_CORE_POOL_H

#include "chain/private/gen.h"

/* An instance goes to the first `spawn` that waits for one, or back to its pool. */
void chain__give_back(struct chain__instance *instance);

/* A wait at the end of a list; out of the list it is in. */
void chain__wait_in(struct chain__waiting *list, struct chain__wait *wait);
void chain__wait_no_more(struct chain__waiting *list, struct chain__wait *wait);

/* The loop gives its slabs back. */
void chain__slabs_fini(struct chain_loop *loop);

#endif
