/* Level-triggered watches: every pair of actions inside a callback, inside an
 * attempt and outside, with and without operations on the same descriptor. A
 * model of chain_reactor.h says who watches afterwards; poll(2) says what a
 * watch has to report. Each watch is memory of its own, freed as soon as that
 * is allowed, so that AddressSanitizer sees every touch that comes too late. */
#define _GNU_SOURCE
#include "chain_reactor.h"
#include "mini.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

/* ---- descriptors: two pairs, `ours` and `theirs` ------------------------- */

enum { HERE, THERE, PAIRS };

static int ours[PAIRS], theirs[PAIRS];
static bool is_open[PAIRS];

static void open_pairs(void)
{
    const int small = 4096;

    for (int i = 0; i < PAIRS; i++) {
        int pair[2];
        assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0, pair),
                         0);
        ours[i] = pair[0];
        theirs[i] = pair[1];
        is_open[i] = true;
        setsockopt(ours[i], SOL_SOCKET, SO_SNDBUF, &small, sizeof small);
        chain_io_forget(ours[i]);
    }
}

static void drain(int fd)
{
    char bytes[4096];

    while (recv(fd, bytes, sizeof bytes, MSG_DONTWAIT) > 0)
        continue;
}

static void fill(int fd)
{
    static const char bytes[512];

    while (send(fd, bytes, sizeof bytes, MSG_DONTWAIT | MSG_NOSIGNAL) > 0)
        continue;
}

static unsigned ready_now(int fd)
{
    struct pollfd asked = { .fd = fd, .events = POLLIN | POLLOUT };

    if (poll(&asked, 1, 0) <= 0)
        return 0;
    if ((asked.revents & (POLLHUP | POLLERR)) != 0)
        return CHAIN_POLL_READ | CHAIN_POLL_WRITE;
    return ((asked.revents & POLLIN) != 0 ? CHAIN_POLL_READ : 0u)
           | ((asked.revents & POLLOUT) != 0 ? CHAIN_POLL_WRITE : 0u);
}

/* ---- watches and what the model knows of them ---------------------------- */

enum { SUBJECT, RIVAL, ELSEWHERE, POLLS }; /* RIVAL is for the same descriptor as SUBJECT */
static const int place[POLLS] = { HERE, HERE, THERE };

struct subject {
    struct chain_poll poll; /* first */
    int number;
};

static struct subject *polls[POLLS];
static struct {
    bool watches;
    unsigned wanted;
    int reports, told;
    unsigned what; /* of the last report */
} model[POLLS];

/* Operations on HERE, one for each direction; they take everything. */
static struct chain_io ios[2];
static bool waits[2];

static struct chain_reactor *reactor;
static struct chain_loop *loop;
static char scenario[200];
static int wrong;

#define EXPECT(condition) ((condition) ? (void)0 : complain(#condition, __LINE__))

static void complain(const char *what, int line)
{
    if (wrong++ < 10)
        print_error("polls.c:%d: %s: %s\n", line, scenario, what);
}

/* ---- actions ------------------------------------------------------------- */

enum action {
    NOTHING,
    TAKE,
    STOP,
    START,
    FREE,
    WANT_READ,
    WANT_WRITE,
    WANT_BOTH,
    WANT_NOTHING,
    START_RIVAL,
    READ_HERE,
    WRITE_HERE,
    STOP_READING,
    STOP_WRITING,
    STOP_ELSEWHERE,
    FREE_ELSEWHERE,
    CLOSE_HERE,
    FORGET_HERE,
    CLOSE_ELSEWHERE,
    STOP_AND_CLOSE,
    ACTIONS
};

static const char *const action_names[ACTIONS] = {
    "nothing",      "take",       "stop",         "start",           "stop and free",
    "want read",    "want write", "want both",    "want nothing",    "start rival",
    "read here",    "write here", "stop reading", "stop writing",    "stop elsewhere",
    "free another", "close here", "forget here",  "close elsewhere", "stop and close(2)",
};

static enum action plan[2];
static bool is_planned; /* the next callback of the subject, or attempt, carries the plan out */
static bool is_leaving; /* HERE is being closed or forgotten */
static int inside;      /* the direction of the operation that is being tried; -1: none */
static bool inside_was_stopped;
static int told_with; /* the code of the last call without a report */

static void stop(int number)
{
    if (polls[number] == NULL)
        return;
    chain_poll_stop(&polls[number]->poll);
    model[number].watches = false;
}

static void release(int number)
{
    stop(number);
    free(polls[number]);
    polls[number] = NULL;
}

static void start(int number, unsigned wanted)
{
    int other = number == SUBJECT ? RIVAL : SUBJECT, which = place[number], right = 0;

    if (polls[number] == NULL)
        return;
    if (model[number].watches)
        right = EALREADY;
    else if (is_leaving && which == HERE)
        right = ECANCELED;
    else if (which == HERE && model[other].watches)
        right = EEXIST;
    else if (!is_open[which])
        right = EBADF;
    EXPECT(chain_poll_start(loop, &polls[number]->poll, ours[which], wanted) == right);
    if (right != 0)
        return;
    model[number].watches = true;
    model[number].wanted = wanted;
}

static void change(unsigned wanted)
{
    int right = model[SUBJECT].watches ? 0 : EINVAL;

    if (polls[SUBJECT] == NULL)
        return;
    EXPECT(chain_poll_change(&polls[SUBJECT]->poll, wanted) == right);
    if (right == 0)
        model[SUBJECT].wanted = wanted;
}

static void start_io(int direction)
{
    int right = 0;

    if (waits[direction])
        right = EALREADY;
    else if (is_leaving)
        right = ECANCELED;
    else if (!is_open[HERE])
        right = EBADF;
    EXPECT(chain_io_start(loop, &ios[direction], ours[HERE], (enum chain_io_direction)direction)
           == right);
    if (right == 0)
        waits[direction] = true;
    if (right == 0 && direction == inside)
        inside_was_stopped = true;
}

static void stop_io(int direction)
{
    chain_io_stop(&ios[direction]);
    waits[direction] = false;
    if (direction == inside)
        inside_was_stopped = true;
}

/* Whoever watches it hears of that before the call returns. */
static void let_go(int which, bool closing)
{
    int before[POLLS];
    bool watched[POLLS];
    bool nested = is_leaving && which == HERE; /* the call that is under way tells the others */

    for (int i = 0; i < POLLS; i++) {
        watched[i] = !nested && model[i].watches && place[i] == which;
        before[i] = model[i].told;
        if (watched[i])
            model[i].watches = false;
    }
    if (which == HERE && !nested)
        waits[0] = waits[1] = false;
    (closing ? chain_io_close : chain_io_forget)(ours[which]);
    if (closing && !nested)
        is_open[which] = false;
    for (int i = 0; i < POLLS && !nested; i++)
        if (polls[i] != NULL)
            EXPECT(model[i].told - before[i] == watched[i]
                   && (!watched[i] || told_with == ECANCELED));
}

static void act(enum action action)
{
    switch (action) {
    case NOTHING:
    case ACTIONS: return;
    case TAKE: drain(ours[HERE]); return;
    case STOP: stop(SUBJECT); return;
    case START: start(SUBJECT, CHAIN_POLL_READ); return;
    case FREE: release(SUBJECT); return;
    case WANT_READ: change(CHAIN_POLL_READ); return;
    case WANT_WRITE: change(CHAIN_POLL_WRITE | CHAIN_POLL_KEEPS); return;
    case WANT_BOTH: change(CHAIN_POLL_READ | CHAIN_POLL_WRITE); return;
    case WANT_NOTHING: change(0); return;
    case START_RIVAL: start(RIVAL, CHAIN_POLL_READ | CHAIN_POLL_KEEPS); return;
    case READ_HERE: start_io(CHAIN_IO_READ); return;
    case WRITE_HERE: start_io(CHAIN_IO_WRITE); return;
    case STOP_READING: stop_io(CHAIN_IO_READ); return;
    case STOP_WRITING: stop_io(CHAIN_IO_WRITE); return;
    case STOP_ELSEWHERE: stop(ELSEWHERE); return;
    case FREE_ELSEWHERE: release(ELSEWHERE); return;
    case CLOSE_HERE: let_go(HERE, true); return;
    case FORGET_HERE: let_go(HERE, false); return;
    case CLOSE_ELSEWHERE: let_go(THERE, true); return;
    case STOP_AND_CLOSE: /* as a library does; not where operations wait for it */
        if (waits[0] || waits[1] || inside >= 0 || is_leaving || !is_open[HERE])
            return;
        stop(SUBJECT);
        stop(RIVAL);
        close(ours[HERE]);
        is_open[HERE] = false;
        return;
    }
}

static void carry_out(void)
{
    is_planned = false;
    act(plan[0]);
    act(plan[1]);
}

static void note_report(struct chain_poll *poll, unsigned what, int error)
{
    int number = ((struct subject *)(void *)poll)->number;

    EXPECT((what != 0) != (error != 0));
    if (error != 0) {
        told_with = error;
        model[number].told++;
        model[number].watches = false;
    } else {
        EXPECT(model[number].watches);
        EXPECT((what & ~model[number].wanted) == 0);
        model[number].reports++;
        model[number].what = what;
    }
    if (number == SUBJECT && is_planned)
        carry_out();
}

static enum chain_io_attempt take_all(struct chain_io *io, int error)
{
    int direction = io == &ios[CHAIN_IO_READ] ? CHAIN_IO_READ : CHAIN_IO_WRITE;
    bool was_open = is_open[HERE];

    if (error != 0) {
        waits[direction] = false;
        return CHAIN_IO_ENDED;
    }
    if (is_planned) {
        inside = direction;
        inside_was_stopped = waits[direction] = false;
        carry_out();
        inside = -1;
        if (inside_was_stopped || !is_open[HERE])
            return CHAIN_IO_AGAIN;
    }
    if (direction == CHAIN_IO_READ)
        drain(ours[HERE]);
    else
        fill(ours[HERE]);
    waits[direction] = was_open;
    return CHAIN_IO_AGAIN;
}

/* ---- a scenario ---------------------------------------------------------- */

enum origin { BY_REPORT, BY_CLOSE, BY_ATTEMPT, OUTSIDE, ORIGINS };
static const char *const origin_names[ORIGINS] = { "a report", "a close", "an attempt", "outside" };

static void make(int number)
{
    polls[number] = malloc(sizeof *polls[number]);
    assert_non_null(polls[number]);
    memset(polls[number], 0x5a, sizeof *polls[number]); /* it was something else before */
    polls[number]->poll.ready = note_report;
    polls[number]->number = number;
    memset(&model[number], 0, sizeof model[number]);
}

static void check_what_is_left(void)
{
    struct chain_left left;
    size_t count = (size_t)waits[0] + waits[1];

    for (int i = 0; i < POLLS; i++)
        count += model[i].watches && (model[i].wanted & CHAIN_POLL_KEEPS) != 0;
    chain_loop_left(loop, &left);
    EXPECT(left.descriptors == count);
}

static bool is_shut; /* so that reading and writing goes on without an end */

/* A watch reports in each turn what is ready, and nothing else. Operations have taken it all. */
static void check_a_turn(void)
{
    unsigned before[POLLS], after;
    int reports[POLLS];

    for (int i = 0; i < POLLS; i++) {
        before[i] = model[i].watches ? ready_now(ours[place[i]]) & model[i].wanted : 0;
        reports[i] = model[i].reports;
    }
    chain_loop_turn(loop, false);
    for (int i = 0; i < POLLS; i++) {
        if (!model[i].watches) {
            EXPECT(model[i].reports == reports[i]);
            continue;
        }
        after = ready_now(ours[place[i]]) & model[i].wanted;
        if (before[i] == 0 && after == 0)
            EXPECT(model[i].reports == reports[i]);
        if (before[i] != 0 && after == before[i]) {
            EXPECT(model[i].reports == reports[i] + 1);
            EXPECT(model[i].what == after);
        }
    }
    for (unsigned i = 0; i < 2 && is_open[HERE] && !is_shut; i++)
        EXPECT(!waits[i] || (ready_now(ours[HERE]) & (1u << i)) == 0);
    check_what_is_left();
}

static void check_closing(void)
{
    for (int i = 0; i < PAIRS; i++) {
        if (is_open[i])
            let_go(i, true);
        close(theirs[i]);
    }
    for (int i = 0; i < POLLS; i++) {
        free(polls[i]);
        polls[i] = NULL;
    }
}

static void begin(enum origin origin)
{
    switch (origin) {
    case ORIGINS: return;
    case BY_REPORT:
        is_planned = true;
        (void)!send(theirs[HERE], "x", 1, MSG_NOSIGNAL);
        chain_loop_turn(loop, false);
        break;
    case BY_CLOSE:
        is_planned = is_leaving = true;
        waits[0] = waits[1] = false;
        chain_io_close(ours[HERE]);
        is_open[HERE] = is_leaving = false;
        break;
    case BY_ATTEMPT: /* that of reading, when it starts */
        (void)!send(theirs[HERE], "x", 1, MSG_NOSIGNAL);
        is_planned = true;
        assert_int_equal(chain_io_start(loop, &ios[CHAIN_IO_READ], ours[HERE], CHAIN_IO_READ), 0);
        if (is_planned) /* others wait already */
            chain_loop_turn(loop, false);
        break;
    case OUTSIDE: carry_out(); break;
    }
    EXPECT(!is_planned);
    is_planned = false;
}

/* `company`: operations that wait for the descriptor, too: bits of directions. */
static void run(enum origin origin, unsigned wanted, unsigned company)
{
    is_planned = is_leaving = inside_was_stopped = is_shut = false;
    inside = -1;
    open_pairs();
    for (int i = 0; i < POLLS; i++)
        make(i);
    fill(ours[HERE]);
    for (int direction = 0; direction < 2; direction++) {
        waits[direction] = false;
        memset(&ios[direction], 0, sizeof ios[direction]);
        ios[direction].attempt = take_all;
        if ((company >> direction & 1) != 0)
            start_io(direction);
    }
    start(SUBJECT, wanted);
    start(ELSEWHERE, CHAIN_POLL_READ);
    (void)!send(theirs[THERE], "x", 1, MSG_NOSIGNAL);
    check_a_turn();
    begin(origin);
    for (int i = 0; i < 2; i++)
        check_a_turn();
    drain(theirs[HERE]);
    (void)!send(theirs[HERE], "y", 1, MSG_NOSIGNAL);
    for (int i = 0; i < 3; i++)
        check_a_turn();
    shutdown(theirs[HERE], SHUT_RDWR);
    is_shut = true;
    for (int i = 0; i < 2; i++)
        check_a_turn();
    check_closing();
}

static void every_pair_of_actions(void **state)
{
    static const char *const wanted_names[] = { "nothing", "read", "write", "both" };
    int count = 0;

    (void)state;
    assert_int_equal(chain_reactor_open(&reactor), 0);
    loop = chain_reactor_loop(reactor);
    for (int origin = 0; origin < ORIGINS; origin++)
        for (unsigned wanted = 0; wanted < 4; wanted++)
            for (unsigned company = 0; company < 4; company++)
                for (int first = 0; first < ACTIONS; first++)
                    for (int second = 0; second < ACTIONS; second++) {
                        if (origin == BY_REPORT && (wanted & CHAIN_POLL_READ) == 0)
                            continue; /* there is no report */
                        if (origin == BY_ATTEMPT && (company & 1) != 0)
                            continue; /* its operation waits already */
                        plan[0] = (enum action)first;
                        plan[1] = (enum action)second;
                        snprintf(scenario, sizeof scenario, "%s, waits for %s, %s waits: %s, %s",
                                 origin_names[origin], wanted_names[wanted], wanted_names[company],
                                 action_names[first], action_names[second]);
                        run((enum origin)origin, wanted, company);
                        count++;
                    }
    assert_int_equal(chain_reactor_close(reactor), 0);
    print_message("%d scenarios, %d wrong\n", count, wrong);
    assert_int_equal(wrong, 0);
}

/* ---- single cases -------------------------------------------------------- */

static int open_reactor(void **state)
{
    (void)state;
    assert_int_equal(chain_reactor_open(&reactor), 0);
    loop = chain_reactor_loop(reactor);
    open_pairs();
    for (int i = 0; i < POLLS; i++)
        make(i);
    snprintf(scenario, sizeof scenario, "a single case");
    is_planned = is_leaving = false;
    return 0;
}

static int close_reactor(void **state)
{
    (void)state;
    check_closing();
    assert_int_equal(chain_reactor_close(reactor), 0);
    assert_int_equal(wrong, 0);
    return 0;
}

static void codes(void **state)
{
    struct chain_poll *poll = &polls[SUBJECT]->poll;
    int file = open("/proc/self/status", O_RDONLY | O_CLOEXEC);
    int folder = open("/", O_RDONLY | O_CLOEXEC);
    struct chain_reactor *second;
    struct world world;

    (void)state;
    assert_int_equal(chain_poll_change(poll, CHAIN_POLL_READ), EINVAL);
    chain_poll_stop(poll);
    assert_int_equal(chain_poll_start(loop, poll, -1, CHAIN_POLL_READ), EBADF);
    assert_int_equal(chain_poll_start(loop, poll, INT32_MAX, CHAIN_POLL_READ), EMFILE);
    assert_int_equal(chain_poll_start(loop, poll, 1000, CHAIN_POLL_READ), EBADF);
    assert_int_equal(chain_poll_start(loop, poll, folder, CHAIN_POLL_READ), EPERM);
    assert_int_equal(chain_poll_start(loop, poll, ours[HERE], 16), EINVAL);
    world_open(&world);
    assert_int_equal(chain_poll_start(&world.loop, poll, ours[HERE], CHAIN_POLL_READ), ENOTSUP);
    world_close(&world);
    start(SUBJECT, CHAIN_POLL_READ);
    assert_int_equal(chain_poll_change(poll, 16), EINVAL);
    assert_int_equal(poll->wanted, CHAIN_POLL_READ);
    assert_int_equal(chain_reactor_open(&second), 0);
    assert_int_equal(chain_poll_start(chain_reactor_loop(second), &polls[RIVAL]->poll, ours[HERE],
                                      CHAIN_POLL_READ),
                     EBUSY);
    chain_poll_stop(poll);
    model[SUBJECT].watches = false;
    assert_int_equal(chain_poll_start(chain_reactor_loop(second), &polls[RIVAL]->poll, ours[HERE],
                                      CHAIN_POLL_READ | CHAIN_POLL_KEEPS),
                     0);
    chain_reactor_loop(second)->on_left = NULL;
    assert_int_equal(chain_reactor_close(second), 0); /* the watch ends, and hears nothing */
    assert_int_equal(model[RIVAL].told, 0);
    chain_poll_stop(&polls[RIVAL]->poll);
    start(RIVAL, CHAIN_POLL_WRITE);
    assert_int_equal(chain_poll_start(loop, poll, ours[HERE], CHAIN_POLL_READ), EEXIST);
    close(file);
    close(folder);
}

/* Only with CHAIN_POLL_KEEPS does a watch keep the loop from ending. */
static void what_keeps_the_loop(void **state)
{
    (void)state;
    start(SUBJECT, CHAIN_POLL_READ);
    assert_false(chain_loop_turn(loop, true)); /* which returns at once */
    change(CHAIN_POLL_READ | CHAIN_POLL_KEEPS);
    (void)!send(theirs[HERE], "x", 1, 0);
    assert_true(chain_loop_turn(loop, true));
    assert_int_equal(model[SUBJECT].reports, 1);
    change(CHAIN_POLL_READ);
    assert_false(chain_loop_turn(loop, true));
    assert_int_equal(model[SUBJECT].reports, 2);
}

static void urgent_data(void **state)
{
    int listener = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0), client, server;
    struct chain_poll *poll = &polls[RIVAL]->poll;
    struct chain_left left;

    (void)state;
    assert_int_equal(listen(listener, 1), 0); /* at a port of its own */
    struct {
        char bytes[64];
    } address;
    socklen_t length = sizeof address;
    assert_int_equal(getsockname(listener, (struct sockaddr *)(void *)&address, &length), 0);
    client = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    assert_int_equal(connect(client, (struct sockaddr *)(void *)&address, length), 0);
    server = accept(listener, NULL, NULL);
    assert_int_equal(chain_poll_start(loop, poll, server, CHAIN_POLL_READ), 0);
    model[RIVAL].watches = true;
    model[RIVAL].wanted = CHAIN_POLL_READ;
    assert_int_equal(send(client, "!", 1, MSG_OOB), 1);
    chain_loop_turn(loop, false);
    assert_int_equal(model[RIVAL].reports, 0); /* nothing to read, and the loop can sleep */
    model[RIVAL].wanted = CHAIN_POLL_READ | CHAIN_POLL_URGENT;
    assert_int_equal(chain_poll_change(poll, model[RIVAL].wanted), 0);
    chain_loop_turn(loop, false);
    assert_int_equal(model[RIVAL].what, CHAIN_POLL_URGENT);
    assert_false(chain_loop_left(loop, &left));
    chain_poll_stop(poll);
    model[RIVAL].watches = false;
    close(client);
    close(server);
    close(listener);
}

/* A library closes its descriptor, gets the number again and only then changes its watch. */
static void a_number_that_the_library_uses_again(void **state)
{
    int pair[2];

    (void)state;
    start(SUBJECT, CHAIN_POLL_READ);
    close(ours[HERE]);
    close(theirs[HERE]);
    assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0, pair), 0);
    assert_int_equal(pair[0], ours[HERE]);
    theirs[HERE] = pair[1];
    change(CHAIN_POLL_WRITE);
    check_a_turn();
    assert_int_equal(model[SUBJECT].reports, 1);
    close(ours[HERE]);
    assert_int_equal(chain_poll_change(&polls[SUBJECT]->poll, CHAIN_POLL_READ), EBADF);
    assert_int_equal(polls[SUBJECT]->poll.wanted, CHAIN_POLL_WRITE);
    stop(SUBJECT);
    is_open[HERE] = false;
}

/* Of two that are ready at once, the first one stops the other and closes its
 * descriptor; a new one under the same number hears nothing of that. */
static int reports_of_first;

static void close_the_other(struct chain_poll *poll, unsigned what, int error)
{
    int other = ours[polls[SUBJECT] != NULL && poll == &polls[SUBJECT]->poll ? THERE : HERE];
    struct subject *others = poll == &polls[SUBJECT]->poll ? polls[ELSEWHERE] : polls[SUBJECT];
    int pair[2];

    (void)what;
    assert_int_equal(error, 0);
    assert_int_equal(reports_of_first++, 0);
    chain_poll_stop(poll);
    chain_poll_stop(&others->poll);
    close(other);
    assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0, pair), 0);
    assert_int_equal(pair[0], other);
    assert_int_equal(chain_poll_start(loop, &others->poll, other, CHAIN_POLL_READ), 0);
    close(theirs[others->number == SUBJECT ? HERE : THERE]);
    theirs[others->number == SUBJECT ? HERE : THERE] = pair[1];
}

static void an_event_of_the_former_descriptor(void **state)
{
    (void)state;
    reports_of_first = 0;
    polls[SUBJECT]->poll.ready = polls[ELSEWHERE]->poll.ready = close_the_other;
    start(SUBJECT, CHAIN_POLL_READ);
    start(ELSEWHERE, CHAIN_POLL_READ);
    for (int i = 0; i < PAIRS; i++)
        (void)!send(theirs[i], "x", 1, 0);
    chain_loop_turn(loop, false);
    assert_int_equal(reports_of_first, 1);
    chain_loop_turn(loop, false);
    assert_int_equal(reports_of_first, 1);
    chain_poll_stop(&polls[SUBJECT]->poll);
    chain_poll_stop(&polls[ELSEWHERE]->poll);
    model[SUBJECT].watches = model[ELSEWHERE].watches = false;
}

/* A child process goes on with the watches of its parent. */
static void in_a_child_process(void **state)
{
    int status;
    pid_t child;

    (void)state;
    start(SUBJECT, CHAIN_POLL_READ);
    start(ELSEWHERE, CHAIN_POLL_READ | CHAIN_POLL_KEEPS);
    child = fork();
    if (child == 0) {
        bool right = true;
        close(ours[THERE]);
        (void)!send(theirs[HERE], "x", 1, 0);
        chain_loop_turn(loop, false);
        right &= model[SUBJECT].reports == 1 && model[ELSEWHERE].reports == 0;
        right &= model[ELSEWHERE].told == 1 && told_with == EBADF;
        right &= chain_poll_change(&polls[SUBJECT]->poll, CHAIN_POLL_WRITE) == 0;
        chain_poll_stop(&polls[SUBJECT]->poll);
        _exit(right ? 0 : 1);
    }
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_int_equal(status, 0);
    chain_loop_turn(loop, false);
    assert_int_equal(model[SUBJECT].reports, 1);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, open_reactor, close_reactor)

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_pair_of_actions),
        TEST(codes),
        TEST(what_keeps_the_loop),
        TEST(urgent_data),
        TEST(a_number_that_the_library_uses_again),
        TEST(an_event_of_the_former_descriptor),
        TEST(in_a_child_process),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
