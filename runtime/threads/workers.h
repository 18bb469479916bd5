/* workers.h - pools of threads that run blocking steps (rule 104). */
#ifndef CHAIN_WORKERS_H
#define CHAIN_WORKERS_H

#include <pthread.h>

#include "chain.h"

enum { CHAIN__THREADS_MOST = 4 }; /* of a pool whose size nobody has said */

/* A function that a thread runs, while it runs it: its step is pending. */
struct chain__running {
    struct chain__running *next, **link;
    struct chain_deferred done; /* what the work settles */
};

/* A pool. All functions are called on the thread of its loop. */
struct chain__threads {
    struct chain__threads *next;
    pthread_mutex_t mutex;        /* guards what follows */
    pthread_cond_t queued, ended; /* there is work, or the end; the last thread is about to end */
    struct chain_work *first, **last;
    size_t waiting;               /* works in the queue */
    unsigned size, threads, idle; /* at most, alive, of these waiting for work */
    struct chain__running *running;
    bool stopping;
    bool any_ended;
    pthread_t ended_last; /* to be joined */
    bool named;
    char name[];
};

/* Queues the work in the pool it names, which is made if it is new, and starts
 * a thread if none is idle and the pool may have more. 0; EAGAIN if there is no
 * memory for the pool, or not a single thread. */
int chain__threads_submit(struct chain__threads **pools, struct chain_work *work);

/* Whether the work was still queued; it is not any more. */
bool chain__threads_withdraw(struct chain_work *work);

/* How many threads a pool may have; `name` NULL: the one without a name. 0;
 * EINVAL for 0 threads; EBUSY if it has threads already; ENOMEM. */
int chain__threads_size(struct chain__threads **pools, const char *name, unsigned threads);

/* Before a fork(2): nobody changes these pools, and none of their threads posts, until one of the
 * following two is called. Any thread. */
void chain__threads_hold(struct chain__threads *pools);
/* In the parent. */
void chain__threads_let_go(struct chain__threads *pools);
/* In the child, which has none of the threads: steps whose function was running are rejected with
 * CHAIN_EABANDONED. */
void chain__threads_forked(struct chain__threads *pools);

/* Starts threads for what is queued, in a child. Without a single one it is
 * rejected with EAGAIN. */
void chain__threads_resume(struct chain__threads **pools);

/* Forgets what is queued, awaits what runs, joins the threads, frees the pools. */
void chain__threads_close(struct chain__threads **pools);

#endif
