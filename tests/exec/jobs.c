/* The host of jobs.chain, and the function that runs on the threads. */
#include "jobs.h"

#include <chain_reactor.h>
#include <pthread.h>
#include <stdio.h>
#include <string.h>

enum { JOBS = 10000 };

static struct one_job jobs[JOBS];
static unsigned char runs[JOBS], cleanups[JOBS];
static pthread_t first_thread, second_thread;
static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;
static int strangers, settled;

/* At most two threads ever come here. */
static void note_thread(void)
{
    static int known;
    pthread_t self = pthread_self();

    pthread_mutex_lock(&mutex);
    if (known == 0 || (known == 1 && !pthread_equal(self, first_thread)))
        *(known++ == 0 ? &first_thread : &second_thread) = self;
    strangers +=
        known == 2 && !pthread_equal(self, first_thread) && !pthread_equal(self, second_thread);
    pthread_mutex_unlock(&mutex);
}

int job(int number)
{
    note_thread();
    if (number < 0) {
        cleanups[-1 - number]++;
        return 0;
    }
    __atomic_fetch_add(&runs[number], 1, __ATOMIC_RELAXED);
    return number % 100 == 99 ? -EDOM : number;
}

static void on_settled(struct chain_root *root)
{
    (void)root;
    settled++;
}

static unsigned random_bits(void)
{
    static unsigned long long state = 20261125;

    state = state * 6364136223846793005u + 1442695040888963407u;
    return (unsigned)(state >> 33);
}

/* Turns and cancels of every other call take turns, until all have ended. */
static void run_and_cancel(struct chain_loop *loop)
{
    while (settled < JOBS) {
        chain_loop_turn(loop, random_bits() % 4 == 0);
        for (unsigned n = random_bits() % 64; n > 0; n--)
            one_job_cancel(&jobs[random_bits() % (JOBS / 2) * 2]);
    }
}

/* Whatever the threads did, these hold. */
static void check(void)
{
    int values = 0, cancelled = 0, wrong = 0, ran = 0;

    for (int i = 0; i < JOBS; i++) {
        bool value = chain_root_outcome(&jobs[i].root) == CHAIN_OUTCOME_VALUE;
        values += value;
        cancelled += chain_root_outcome(&jobs[i].root) == CHAIN_OUTCOME_CANCELLED;
        ran += runs[i];
        wrong += value && (one_job_value(&jobs[i]) != i || runs[i] != 1);
        wrong += i % 2 == 1 && !value;
        wrong += runs[i] > 1 || cleanups[i] > 1 || (value && cleanups[i] != 1)
                 || !chain_root_is_quiescent(&jobs[i].root);
    }
    printf("%d ended, %d wrong, %d strangers\n", values + cancelled, wrong, strangers);
    printf("some of each: %d, no more runs than calls: %d\n", values >= JOBS / 2 && cancelled > 0,
           ran >= values && ran <= JOBS);
}

int main(void)
{
    static struct many_jobs many;
    struct chain_reactor *reactor;
    struct chain_loop *loop;
    int sum = 0;

    if (chain_reactor_open(&reactor) != 0)
        return 1;
    loop = chain_reactor_loop(reactor);
    if (chain_reactor_threads(loop, "two", 2) != 0)
        return 1;
    for (int i = 0; i < JOBS; i++) {
        jobs[i].root.on_settled = on_settled;
        one_job_run(&jobs[i], loop, i);
    }
    run_and_cancel(loop);
    check();

    memset(runs, 0, sizeof runs);
    many_jobs_run(&many, loop, &sum, 99); /* the next one fails */
    chain_loop_run(loop);
    printf("%d\n", many_jobs_value(&many));
    many_jobs_run(&many, loop, &sum, JOBS);
    chain_loop_run(loop);
    printf("%d\n", chain_root_outcome(&many.root) == CHAIN_OUTCOME_REJECTED
                       && chain_root_rejection(&many.root).code == EDOM);
    many_jobs_run(&many, loop, &sum, 90);
    for (int i = 0; i < 9; i++)
        chain_loop_turn(loop, true);
    many_jobs_cancel(&many);
    chain_loop_run(loop);
    printf("%d\n", chain_root_outcome(&many.root) != CHAIN_OUTCOME_PENDING);
    return (int)chain_reactor_close(reactor);
}
