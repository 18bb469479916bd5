/* handle.h - what tells the uses of an instance apart. */
#ifndef CHAIN_CORE_HANDLE_H
#define CHAIN_CORE_HANDLE_H

#include "chain/private/gen.h"

/* An instance of a pool goes from loop to loop, and a stale handle is compared
 * with it wherever it is. One byte is accessed as a tag is (chain__tag()):
 * whoever finds his own loop in it has written it, and the instance is his. */
static inline unsigned chain__handled(const struct chain__instance *instance)
{
#ifdef CHAIN__ATOMIC_TAGS
    return __atomic_load_n(&instance->handled, __ATOMIC_RELAXED);
#else
    return instance->handled;
#endif
}

static inline void chain__set_handled(struct chain__instance *instance, unsigned handled)
{
#ifdef CHAIN__ATOMIC_TAGS
    __atomic_store_n(&instance->handled, (uint8_t)handled, __ATOMIC_RELAXED);
#else
    instance->handled = (uint8_t)handled;
#endif
}

/* A number has 48 bits. */
static inline void chain__number_instance(struct chain__instance *instance, uint64_t number)
{
    instance->number_low = (uint32_t)number;
    instance->number_high = (uint16_t)(number >> 32);
}

#endif
