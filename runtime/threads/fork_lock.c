/* fork_lock.c - the lock that fork.c holds across fork(2). A change of a list
 * of pools takes it, too. */
#define _POSIX_C_SOURCE 200809L
#include "fork.h"

#include <pthread.h>

unsigned chain__forks;

static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;

void chain__fork_lock(void)
{
    pthread_mutex_lock(&mutex);
}

void chain__fork_unlock(void)
{
    pthread_mutex_unlock(&mutex);
}
