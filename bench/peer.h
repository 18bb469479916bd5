/* peer.h - the peer: what one writes by hand in C when it has to be fast. A
 * task that waits is one struct, its resume function a switch; an intrusive
 * FIFO holds the tasks that are ready. It has none of libchain's guarantees: no
 * generation, no cancelling, no budget, one queue in the whole program. */
#ifndef PEER_H
#define PEER_H

#include <errno.h>
#include <stdbool.h>
#include <stddef.h>

struct task {
    struct task *next;
    void (*resume)(struct task *task);
};

/* An operation that a task waits for. */
struct op {
    struct task *waiter;
    long value;
    int error;
};

struct machine {
    struct task task;
    struct op op;
    int state;
    void (*ended)(struct machine *machine); /* the value is in op.value, or the error in op.error */
};

/* One of several operations that a machine waits for together: its waiter is a
 * task that only counts. */
struct part {
    struct task task;
    struct op op;
    struct joiner *joiner;
};

/* The same with operations that are made for it: they count themselves when
 * they settle, which is later. */
struct late {
    struct late *next;
    struct joiner *joiner;
    long value;
    int error;
};

struct joiner {
    struct machine machine;
    unsigned pending; /* operations that have not settled */
    union {
        struct part parts[3];
        struct late lates[3];
    };
};

static inline struct machine *machine_of(struct task *task)
{
    return (struct machine *)(void *)((char *)task - offsetof(struct machine, task));
}

/* PEER_NEAR: queue and operations are compiled into the file of the machines. */
#ifdef PEER_NEAR
#define PEER static inline
#else
#define PEER
#endif

#ifndef PEER_NEAR
/* peer_queue.c */
void queue_push(struct task *task);
struct task *queue_pop(void); /* NULL if there is none */

/* peer_ops.c */
void hop_start(struct op *op, long v); /* settles through the queue */
/* true if it has settled already; if not, the task is resumed through the queue */
bool now_start(struct op *op, long v);
bool bad_start(struct op *op, long v);      /* the same, with an error */
void late_start(struct late *late, long v); /* settles when late_settle() is called */
bool late_settle(void);                     /* whether there were any */
#endif

#endif
