/* tcc.h - what tcc 0.9.27 lacks of what the headers use; stands before them. */
#define _Static_assert(condition, text) extern char chain_static_assert[(condition) ? 1 : -1]
#define __builtin_trap() abort()
#define __builtin_unreachable() abort()
void abort(void);
typedef union {
    long long number;
    long double real;
    void *pointer;
} max_align_t;
