/* arena.c - chunks that double in size; an allocation is a pointer bump. */
#include "base/arena.h"

#include <setjmp.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* With ARENA_ALONE every allocation has a chunk of its own, of just its size. Then each can fail
 * (`make faults`), and AddressSanitizer sees what is read or written beyond one (`make asan`). */
#ifdef ARENA_ALONE
#define FIRST_CHUNK ((size_t)1)
#define LARGEST_CHUNK ((size_t)1)
#else
#define FIRST_CHUNK ((size_t)16 * 1024)
#define LARGEST_CHUNK ((size_t)4 * 1024 * 1024)
#endif

struct arena_chunk {
    struct arena_chunk *next;
    size_t size;
    max_align_t data[];
};

struct arena_guard {
    jmp_buf jump;
    struct arena_guard *outer;
};

/* calloc, because the system hands out zeroed pages and then nobody touches them twice. */
static bool add_chunk(struct arena *arena, size_t least)
{
    size_t size = arena->chunks ? arena->chunks->size * 2 : FIRST_CHUNK;

    if (size > LARGEST_CHUNK)
        size = LARGEST_CHUNK;
    if (size < least)
        size = least;
    struct arena_chunk *chunk = calloc(1, sizeof *chunk + size);
    if (!chunk)
        return false;
    chunk->next = arena->chunks;
    chunk->size = size;
    arena->chunks = chunk;
    arena->next = (char *)chunk->data;
    arena->end = arena->next + size;
    return true;
}

void *arena_try(struct arena *arena, size_t size)
{
    size_t padding = -(uintptr_t)arena->next % _Alignof(max_align_t);
    size_t left = (size_t)(arena->end - arena->next);

    if (size > SIZE_MAX / 2)
        return NULL;
    if (!arena->chunks || left < padding || left - padding < size) {
        if (!add_chunk(arena, size))
            return NULL;
        padding = 0;
    }
    char *memory = arena->next + padding;
    arena->next = memory + size;
    return memory;
}

void *arena_alloc(struct arena *arena, size_t size)
{
    void *memory = arena_try(arena, size);

    if (!memory)
        arena_exhausted(arena);
    return memory;
}

char *arena_copy(struct arena *arena, const char *text, size_t length)
{
    char *copy = arena_alloc(arena, length + 1);

    memcpy(copy, text, length);
    return copy;
}

char *arena_vformat(struct arena *arena, const char *format, va_list args)
{
    char small[200];
    va_list again;

    va_copy(again, args);
    int length = vsnprintf(small, sizeof small, format, args);
    if (length < 0) /* more than INT_MAX bytes */
        arena_exhausted(arena);
    char *text = arena_alloc(arena, (size_t)length + 1);
    if ((size_t)length < sizeof small)
        memcpy(text, small, (size_t)length);
    else
        vsnprintf(text, (size_t)length + 1, format, again);
    va_end(again);
    return text;
}

char *arena_format(struct arena *arena, const char *format, ...)
{
    va_list args;

    va_start(args, format);
    char *text = arena_vformat(arena, format, args);
    va_end(args);
    return text;
}

bool arena_guard(struct arena *arena, void (*work)(void *context), void *context)
{
    struct arena_guard guard = { .outer = arena->guard };

    arena->guard = &guard;
    if (setjmp(guard.jump) != 0) {
        arena->guard = guard.outer;
        return false;
    }
    work(context);
    arena->guard = guard.outer;
    return true;
}

void arena_exhausted(struct arena *arena)
{
    if (!arena->guard)
        abort();
    longjmp(arena->guard->jump, 1);
}

void arena_release(struct arena *arena)
{
    while (arena->chunks) {
        struct arena_chunk *next = arena->chunks->next;
        free(arena->chunks);
        arena->chunks = next;
    }
    arena->next = arena->end = NULL;
}
