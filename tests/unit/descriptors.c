/* How often attempts are made, and when: none without a reason. */
#define _GNU_SOURCE
#include "chain_reactor.h"
#include "mini.h"

#include <sys/socket.h>
#include <unistd.h>

struct counted {
    struct chain_io io; /* first */
    int attempts;
    void (*inside)(void); /* called in an attempt, which then ends */
};

static struct chain_reactor *reactor;
static struct chain_loop *loop;
static int pair[2];

static enum chain_io_attempt try(struct chain_io *io, int error)
{
    struct counted *counted = (struct counted *)(void *)io;

    if (error != 0)
        return CHAIN_IO_ENDED;
    counted->attempts++;
    if (counted->inside == NULL)
        return CHAIN_IO_AGAIN;
    counted->inside();
    return CHAIN_IO_ENDED;
}

static int open_reactor(void **state)
{
    (void)state;
    assert_int_equal(chain_reactor_open(&reactor), 0);
    loop = chain_reactor_loop(reactor);
    assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0, pair), 0);
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

static bool is_over;

static void end(struct chain_timer *timer, struct chain_loop *its_loop)
{
    (void)timer;
    (void)its_loop;
    is_over = true;
}

/* Two operations, one of each direction, that begin to wait for a descriptor that has been watched
 * and may have changed already: each is tried once, and then the loop sleeps. */
static void two_that_are_tried_without_an_event(void **state)
{
    struct counted first = { .io.attempt = try }, a = first, b = first;
    struct chain_timer timer = { .fire = end };
    int turns = 0;

    (void)state;
    assert_int_equal(chain_io_wait(loop, &first.io, pair[0], CHAIN_IO_READ), 0);
    chain_io_stop(&first.io);
    chain_loop_turn(loop, false); /* the events of a new watch */
    assert_int_equal(chain_io_wait(loop, &a.io, pair[0], CHAIN_IO_READ), 0);
    assert_int_equal(chain_io_wait(loop, &b.io, pair[0], CHAIN_IO_WRITE), 0);
    is_over = false;
    chain_timer_arm(loop, &timer, chain_loop_deadline(loop, 20 * (int64_t)MS));
    for (; !is_over && turns < 1000; turns++)
        chain_loop_turn(loop, true);
    assert_in_range(turns, 1, 5);
    assert_int_equal(first.attempts, 0);
    assert_int_equal(a.attempts, 1);
    assert_int_equal(b.attempts, 1);
    chain_io_stop(&a.io);
    chain_io_stop(&b.io);
}

/* An attempt closes its descriptor, and another operation waits for a new one of the same number:
 * the event was not that one's. */
static struct counted next;

static void open_again(void)
{
    int number = pair[0];

    chain_io_close(pair[0]);
    close(pair[1]);
    assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0, pair), 0);
    assert_int_equal(pair[0], number);
    assert_int_equal(chain_io_wait(loop, &next.io, pair[0], CHAIN_IO_READ), 0);
}

static void an_event_of_the_use_before(void **state)
{
    struct counted a = { .io.attempt = try };

    (void)state;
    next = a;
    assert_int_equal(chain_io_start(loop, &a.io, pair[0], CHAIN_IO_READ), 0);
    chain_loop_turn(loop, false); /* the events of a new watch */
    assert_int_equal(send(pair[1], "x", 1, 0), 1);
    a.attempts = 0;
    a.inside = open_again;
    chain_loop_turn(loop, true);
    assert_int_equal(a.attempts, 1);
    assert_int_equal(next.attempts, 0);
    chain_loop_turn(loop, true);
    assert_int_equal(next.attempts, 1);
    chain_io_stop(&next.io);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, open_reactor, close_reactor)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(two_that_are_tried_without_an_event),
        TEST(an_event_of_the_use_before),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
