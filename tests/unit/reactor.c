/* Descriptors and real time on a reactor. */
#define _GNU_SOURCE
#include "chain_reactor.h"
#include "mini.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <time.h>
#include <unistd.h>

/* ---- an operation: up to four bytes from a descriptor -------------------- */

struct get {
    struct chain_io io; /* first */
    int fd;
};

struct got {
    int count;
    char text[5];
};

struct getter {
    struct chain_root root;
    union {
        struct get get;
        struct got got;
        struct chain_failure failure;
    } area;
    const struct chain_caller *caller;
    int fd;
    int rounds;
    char name;
};

static struct chain_reactor *reactor;
static struct chain_loop *loop;
static int attempts;
static int pair[2];

static enum chain_io_attempt try_get(struct chain_io *io, int error)
{
    struct get *op = (struct get *)(void *)io;
    struct chain_deferred done = chain__deferred(op);
    struct got got = { 0, "" };
    struct got *place;

    if (error == 0) {
        attempts++;
        got.count = (int)recv(op->fd, got.text, 4, MSG_DONTWAIT);
        if (got.count < 0 && errno == EAGAIN)
            return CHAIN_IO_AGAIN;
        if (got.count < 0)
            error = errno;
    }
    if (error != 0) {
        chain__reject(done, error, NULL, 0);
        return CHAIN_IO_ENDED;
    }
    place = chain__claim(done);
    assert_non_null(place);
    *place = got;
    chain__settle(done, 0);
    return CHAIN_IO_ENDED;
}

static void get_start(struct get *op, int fd)
{
    int code;

    op->io.attempt = try_get;
    op->fd = fd;
    code = chain_io_start(chain_loop_of(op), &op->io, fd, CHAIN_IO_READ);
    if (code != 0)
        chain__reject(chain__deferred(op), code, NULL, 0);
}

static struct chain_strand *getter_resume(struct chain_strand *strand, struct chain_loop *its_loop)
{
    struct getter *g =
        (struct getter *)(void *)((char *)strand - offsetof(struct getter, root.strand));

    if (strand->op.at == 1)
        goto settled;
again:
    if (g->rounds-- == 0)
        return chain__end(strand, its_loop, g->caller);
    chain__begin(strand, 1);
    get_start(&g->area.get, g->fd);
    if (!chain__settled_at_once(strand)) {
        strand->op.at = 1;
        note("%c? ", g->name);
        return chain__suspend(its_loop);
    }
settled:
    if (strand->op.code != 0) {
        note("%c!%s ", g->name,
             strand->op.code < 0 ? "cancelled" : chain_code_name(strand->op.code));
        return chain__end(strand, its_loop, g->caller);
    }
    note("%c=%s ", g->name, g->area.got.text);
    goto again;
}

static const struct chain_type getter_type = { .resume = getter_resume, .name = "getter" };

static void get(struct getter *g, char name, int fd, int rounds)
{
    memset(g, 0, sizeof *g);
    g->name = name;
    g->fd = fd;
    g->rounds = rounds;
    assert_int_equal(chain__run(&g->root, loop, &getter_type, &g->caller), 0);
}

static void send_text(int fd, const char *text)
{
    assert_int_equal(send(fd, text, strlen(text), 0), strlen(text));
}

static int open_reactor(void **state)
{
    (void)state;
    diary[0] = '\0';
    attempts = 0;
    assert_int_equal(chain_reactor_open(&reactor), 0);
    loop = chain_reactor_loop(reactor);
    assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair), 0);
    chain_io_forget(pair[0]);
    chain_io_forget(pair[1]);
    return 0;
}

static int close_reactor(void **state)
{
    (void)state;
    chain_io_close(pair[0]);
    chain_io_close(pair[1]);
    assert_int_equal(chain_reactor_close(reactor), 0);
    return 0;
}

static void turn(void)
{
    chain_loop_turn(loop, false);
}

/* ---- waiting ------------------------------------------------------------- */

static void tries_first_and_waits_only_if_it_would_block(void **state)
{
    struct getter a;

    (void)state;
    send_text(pair[1], "abcdefgh");
    get(&a, 'a', pair[0], 3);
    turn();
    assert_diary("a=abcd a=efgh a? ");
    assert_int_equal(attempts, 3);
    turn();
    assert_int_equal(attempts, 3);
    send_text(pair[1], "xyz");
    chain_loop_run(loop);
    assert_diary("a=xyz ");
    assert_int_equal(attempts, 4);
}

static void a_short_attempt_proves_nothing(void **state)
{
    struct getter a;

    (void)state;
    send_text(pair[1], "ab");
    get(&a, 'a', pair[0], 4);
    turn();
    assert_diary("a=ab a? ");
    assert_int_equal(attempts, 2);
    send_text(pair[1], "c");
    chain_loop_turn(loop, true);
    assert_diary("a=c a? ");
    send_text(pair[1], "d");
    shutdown(pair[1], SHUT_WR);
    chain_loop_run(loop);
    assert_diary("a=d a= ");
}

static void several_wait_for_one_direction_in_order(void **state)
{
    struct getter a, b, c;

    (void)state;
    get(&a, 'a', pair[0], 1);
    get(&b, 'b', pair[0], 1);
    get(&c, 'c', pair[0], 1);
    turn();
    assert_diary("a? b? c? ");
    assert_int_equal(attempts, 1); /* the later ones do not try */
    send_text(pair[1], "123456");
    chain_loop_turn(loop, true);
    assert_diary("a=1234 b=56 ");
    send_text(pair[1], "7");
    chain_loop_run(loop);
    assert_diary("c=7 ");
}

/* ---- closing ------------------------------------------------------------- */

static void close_with_a_waiting_operation(void **state)
{
    struct getter a, b;

    (void)state;
    get(&a, 'a', pair[0], 1);
    get(&b, 'b', pair[0], 2);
    turn();
    chain_io_close(pair[0]);
    assert_diary("a? b? ");
    chain_loop_run(loop);
    assert_diary("a!ECANCELED b!ECANCELED ");
    assert_int_equal(chain_root_rejection(&a.root).code, ECANCELED);
    assert_int_equal(chain_root_rejection(&b.root).code, ECANCELED);
    pair[0] = -1;
}

static void a_number_that_is_used_again(void **state)
{
    struct getter a, b;
    int again[2];
    int duplicate;

    (void)state;
    send_text(pair[1], "12");
    get(&a, 'a', pair[0], 2);
    turn();
    assert_diary("a=12 a? ");
    duplicate = dup(pair[0]); /* keeps the open file, and with it the watch, alive */
    chain_io_close(pair[0]);
    turn();
    assert_diary("a!ECANCELED ");

    assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, again), 0);
    assert_int_equal(again[0], pair[0]);
    get(&b, 'b', again[0], 2);
    turn();
    assert_diary("b? ");
    attempts = 0;
    send_text(pair[1], "old"); /* an event of the former use of the number */
    turn();
    assert_int_equal(attempts, 0);
    send_text(again[1], "new");
    chain_loop_turn(loop, true);
    assert_diary("b=new b? ");
    close(again[1]);
    chain_loop_run(loop);
    assert_diary("b= ");
    assert_int_equal(chain_root_rejection(&a.root).code, ECANCELED);
    close(duplicate);
}

static void forget_lets_a_descriptor_move_to_another_reactor(void **state)
{
    struct chain_reactor *first = reactor, *second;
    struct getter a, b, c;

    (void)state;
    get(&a, 'a', pair[0], 1);
    turn();
    assert_int_equal(chain_reactor_open(&second), 0);
    loop = chain_reactor_loop(second);
    get(&b, 'b', pair[0], 1);
    chain_loop_run(loop);
    assert_diary("a? b!EBUSY ");
    assert_int_equal(chain_root_rejection(&b.root).code, EBUSY);

    chain_io_forget(pair[0]);
    chain_loop_run(chain_reactor_loop(first));
    assert_int_equal(chain_root_rejection(&a.root).code, ECANCELED);
    get(&c, 'c', pair[0], 1);
    turn();
    send_text(pair[1], "here");
    chain_loop_run(loop);
    assert_diary("a!ECANCELED c? c=here ");
    chain_io_forget(pair[0]);
    assert_int_equal(chain_reactor_close(second), 0);
    loop = chain_reactor_loop(first);
}

static void a_reactor_that_is_closed_lets_go_of_descriptors(void **state)
{
    struct chain_reactor *first = reactor, *second;
    struct getter lost, b;

    (void)state;
    assert_int_equal(chain_reactor_open(&second), 0);
    loop = chain_reactor_loop(second);
    get(&lost, 'l', pair[0], 1);
    turn();
    assert_int_equal(chain_reactor_close(second), 1);
    loop = chain_reactor_loop(first);
    get(&b, 'b', pair[0], 1);
    turn();
    send_text(pair[1], "1");
    chain_loop_run(loop);
    assert_diary("l? b? b=1 ");
    assert_int_equal(chain_root_outcome(&lost.root), CHAIN_OUTCOME_PENDING);
}

static void stop_leaves_the_slot(void **state)
{
    struct getter a, b;
    struct chain_left left;

    (void)state;
    get(&a, 'a', pair[0], 1);
    get(&b, 'b', pair[0], 1);
    turn();
    assert_true(chain_loop_left(loop, &left)); /* rule 107 */
    assert_int_equal(left.roots, 2);
    assert_int_equal(left.descriptors, 2);
    chain_root_cancel(&a.root);
    chain_io_stop(&a.area.get.io);
    chain_io_stop(&a.area.get.io);
    chain__acknowledge(chain__deferred(&a.area.get));
    send_text(pair[1], "b");
    chain_loop_run(loop);
    assert_diary("a? b? a!cancelled b=b ");
    assert_int_equal(chain_root_outcome(&a.root), CHAIN_OUTCOME_CANCELLED);
    assert_false(chain_loop_left(loop, &left));
}

/* ---- C code without a chain ---------------------------------------------- */

static int calls;

static enum chain_io_attempt take_all(struct chain_io *io, int error)
{
    char bytes[16];

    (void)io;
    calls++;
    if (error != 0)
        return CHAIN_IO_ENDED;
    while (recv(pair[0], bytes, sizeof bytes, MSG_DONTWAIT) > 0)
        continue;
    return CHAIN_IO_AGAIN;
}

static void write_soon(int number)
{
    (void)number;
    send(pair[1], "x", 1, MSG_DONTWAIT);
}

/* A loop on which only C code waits, for a descriptor, waits with it: neither
 * does it return at once, again and again. */
static void c_code_keeps_a_loop_waiting(void **state)
{
    struct chain_io io = { .attempt = take_all };
    struct sigaction action = { .sa_handler = write_soon };
    struct itimerval soon = { { 0, 0 }, { 0, 10000 } };
    int turns = 0;

    (void)state;
    calls = 0;
    assert_false(chain_loop_turn(loop, true));
    assert_int_equal(chain_io_start(loop, &io, pair[0], CHAIN_IO_READ), 0);
    sigaction(SIGALRM, &action, NULL);
    setitimer(ITIMER_REAL, &soon, NULL);
    while (calls < 2 && turns < 1000) {
        assert_true(chain_loop_turn(loop, true));
        turns++;
    }
    assert_in_range(turns, 1, 5);
    signal(SIGALRM, SIG_DFL);
    chain_loop_run(loop); /* which is for chains, so it returns */
    chain_io_stop(&io);
    assert_false(chain_loop_turn(loop, true));
}

/* ---- errors -------------------------------------------------------------- */

static void bad_descriptors(void **state)
{
    struct getter a;
    struct world world;
    struct chain_io io = { .attempt = try_get };
    struct rlimit limit;
    int file = open("/dev/null", O_RDONLY | O_CLOEXEC);

    (void)state;
    get(&a, 'a', -1, 1);
    turn();
    assert_int_equal(chain_root_rejection(&a.root).code, EBADF);
    getrlimit(RLIMIT_NOFILE, &limit);
    get(&a, 'a', INT32_MAX, 1); /* beyond the table */
    turn();
    assert_int_equal(chain_root_rejection(&a.root).code, EMFILE);
    get(&a, 'a', file, 1);
    turn();
    assert_int_equal(chain_root_rejection(&a.root).code, ENOTSOCK);
    assert_int_equal(chain_io_wait(loop, &io, file, CHAIN_IO_READ), EPERM);
    assert_int_equal(chain_io_wait(loop, &io, 1000, CHAIN_IO_READ), EBADF);
    world_open(&world);
    assert_int_equal(chain_io_start(&world.loop, &io, pair[0], CHAIN_IO_READ), ENOTSUP);
    assert_int_equal(chain_io_wait(&world.loop, &io, pair[0], CHAIN_IO_READ), ENOTSUP);
    world_close(&world);
    assert_int_equal(chain_io_wait(loop, &io, pair[0], CHAIN_IO_READ), 0);
    assert_non_null(io.link.next); /* it waits */
    assert_int_equal(chain_io_start(loop, &io, pair[0], CHAIN_IO_READ), EALREADY);
    assert_int_equal(chain_io_wait(loop, &io, pair[1], CHAIN_IO_READ), EALREADY);
    chain_io_stop(&io);
    assert_null(io.link.next); /* it does not */
    chain_io_close(-1);
    chain_io_forget(-1);
    chain_io_forget(INT32_MAX);
    close(file);
    diary[0] = '\0';
}

static int lowest_free(void)
{
    int descriptor = dup(pair[0]);

    close(descriptor);
    return descriptor;
}

/* Neither for the first that a reactor needs, nor for the second: what was
 * opened is closed again. */
static void no_descriptors_left(void **state)
{
    int lowest = lowest_free();
    struct rlimit limit, low;

    (void)state;
    getrlimit(RLIMIT_NOFILE, &limit);
    low = limit;
    for (int room = 0; room < 2; room++) {
        struct chain_reactor *none = reactor;
        low.rlim_cur = (rlim_t)(lowest + room);
        setrlimit(RLIMIT_NOFILE, &low);
        assert_int_equal(chain_reactor_open(&none), EMFILE);
        setrlimit(RLIMIT_NOFILE, &limit);
        assert_null(none);
        assert_int_equal(chain_reactor_close(none), 0);
        assert_int_equal(lowest_free(), lowest);
    }
}

static void no_loops_left(void **state)
{
    struct chain_reactor *all[CHAIN_LOOPS_MAX], *none;
    size_t count = 0;
    int lowest;

    (void)state;
    while (chain_reactor_open(&none) == 0)
        all[count++] = none;
    lowest = lowest_free();
    assert_int_equal(chain_reactor_open(&none), EMFILE);
    assert_null(none);
    assert_int_equal(lowest_free(), lowest);
    while (count > 0)
        chain_reactor_close(all[--count]);
}

/* ---- time ---------------------------------------------------------------- */

static uint64_t clock_ns(void)
{
    struct timespec time;

    clock_gettime(CLOCK_MONOTONIC, &time);
    return (uint64_t)time.tv_sec * 1000 * MS + (uint64_t)time.tv_nsec;
}

static int fired;

static void not_early(struct chain_timer *timer, struct chain_loop *its_loop)
{
    assert_true(its_loop->now >= timer->deadline);
    assert_true(clock_ns() >= timer->deadline);
    fired++;
}

static void timers_never_fire_early(void **state)
{
    struct chain_timer timers[40];

    (void)state;
    memset(timers, 0, sizeof timers);
    fired = 0;
    for (int i = 0; i < 40; i++) {
        timers[i].fire = not_early;
        chain_timer_arm(loop, &timers[i], chain_loop_deadline(loop, i * 130001));
    }
    while (chain_loop_turn(loop, true))
        continue;
    assert_int_equal(fired, 40);
}

static void the_loop_reads_the_clock_after_waiting(void **state)
{
    struct getter a;
    uint64_t before = loop->now;

    (void)state;
    get(&a, 'a', pair[0], 1);
    turn();
    assert_true(loop->now >= before);
    before = clock_ns();
    send_text(pair[1], "x");
    chain_loop_run(loop);
    assert_true(loop->now >= before);
    diary[0] = '\0';
}

/* ---- signals ------------------------------------------------------------- */

static struct chain_loop *of_handler;

static void on_signal(int number)
{
    (void)number;
    chain_loop_wake(of_handler);
}

static void rule_99_wake_in_a_signal_handler(void **state)
{
    struct getter a;
    struct sigaction action = { .sa_handler = on_signal };

    (void)state;
    of_handler = loop;
    sigaction(SIGUSR1, &action, NULL);
    get(&a, 'a', pair[0], 1);
    turn();
    raise(SIGUSR1);
    chain_loop_turn(loop, true); /* would otherwise wait for ever */
    signal(SIGUSR1, SIG_DFL);
    send_text(pair[1], "x");
    chain_loop_run(loop);
    diary[0] = '\0';
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, open_reactor, close_reactor)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(tries_first_and_waits_only_if_it_would_block),
        TEST(a_short_attempt_proves_nothing),
        TEST(several_wait_for_one_direction_in_order),
        TEST(close_with_a_waiting_operation),
        TEST(a_number_that_is_used_again),
        TEST(forget_lets_a_descriptor_move_to_another_reactor),
        TEST(a_reactor_that_is_closed_lets_go_of_descriptors),
        TEST(stop_leaves_the_slot),
        TEST(c_code_keeps_a_loop_waiting),
        TEST(bad_descriptors),
        TEST(no_descriptors_left),
        TEST(no_loops_left),
        TEST(timers_never_fire_early),
        TEST(the_loop_reads_the_clock_after_waiting),
        TEST(rule_99_wake_in_a_signal_handler),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
