/* What may be done with operations that wait for descriptors: every pair of
 * actions inside an attempt and outside of all attempts, in both directions, at
 * every place in the ring, however the attempt came about. A model of
 * chain_reactor.h says who waits afterwards. Each operation is memory of its
 * own, freed as soon as that is allowed, so that AddressSanitizer sees every
 * touch that comes too late. */
#define _GNU_SOURCE
#include "chain_reactor.h"
#include "mini.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/socket.h>
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

/* Until it says EAGAIN. */
static void exhaust(int which, enum chain_io_direction direction)
{
    static const char bytes[512];

    if (direction == CHAIN_IO_READ)
        drain(ours[which]);
    else
        while (send(ours[which], bytes, sizeof bytes, MSG_DONTWAIT | MSG_NOSIGNAL) > 0)
            continue;
}

/* The other side makes it ready. */
static void provoke(int which, enum chain_io_direction direction)
{
    if (direction == CHAIN_IO_READ)
        (void)!send(theirs[which], "x", 1, MSG_DONTWAIT | MSG_NOSIGNAL);
    else
        drain(theirs[which]);
}

/* ---- operations and what the model knows of them ------------------------- */

enum { SUBJECT, MATE, OPPOSITE, ELSEWHERE, FRESH, IOS };

struct subject {
    struct chain_io io; /* first */
    int number;
};

static struct subject *ios[IOS];
static struct {
    bool waits;
    int which;
    enum chain_io_direction direction;
    int attempts, told; /* with error 0; with another one */
} model[IOS];

static struct chain_reactor *reactor;
static struct chain_loop *loop;
static char scenario[200];
static int wrong;

#define EXPECT(condition) ((condition) ? (void)0 : complain(#condition, __LINE__))

static void complain(const char *what, int line)
{
    if (wrong++ < 10)
        print_error("attempts.c:%d: %s: %s\n", line, scenario, what);
}

/* ---- actions ------------------------------------------------------------- */

enum action {
    NOTHING,
    STOP,
    START,
    WAIT,
    START_OPPOSITE_WAY,
    START_ELSEWHERE,
    FREE,
    STOP_MATE,
    START_MATE,
    FREE_MATE,
    STOP_OPPOSITE,
    STOP_ELSEWHERE,
    START_FRESH,
    CLOSE_HERE,
    FORGET_HERE,
    CLOSE_ELSEWHERE,
    ACTIONS
};

static const char *const action_names[ACTIONS] = {
    "nothing",         "stop",           "start",       "wait",       "start the other way",
    "start elsewhere", "stop and free",  "stop mate",   "start mate", "free mate",
    "stop opposite",   "stop elsewhere", "start fresh", "close here", "forget here",
    "close elsewhere",
};

static enum chain_io_direction side; /* the direction of this scenario */
static enum action plan[2];
static enum chain_io_attempt answer;
static bool is_planned;  /* the next attempt of the subject carries the plan out */
static bool is_told_off; /* it is an attempt with ECANCELED: the descriptor is being closed */
/* the subject's attempt still counts: it was neither stopped nor started */
static bool is_inside;
static bool was_closed; /* its descriptor was closed or forgotten inside */

static enum chain_io_direction other(enum chain_io_direction direction)
{
    return direction == CHAIN_IO_READ ? CHAIN_IO_WRITE : CHAIN_IO_READ;
}

static void stop(int number)
{
    if (ios[number] == NULL)
        return;
    chain_io_stop(&ios[number]->io);
    model[number].waits = false;
    if (number == SUBJECT)
        is_inside = false;
}

static void release(int number)
{
    stop(number);
    free(ios[number]);
    ios[number] = NULL;
}

static void start_on(int number, int which, enum chain_io_direction direction, bool wait)
{
    int code, right = 0;

    if (ios[number] == NULL)
        return;
    if (model[number].waits)
        right = EALREADY;
    else if (is_told_off && which == HERE)
        right = ECANCELED;
    else if (!is_open[which])
        right = EBADF;
    code = (wait ? chain_io_wait : chain_io_start)(loop, &ios[number]->io, ours[which], direction);
    EXPECT(code == right);
    if (code != 0)
        return;
    model[number].waits = true;
    model[number].which = which;
    model[number].direction = direction;
    if (number == SUBJECT)
        is_inside = false;
}

static int before[IOS];

/* Those that wait for it are told before the call returns. */
static void let_go(int which, bool closing)
{
    bool waited[IOS];

    if (is_told_off && which == HERE) { /* the call that is under way tells the others */
        (closing ? chain_io_close : chain_io_forget)(ours[which]);
        return;
    }
    for (int i = 0; i < IOS; i++) {
        waited[i] = model[i].waits && model[i].which == which;
        before[i] = model[i].told;
        if (waited[i])
            model[i].waits = false;
    }
    if (which == HERE)
        was_closed = true;
    (closing ? chain_io_close : chain_io_forget)(ours[which]);
    if (closing)
        is_open[which] = false;
    for (int i = 0; i < IOS; i++)
        if (ios[i] != NULL)
            EXPECT(model[i].told - before[i] == waited[i]);
}

static void act(enum action action)
{
    switch (action) {
    case NOTHING:
    case ACTIONS: return;
    case STOP: stop(SUBJECT); return;
    case START: start_on(SUBJECT, HERE, side, false); return;
    case WAIT: start_on(SUBJECT, HERE, side, true); return;
    case START_OPPOSITE_WAY: start_on(SUBJECT, HERE, other(side), false); return;
    case START_ELSEWHERE: start_on(SUBJECT, THERE, CHAIN_IO_READ, false); return;
    case FREE: release(SUBJECT); return;
    case STOP_MATE: stop(MATE); return;
    case START_MATE: start_on(MATE, HERE, side, false); return;
    case FREE_MATE: release(MATE); return;
    case STOP_OPPOSITE: stop(OPPOSITE); return;
    case STOP_ELSEWHERE: stop(ELSEWHERE); return;
    case START_FRESH: start_on(FRESH, HERE, side, false); return;
    case CLOSE_HERE: let_go(HERE, true); return;
    case FORGET_HERE: let_go(HERE, false); return;
    case CLOSE_ELSEWHERE: let_go(THERE, true); return;
    }
}

/* An attempt that answers CHAIN_IO_AGAIN has heard EAGAIN, unless it was stopped. */
static enum chain_io_attempt try(struct chain_io *io, int error)
{
    struct subject *subject = (struct subject *)(void *)io;
    int number = subject->number, which = model[number].which;
    enum chain_io_direction direction = model[number].direction;

    EXPECT(io->link.next == NULL);
    if (error != 0)
        model[number].told++;
    else
        model[number].attempts++;
    if (number != SUBJECT || !is_planned) {
        if (error != 0) {
            model[number].waits = false;
            return CHAIN_IO_ENDED;
        }
        exhaust(which, direction);
        return CHAIN_IO_AGAIN;
    }
    is_planned = false;
    is_inside = true;
    model[SUBJECT].waits = false;
    act(plan[0]);
    if (!(plan[0] == FREE))
        act(plan[1]);
    if (answer == CHAIN_IO_AGAIN && is_inside && error == 0) {
        if (!was_closed)
            exhaust(which, direction);
        model[SUBJECT].waits = !was_closed;
    }
    return answer;
}

/* ---- a scenario ---------------------------------------------------------- */

enum origin { BY_EVENT, BY_START, BY_CLOSE, WITHOUT_EVENT, OUTSIDE, ORIGINS };
static const char *const origin_names[ORIGINS] = { "an event", "its start", "a close", "no event",
                                                   "code outside" };

static void make(int number, int which, enum chain_io_direction direction)
{
    ios[number] = calloc(1, sizeof *ios[number]);
    assert_non_null(ios[number]);
    ios[number]->io.attempt = try;
    ios[number]->number = number;
    memset(&model[number], 0, sizeof model[number]);
    model[number].which = which;
    model[number].direction = direction;
}

static void start_outside(int number)
{
    assert_int_equal(chain_io_start(loop, &ios[number]->io, ours[model[number].which],
                                    model[number].direction),
                     0);
    model[number].waits = true;
}

static void check_who_waits(void)
{
    struct chain_left left;
    size_t count = 0;

    for (int i = 0; i < IOS; i++) {
        count += model[i].waits;
        if (ios[i] != NULL)
            EXPECT((ios[i]->io.link.next != NULL) == model[i].waits);
    }
    chain_loop_left(loop, &left);
    EXPECT(left.descriptors == count);
}

/* Somebody in each ring is tried when the descriptor gets ready, or if it is. */
static void check_that_nobody_is_lost(void)
{
    for (int i = 0; i < IOS; i++)
        before[i] = model[i].attempts;
    for (int i = 0; i < PAIRS; i++)
        if (is_open[i]) {
            provoke(i, CHAIN_IO_READ);
            provoke(i, CHAIN_IO_WRITE);
        }
    for (int i = 0; i < 3; i++)
        chain_loop_turn(loop, false);
    for (int which = 0; which < PAIRS; which++)
        for (int direction = CHAIN_IO_READ; direction <= CHAIN_IO_WRITE; direction++) {
            bool waiting = false, tried = false;
            for (int i = 0; i < IOS; i++)
                if (ios[i] != NULL && model[i].waits && model[i].which == which
                    && (int)model[i].direction == direction) {
                    waiting = true;
                    tried |= model[i].attempts > before[i];
                }
            EXPECT(!waiting || tried);
        }
}

/* Whoever waits is told once that its descriptor is closed, and nobody else is. */
static void check_closing(void)
{
    bool waited[IOS];

    for (int i = 0; i < IOS; i++) {
        waited[i] = model[i].waits;
        before[i] = model[i].told;
    }
    for (int i = 0; i < PAIRS; i++) {
        if (is_open[i])
            chain_io_close(ours[i]);
        close(theirs[i]);
    }
    for (int i = 0; i < IOS; i++) {
        if (ios[i] != NULL)
            EXPECT(model[i].told - before[i] == waited[i]);
        free(ios[i]);
        ios[i] = NULL;
    }
}

static void begin(enum origin origin)
{
    is_told_off = false;
    if (origin == OUTSIDE) {
        act(plan[0]);
        act(plan[1]);
        return;
    }
    if (origin == BY_CLOSE) {
        is_told_off = is_planned = true;
        chain_io_close(ours[HERE]);
        is_open[HERE] = false;
        is_told_off = false;
        return;
    }
    is_planned = true;
    provoke(HERE, side);
    if (origin == BY_START) {
        model[SUBJECT].waits = false;
        assert_int_equal(chain_io_start(loop, &ios[SUBJECT]->io, ours[HERE], side), 0);
    }
    for (int i = 0; i < 2; i++)
        chain_loop_turn(loop, false);
}

static void run(enum origin origin, bool mate_first)
{
    was_closed = is_planned = is_told_off = false;
    open_pairs();
    make(SUBJECT, HERE, side);
    make(MATE, HERE, side);
    make(OPPOSITE, HERE, other(side));
    make(ELSEWHERE, THERE, CHAIN_IO_READ);
    make(FRESH, HERE, side);
    exhaust(HERE, CHAIN_IO_WRITE);
    if (origin != BY_START) {
        start_outside(mate_first ? MATE : SUBJECT);
        start_outside(mate_first ? SUBJECT : MATE);
    }
    start_outside(OPPOSITE);
    start_outside(ELSEWHERE);
    chain_loop_turn(loop, false);
    if (mate_first && origin == BY_EVENT) { /* the subject's turn comes when the mate has gone */
        chain_io_stop(&ios[MATE]->io);
        model[MATE].waits = false;
    }
    if (origin == WITHOUT_EVENT) { /* the descriptor is ready, and nobody has heard EAGAIN since */
        stop(SUBJECT);
        stop(MATE);
        provoke(HERE, side);
        chain_loop_turn(loop, false);
        is_planned = true;
        assert_int_equal(chain_io_wait(loop, &ios[SUBJECT]->io, ours[HERE], side), 0);
        model[SUBJECT].waits = true;
        if (!mate_first)
            start_outside(MATE);
        chain_loop_turn(loop, false);
        chain_loop_turn(loop, false);
    } else
        begin(origin);
    EXPECT(!is_planned);
    is_planned = false;
    check_who_waits();
    check_that_nobody_is_lost();
    check_who_waits();
    check_closing();
}

static void every_pair_of_actions(void **state)
{
    int count = 0;

    (void)state;
    assert_int_equal(chain_reactor_open(&reactor), 0);
    loop = chain_reactor_loop(reactor);
    for (int origin = 0; origin < ORIGINS; origin++)
        for (int direction = CHAIN_IO_READ; direction <= CHAIN_IO_WRITE; direction++)
            for (int first = 0; first < ACTIONS; first++)
                for (int second = 0; second < ACTIONS; second++)
                    for (int more = 0; more < 4; more++) {
                        if (origin == OUTSIDE && more % 2 != 0)
                            continue; /* there is no attempt to give another answer */
                        side = (enum chain_io_direction)direction;
                        plan[0] = (enum action)first;
                        plan[1] = (enum action)second;
                        answer = more % 2 == 0 ? CHAIN_IO_AGAIN : CHAIN_IO_ENDED;
                        snprintf(scenario, sizeof scenario, "%s by %s: %s, %s, %s%s",
                                 direction == CHAIN_IO_READ ? "read" : "write",
                                 origin_names[origin], action_names[first], action_names[second],
                                 answer == CHAIN_IO_AGAIN ? "again" : "done",
                                 more < 2 ? "" : ", mate first");
                        run((enum origin)origin, more >= 2);
                        count++;
                    }
    assert_int_equal(chain_reactor_close(reactor), 0);
    print_message("%d scenarios, %d wrong\n", count, wrong);
    assert_int_equal(wrong, 0);
}

/* ---- starting again and again -------------------------------------------- */

static struct chain_io greedy[2][2];
static int depth, deepest, calls[2];

/* Takes nothing, so there is always something to read. */
static enum chain_io_attempt take_nothing(struct chain_io *io, int error)
{
    int which = io == &greedy[1][0] || io == &greedy[1][1];

    deepest = ++depth > deepest ? depth : deepest;
    if (error == 0 && ++calls[which] < 1000)
        assert_int_equal(chain_io_start(loop,
                                        io == &greedy[which][0] ? &greedy[which][1]
                                                                : &greedy[which][0],
                                        ours[which], CHAIN_IO_READ),
                         0);
    depth--;
    return CHAIN_IO_ENDED;
}

/* What an attempt starts has its turn after the next wait: neither the stack
 * grows nor do others have to wait. */
static void attempts_that_start_attempts(void **state)
{
    (void)state;
    assert_int_equal(chain_reactor_open(&reactor), 0);
    loop = chain_reactor_loop(reactor);
    open_pairs();
    for (int i = 0; i < PAIRS; i++) {
        greedy[i][0].attempt = greedy[i][1].attempt = take_nothing;
        provoke(i, CHAIN_IO_READ);
        assert_int_equal(chain_io_start(loop, &greedy[i][0], ours[i], CHAIN_IO_READ), 0);
    }
    assert_int_equal(calls[HERE] + calls[THERE], 2);
    for (int turns = 1; calls[HERE] < 1000 || calls[THERE] < 1000; turns++) {
        chain_loop_turn(loop, true); /* never sleeps */
        assert_true(calls[HERE] <= 1 + 2 * turns && calls[THERE] <= 1 + 2 * turns);
        assert_true(calls[HERE] >= turns && calls[THERE] >= turns);
    }
    assert_int_equal(deepest, 1);
    for (int i = 0; i < PAIRS; i++) {
        chain_io_close(ours[i]);
        close(theirs[i]);
    }
    assert_int_equal(chain_reactor_close(reactor), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_pair_of_actions),
        cmocka_unit_test(attempts_that_start_attempts),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
