/* arena.h - memory by lifetime: many allocations, one release. Passes never free. */
#ifndef ARENA_H
#define ARENA_H

#include <stdarg.h>
#include <stddef.h>

struct arena {
    struct arena_chunk *chunks;
    char *next, *end;
};

/* Zeroed, aligned for any type. Never NULL: without memory the program ends with a message and status 2. */
void *arena_alloc(struct arena *arena, size_t size);

/* One zeroed object of a type. */
#define arena_new(arena, type) ((type *)arena_alloc((arena), sizeof(type)))

/* A NUL-terminated copy. */
char *arena_copy(struct arena *arena, const char *text, size_t length);
char *arena_format(struct arena *arena, const char *format, ...) __attribute__((format(printf, 2, 3)));
char *arena_vformat(struct arena *arena, const char *format, va_list args) __attribute__((format(printf, 2, 0)));

/* Releases everything; the arena is empty and usable again. */
void arena_release(struct arena *arena);

#endif
