/* fork.c - a child process goes on with the reactors of its parent, as after daemon(3).
 *
 * The child has one thread: the one that called fork(2). It finds the memory as it was at that moment,
 * so no other thread may be changing a pool just then: every lock is held across the fork. Threads of
 * the pools are not there; what they were doing is rejected, what was queued waits for new ones. */
#define _POSIX_C_SOURCE 200809L
#include "fork.h"
#include "../core/core.h"
#include "workers.h"

#include <errno.h>
#include <pthread.h>

unsigned chain__forks;
bool chain__has_forked;

static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;
static struct chain__fork_link *first;
static bool is_prepared;

void chain__fork_lock(void)
{
    pthread_mutex_lock(&mutex);
}

void chain__fork_unlock(void)
{
    pthread_mutex_unlock(&mutex);
}

static void before(void)
{
    chain__fork_lock();
    for (struct chain__fork_link *link = first; link != NULL; link = link->next)
        chain__threads_hold(*link->pools);
}

static void after_in_parent(void)
{
    chain__has_forked = true;
    for (struct chain__fork_link *link = first; link != NULL; link = link->next)
        chain__threads_let_go(*link->pools);
    chain__fork_unlock();
}

static void after_in_child(void)
{
    chain__has_forked = true;
    chain__forks++;
    chain__mailboxes_forked();
    for (struct chain__fork_link *link = first; link != NULL; link = link->next)
        chain__threads_forked(*link->pools);
    chain__fork_unlock();
}

int chain__fork_enter(struct chain__fork_link *link, struct chain__threads **pools)
{
    bool entered;

    chain__fork_lock();
    entered = is_prepared || pthread_atfork(before, after_in_parent, after_in_child) == 0;
    is_prepared = entered;
    if (entered) {
        link->pools = pools;
        link->forks = chain__forks;
        link->next = first;
        link->link = &first;
        if (first != NULL)
            first->link = &link->next;
        first = link;
    }
    chain__fork_unlock();
    return entered ? 0 : ENOMEM;
}

void chain__fork_leave(struct chain__fork_link *link)
{
    chain__fork_lock();
    *link->link = link->next;
    if (link->next != NULL)
        link->next->link = link->link;
    chain__fork_unlock();
}
