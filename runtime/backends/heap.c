/* heap.c - memory of a hosted system for the slabs of a loop (rule 79). */
#include "backend.h"

#include <stdlib.h>

void *chain__allocate(struct chain_loop *loop, size_t size)
{
    (void)loop;
    return calloc(1, size);
}

void chain__release(struct chain_loop *loop, void *memory, size_t size)
{
    (void)loop;
    (void)size;
    free(memory);
}
