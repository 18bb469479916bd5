/* TCP over loopback: net.chain. Chains here are written by hand: one operation
 * after the other, as `next` says. */
#define _GNU_SOURCE
#include "mini.h"

#include <chain/net.h>

#include <errno.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

/* ---- a chain whose steps are told by a function -------------------------- */

struct talk;

struct talk {
    struct chain_root root;
    union {
        struct tcp_accept accept;
        struct tcp_connect connect;
        struct tcp_read read;
        struct tcp_write write;
        struct chain_failure failure;
        int socket;
        size_t size;
    } area;
    const struct chain_caller *caller;
    /* Starts the step of that number; false: there is none. The value of the
     * step before is in the area. */
    bool (*step)(struct talk *talk, int number);
    int number;
    int conn;
    char *buffer;
    size_t size, done, piece;
};

static struct chain_strand *talk_resume(struct chain_strand *strand, struct chain_loop *loop)
{
    struct talk *talk =
        (struct talk *)(void *)((char *)strand - offsetof(struct talk, root.strand));

    while (strand->op.code == 0) {
        if (!talk->step(talk, talk->number++))
            break;
        if (!chain__settled_at_once(strand)) {
            strand->op.at = 0;
            return chain__suspend(loop);
        }
    }
    return chain__end(strand, loop, talk->caller);
}

static const struct chain_type talk_type = { .resume = talk_resume, .name = "talk" };

static struct chain_reactor *reactor;
static struct chain_loop *loop;
static int listener;

static void *begin(struct talk *talk)
{
    chain__begin(&talk->root.strand, 1);
    return &talk->area;
}

static void run(struct talk *talk, bool (*step)(struct talk *, int), int conn)
{
    char *buffer = talk->buffer;
    size_t size = talk->size;

    memset(talk, 0, sizeof *talk);
    talk->buffer = buffer;
    talk->size = size;
    talk->conn = conn;
    talk->step = step;
    assert_int_equal(chain__run(&talk->root, loop, &talk_type, &talk->caller), 0);
}

static int code_of(struct talk *talk)
{
    assert_int_not_equal(chain_root_outcome(&talk->root), CHAIN_OUTCOME_PENDING);
    return chain_root_rejection(&talk->root).code;
}

static int open_reactor(void **state)
{
    (void)state;
    assert_int_equal(chain_reactor_open(&reactor), 0);
    loop = chain_reactor_loop(reactor);
    listener = tcp_listen("127.0.0.1", 0);
    assert_true(listener >= 0);
    return 0;
}

static int close_reactor(void **state)
{
    (void)state;
    tcp_close(listener);
    assert_int_equal(chain_reactor_close(reactor), 0);
    return 0;
}

/* ---- steps --------------------------------------------------------------- */

static bool only_accept(struct talk *talk, int number)
{
    if (number == 0)
        tcp_accept_start(begin(talk), talk->conn);
    else
        talk->conn = talk->area.socket;
    return number == 0;
}

static bool only_connect(struct talk *talk, int number)
{
    if (number == 0)
        tcp_connect_start(begin(talk), "localhost", (uint16_t)tcp_port(talk->conn));
    else
        talk->conn = talk->area.socket;
    return number == 0;
}

static bool only_read(struct talk *talk, int number)
{
    if (number == 0)
        tcp_read_start(begin(talk), talk->conn, talk->buffer, talk->size);
    else
        talk->done = talk->area.size;
    return number == 0;
}

static bool only_write(struct talk *talk, int number)
{
    if (number == 0)
        tcp_write_start(begin(talk), talk->conn, talk->buffer, talk->size);
    return number == 0;
}

/* Reads to the end of the stream. */
static bool read_all(struct talk *talk, int number)
{
    if (number > 0) {
        talk->done += talk->area.size;
        if (talk->area.size == 0)
            return false;
    }
    tcp_read_start(begin(talk), talk->conn, talk->buffer + talk->done, talk->size - talk->done);
    return true;
}

/* Reads, writes what it has read, to the end of the stream; closes. */
static bool echo(struct talk *talk, int number)
{
    if (number % 2 == 0) {
        tcp_read_start(begin(talk), talk->conn, talk->buffer, talk->size);
        return true;
    }
    if (talk->area.size == 0) {
        tcp_close(talk->conn);
        return false;
    }
    tcp_write_start(begin(talk), talk->conn, talk->buffer, talk->area.size);
    return true;
}

static void connect_pair(int pair[2])
{
    struct talk accepting = { .size = 0 }, connecting = { .size = 0 };

    run(&accepting, only_accept, listener);
    run(&connecting, only_connect, listener);
    chain_loop_run(loop);
    assert_int_equal(code_of(&accepting), 0);
    assert_int_equal(code_of(&connecting), 0);
    pair[0] = accepting.conn;
    pair[1] = connecting.conn;
}

/* ---- tests --------------------------------------------------------------- */

static void echoes(void **state)
{
    enum { TIMES = 200 };
    int pair[2];
    char buffer[64], reply[64];
    struct talk server = { .buffer = buffer, .size = sizeof buffer };
    struct talk client;

    (void)state;
    connect_pair(pair);
    run(&server, echo, pair[0]);
    for (int i = 0; i < TIMES; i++) {
        char text[64];
        size_t length = (size_t)snprintf(text, sizeof text, "message %d", i);
        client = (struct talk){ .buffer = text, .size = length };
        run(&client, only_write, pair[1]);
        while (!chain_root_is_quiescent(&client.root))
            chain_loop_turn(loop, true);
        client = (struct talk){ .buffer = reply, .size = sizeof reply };
        run(&client, only_read, pair[1]);
        while (!chain_root_is_quiescent(&client.root))
            chain_loop_turn(loop, true);
        assert_int_equal(client.done, length);
        assert_memory_equal(reply, text, length);
    }
    assert_int_equal(tcp_shutdown_write(pair[1]), 0);
    chain_loop_run(loop);
    assert_int_equal(chain_root_outcome(&server.root), CHAIN_OUTCOME_VALUE);
    client = (struct talk){ .buffer = reply, .size = sizeof reply };
    run(&client, only_read, pair[1]);
    chain_loop_run(loop);
    assert_int_equal(client.done, 0);
    tcp_close(pair[1]);
}

/* More than any socket buffer holds, so that writes wait and reads are short. */
static void ten_megabytes(void **state)
{
    enum { SIZE = 10 * 1000 * 1000 };
    int pair[2];
    char *out = malloc(SIZE), *in = malloc(SIZE + 1);
    struct talk writer = { .buffer = out, .size = SIZE },
                reader = { .buffer = in, .size = SIZE + 1 };

    (void)state;
    assert_non_null(out);
    assert_non_null(in);
    for (size_t i = 0; i < SIZE; i++)
        out[i] = (char)(i * 2654435761u >> 13);
    connect_pair(pair);
    run(&writer, only_write, pair[0]);
    chain_loop_turn(loop, false);
    assert_int_equal(chain_root_outcome(&writer.root), CHAIN_OUTCOME_PENDING);
    run(&reader, read_all, pair[1]);
    while (!chain_root_is_quiescent(&writer.root))
        chain_loop_turn(loop, true);
    tcp_close(pair[0]);
    chain_loop_run(loop);
    assert_int_equal(code_of(&writer), 0);
    assert_int_equal(code_of(&reader), 0);
    assert_int_equal(reader.done, SIZE);
    assert_memory_equal(in, out, SIZE);
    tcp_close(pair[1]);
    free(out);
    free(in);
}

/* Two writes at a time are not mixed. */
static void writes_are_sent_whole_and_in_order(void **state)
{
    enum { SIZE = 3 * 1000 * 1000 };
    int pair[2];
    char *out = malloc(2 * SIZE), *in = malloc(2 * SIZE + 1);
    struct talk first = { .buffer = out, .size = SIZE },
                second = { .buffer = out + SIZE, .size = SIZE };
    struct talk reader = { .buffer = in, .size = 2 * SIZE + 1 };

    (void)state;
    memset(out, '1', SIZE);
    memset(out + SIZE, '2', SIZE);
    connect_pair(pair);
    run(&first, only_write, pair[0]);
    run(&second, only_write, pair[0]);
    run(&reader, read_all, pair[1]);
    while (!chain_root_is_quiescent(&second.root))
        chain_loop_turn(loop, true);
    assert_true(chain_root_is_quiescent(&first.root));
    tcp_close(pair[0]);
    chain_loop_run(loop);
    assert_int_equal(reader.done, 2 * SIZE);
    assert_memory_equal(in, out, 2 * SIZE);
    tcp_close(pair[1]);
    free(out);
    free(in);
}

static void nothing_to_write_or_read(void **state)
{
    int pair[2];
    struct talk talk = { .buffer = (char *)pair, .size = 0 };
    char byte;
    struct talk reader = { .buffer = &byte, .size = 1 };

    (void)state;
    connect_pair(pair);
    run(&reader, only_read, pair[1]);
    chain_loop_turn(loop, false); /* it waits, but nothing need not be waited for */
    run(&talk, only_read, pair[1]);
    chain_loop_turn(loop, false);
    assert_int_equal(code_of(&talk), 0);
    chain_root_cancel(&reader.root);
    tcp_read_cancel(&reader.area.read);
    run(&talk, only_write, pair[0]);
    chain_loop_run(loop);
    assert_int_equal(code_of(&talk), 0);
    run(&talk, only_read, pair[1]);
    chain_loop_run(loop);
    assert_int_equal(code_of(&talk), 0);
    tcp_close(pair[0]);
    tcp_close(pair[1]);
}

static void close_rejects_what_waits(void **state)
{
    int pair[2];
    char buffer[8];
    struct talk reader = { .buffer = buffer, .size = sizeof buffer }, acceptor = { .size = 0 };

    (void)state;
    connect_pair(pair);
    run(&reader, only_read, pair[0]);
    run(&acceptor, only_accept, listener);
    chain_loop_turn(loop, false);
    tcp_close(pair[0]);
    tcp_close(listener);
    listener = -1;
    chain_loop_run(loop);
    assert_int_equal(code_of(&reader), ECANCELED);
    assert_int_equal(code_of(&acceptor), ECANCELED);
    tcp_close(pair[1]);
}

/* A connection's number is used again and again: nothing is left over from the one before. */
static void numbers_are_used_again(void **state)
{
    char buffer[4];
    int number = -1;

    (void)state;
    for (int i = 0; i < 100; i++) {
        struct talk reader = { .buffer = buffer, .size = sizeof buffer },
                    writer = { .buffer = "ping", .size = 4 };
        int pair[2];
        connect_pair(pair);
        if (i > 0)
            assert_true(pair[0] == number || pair[1] == number);
        number = pair[0];
        run(&reader, only_read, pair[0]);
        chain_loop_turn(loop, false); /* it waits */
        run(&writer, only_write, pair[1]);
        chain_loop_run(loop);
        assert_int_equal(reader.done, 4);
        tcp_close(pair[0]);
        tcp_close(pair[1]);
    }
}

static void peer_that_resets(void **state)
{
    const struct linger hard = { 1, 0 };
    int pair[2];
    char buffer[8] = "";
    struct talk talk = { .buffer = buffer, .size = sizeof buffer };

    (void)state;
    connect_pair(pair);
    run(&talk, only_read, pair[0]);
    chain_loop_turn(loop, false);
    setsockopt(pair[1], SOL_SOCKET, SO_LINGER, &hard, sizeof hard);
    tcp_close(pair[1]);
    chain_loop_run(loop);
    assert_int_equal(code_of(&talk), ECONNRESET);
    run(&talk, only_write, pair[0]); /* EPIPE, and no signal */
    chain_loop_run(loop);
    assert_int_equal(code_of(&talk), EPIPE);
    tcp_close(pair[0]);
}

static void nobody_listens(void **state)
{
    int other = tcp_listen("127.0.0.1", 0);
    struct talk talk = { .size = 0 };

    (void)state;
    run(&talk, only_connect, other);
    talk.conn = dup(other); /* it keeps the port, but shutdown ends the listening */
    shutdown(other, SHUT_RDWR);
    chain_loop_run(loop);
    assert_int_equal(code_of(&talk), ECONNREFUSED);
    tcp_close(other);
    close(talk.conn);
}

static void cancel_hooks_leave_nothing_behind(void **state)
{
    enum { SIZE = 8 * 1000 * 1000 };
    int pair[2];
    char *data = calloc(1, SIZE);
    struct talk reader = { .buffer = data, .size = 8 }, writer = { .buffer = data, .size = SIZE };
    struct talk acceptor = { .size = 0 }, again = { .buffer = data, .size = 8 };

    (void)state;
    connect_pair(pair);
    run(&reader, only_read, pair[0]);
    run(&writer, only_write, pair[0]);
    run(&acceptor, only_accept, listener);
    chain_loop_turn(loop, false);
    chain_root_cancel(&reader.root);
    tcp_read_cancel(&reader.area.read);
    chain_root_cancel(&writer.root);
    tcp_write_cancel(&writer.area.write);
    chain_root_cancel(&acceptor.root);
    tcp_accept_cancel(&acceptor.area.accept);
    chain_loop_run(loop);
    assert_int_equal(chain_root_outcome(&reader.root), CHAIN_OUTCOME_CANCELLED);
    assert_int_equal(chain_root_outcome(&writer.root), CHAIN_OUTCOME_CANCELLED);
    assert_int_equal(chain_root_outcome(&acceptor.root), CHAIN_OUTCOME_CANCELLED);

    run(&again, only_read, pair[0]); /* the descriptor is as good as before */
    chain_loop_turn(loop, false);
    assert_int_equal(send(pair[1], "x", 1, 0), 1);
    chain_loop_run(loop);
    assert_int_equal(again.done, 1);
    tcp_close(pair[0]);
    tcp_close(pair[1]);
    free(data);
}

static bool connect_to_full(struct talk *talk, int number)
{
    if (number == 0)
        tcp_connect_start(begin(talk), "127.0.0.1", (uint16_t)tcp_port(talk->conn));
    return number == 0;
}

/* A queue that is full does not answer, so the connection stays under way. */
static void cancel_of_a_connect(void **state)
{
    struct talk talks[8];
    int full = tcp_listen("127.0.0.1", 0);
    int cancelled = 0;

    (void)state;
    assert_int_equal(listen(full, 0), 0);
    for (int i = 0; i < 8; i++) {
        talks[i] = (struct talk){ .size = 0 };
        run(&talks[i], connect_to_full, full);
        chain_loop_turn(loop, false);
        chain_loop_turn(loop, false);
    }
    for (int i = 0; i < 8; i++) {
        if (chain_root_is_quiescent(&talks[i].root)) {
            if (chain_root_outcome(&talks[i].root) == CHAIN_OUTCOME_VALUE)
                tcp_close(talks[i].area.socket);
            continue;
        }
        chain_root_cancel(&talks[i].root);
        tcp_connect_cancel(&talks[i].area.connect);
        cancelled++;
    }
    chain_loop_run(loop);
    tcp_close(full);
    if (cancelled == 0)
        skip(); /* a system that refuses at once */
}

static void addresses(void **state)
{
    static const char *const wrong[] = {
        "",     "example.com", "127.0.0.1.5",       "::1%no-such-interface",
        ":::1", "1.2.3",       "0:0:0:0:0:0:0:0:0", "[::1]"
    };
    int v6;

    (void)state;
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
        errno = 0;
        assert_int_equal(tcp_listen(wrong[i], 0), -1);
        assert_int_equal(errno, EINVAL);
    }
    assert_int_equal(tcp_listen(NULL, 0), -1);
    assert_int_equal(tcp_listen("127.0.0.1", (uint16_t)tcp_port(listener)), -1);
    assert_int_equal(errno, EADDRINUSE);
    v6 = tcp_listen("::1", 0);
    assert_true(v6 >= 0 || errno == EAFNOSUPPORT || errno == EADDRNOTAVAIL);
    tcp_close(v6);
    assert_int_equal(tcp_port(-1), -1);
    assert_int_equal(errno, EBADF);
    tcp_close(-1);
}

static bool connect_by_name(struct talk *talk, int number)
{
    if (number == 0)
        tcp_connect_start(begin(talk), "example.com", 80);
    return number == 0;
}

static void names_are_not_looked_up(void **state)
{
    struct talk talk = { .size = 0 };

    (void)state;
    run(&talk, connect_by_name, -1);
    chain_loop_run(loop);
    assert_int_equal(code_of(&talk), EINVAL);
}

static void too_many_descriptors(void **state)
{
    struct talk acceptor = { .size = 0 }, connecting = { .size = 0 }, another = { .size = 0 },
                again = { .size = 0 };
    struct rlimit limit, low;

    (void)state;
    run(&connecting, only_connect, listener);
    chain_loop_run(loop);
    assert_int_equal(code_of(&connecting), 0);
    getrlimit(RLIMIT_NOFILE, &limit);
    low = limit;
    low.rlim_cur = (rlim_t)connecting.conn;
    setrlimit(RLIMIT_NOFILE, &low);
    run(&acceptor, only_accept, listener);
    chain_loop_run(loop);
    setrlimit(RLIMIT_NOFILE, &limit);
    assert_int_equal(code_of(&acceptor), EMFILE);
    run(&again, only_accept, listener); /* the listener is as good as before */
    run(&another, only_connect, listener);
    chain_loop_run(loop);
    assert_int_equal(code_of(&again), 0);
    tcp_close(another.conn);
    tcp_close(again.conn);
    tcp_close(connecting.conn);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, open_reactor, close_reactor)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(echoes),
        TEST(ten_megabytes),
        TEST(writes_are_sent_whole_and_in_order),
        TEST(nothing_to_write_or_read),
        TEST(close_rejects_what_waits),
        TEST(numbers_are_used_again),
        TEST(peer_that_resets),
        TEST(nobody_listens),
        TEST(cancel_hooks_leave_nothing_behind),
        TEST(cancel_of_a_connect),
        TEST(addresses),
        TEST(names_are_not_looked_up),
        TEST(too_many_descriptors),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
