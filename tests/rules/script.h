/* script.h - what the tests of the rules share. The clock is virtual: it moves
 * only when nothing is left to do before the next timer. Every event prints one
 * line, the ms of that clock first; that text is what a test expects.
 *
 * A test defines test(); main() calls it on a fresh loop and then ends the
 * loop, which must have nothing left. */
#ifndef SCRIPT_H
#define SCRIPT_H

#include "chain/private/gen.h"

#include <errno.h>
#include <stdio.h>

/* When a scripted operation settles: these, or that many ms after its start, by a timer. */
enum { NOW = 0, SOON = -1, ZERO_MS = -2 };

/* State of a scripted operation. */
struct scripted {
    struct chain_timer timer;
    const char *name;
    int outcome; /* value or code */
};

/* An operation that the test settles itself: the deferred of its latest start, by name. */
struct held_deferred the(const char *name);

extern struct chain_loop *world;

/* The clock in ns, and work that takes that long: nothing else moves the clock inside a turn. */
uint64_t world_clock(void);
void world_burn(uint64_t ns);

/* One line of what happens. */
void say(const char *format, ...) __attribute__((format(printf, 1, 2)));

/* Prints how it ended. `value` may be NULL. */
void tell(const char *name, struct chain_root *root, const int *value);

void cancel(struct chain_root *root);
void keep(int number); /* a door */

void test(void);

/* Runs a chain without parameters to the end of all that runs, and tells how it ended. */
#define RUN_VOID(chain)               \
    do {                              \
        static struct chain u_;       \
        chain##_run(&u_, world);      \
        chain_loop_run(world);        \
        tell(#chain, &u_.root, NULL); \
    } while (0)

/* The same for a chain whose value is an int. */
#define RUN(chain)                       \
    do {                                 \
        static struct chain u_;          \
        int value_;                      \
        chain##_run(&u_, world);         \
        chain_loop_run(world);           \
        value_ = chain##_value(&u_);     \
        tell(#chain, &u_.root, &value_); \
    } while (0)

/* Runs a chain without parameters, and cancels it after some ms, or before its first step. */
enum { AT_ONCE = -1 };
#define CANCEL_AT(chain, when)                       \
    do {                                             \
        static struct chain u_;                      \
        static struct cancels c_;                    \
        chain##_run(&u_, world);                     \
        if ((when) == AT_ONCE)                       \
            chain##_cancel(&u_);                     \
        else                                         \
            cancels_run(&c_, world, &u_.root, when); \
        chain_loop_run(world);                       \
        tell(#chain, &u_.root, NULL);                \
    } while (0)

#endif
