/* fork.h - the locks around fork(2), and the reactors in a child process. */
#ifndef CHAIN_FORK_H
#define CHAIN_FORK_H

#include <pthread.h>

#include "chain.h"

struct chain__threads;

/* What must be put in order in a child process: the pools of a reactor. */
struct chain__fork_link {
    struct chain__fork_link *next, **link;
    struct chain__threads **pools;
    pthread_mutex_t closing; /* held while a descriptor is being closed */
    unsigned forks;          /* atomic: chain__forks when the reactor's descriptors were opened */
};

/* How often this process was made by fork(2) from one that had a reactor. */
extern unsigned chain__forks;

/* From now on `pools` is kept whole in a child process. 0; ENOMEM, EAGAIN. */
int chain__fork_enter(struct chain__fork_link *link, struct chain__threads **pools);
void chain__fork_leave(struct chain__fork_link *link);

/* Between the two this process does not fork. The first returns whether it was
 * made by fork(2), or has made another one so: its open files may be shared
 * with another process then. */
bool chain__fork_hold_off(struct chain__fork_link *link);
void chain__fork_allow(struct chain__fork_link *link);

/* Between the two the lists of pools are changed. */
void chain__fork_lock(void);
void chain__fork_unlock(void);

#endif
