/* way.h - the names on a path from one name to another, as messages show them.
 *
 *     a -> b -> c     a -> b -> ... 290 more ... -> y -> z
 */
#ifndef WAY_H
#define WAY_H

#include <stddef.h>

struct arena;

enum { WAY_END = 8 }; /* names that are shown at each end of a long one */

/* All zero: no name. It keeps only what is shown, so that it may have any number of names. */
struct way {
    const char *first[WAY_END], *last[WAY_END]; /* the last ones in a ring */
    size_t count;
};

void way_add(struct way *way, const char *name);
const char *way_text(const struct way *way, struct arena *arena);

#endif
