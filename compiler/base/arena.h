/* arena.h - memory by lifetime: many allocations, one release. Passes never free.
 *
 * This is the only place of the compiler that asks the system for memory. When
 * memory runs out, the work under arena_guard() is given up at once, wherever
 * it is. So a function that holds something other than memory (a descriptor, a
 * file) allocates before or after that.
 */
#ifndef ARENA_H
#define ARENA_H

#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>

struct arena {
    struct arena_chunk *chunks;
    char *next, *end;
    struct arena_guard *guard; /* where to go without memory; NULL: the program is aborted */
};

/* Zeroed, aligned for any type. Never NULL: without memory it does not return (arena_guard()). */
void *arena_alloc(struct arena *arena, size_t size);

/* The same, but NULL if memory runs out: for callers that have to give something back first. */
void *arena_try(struct arena *arena, size_t size);

/* One zeroed object of a type. */
#define arena_new(arena, type) ((type *)arena_alloc((arena), sizeof(type)))

/* A NUL-terminated copy. */
char *arena_copy(struct arena *arena, const char *text, size_t length);
char *arena_format(struct arena *arena, const char *format, ...)
    __attribute__((format(printf, 2, 3)));
char *arena_vformat(struct arena *arena, const char *format, va_list args)
    __attribute__((format(printf, 2, 0)));

/* Does some work. False if memory ran out: then the work was left in the
 * middle, and the caller still has to release the arena. Guards of one arena
 * may be nested; the innermost counts. */
bool arena_guard(struct arena *arena, void (*work)(void *context), void *context);

/* Leaves the work under the guard: there is no memory. */
void arena_exhausted(struct arena *arena) __attribute__((noreturn));

/* Releases everything; the arena is empty and usable again. */
void arena_release(struct arena *arena);

#endif
