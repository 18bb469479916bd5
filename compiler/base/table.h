/* table.h - uthash with its memory in an arena: nothing is freed, and without memory arena_alloc()
 * does not return.
 *
 * A function that adds to a table has the arena at hand as `arena`.
 */
#ifndef TABLE_H
#define TABLE_H

#include <stdlib.h>

#include "base/arena.h"

#define uthash_malloc(size) arena_alloc(arena, (size))
#define uthash_free(memory, size) ((void)(memory))
#define uthash_fatal(text) abort() /* never: arena_alloc() has left before */
#include <uthash.h>

#endif
