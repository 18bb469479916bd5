/* fnv.h - the hash FNV-1a of 32 bits, which is the same in every build. */
#ifndef FNV_H
#define FNV_H

#include <stddef.h>
#include <stdint.h>

#define FNV_BEGIN UINT32_C(0x811c9dc5)

static inline uint32_t fnv_add(uint32_t hash, char byte)
{
    return (hash ^ (unsigned char)byte) * UINT32_C(0x01000193);
}

static inline uint32_t fnv_add_text(uint32_t hash, const char *text, size_t length)
{
    while (length-- > 0)
        hash = fnv_add(hash, *text++);
    return hash;
}

#endif
