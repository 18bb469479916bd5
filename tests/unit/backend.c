/* Every system call of the backend fails in every plausible way, once or for
 * ever: what was opened is closed again, whoever waits hears of it, a loop that
 * cannot wait any more ends, and nothing spins. */
#define _GNU_SOURCE
#include "mini.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

enum call { CREATE, EVENTFD, ADD, MODIFY, REMOVE, PWAIT2, WAIT, WRITE, CALLS };

static enum call failing, failing_too;
static int failure, good, bad; /* how often it still works, then how often it does not */
static int made[CALLS];
static int sleeps;                 /* waits that were not told to return at once */
static void (*while_asleep)(void); /* called once, inside the next of these */

static bool fails(enum call call)
{
    made[call]++;
    if (call == failing_too) {
        errno = ENOMEM;
        return true;
    }
    if (call != failing || failure == 0 || good-- > 0 || bad-- <= 0)
        return false;
    errno = failure;
    return true;
}

static enum call of_operation(int operation)
{
    return operation == EPOLL_CTL_ADD ? ADD : operation == EPOLL_CTL_MOD ? MODIFY : REMOVE;
}

static int waiting(int result, bool sleeping)
{
    void (*now)(void) = while_asleep;

    sleeps += sleeping;
    assert_true(sleeps < 1000);
    if (sleeping && now != NULL) {
        while_asleep = NULL;
        now();
    }
    return result;
}

#define epoll_create1(flags) (fails(CREATE) ? -1 : epoll_create1(flags))
#define eventfd(count, flags) (fails(EVENTFD) ? -1 : eventfd(count, flags))
#define epoll_ctl(poll, operation, fd, event) \
    (fails(of_operation(operation)) ? -1 : epoll_ctl(poll, operation, fd, event))
#define syscall(...) (waiting(0, true), fails(PWAIT2) ? -1 : syscall(__VA_ARGS__))
#define epoll_wait(poll, events, size, ms) \
    (waiting(0, (ms) != 0), fails(WAIT) ? -1 : epoll_wait(poll, events, size, ms))
#define write(fd, bytes, size) (fails(WRITE) ? -1 : write(fd, bytes, size))
#include "../../runtime/backends/epoll.c"
#undef epoll_create1
#undef eventfd
#undef epoll_ctl
#undef syscall
#undef epoll_wait
#undef write

static const int errors[] = { EBADF,  EINVAL, EFAULT, ENOMEM, EMFILE, ENFILE, ENOSPC, EPERM,
                              ENOENT, EEXIST, ELOOP,  ENOSYS, EIO,    EAGAIN, EINTR };
enum { ERRORS = sizeof errors / sizeof *errors };

static int scenarios;

static void let_fail(enum call call, int code, int after, int times)
{
    failing = call;
    failing_too = CALLS;
    failure = code;
    good = after;
    bad = times;
    memset(made, 0, sizeof made);
    sleeps = 0;
    scenarios++;
}

/* ---- what runs ----------------------------------------------------------- */

static struct chain_reactor *reactor;
static struct chain_loop *loop;
static int pair[2];
static int failed_with, failed_times, told_with, attempts;

static void note_failure(struct chain_loop *its_loop, int code)
{
    assert_ptr_equal(its_loop, loop);
    failed_with = code;
    failed_times++;
}

static enum chain_io_attempt try(struct chain_io *io, int error)
{
    char byte;

    (void)io;
    told_with = error;
    attempts += error == 0;
    return error != 0 || recv(pair[0], &byte, 1, MSG_DONTWAIT) > 0 ? CHAIN_IO_ENDED
                                                                   : CHAIN_IO_AGAIN;
}

static struct mini sleeper;

static void sleep_for_ever(struct mini *mini)
{
    chain__delay_start(&mini->area.delay, INT64_MAX / 2);
}

static void sleep_a_little(struct mini *mini)
{
    chain__delay_start(&mini->area.delay, 1000000);
}

static void stop_sleeping(struct chain_strand *strand, struct chain_loop *its_loop)
{
    (void)strand;
    (void)its_loop;
    chain__delay_cancel(&sleeper.area.delay);
}

static const struct chain_type sleeper_type = { .resume = mini_resume,
                                                .cancel = stop_sleeping,
                                                .name = "sleeper",
                                                .sites = mini_sites,
                                                .states = 2 };

static void put_to_sleep(void (*start)(struct mini *))
{
    mini_init(&sleeper, 's', 1);
    sleeper.start = start;
    assert_int_equal(chain__run(&sleeper.root, loop, &sleeper_type, &sleeper.caller), 0);
}

static int lowest_free(void)
{
    int descriptor = dup(0);

    close(descriptor);
    return descriptor;
}

/* How many are open, now and before all tests: one with a higher number may be left, too. */
static int opened_before;

static int opened(void)
{
    int count = 0;

    for (int fd = 0; fd < 100; fd++)
        count += fcntl(fd, F_GETFD) >= 0;
    return count;
}

static void open_reactor(void)
{
    failure = 0;
    failing_too = CALLS;
    failed_with = failed_times = told_with = attempts = 0;
    assert_int_equal(chain_reactor_open(&reactor), 0);
    loop = chain_reactor_loop(reactor);
    loop->on_failed = note_failure;
    assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair), 0);
    chain_io_forget(pair[0]);
}

static void close_reactor(int lowest)
{
    failure = 0;
    failing_too = CALLS;
    chain_io_close(pair[0]);
    close(pair[1]);
    assert_int_equal(chain_reactor_close(reactor), 0);
    assert_int_equal(lowest_free(), lowest);
    assert_int_equal(opened(), opened_before);
}

/* ---- opening ------------------------------------------------------------- */

static void opening(void **state)
{
    static const enum call calls[] = { CREATE, EVENTFD, ADD };
    int lowest = lowest_free();

    (void)state;
    for (size_t i = 0; i < sizeof calls / sizeof *calls; i++)
        for (int e = 0; e < ERRORS; e++) {
            let_fail(calls[i], errors[e], 0, 1);
            assert_int_equal(chain_reactor_open(&reactor), errors[e]);
            assert_null(reactor);
            assert_int_equal(lowest_free(), lowest);
            assert_int_equal(opened(), opened_before);
        }
}

/* ---- waiting ------------------------------------------------------------- */

/* The loop has said why it cannot wait, once; its chain was cancelled, the operation was told. */
static void check_failed(int code)
{
    struct chain_io late = { .attempt = try };

    assert_int_equal(failed_times, 1);
    assert_int_equal(failed_with, code);
    assert_int_equal(told_with, code);
    assert_int_equal(chain_root_outcome(&sleeper.root), CHAIN_OUTCOME_CANCELLED);
    assert_false(chain_loop_turn(loop, true));
    /* nobody can wait any more */
    assert_int_equal(chain_io_start(loop, &late, pair[0], CHAIN_IO_READ), code);
    put_to_sleep(sleep_a_little); /* but timers fire */
    chain_loop_run(loop);
    assert_int_equal(chain_root_outcome(&sleeper.root), CHAIN_OUTCOME_VALUE);
    assert_int_equal(failed_times, 1);
    assert_in_range(made[WAIT] + made[PWAIT2], 0, 6);
}

static void waiting_for_events(void **state)
{
    int lowest = lowest_free();

    (void)state;
    for (int times = 1; times <= 1000; times += 999)
        for (int after = 0; after < 3; after++)
            for (int e = 0; e < ERRORS; e++) {
                struct chain_io io = { .attempt = try };
                if (errors[e] == EINTR && times > 1)
                    continue;
                open_reactor();
                assert_int_equal(chain_io_start(loop, &io, pair[0], CHAIN_IO_READ), 0);
                put_to_sleep(sleep_for_ever);
                chain_loop_turn(loop, false);
                let_fail(WAIT, errors[e], after, times);
                for (int turns = 0; turns < after; turns++)
                    assert_true(chain_loop_turn(loop, false));
                if (errors[e] == EINTR) {
                    assert_true(chain_loop_turn(loop, false));
                    assert_true(chain_loop_turn(loop, false));
                    assert_int_equal(failed_times, 0);
                    chain_io_stop(&io);
                    chain_root_cancel(&sleeper.root);
                    chain_loop_run(loop);
                } else {
                    chain_loop_turn(loop, false);
                    chain_loop_run(loop);
                    check_failed(errors[e]);
                }
                close_reactor(lowest);
            }
}

/* Where the finer one does not work, epoll_wait does. */
static void without_epoll_pwait2(void **state)
{
    int lowest = lowest_free();

    (void)state;
    for (int times = 1; times <= 1000; times += 999)
        for (int e = 0; e < ERRORS; e++) {
            if (errors[e] == EINTR && times > 1)
                continue;
            open_reactor();
            put_to_sleep(sleep_a_little);
            let_fail(PWAIT2, errors[e], 0, times);
            chain_loop_run(loop);
            assert_int_equal(chain_root_outcome(&sleeper.root), CHAIN_OUTCOME_VALUE);
            assert_int_equal(failed_times, 0);
            assert_in_range(made[PWAIT2], 0, errors[e] == EINTR ? 4 : 1);
            close_reactor(lowest);
        }
}

/* ---- descriptors --------------------------------------------------------- */

static void watching(void **state)
{
    int lowest = lowest_free();

    (void)state;
    for (int e = 0; e < ERRORS; e++) {
        struct chain_io io = { .attempt = try };
        open_reactor();
        let_fail(ADD, errors[e], 0, 1);
        assert_int_equal(chain_io_start(loop, &io, pair[0], CHAIN_IO_READ),
                         errors[e] == EEXIST ? ENOENT : errors[e]);
        assert_null(io.link.next);
        assert_false(chain_loop_turn(loop, true));
        /* the next one is as good as ever */
        assert_int_equal(chain_io_start(loop, &io, pair[0], CHAIN_IO_READ), 0);
        assert_int_equal(send(pair[1], "x", 1, 0), 1);
        assert_false(chain_loop_turn(loop, true));
        assert_int_equal(attempts, 2);
        let_fail(REMOVE, errors[e], 0, 1);
        chain_io_forget(pair[0]);
        close_reactor(lowest);
    }
}

/* The number is watched still, as a duplicate keeps the open file alive. */
static void watched_already(void **state)
{
    struct chain_io io = { .attempt = try };
    int lowest = lowest_free(), duplicate, number;

    (void)state;
    open_reactor();
    assert_int_equal(chain_io_start(loop, &io, pair[0], CHAIN_IO_READ), 0);
    duplicate = dup(pair[0]);
    number = pair[0];
    chain_io_close(number);
    assert_int_equal(told_with, ECANCELED);
    assert_int_equal(dup2(duplicate, number), number);
    close(duplicate);
    assert_int_equal(chain_io_start(loop, &io, number, CHAIN_IO_READ), 0);
    assert_int_equal(send(pair[1], "x", 1, 0), 1);
    assert_false(chain_loop_turn(loop, true));
    assert_int_equal(told_with, 0);
    close_reactor(lowest);
}

static unsigned reported;
static int ended_with;

static void note_report(struct chain_poll *poll, unsigned what, int error)
{
    (void)poll;
    reported |= what;
    ended_with = error;
}

/* A change that fails changes nothing. Where operations use the descriptor, too, the system is
 * asked again after each report; if that fails the watch ends. */
static void watching_by_level(void **state)
{
    int lowest = lowest_free();

    (void)state;
    for (int e = 0; e < ERRORS; e++)
        for (int mixed = 0; mixed < 2; mixed++) {
            struct chain_io io = { .attempt = try };
            struct chain_poll poll = { .ready = note_report };
            int right = errors[e] == ENOENT ? EEXIST : errors[e]; /* it is known after all */
            open_reactor();
            reported = 0;
            ended_with = 0;
            if (mixed) {
                assert_int_equal(chain_io_start(loop, &io, pair[0], CHAIN_IO_READ), 0);
                let_fail(MODIFY, errors[e], 0, 1);
            } else
                let_fail(ADD, errors[e], 0, 1);
            assert_int_equal(chain_poll_start(loop, &poll, pair[0], CHAIN_POLL_WRITE),
                             mixed                 ? right
                             : errors[e] == EEXIST ? ENOENT
                                                   : errors[e]);
            chain_poll_stop(&poll); /* which has no effect */
            assert_int_equal(chain_poll_start(loop, &poll, pair[0], CHAIN_POLL_WRITE), 0);
            let_fail(MODIFY, errors[e], 0, 1);
            assert_int_equal(chain_poll_change(&poll, CHAIN_POLL_WRITE | CHAIN_POLL_KEEPS), 0);
            assert_int_equal(chain_poll_change(&poll, CHAIN_POLL_READ), right);
            assert_int_equal(poll.wanted, CHAIN_POLL_WRITE | CHAIN_POLL_KEEPS);
            let_fail(MODIFY, errors[e], 0, 1);
            assert_true(chain_loop_turn(loop, true));
            assert_int_equal(reported, CHAIN_POLL_WRITE);
            assert_int_equal(ended_with, mixed ? right : 0);
            let_fail(REMOVE, errors[e], 0, 1);
            chain_poll_stop(&poll);
            chain_io_stop(&io);
            assert_false(chain_loop_turn(loop, true));
            close_reactor(lowest);
        }
}

/* A loop that cannot wait any more ends its watches. */
static void waiting_by_level(void **state)
{
    int lowest = lowest_free();

    (void)state;
    for (int e = 0; e < ERRORS; e++) {
        struct chain_poll poll = { .ready = note_report };
        if (errors[e] == EINTR)
            continue;
        open_reactor();
        ended_with = 0;
        assert_int_equal(chain_poll_start(loop, &poll, pair[0], CHAIN_POLL_READ | CHAIN_POLL_KEEPS),
                         0);
        let_fail(WAIT, errors[e], 0, 1);
        chain_loop_turn(loop, false);
        assert_int_equal(ended_with, errors[e]);
        assert_false(chain_loop_turn(loop, true));
        assert_int_equal(chain_poll_change(&poll, CHAIN_POLL_WRITE), EINVAL);
        assert_int_equal(chain_poll_start(loop, &poll, pair[0], CHAIN_POLL_READ), errors[e]);
        close_reactor(lowest);
    }
}

/* ---- waking -------------------------------------------------------------- */

static void waking(void **state)
{
    int lowest = lowest_free();

    (void)state;
    for (int spare = 0; spare < 2; spare++)
        for (int e = 0; e < ERRORS; e++) {
            struct chain_io io = { .attempt = try };
            bool lost = errors[e] != EAGAIN && errors[e] != EINTR;
            open_reactor();
            assert_int_equal(chain_io_start(loop, &io, pair[0], CHAIN_IO_READ), 0);
            put_to_sleep(sleep_for_ever);
            chain_loop_turn(loop, false);
            let_fail(WRITE, errors[e], 0, 1);
            errno = 77;
            /* as if the loop were asleep: what wakes it is a descriptor that is ready */
            if (spare == 0)
                chain__epoll.wake(reactor);
            else
                chain_loop_wake(loop);
            assert_int_equal(errno, 77);
            if (spare == 0 && lost) {
                assert_int_equal(chain__epoll.wait(reactor, -1), 0); /* returns at once */
                chain_loop_run(loop);
                check_failed(errors[e]);
            } else if (lost) {
                chain_loop_run(loop);
                check_failed(errors[e]);
            } else {
                assert_int_equal(made[WRITE], errors[e] == EINTR ? 2 : 1);
                chain_io_stop(&io);
                chain_root_cancel(&sleeper.root);
                chain_loop_run(loop);
                assert_int_equal(failed_times, 0);
            }
            close_reactor(lowest);
        }
}

static void wake(void)
{
    chain__epoll.wake(reactor);
}

/* The loop hears of it in the turn in which it sleeps. */
static void waking_a_sleeper(void **state)
{
    int lowest = lowest_free();

    (void)state;
    for (int e = 0; e < ERRORS; e++) {
        struct chain_io io = { .attempt = try };
        if (errors[e] == EAGAIN || errors[e] == EINTR)
            continue;
        open_reactor();
        assert_int_equal(chain_io_start(loop, &io, pair[0], CHAIN_IO_READ), 0);
        put_to_sleep(sleep_for_ever);
        chain_loop_turn(loop, false);
        let_fail(WRITE, errors[e], 0, 1);
        while_asleep = wake;
        chain_loop_turn(loop, true);
        assert_null(while_asleep);
        assert_int_equal(failed_times, 1);
        chain_loop_run(loop);
        check_failed(errors[e]);
        close_reactor(lowest);
    }
}

/* There is nothing that could wake the loop: whoever is not asleep hears of it all the same. */
static void waking_without_a_spare(void **state)
{
    static const enum call calls[] = { EVENTFD, ADD };
    int lowest = lowest_free();

    (void)state;
    for (size_t i = 0; i < sizeof calls / sizeof *calls; i++) {
        struct chain_io io = { .attempt = try };
        open_reactor();
        assert_int_equal(chain_io_start(loop, &io, pair[0], CHAIN_IO_READ), 0);
        put_to_sleep(sleep_for_ever);
        chain_loop_turn(loop, false);
        let_fail(WRITE, EIO, 0, 1);
        failing_too = calls[i];
        wake();
        assert_int_equal(made[calls[i]], 1);
        assert_int_equal(reactor->last_fd, -1);
        chain_loop_run(loop);
        check_failed(EIO);
        close_reactor(lowest);
    }
}

/* The numbers are another's by now: they are not closed. */
static void descriptors_of_others(void **state)
{
    int lowest = lowest_free(), others[2];

    (void)state;
    open_reactor();
    chain_io_close(pair[0]);
    close(pair[1]);
    close(lowest);
    close(lowest + 1);
    assert_int_equal(pipe(others), 0);
    assert_int_equal(others[0], lowest);
    assert_int_equal(others[1], lowest + 1);
    assert_int_equal(chain_reactor_close(reactor), 0);
    assert_int_equal(close(others[0]), 0);
    assert_int_equal(close(others[1]), 0);
}

/* ---- opening again, in a child process ----------------------------------- */

static void opening_again(void **state)
{
    static const enum call calls[] = { CREATE, EVENTFD, ADD };
    int lowest = lowest_free();

    (void)state;
    for (size_t i = 0; i < sizeof calls / sizeof *calls; i++)
        for (int after = 0; after < (calls[i] == ADD ? 3 : 1); after++)
            for (int e = 0; e < ERRORS; e++) {
                struct chain_io io = { .attempt = try };
                open_reactor();
                assert_int_equal(chain_io_start(loop, &io, pair[0], CHAIN_IO_READ), 0);
                put_to_sleep(sleep_for_ever);
                chain_loop_turn(loop, false);
                chain__forks++; /* as fork(2) does in the child */
                let_fail(calls[i], errors[e], after, 1);
                chain_loop_turn(loop, false);
                if (after == 0) { /* one of the reactor's own */
                    chain_loop_run(loop);
                    check_failed(errors[e]);
                } else {
                    assert_int_equal(failed_times, 0);
                    assert_int_equal(told_with, after > 1             ? 0
                                                : errors[e] == EEXIST ? ENOENT
                                                                      : errors[e]);
                    chain_io_stop(&io);
                    chain_root_cancel(&sleeper.root);
                    chain_loop_run(loop);
                }
                close_reactor(lowest);
            }
}

static void how_many(void **state)
{
    (void)state;
    print_message("%d scenarios\n", scenarios);
    assert_in_range(scenarios, 200, 10000);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(opening),
        cmocka_unit_test(waiting_for_events),
        cmocka_unit_test(without_epoll_pwait2),
        cmocka_unit_test(watching),
        cmocka_unit_test(watched_already),
        cmocka_unit_test(watching_by_level),
        cmocka_unit_test(waiting_by_level),
        cmocka_unit_test(waking),
        cmocka_unit_test(waking_a_sleeper),
        cmocka_unit_test(waking_without_a_spare),
        cmocka_unit_test(descriptors_of_others),
        cmocka_unit_test(opening_again),
        cmocka_unit_test(how_many),
    };

    opened_before = opened();
    return cmocka_run_group_tests(tests, NULL, NULL);
}
