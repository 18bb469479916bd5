/* chain/private/number.h - computed numbers: durations, the bounds of an each,
 * counts of attempts. Private.
 *
 * Users compute them in any arithmetic type. The code that takes them must
 * neither wrap nor warn, so a function for each type first brings them into one
 * form. */
#ifndef CHAIN_PRIVATE_NUMBER_H
#define CHAIN_PRIVATE_NUMBER_H

#include "chain_config.h"

#ifdef __cplusplus
extern "C" {
#endif

/* A fraction is cut off. What is too large counts as UINT64_MAX, what is no number as negative. */
struct chain__number {
    uint64_t size; /* 0 if negative */
    bool negative;
};

static inline struct chain__number chain__of_unsigned(uint64_t n)
{
    struct chain__number number = { n, false };
    return number;
}

static inline struct chain__number chain__of_signed(int64_t n)
{
    struct chain__number number = { n < 0 ? 0 : (uint64_t)n, n < 0 };
    return number;
}

static inline struct chain__number chain__of_double(double n)
{
    struct chain__number number = { 0, !(n >= 0) };

    if (n >= 18446744073709551616.0) /* 2^64 */
        number.size = UINT64_MAX;
    else if (n >= 0)
        number.size = (uint64_t)n;
    return number;
}

static inline struct chain__number chain__of_float(float n)
{
    return chain__of_double((double)n);
}

static inline struct chain__number chain__of_long_double(long double n)
{
    struct chain__number number = { 0, !(n >= 0) };

    if (n >= 18446744073709551616.0L)
        number.size = UINT64_MAX;
    else if (n >= 0)
        number.size = (uint64_t)n;
    return number;
}

#ifdef __SIZEOF_INT128__
__extension__ typedef __int128 chain__int128;
__extension__ typedef unsigned __int128 chain__uint128;

static inline struct chain__number chain__of_uint128(chain__uint128 n)
{
    return chain__of_unsigned(n > UINT64_MAX ? UINT64_MAX : (uint64_t)n);
}

static inline struct chain__number chain__of_int128(chain__int128 n)
{
    return n < 0 ? chain__of_signed(-1) : chain__of_uint128((chain__uint128)n);
}

#define CHAIN__OF_INT128 \
    chain__int128:       \
    chain__of_int128, chain__uint128 : chain__of_uint128,
#else
#define CHAIN__OF_INT128
#endif

#ifndef __cplusplus

/* Smaller types, and enumerations, fit into one of these. */
#define CHAIN__OF_INTEGER \
    CHAIN__OF_INT128 unsigned long : chain__of_unsigned, unsigned long long : chain__of_unsigned
#define chain__number(n)                      \
    _Generic((n), CHAIN__OF_INTEGER, float    \
             : chain__of_float, double        \
             : chain__of_double, long double  \
             : chain__of_long_double, default \
             : chain__of_signed)(n)

/* The same of something that is counted: 0.5 s would silently be none. A
 * fraction cannot be compiled, as the struct is never defined. */
struct chain__expected_a_whole_number chain__of_fraction(double n);
#define chain__whole(n)                        \
    _Generic((n), CHAIN__OF_INTEGER, float     \
             : chain__of_fraction, double      \
             : chain__of_fraction, long double \
             : chain__of_fraction, default     \
             : chain__of_signed)(n)

#endif

/* ns, clamped to [0, INT64_MAX / 2] (rule 87); `unit` in ns. */
static inline int64_t chain__duration(struct chain__number count, int64_t unit)
{
    if (count.size > (uint64_t)(INT64_MAX / 2 / unit))
        return INT64_MAX / 2;
    return (int64_t)count.size * unit;
}

/* ns, clamped to [0, INT64_MAX]. */
static inline int64_t chain__ns(struct chain__number ns)
{
    return ns.size > INT64_MAX ? INT64_MAX : (int64_t)ns.size;
}

/* The bounds of an each. With a negative one there are no items (rule 95). */
static inline size_t chain__low(struct chain__number bound)
{
    return bound.negative || bound.size > SIZE_MAX ? SIZE_MAX : (size_t)bound.size;
}

static inline size_t chain__high(struct chain__number bound)
{
    return bound.size > SIZE_MAX ? SIZE_MAX : (size_t)bound.size;
}

/* How many attempts a retry makes at most: INT32_MAX, as they are counted in an int (rule 89). */
static inline int chain__times(struct chain__number count)
{
    return count.size > INT32_MAX ? INT32_MAX : (int)count.size;
}

#ifdef __cplusplus
}
#endif

#endif
