/* chain_config.h - what libchain has to know about the compiler, the processor
 * and the system. Every condition on them is in this file; the rest of the core
 * and the generated code use the macros below.
 *
 * Each may be set from outside (-DCHAIN_LOOPS_MAX=2), to the same value for the
 * core and for every file that includes its headers: some of them decide what
 * an inline function does. docs/firmware.md says more about those that a port
 * sets. */
#ifndef CHAIN_CONFIG_H
#define CHAIN_CONFIG_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#if defined(__has_include)
#if __has_include(<errno.h>)
#define CHAIN__HAS_ERRNO 1
#endif
#else
#define CHAIN__HAS_ERRNO 1
#endif

/* Codes are errno values. Without a C library, these are the values with which
 * the core itself rejects, or which it returns. */
#ifdef CHAIN__HAS_ERRNO
#include <errno.h>
#else
#define EBUSY 16
#define ENOMEM 12
#define EINVAL 22
#define EMFILE 24
#define EDEADLK 35
#define ENOTSUP 95
#define ETIMEDOUT 110
#define ECANCELED 125
#endif

/* 1: a program may have several threads, each with loops of its own. 0: one
 * thread of execution, and interrupts. */
#ifndef CHAIN_THREADS
#if __STDC_HOSTED__ && (defined(__unix__) || defined(__APPLE__))
#define CHAIN_THREADS 1
#else
#define CHAIN_THREADS 0
#endif
#endif

/* 1: data that threads and interrupts share is touched only between
 * chain_port_enter() and chain_port_leave(), which the port provides. 0: it is
 * touched by the processor's own atomic instructions. These must be as wide as
 * a tag, 64 bits; systems with threads have a library for those that the
 * processor lacks. */
#ifndef CHAIN_CRITICAL
#if CHAIN_THREADS || (__GCC_ATOMIC_LLONG_LOCK_FREE == 2 && __GCC_ATOMIC_POINTER_LOCK_FREE == 2)
#define CHAIN_CRITICAL 0
#else
#define CHAIN_CRITICAL 1
#endif
#endif

/* The number of loops that a program can have at one time, at most 255. Each
 * costs a pointer and a mailbox in static memory. */
#ifndef CHAIN_LOOPS_MAX
#if CHAIN_THREADS
#define CHAIN_LOOPS_MAX 64
#else
#define CHAIN_LOOPS_MAX 1
#endif
#endif

/* The bytes of one slab, from which spawned chains without a `pool` get their
 * memory. A slab has room for one instance at least. */
#ifndef CHAIN_SLAB_SIZE
#if CHAIN_THREADS
#define CHAIN_SLAB_SIZE 8192
#else
#define CHAIN_SLAB_SIZE 1024
#endif
#endif

/* Resumptions, loop rounds, calls of chains and fired timers between two looks
 * at timers and I/O (rule 17). */
#ifndef CHAIN_BUDGET
#define CHAIN_BUDGET 256
#endif

/* 1: a loop has a wheel of its timers, 20 KB: arming and disarming takes the same
 * time however many there are. 0: a heap of a few bytes, and each timer has 8
 * bytes more. */
#ifndef CHAIN_TIMER_WHEEL
#define CHAIN_TIMER_WHEEL CHAIN_THREADS
#endif

/* Whether a strand that suspends jumps to the next ready one, or returns to the
 * loop's own dispatcher, which takes less code. A jump needs the compiler's
 * sibling calls, which -O0, -O1, the sanitizers and Thumb-1 do not give; the
 * budget bounds the stack in any case. */
#ifndef CHAIN__THREADED
#if defined(__OPTIMIZE__) && !defined(__OPTIMIZE_SIZE__) && !defined(__SANITIZE_ADDRESS__) \
    && !defined(__SANITIZE_THREAD__) && (!defined(__thumb__) || defined(__thumb2__))
#define CHAIN__THREADED 1
#else
#define CHAIN__THREADED 0
#endif
#endif

/* Tells ThreadSanitizer that the plain accesses to a tag are meant. */
#if defined(__has_feature)
#if __has_feature(thread_sanitizer)
#define CHAIN__ATOMIC_TAGS 1
#endif
#elif defined(__SANITIZE_THREAD__)
#define CHAIN__ATOMIC_TAGS 1
#endif

#if CHAIN_THREADS
#define CHAIN__THREAD_LOCAL __thread
#define CHAIN__CACHE_LINE __attribute__((__aligned__(64))) /* two threads do not share one */
#else
#define CHAIN__THREAD_LOCAL
#define CHAIN__CACHE_LINE
#endif

#endif
