/* fuzz.h - the world of random programs: simulated operations that do what a
 * script says, and a trace of what happens.
 *
 * Each place of a program has a number; each of its starts takes the next act
 * of that place's script. fuzz.py writes programs, scripts and what the trace
 * has to be; driver.c runs them. */
#ifndef FUZZ_H
#define FUZZ_H

#include "chain/private/gen.h"

/* What one start of an operation does. The same numbers are in oracle.py. */
struct act {
    uint8_t rejects; /* else it gives a value */
    /* 0: inside the start; 1: at once, but after all that are ready; 255:
     * never; else after when - 1 ms */
    uint8_t when;
    uint8_t answer;  /* to a cancel: enum answer */
    uint8_t late;    /* ms until it acknowledges; 0: inside the hook */
    int16_t outcome; /* the value, or the code */
    uint8_t faults;  /* CHAIN_SIM_TWICE, CHAIN_SIM_AGAIN, POSTS */
    uint8_t again;   /* ms */
};

enum answer {
    ACKNOWLEDGES, /* settles as cancelled */
    ARGUES,       /* settles at once as it would have */
    IGNORES       /* settles when and as it would have */
};

enum { POSTS = 4 }; /* it settles as if from another thread */

struct scripted {
    unsigned entry; /* in the list of started operations */
};

/* A program of a batch. */
struct program {
    size_t size; /* of the struct of its chain */
    int (*run)(void *frame, struct chain_loop *loop, int x);
    int (*value)(const void *frame);
};

#define PROGRAM(name)                                                  \
    static int run_##name(void *frame, struct chain_loop *loop, int x) \
    {                                                                  \
        return name##_run((struct name *)frame, loop, x);              \
    }                                                                  \
    static int value_##name(const void *frame)                         \
    {                                                                  \
        return name##_value((const struct name *)frame);               \
    }
#define ENTRY(name)                                   \
    {                                                 \
        sizeof(struct name), run_##name, value_##name \
    }

extern const struct program programs[];

/* What user code in a program calls, beside the functions that ops.chain declares. */
void put(int h);
void keep(int h);
int work(int id, int a);
int calc(int id, int a);
int note(int id, int a);
int bare(int a);
void mark(int id, int a);
int seen(int id, struct chain_error err);
void report(struct chain_error err);
int look(int id, struct chain_error err);
int causes(int id, int count, struct chain_error err);

#endif
