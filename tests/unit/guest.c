/* A reactor in the loop of a host: here the host is poll(2). */
#define _GNU_SOURCE
#include "chain_reactor.h"
#include "mini.h"

#include <errno.h>
#include <poll.h>
#include <pthread.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

static struct chain_reactor *reactor;
static struct chain_loop *loop;
static int pair[2];

static int open_reactor(void **state)
{
    (void)state;
    diary[0] = '\0';
    assert_int_equal(chain_reactor_open(&reactor), 0);
    loop = chain_reactor_loop(reactor);
    assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair), 0);
    chain_io_forget(pair[0]);
    return 0;
}

static int close_reactor(void **state)
{
    (void)state;
    chain_io_close(pair[0]);
    close(pair[1]);
    assert_int_equal(chain_reactor_close(reactor), 0);
    return 0;
}

/* ---- the host ------------------------------------------------------------ */

static bool is_readable(int ms)
{
    struct pollfd asked = { .fd = chain_reactor_fd(reactor), .events = POLLIN };

    return poll(&asked, 1, ms) == 1;
}

/* Prepares; the host may wait for ever, and nothing is there yet. */
static void expect_sleep(bool right)
{
    bool left;

    assert_true(chain_reactor_prepare(reactor, &left) < 0);
    assert_int_equal(left, right);
    assert_false(is_readable(0));
}

static void turn(void)
{
    chain_loop_turn(loop, false);
}

enum { PATIENCE_MS = 20000 };

/* Waits as it was told; every wait has to end by itself. Returns the number of turns. */
static int run_host(bool (*is_over)(void))
{
    int turns = 0;

    while (!is_over()) {
        int64_t pause = chain_reactor_prepare(reactor, NULL);
        if (pause < 0 || pause > 1000000000)
            assert_true(is_readable(PATIENCE_MS));
        else if (pause > 0)
            is_readable((int)((pause + 999999) / 1000000));
        turn();
        turns++;
    }
    return turns;
}

/* ---- what happens on the loop's thread ----------------------------------- */

static void nothing_to_do(void **state)
{
    (void)state;
    expect_sleep(false);
    turn();
    expect_sleep(false);
}

static int fired;

static void note_timer(struct chain_timer *timer, struct chain_loop *its_loop)
{
    (void)timer;
    (void)its_loop;
    fired++;
}

static bool has_fired(void)
{
    return fired > 0;
}

static void timers(void **state)
{
    struct chain_timer timer = { .fire = note_timer }, never = { .fire = note_timer };
    int64_t pause;
    bool left;

    (void)state;
    fired = 0;
    chain_timer_arm(loop, &never, UINT64_MAX);
    expect_sleep(true);
    chain_timer_arm(loop, &timer, chain_loop_deadline(loop, 5 * MS));
    pause = chain_reactor_prepare(reactor, &left);
    assert_in_range(pause, 1, 5 * MS);
    assert_true(left);
    assert_in_range(run_host(has_fired), 1, 2);
    chain_timer_arm(loop, &timer, loop->now);
    assert_int_equal(chain_reactor_prepare(reactor, NULL), 0);
    turn();
    assert_int_equal(fired, 2);
    chain_timer_disarm(loop, &never);
    expect_sleep(false);
}

static struct mini a;

static bool has_ended(void)
{
    return chain_root_outcome(&a.root) != CHAIN_OUTCOME_PENDING;
}

static void strands_that_are_ready(void **state)
{
    bool left;

    (void)state;
    mini_init(&a, 'a', 1);
    mini_run(&a, loop);
    assert_int_equal(chain_reactor_prepare(reactor, &left), 0);
    assert_true(left);
    turn();
    expect_sleep(true);
    assert_int_equal(ext_resolve(a.done, 7), CHAIN_OK); /* code of the host */
    assert_int_equal(chain_reactor_prepare(reactor, NULL), 0);
    turn();
    assert_diary("a7 ");
    expect_sleep(false);
}

static int reports;

static void note_report(struct chain_poll *poll, unsigned what, int error)
{
    char byte;

    (void)poll;
    (void)what;
    assert_int_equal(error, 0);
    if (++reports == 2)
        assert_int_equal(recv(pair[0], &byte, 1, MSG_DONTWAIT), 1);
}

static enum chain_io_attempt take_byte(struct chain_io *io, int error)
{
    char byte;

    (void)io;
    if (error == 0 && recv(pair[0], &byte, 1, MSG_DONTWAIT) < 0)
        return CHAIN_IO_AGAIN;
    reports += error == 0;
    return CHAIN_IO_ENDED;
}

/* The descriptor is readable as long as something is to be done. */
static void descriptors(void **state)
{
    struct chain_poll poll = { .ready = note_report };
    struct chain_io io = { .attempt = take_byte };

    (void)state;
    reports = 0;
    assert_int_equal(chain_poll_start(loop, &poll, pair[0], CHAIN_POLL_READ), 0);
    expect_sleep(false);
    assert_int_equal(send(pair[1], "x", 1, 0), 1);
    assert_true(is_readable(0));
    turn();
    assert_true(is_readable(0)); /* the first report takes nothing */
    turn();
    assert_int_equal(reports, 2);
    expect_sleep(false);
    chain_poll_stop(&poll);
    assert_int_equal(chain_io_start(loop, &io, pair[0], CHAIN_IO_READ), 0);
    turn(); /* what the system says of a watch that is new */
    expect_sleep(true);
    assert_int_equal(send(pair[1], "x", 1, 0), 1);
    assert_true(is_readable(0));
    turn();
    assert_int_equal(reports, 3);
    expect_sleep(false);
}

/* An operation that has to be tried without an event: the host must not wait. */
static void tried_without_an_event(void **state)
{
    struct chain_io io = { .attempt = take_byte }, again = { .attempt = take_byte };

    (void)state;
    reports = 0;
    assert_int_equal(chain_io_wait(loop, &io, pair[0], CHAIN_IO_READ), 0);
    turn();
    assert_int_equal(send(pair[1], "xy", 2, 0), 2);
    turn();
    assert_int_equal(reports, 1);
    assert_int_equal(chain_io_wait(loop, &again, pair[0], CHAIN_IO_READ), 0);
    assert_int_equal(chain_reactor_prepare(reactor, NULL), 0);
    turn();
    assert_int_equal(reports, 2);
    expect_sleep(false);
}

/* A strand that never waits: each turn has its budget, and the host its turns. */
static int rounds;

static void go_round(struct mini *mini)
{
    mini_keep(mini);
    rounds++;
    chain__settle_soon(mini->done, 0);
}

static void bounded_turns(void **state)
{
    (void)state;
    rounds = 0;
    mini_init(&a, 'a', 10000);
    a.start = go_round;
    mini_run(&a, loop);
    for (int before = 0; !has_ended(); before = rounds) {
        assert_int_equal(chain_reactor_prepare(reactor, NULL), 0);
        turn();
        assert_in_range(rounds - before, 1, CHAIN_BUDGET + 1);
    }
    diary[0] = '\0';
}

/* ---- other threads ------------------------------------------------------- */

static void in_a_moment(void)
{
    struct timespec pause = { 0, 3000000 };

    nanosleep(&pause, NULL);
}

static void *post(void *unused)
{
    in_a_moment();
    ext_post(a.done, 7);
    return unused;
}

static struct chain_cancel_request request;

static void *cancel(void *unused)
{
    in_a_moment();
    chain_root_post_cancel(&request, &a.root);
    return unused;
}

static int woken;

static void *wake(void *unused)
{
    in_a_moment();
    woken = 1;
    chain_loop_wake(loop);
    return unused;
}

static void let(void *(*run)(void *))
{
    pthread_t thread;

    assert_true(chain_reactor_prepare(reactor, NULL) < 0);
    assert_int_equal(pthread_create(&thread, NULL, run, NULL), 0);
    assert_true(is_readable(PATIENCE_MS));
    pthread_join(thread, NULL);
    turn();
}

static void stop_waiting(struct chain_strand *strand, struct chain_loop *its_loop)
{
    (void)strand;
    (void)its_loop;
    chain__acknowledge(a.done);
}

static const struct chain_type type = {
    .resume = mini_resume, .cancel = stop_waiting, .name = "mini", .sites = mini_sites, .states = 2
};

static void what_other_threads_do(void **state)
{
    (void)state;
    mini_init(&a, 'a', 1);
    mini_run(&a, loop);
    turn();
    let(post);
    assert_diary("a7 ");
    expect_sleep(false);

    mini_init(&a, 'b', 1);
    assert_int_equal(chain__run(&a.root, loop, &type, &a.caller), 0);
    turn();
    let(cancel);
    turn();
    assert_int_equal(chain_root_outcome(&a.root), CHAIN_OUTCOME_CANCELLED);
    let(wake);
    assert_int_equal(woken, 1);
    expect_sleep(false);
    diary[0] = '\0';
}

/* A post before the host is ready to wait: it does not wait. */
static void a_post_before_the_wait(void **state)
{
    pthread_t thread;

    (void)state;
    mini_init(&a, 'a', 1);
    mini_run(&a, loop);
    turn();
    assert_int_equal(pthread_create(&thread, NULL, post, NULL), 0);
    pthread_join(thread, NULL);
    assert_int_equal(chain_reactor_prepare(reactor, NULL), 0);
    turn();
    assert_diary("a7 ");
}

/* Back and forth between two threads, at every moment of a wait. */
enum { POSTS = 20000 };

static struct chain_deferred offered;
static unsigned offers; /* atomic: counted when `offered` is there */

static void offer(struct mini *mini)
{
    mini_keep(mini);
    offered = mini->done;
    __atomic_fetch_add(&offers, 1, __ATOMIC_RELEASE);
}

static void *post_all(void *unused)
{
    for (unsigned i = 1; i <= POSTS; i++) {
        while (__atomic_load_n(&offers, __ATOMIC_ACQUIRE) != i)
            continue;
        for (volatile unsigned k = 0; k < i % 97 * 8; k++)
            continue;
        ext_post(offered, 1);
    }
    return unused;
}

static void no_wake_up_is_lost(void **state)
{
    pthread_t thread;

    (void)state;
    offers = 0;
    mini_init(&a, 'a', POSTS);
    a.start = offer;
    a.root.on_settled = NULL;
    mini_run(&a, loop);
    assert_int_equal(pthread_create(&thread, NULL, post_all, NULL), 0);
    run_host(has_ended);
    pthread_join(thread, NULL);
    diary[0] = '\0';
}

/* ---- the end of descriptors ---------------------------------------------- */

static int failed_with;

static void note_failure(struct chain_loop *its_loop, int code)
{
    (void)its_loop;
    failed_with = code;
}

/* Somebody closes the reactor's descriptor: the next turn finds out, and posts are seen. */
static void a_loop_that_cannot_wait(void **state)
{
    pthread_t thread;
    int64_t pause;

    (void)state;
    loop->on_failed = note_failure;
    close(chain_reactor_fd(reactor));
    turn();
    assert_int_equal(failed_with, EBADF);
    mini_init(&a, 'a', 1);
    mini_run(&a, loop);
    turn();
    assert_int_equal(pthread_create(&thread, NULL, post, NULL), 0);
    while (!has_ended()) {
        pause = chain_reactor_prepare(reactor, NULL);
        assert_in_range(pause, 0, 10 * MS);
        poll(NULL, 0, (int)(pause / 1000000));
        turn();
    }
    pthread_join(thread, NULL);
    assert_diary("a7 ");
    failed_with = 0;
}

static void in_a_child_process(void **state)
{
    pid_t child;
    int status;

    (void)state;
    mini_init(&a, 'a', 1);
    mini_run(&a, loop);
    turn();
    expect_sleep(true);
    child = fork();
    if (child == 0) {
        bool right = chain_reactor_prepare(reactor, NULL) < 0;
        right &= is_readable(0); /* its descriptors are new, and that wakes it */
        turn();
        right &= chain_reactor_prepare(reactor, NULL) < 0 && !is_readable(0);
        ext_post(a.done, 9);
        right &= is_readable(0);
        turn();
        _exit(right && has_ended() ? 0 : 1);
    }
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_int_equal(status, 0);
    assert_false(is_readable(0));
    assert_int_equal(ext_post(a.done, 7), CHAIN_OK);
    assert_true(is_readable(0));
    turn();
    assert_diary("a7 ");
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, open_reactor, close_reactor)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(nothing_to_do),          TEST(timers),
        TEST(strands_that_are_ready), TEST(descriptors),
        TEST(tried_without_an_event), TEST(bounded_turns),
        TEST(what_other_threads_do),  TEST(a_post_before_the_wait),
        TEST(no_wake_up_is_lost),     TEST(a_loop_that_cannot_wait),
        TEST(in_a_child_process),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
