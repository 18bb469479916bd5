/* workers.c - a queue, some threads, and a lock around both.
 *
 * Work is queued through its own links, so there is no limit but that of the
 * frames, and nothing is allocated for it. Threads are started when there is
 * more work than idle threads, up to the size of the pool, and live until it is
 * closed.
 *
 * A thread that ends joins the one that ended before it, and the pool's owner
 * joins the last: so nobody has to keep a list. */
#define _POSIX_C_SOURCE 200809L
#include "workers.h"
#include "chain/private/codes.h"
#include "chain/private/gen.h"
#include "fork.h"

#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* ---- the queue ----------------------------------------------------------- */

static void enqueue(struct chain__threads *pool, struct chain_work *work)
{
    work->runner = pool;
    work->next = NULL;
    work->link = pool->last;
    *pool->last = work;
    pool->last = &work->next;
    pool->waiting++;
}

static void unlink_work(struct chain__threads *pool, struct chain_work *work)
{
    *work->link = work->next;
    if (work->next != NULL)
        work->next->link = work->link;
    else
        pool->last = work->link;
    work->link = NULL; /* not queued */
    pool->waiting--;
}

/* ---- threads ------------------------------------------------------------- */

static void join_after(struct chain__threads *pool)
{
    pthread_t before = pool->ended_last;
    bool any = pool->any_ended;

    pool->ended_last = pthread_self();
    pool->any_ended = true;
    if (--pool->threads == 0)
        pthread_cond_signal(&pool->ended);
    pthread_mutex_unlock(&pool->mutex); /* the last touch of the pool */
    if (any)
        pthread_join(before, NULL);
}

/* Called with the lock, which is free while the function runs. What came of it
 * is posted with the lock, so that a fork(2) finds every step that is in
 * `running` pending, and its frame still there. */
static void run_work(struct chain__threads *pool, struct chain_work *work)
{
    struct chain__running running = { pool->running, &pool->running, work->done };
    unsigned forks = chain__forks;
    int code;

    if (running.next != NULL)
        running.next->link = &running.next;
    pool->running = &running;
    pthread_mutex_unlock(&pool->mutex);
    code = work->run(work);
    if (forks != chain__forks)
        _exit(1); /* the function has made a child process and returned in it: nobody is there */
    pthread_mutex_lock(&pool->mutex);
    *running.link = running.next;
    if (running.next != NULL)
        running.next->link = running.link;
    chain_work_end(work, code);
}

static void *run_thread(void *context)
{
    struct chain__threads *pool = context;

    pthread_mutex_lock(&pool->mutex);
    while (!pool->stopping) {
        struct chain_work *work = pool->first;
        if (work == NULL) {
            pool->idle++;
            pthread_cond_wait(&pool->queued, &pool->mutex);
            pool->idle--;
            continue;
        }
        unlink_work(pool, work);
        run_work(pool, work);
    }
    join_after(pool);
    return NULL;
}

/* Signals are the business of the program's own threads, but for those that a
 * blocking function brings about itself: a fault that is blocked is undefined
 * behaviour, and Linux ends the program without a look at its handler. */
static sigset_t signals_of_others(void)
{
    static const int own[] = { SIGABRT, SIGBUS, SIGFPE, SIGILL, SIGSEGV, SIGSYS, SIGTRAP };
    sigset_t signals;

    sigfillset(&signals);
    for (size_t i = 0; i < sizeof own / sizeof *own; i++)
        sigdelset(&signals, own[i]);
    return signals;
}

static int start_thread(struct chain__threads *pool)
{
    const sigset_t blocked = signals_of_others();
    sigset_t before;
    pthread_t thread;
    int code;

    pthread_sigmask(SIG_SETMASK, &blocked, &before);
    code = pthread_create(&thread, NULL, run_thread, pool);
    pthread_sigmask(SIG_SETMASK, &before, NULL);
    if (code == 0)
        pool->threads++;
    return code;
}

/* ---- pools --------------------------------------------------------------- */

/* What the files of the program say after `on NAME`, where the linker has put
 * it; NULL if they say nothing. */
extern const struct chain__pool_threads __start_chain_threads[] __attribute__((weak));
extern const struct chain__pool_threads __stop_chain_threads[] __attribute__((weak));

/* The smallest number counts: it may be what a library can bear (rule 167). */
static unsigned threads_said(const char *name)
{
    const struct chain__pool_threads *row = __start_chain_threads;
    unsigned least = 0;

    for (; name != NULL && row != __stop_chain_threads; row++)
        if (strcmp(row->pool, name) == 0 && (least == 0 || row->most < least))
            least = row->most;
    return least != 0 ? least : CHAIN__THREADS_MOST;
}

static bool is_named(const struct chain__threads *pool, const char *name)
{
    return name == NULL ? !pool->named : pool->named && strcmp(pool->name, name) == 0;
}

static bool make_locks(struct chain__threads *pool)
{
    if (pthread_mutex_init(&pool->mutex, NULL) != 0)
        return false;
    if (pthread_cond_init(&pool->queued, NULL) == 0) {
        if (pthread_cond_init(&pool->ended, NULL) == 0)
            return true;
        pthread_cond_destroy(&pool->queued);
    }
    pthread_mutex_destroy(&pool->mutex);
    return false;
}

static struct chain__threads *pool_new(const char *name)
{
    size_t length = name == NULL ? 0 : strlen(name);
    struct chain__threads *pool = calloc(1, sizeof *pool + length + 1);

    if (pool == NULL)
        return NULL;
    pool->named = name != NULL;
    memcpy(pool->name, name == NULL ? "" : name, length + 1);
    pool->last = &pool->first;
    pool->size = threads_said(name);
    if (!make_locks(pool)) {
        free(pool);
        return NULL;
    }
    return pool;
}

/* The pool of that name, made if it is new. */
static struct chain__threads *pool_of(struct chain__threads **pools, const char *name)
{
    struct chain__threads *made;

    while (*pools != NULL && !is_named(*pools, name))
        pools = &(*pools)->next;
    if (*pools == NULL) {
        made = pool_new(name);
        chain__fork_lock();
        *pools = made;
        chain__fork_unlock();
    }
    return *pools;
}

/* Idle threads are enough for what is queued already: each was woken for one of them. */
int chain__threads_submit(struct chain__threads **pools, struct chain_work *work)
{
    struct chain__threads *pool = pool_of(pools, work->pool);
    bool taken;

    if (pool == NULL)
        return EAGAIN;
    pthread_mutex_lock(&pool->mutex);
    if (pool->waiting >= pool->idle && pool->threads < pool->size)
        (void)start_thread(pool); /* if there is no further thread, those that are there do it */
    taken = pool->threads != 0;
    if (taken) {
        enqueue(pool, work);
        pthread_cond_signal(&pool->queued);
    }
    pthread_mutex_unlock(&pool->mutex);
    return taken ? 0 : EAGAIN;
}

bool chain__threads_withdraw(struct chain_work *work)
{
    struct chain__threads *pool = work->runner;
    bool queued;

    pthread_mutex_lock(&pool->mutex);
    queued = work->link != NULL;
    if (queued)
        unlink_work(pool, work);
    pthread_mutex_unlock(&pool->mutex);
    return queued;
}

int chain__threads_size(struct chain__threads **pools, const char *name, unsigned threads)
{
    struct chain__threads *pool = threads == 0 ? NULL : pool_of(pools, name);
    bool running;

    if (pool == NULL)
        return threads == 0 ? EINVAL : ENOMEM;
    pthread_mutex_lock(&pool->mutex);
    running = pool->threads != 0;
    if (!running)
        pool->size = threads;
    pthread_mutex_unlock(&pool->mutex);
    return running ? EBUSY : 0;
}

/* ---- around fork(2) ------------------------------------------------------ */

void chain__threads_hold(struct chain__threads *pools)
{
    for (struct chain__threads *pool = pools; pool != NULL; pool = pool->next)
        pthread_mutex_lock(&pool->mutex);
}

void chain__threads_let_go(struct chain__threads *pools)
{
    for (struct chain__threads *pool = pools; pool != NULL; pool = pool->next)
        pthread_mutex_unlock(&pool->mutex);
}

/* The conditions know of threads that are not there, so they are made anew: not by
 * pthread_cond_init(), which may fail, and here nobody could be told. The lock is the caller's. */
void chain__threads_forked(struct chain__threads *pools)
{
    static const pthread_cond_t nobody_waits = PTHREAD_COND_INITIALIZER;

    for (struct chain__threads *pool = pools; pool != NULL; pool = pool->next) {
        pool->queued = pool->ended = nobody_waits;
        pool->threads = pool->idle = 0;
        pool->any_ended = false;
        for (struct chain__running *running = pool->running; running != NULL;
             running = running->next)
            (void)chain__post_reject(running->done, CHAIN_EABANDONED,
                                     "its thread is not in this process", 0);
        pool->running = NULL;
        pthread_mutex_unlock(&pool->mutex);
    }
}

static void refuse_all(struct chain__threads *pool)
{
    while (pool->first != NULL) {
        struct chain_work *work = pool->first;
        unlink_work(pool, work);
        (void)chain__post_reject(work->done, EAGAIN, "no thread for a blocking step", 0);
    }
}

void chain__threads_resume(struct chain__threads **pools)
{
    for (struct chain__threads *pool = *pools; pool != NULL; pool = pool->next) {
        pthread_mutex_lock(&pool->mutex);
        while (pool->threads < pool->waiting && pool->threads < pool->size
               && start_thread(pool) == 0)
            continue;
        if (pool->threads == 0)
            refuse_all(pool);
        pthread_mutex_unlock(&pool->mutex);
    }
}

/* ---- closing ------------------------------------------------------------- */

static void stop(struct chain__threads *pool)
{
    pthread_mutex_lock(&pool->mutex);
    while (pool->first != NULL)
        unlink_work(pool, pool->first);
    pool->stopping = true;
    pthread_cond_broadcast(&pool->queued);
    while (pool->threads != 0)
        pthread_cond_wait(&pool->ended, &pool->mutex);
    pthread_mutex_unlock(&pool->mutex);
    if (pool->any_ended)
        pthread_join(pool->ended_last, NULL);
}

void chain__threads_close(struct chain__threads **pools)
{
    while (*pools != NULL) {
        struct chain__threads *pool = *pools;
        chain__fork_lock();
        *pools = pool->next;
        chain__fork_unlock();
        stop(pool);
        pthread_cond_destroy(&pool->ended);
        pthread_cond_destroy(&pool->queued);
        pthread_mutex_destroy(&pool->mutex);
        free(pool);
    }
}
