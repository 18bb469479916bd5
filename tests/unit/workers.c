/* The pools of threads that run blocking steps, without a loop (rule 104). Also
 * run with ThreadSanitizer: make tsan. */
#define _GNU_SOURCE
#include <errno.h>
#include <pthread.h>
#include <semaphore.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/mman.h>
#include <cmocka.h>

/* Threads are had until there are no more. Each is joined, or its stack stays. */
static int threads_left, threads_made, threads_joined; /* the last one is atomic */

static int make_thread(pthread_t *thread, const pthread_attr_t *attributes, void *(*run)(void *),
                       void *context)
{
    if (threads_left == 0)
        return EAGAIN;
    threads_left--;
    threads_made++;
    return pthread_create(thread, attributes, run, context);
}

static int join_thread(pthread_t thread)
{
    __atomic_add_fetch(&threads_joined, 1, __ATOMIC_SEQ_CST);
    return pthread_join(thread, NULL);
}

/* Locks are made until one is refused; what was made is counted. */
static int locks_left, locks;

static int make_lock(int code)
{
    locks += code == 0;
    return code;
}

#define pthread_create make_thread
#define pthread_join(thread, value) join_thread(thread)
#define pthread_mutex_init(mutex, attributes) \
    (locks_left-- == 0 ? EAGAIN : make_lock(pthread_mutex_init(mutex, attributes)))
#define pthread_cond_init(cond, attributes) \
    (locks_left-- == 0 ? EAGAIN : make_lock(pthread_cond_init(cond, attributes)))
#define pthread_mutex_destroy(mutex) (locks--, pthread_mutex_destroy(mutex))
#define pthread_cond_destroy(cond) (locks--, pthread_cond_destroy(cond))
#include "chain.h"
static void end_work(struct chain_work *work, int code);
#define chain_work_end end_work
#include "../../runtime/threads/workers.c"
#undef chain_work_end
#undef pthread_create
#undef pthread_join
#undef pthread_mutex_init
#undef pthread_cond_init
#undef pthread_mutex_destroy
#undef pthread_cond_destroy

static struct chain__threads *pools;

struct call {
    struct chain_work work;                   /* first */
    sem_t *until, *begun;                     /* waits for it; says that it has begun */
    void (*end)(struct call *call, int code); /* instead of settling; NULL: says that it is done */
    int order;
};

static sem_t gate, begun, ran, done;
static int runs; /* atomic */

static int run(struct chain_work *work)
{
    struct call *call = (struct call *)(void *)work;

    if (call->begun != NULL)
        sem_post(call->begun);
    if (call->until != NULL)
        while (sem_wait(call->until) != 0)
            continue;
    call->order = __atomic_add_fetch(&runs, 1, __ATOMIC_SEQ_CST);
    sem_post(&ran);
    return 0;
}

static void end_work(struct chain_work *work, int code)
{
    struct call *call = (struct call *)(void *)work;

    if (call->end != NULL)
        call->end(call, code);
    else
        sem_post(&done);
}

static struct chain_op header; /* pending, and never settled */

static struct call call_of(const char *pool, sem_t *until)
{
    struct call call = { { .run = run, .pool = pool, .done = { &header, 0 } },
                         until,
                         until == NULL ? NULL : &begun,
                         NULL,
                         0 };
    return call;
}

static int set_up(void **state)
{
    (void)state;
    threads_left = 1000;
    threads_made = threads_joined = runs = 0;
    locks_left = -1;
    locks = 0;
    return sem_init(&gate, 0, 0) | sem_init(&begun, 0, 0) | sem_init(&ran, 0, 0)
           | sem_init(&done, 0, 0);
}

static int tear_down(void **state)
{
    (void)state;
    chain__threads_close(&pools);
    assert_null(pools);
    assert_int_equal(locks, 0);
    assert_int_equal(threads_joined, threads_made);
    return 0;
}

static void wait_for(sem_t *semaphore, int count)
{
    while (count > 0)
        count -= sem_wait(semaphore) == 0;
}

static void open_gate(int count)
{
    while (count-- > 0)
        sem_post(&gate);
}

/* ---- */

static void threads_are_started_for_work(void **state)
{
    struct call calls[6], quick = call_of(NULL, NULL);

    (void)state;
    assert_int_equal(chain__threads_submit(&pools, &quick.work), 0);
    wait_for(&done, 1);
    assert_int_equal(threads_made, 1);
    for (int i = 0; i < 6; i++) {
        calls[i] = call_of(NULL, &gate);
        assert_int_equal(chain__threads_submit(&pools, &calls[i].work), 0);
    }
    wait_for(&begun, 4); /* the fifth has to wait: 4 threads, if nobody has said anything else */
    assert_int_equal(threads_made, 4);
    assert_int_equal(sem_trywait(&begun), -1);
    open_gate(6);
    wait_for(&done, 6);
    assert_int_equal(threads_made, 4);
}

static void one_thread_takes_work_in_order(void **state)
{
    struct call first = call_of("one", &gate), calls[100];

    (void)state;
    assert_int_equal(chain__threads_size(&pools, "one", 1), 0);
    assert_int_equal(chain__threads_submit(&pools, &first.work), 0);
    wait_for(&begun, 1);
    for (int i = 0; i < 100; i++) {
        calls[i] = call_of("one", NULL);
        assert_int_equal(chain__threads_submit(&pools, &calls[i].work), 0);
    }
    open_gate(1);
    wait_for(&done, 101);
    for (int i = 0; i < 100; i++)
        assert_int_equal(calls[i].order, i + 2);
    assert_int_equal(threads_made, 1);
}

static void waiting_work_can_be_withdrawn(void **state)
{
    struct call first = call_of("one", &gate), calls[5];

    (void)state;
    assert_int_equal(chain__threads_size(&pools, "one", 1), 0);
    assert_int_equal(chain__threads_submit(&pools, &first.work), 0);
    wait_for(&begun, 1);
    for (int i = 0; i < 5; i++) {
        calls[i] = call_of("one", NULL);
        assert_int_equal(chain__threads_submit(&pools, &calls[i].work), 0);
    }
    assert_false(chain__threads_withdraw(&first.work)); /* it runs */
    /* the first, the last, one between, and not twice */
    assert_true(chain__threads_withdraw(&calls[0].work));
    assert_true(chain__threads_withdraw(&calls[4].work));
    assert_true(chain__threads_withdraw(&calls[2].work));
    assert_false(chain__threads_withdraw(&calls[2].work));
    calls[0] = call_of("one", NULL);
    assert_int_equal(chain__threads_submit(&pools, &calls[0].work), 0);
    open_gate(1);
    wait_for(&done, 4);
    assert_int_equal(calls[1].order, 2);
    assert_int_equal(calls[3].order, 3);
    assert_int_equal(calls[0].order, 4);
    assert_int_equal(calls[2].order + calls[4].order, 0);
    assert_false(chain__threads_withdraw(&calls[0].work)); /* it has ended */
}

static void without_a_thread_it_is_refused(void **state)
{
    struct call first = call_of(NULL, &gate), second = call_of(NULL, NULL);

    (void)state;
    threads_left = 0;
    assert_int_equal(chain__threads_submit(&pools, &first.work), EAGAIN);
    threads_left = 1;
    assert_int_equal(chain__threads_submit(&pools, &first.work), 0);
    wait_for(&begun, 1);
    /* no second thread: the first will do it */
    assert_int_equal(chain__threads_submit(&pools, &second.work), 0);
    open_gate(1);
    wait_for(&done, 2);
    assert_int_equal(second.order, 2);
}

static void a_pool_that_cannot_be_made_leaves_nothing(void **state)
{
    struct call call = call_of("new", NULL);

    (void)state;
    for (int good = 0; good < 3; good++) {
        locks_left = good;
        assert_int_equal(chain__threads_submit(&pools, &call.work), EAGAIN);
        assert_null(pools);
        assert_int_equal(locks, 0);
    }
}

/* A fault that is blocked ends the program, whatever handler it has; other
 * signals are for the program's own threads. */
static volatile sig_atomic_t faults;

static void note_fault(int signal)
{
    (void)signal;
    faults++;
}

enum { FAULTS = 7 };
static const int signals[FAULTS] = { SIGSEGV, SIGBUS, SIGFPE, SIGILL, SIGTRAP, SIGSYS, SIGABRT };

static int raise_all(struct chain_work *work)
{
    sigset_t blocked;

    for (size_t i = 0; i < FAULTS; i++)
        raise(signals[i]);
    pthread_sigmask(SIG_BLOCK, NULL, &blocked);
    ((struct call *)(void *)work)->order =
        sigismember(&blocked, SIGINT) + sigismember(&blocked, SIGCHLD);
    return 0;
}

static void faults_are_not_blocked(void **state)
{
    struct sigaction noting = { .sa_handler = note_fault }, before[FAULTS];
    struct call call = call_of(NULL, NULL);

    (void)state;
    call.work.run = raise_all;
    for (size_t i = 0; i < FAULTS; i++)
        sigaction(signals[i], &noting, &before[i]);
    assert_int_equal(chain__threads_submit(&pools, &call.work), 0);
    wait_for(&done, 1);
    for (size_t i = 0; i < FAULTS; i++)
        sigaction(signals[i], &before[i], NULL);
    assert_int_equal(faults, FAULTS);
    assert_int_equal(call.order, 2);
}

static void sizes(void **state)
{
    struct call call = call_of("disk", NULL);

    (void)state;
    assert_int_equal(chain__threads_size(&pools, NULL, 0), EINVAL);
    assert_int_equal(chain__threads_size(&pools, "", 2), 0); /* a name like any other */
    assert_int_equal(chain__threads_size(&pools, NULL, 7), 0);
    assert_int_equal(chain__threads_size(&pools, "disk", 2), 0);
    assert_int_equal(chain__threads_size(&pools, "disk", 1), 0);
    assert_int_equal(chain__threads_submit(&pools, &call.work), 0);
    wait_for(&done, 1);
    assert_int_equal(chain__threads_size(&pools, "disk", 3), EBUSY);
}

/* What runs is awaited, what waits is forgotten. */
static void closing(void **state)
{
    struct call calls[8];

    (void)state;
    assert_int_equal(chain__threads_size(&pools, "two", 2), 0);
    for (int i = 0; i < 8; i++) {
        calls[i] = call_of("two", i < 2 ? &gate : NULL);
        assert_int_equal(chain__threads_submit(&pools, &calls[i].work), 0);
    }
    wait_for(&begun, 2);
    for (int i = 2; i < 8; i++)
        assert_true(chain__threads_withdraw(&calls[i].work));
    assert_int_equal(chain__threads_submit(&pools, &calls[7].work), 0);
    open_gate(2);
    chain__threads_close(&pools);
    assert_true(calls[0].order + calls[1].order == 3 || calls[7].order != 0);
    assert_true(runs == 2 || calls[7].order != 0);
}

/* ---- fork(2) ------------------------------------------------------------- */

/* While it is held nobody begins, and whoever has begun goes on. */
static void held(void **state)
{
    struct call first = call_of("one", &gate), second = call_of("one", NULL);

    (void)state;
    assert_int_equal(chain__threads_size(&pools, "one", 1), 0);
    assert_int_equal(chain__threads_submit(&pools, &first.work), 0);
    wait_for(&begun, 1);
    assert_int_equal(chain__threads_submit(&pools, &second.work), 0);
    chain__threads_hold(pools);
    open_gate(1);
    wait_for(&ran, 1);
    assert_int_equal(second.order, 0);
    assert_non_null(pools->running);
    assert_int_equal(sem_trywait(&done), -1);
    chain__threads_let_go(pools);
    wait_for(&done, 2);
    assert_int_equal(second.order, 2);
}

/* A thread posts with the lock, which hold() takes, and its step is not among
 * those that run any more: so a child finds that either the thread has posted,
 * or that it has not begun to. */
static bool locked, is_running, posted;
static int code_posted;

static int give_seven(struct chain_work *work)
{
    (void)work;
    return 7;
}

static void post_slowly(struct call *call, int code)
{
    (void)call;
    locked = pthread_mutex_trylock(&pools->mutex) == EBUSY;
    is_running = pools->running != NULL;
    code_posted = code;
    sem_post(&begun);
    while (sem_wait(&gate) != 0)
        continue;
    posted = true;
}

static void *hold(void *seen)
{
    chain__threads_hold(pools);
    *(bool *)seen = posted;
    chain__threads_let_go(pools);
    return seen;
}

static void a_post_is_waited_for(void **state)
{
    struct call call = call_of(NULL, NULL);
    pthread_t holder;
    bool seen = false;

    (void)state;
    posted = false;
    call.work.run = give_seven;
    call.end = post_slowly;
    assert_int_equal(chain__threads_submit(&pools, &call.work), 0);
    wait_for(&begun, 1);
    assert_true(locked);
    assert_false(is_running);
    assert_int_equal(code_posted, 7);
    assert_int_equal(pthread_create(&holder, NULL, hold, &seen), 0);
    open_gate(1);
    pthread_join(holder, NULL);
    assert_true(seen);
}

/* Once it is settled the chain may end and its frame be freed, before the
 * thread has done anything else. */
static void unmap(struct call *call, int code)
{
    (void)code;
    munmap(call, sizeof *call);
    sem_post(&done);
}

static void the_frame_is_not_looked_at_after_the_post(void **state)
{
    struct call *call =
        mmap(NULL, sizeof *call, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    struct call next = call_of(NULL, NULL);

    (void)state;
    assert_ptr_not_equal(call, MAP_FAILED);
    *call = call_of(NULL, NULL);
    call->work.run = give_seven;
    call->work.done.op = (struct chain_op *)(void *)(call + 1) - 1;
    call->end = unmap;
    assert_int_equal(chain__threads_submit(&pools, &call->work), 0);
    wait_for(&done, 1);
    chain__threads_hold(pools);
    assert_null(pools->running);
    chain__threads_let_go(pools);
    assert_int_equal(chain__threads_submit(&pools, &next.work), 0);
    wait_for(&done, 1);
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(threads_are_started_for_work, set_up, tear_down),
        cmocka_unit_test_setup_teardown(one_thread_takes_work_in_order, set_up, tear_down),
        cmocka_unit_test_setup_teardown(waiting_work_can_be_withdrawn, set_up, tear_down),
        cmocka_unit_test_setup_teardown(without_a_thread_it_is_refused, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_pool_that_cannot_be_made_leaves_nothing, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(faults_are_not_blocked, set_up, tear_down),
        cmocka_unit_test_setup_teardown(sizes, set_up, tear_down),
        cmocka_unit_test_setup_teardown(closing, set_up, tear_down),
        cmocka_unit_test_setup_teardown(held, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_post_is_waited_for, set_up, tear_down),
        cmocka_unit_test_setup_teardown(the_frame_is_not_looked_at_after_the_post, set_up,
                                        tear_down),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
