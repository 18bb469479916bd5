/* bits.h - sets of small numbers. */
#ifndef BITS_H
#define BITS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

static inline size_t bits_words(size_t count)
{
    return (count + 63) / 64;
}

static inline void bits_set(uint64_t *set, size_t bit)
{
    set[bit / 64] |= (uint64_t)1 << bit % 64;
}

static inline void bits_clear(uint64_t *set, size_t bit)
{
    set[bit / 64] &= ~((uint64_t)1 << bit % 64);
}

static inline bool bits_has(const uint64_t *set, size_t bit)
{
    return (set[bit / 64] >> bit % 64 & 1) != 0;
}

static inline void bits_add(uint64_t *set, const uint64_t *other, size_t words)
{
    for (size_t i = 0; i < words; i++)
        set[i] |= other[i];
}

static inline bool bits_meet(const uint64_t *set, const uint64_t *other, size_t words)
{
    for (size_t i = 0; i < words; i++)
        if ((set[i] & other[i]) != 0)
            return true;
    return false;
}

#endif
