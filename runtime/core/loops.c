/* loops.c - the loops of the process by number, and the one whose turn is going on. */
#include "core.h"

struct chain_loop *chain__loops[CHAIN_LOOPS_MAX];

static struct chain_loop no_loop = { .id = UINT32_MAX };
CHAIN__THREAD_LOCAL struct chain_loop *chain__current = &no_loop;

void chain_loop_wake(struct chain_loop *loop)
{
    if (loop->port->wake != NULL)
        loop->port->wake(loop);
}
