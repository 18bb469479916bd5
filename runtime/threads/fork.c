/* fork.c - a child process goes on with the reactors of its parent, as after
 * daemon(3).
 *
 * The child has one thread: the one that called fork(2). It finds the memory as
 * it was at that moment, so no other thread may be changing a pool or closing a
 * descriptor just then: every lock is held across the fork. Threads of the
 * pools are not in the child: steps whose function was running are rejected,
 * queued ones wait for new threads. */
#define _POSIX_C_SOURCE 200809L
#include "fork.h"
#include "../core/mailbox.h"
#include "workers.h"

#include <errno.h>
#include <pthread.h>

static struct chain__fork_link *first;
static bool is_prepared;
static bool has_forked; /* written with all locks, read with any */

static void before(void)
{
    chain__fork_lock();
    for (struct chain__fork_link *link = first; link != NULL; link = link->next) {
        pthread_mutex_lock(&link->closing);
        chain__threads_hold(*link->pools);
    }
    has_forked = true;
}

static void after_in_parent(void)
{
    for (struct chain__fork_link *link = first; link != NULL; link = link->next) {
        chain__threads_let_go(*link->pools);
        pthread_mutex_unlock(&link->closing);
    }
    chain__fork_unlock();
}

static void after_in_child(void)
{
    chain__forks++;
    chain__mailboxes_forked();
    for (struct chain__fork_link *link = first; link != NULL; link = link->next) {
        chain__threads_forked(*link->pools);
        pthread_mutex_unlock(&link->closing);
    }
    chain__fork_unlock();
}

static void insert(struct chain__fork_link *link)
{
    link->next = first;
    link->link = &first;
    if (first != NULL)
        first->link = &link->next;
    first = link;
}

int chain__fork_enter(struct chain__fork_link *link, struct chain__threads **pools)
{
    int code = pthread_mutex_init(&link->closing, NULL);

    if (code != 0)
        return code;
    link->pools = pools;
    chain__fork_lock();
    if (!is_prepared)
        code = pthread_atfork(before, after_in_parent, after_in_child);
    is_prepared = code == 0;
    link->forks = chain__forks;
    if (code == 0)
        insert(link);
    chain__fork_unlock();
    if (code != 0)
        pthread_mutex_destroy(&link->closing);
    return code;
}

void chain__fork_leave(struct chain__fork_link *link)
{
    chain__fork_lock();
    *link->link = link->next;
    if (link->next != NULL)
        link->next->link = link->link;
    chain__fork_unlock();
    pthread_mutex_destroy(&link->closing);
}

bool chain__fork_hold_off(struct chain__fork_link *link)
{
    pthread_mutex_lock(&link->closing);
    return has_forked;
}

void chain__fork_allow(struct chain__fork_link *link)
{
    pthread_mutex_unlock(&link->closing);
}
