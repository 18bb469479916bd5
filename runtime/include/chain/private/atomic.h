/* chain/private/atomic.h - the few accesses to data that threads and interrupts
 * share. Private.
 *
 * Where the processor has the instructions they are the compiler's builtins;
 * elsewhere (CHAIN_CRITICAL) each access is a critical section of the port's.
 * `order` is one of the __ATOMIC_… constants; a critical section is as strong
 * as any. */
#ifndef CHAIN_PRIVATE_ATOMIC_H
#define CHAIN_PRIVATE_ATOMIC_H

#include "chain.h"

#ifdef __cplusplus
extern "C" {
#endif

#if CHAIN_CRITICAL

#define CHAIN__SHARED(name, type)                                                              \
    static inline type chain__load_##name(type const *place, int order)                        \
    {                                                                                          \
        uintptr_t state = chain_port_enter();                                                  \
        type value = *place;                                                                   \
        (void)order;                                                                           \
        chain_port_leave(state);                                                               \
        return value;                                                                          \
    }                                                                                          \
    static inline type chain__swap_##name(type *place, type value, int order)                  \
    {                                                                                          \
        uintptr_t state = chain_port_enter();                                                  \
        type before = *place;                                                                  \
        *place = value;                                                                        \
        (void)order;                                                                           \
        chain_port_leave(state);                                                               \
        return before;                                                                         \
    }                                                                                          \
    static inline void chain__store_##name(type *place, type value, int order)                 \
    {                                                                                          \
        chain__swap_##name(place, value, order);                                               \
    }                                                                                          \
    static inline bool chain__claim_##name(type *place, type *expected, type value, int order) \
    {                                                                                          \
        uintptr_t state = chain_port_enter();                                                  \
        type before = *place;                                                                  \
        bool as_expected = before == *expected;                                                \
        if (as_expected)                                                                       \
            *place = value;                                                                    \
        (void)order;                                                                           \
        chain_port_leave(state);                                                               \
        *expected = before;                                                                    \
        return as_expected;                                                                    \
    }

#define CHAIN__COUNTER(name, type)                                           \
    static inline void chain__add_##name(type *place, type value, int order) \
    {                                                                        \
        uintptr_t state = chain_port_enter();                                \
        *place += value;                                                     \
        (void)order;                                                         \
        chain_port_leave(state);                                             \
    }

#else

#define CHAIN__SHARED(name, type)                                                              \
    static inline type chain__load_##name(type const *place, int order)                        \
    {                                                                                          \
        return __atomic_load_n(place, order);                                                  \
    }                                                                                          \
    static inline type chain__swap_##name(type *place, type value, int order)                  \
    {                                                                                          \
        return __atomic_exchange_n(place, value, order);                                       \
    }                                                                                          \
    static inline void chain__store_##name(type *place, type value, int order)                 \
    {                                                                                          \
        __atomic_store_n(place, value, order);                                                 \
    }                                                                                          \
    static inline bool chain__claim_##name(type *place, type *expected, type value, int order) \
    {                                                                                          \
        return __atomic_compare_exchange_n(place, expected, value, false, order,               \
                                           __ATOMIC_RELAXED);                                  \
    }

#define CHAIN__COUNTER(name, type)                                           \
    static inline void chain__add_##name(type *place, type value, int order) \
    {                                                                        \
        __atomic_fetch_add(place, value, order);                             \
    }

#endif

/* load, store, swap (an exchange), claim (a compare-and-swap: on failure
 * *expected is what stands there), add */
CHAIN__SHARED(word, uint32_t)
CHAIN__SHARED(tag, uint64_t)
CHAIN__SHARED(code, int32_t)
CHAIN__SHARED(strand, struct chain_strand *)
CHAIN__SHARED(loop, struct chain_loop *)
CHAIN__COUNTER(word, uint32_t)
CHAIN__COUNTER(count, uint64_t)

#undef CHAIN__SHARED
#undef CHAIN__COUNTER

#ifdef __cplusplus
}
#endif

#endif
