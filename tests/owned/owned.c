/* owned.c - runs every program with every script, and cancels it at every
 * event: everything that was acquired must be released exactly once, and
 * nothing is used that is not alive (rules 42a to 42c).
 *
 * A script says what the first operations do, in the order in which they are
 * started. An event is every call from a chain into C, and every settlement.
 * Usage: owned DEPTH [PROGRAM [SCRIPT FLAGS EVENT]]: the latter repeats one
 * run. */
#include "owned.h"
#include "functions.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define MS UINT64_C(1000000)

enum mode {
    VALUE_NOW,
    VALUE, /* after 2 ms; a cancel is acknowledged at once */
    REJECT_NOW,
    REJECT,
    /* a cancel is answered with a value, or a rejection if there is none to give */
    VALUE_ON_CANCEL,
    SLOW_CANCEL, /* a cancel is acknowledged 3 ms later */
    VALUE_AFTER_CANCEL,
    MODES
};

enum state { FREE, LIVE, GONE };
enum { MOST = 4096, DEPTH_MAX = 8 };

/* The run that is going on. */
static const struct program *program;
static unsigned script[DEPTH_MAX], depth, next_start, flag_at, flags_asked;
static long events, cancel_at;
static unsigned char states[MOST];
static int acquired, last_released, verbose, last_run;

static void fail(const char *what, int which)
{
    printf("%s: %s %d: %s ", program->name, what, which, verbose ? "" : "repeat with");
    for (unsigned i = 0; i < depth; i++)
        printf("%u", script[i]);
    printf(" %u %ld\n", flag_at, cancel_at);
    exit(1);
}

static void event(const char *what, int which)
{
    if (verbose)
        printf("%4ld %s %d\n", events, what, which);
    if (events > 100000)
        fail("it goes on for ever", 0);
    if (++events == cancel_at) {
        if (verbose)
            puts("     cancel");
        chain_root_cancel(program->root);
    }
}

/* ---- what is owned ------------------------------------------------------- */

static int acquire(void)
{
    if (++acquired == MOST)
        fail("too many", acquired);
    states[acquired] = LIVE;
    return acquired;
}

static void check_live(int which, const char *what)
{
    if (which <= 0 || which > acquired || states[which] != LIVE)
        fail(what, which);
}

static void end(int which, const char *what)
{
    check_live(which, what);
    states[which] = GONE;
}

static void release(int which, const char *what)
{
    end(which, what);
    if (program->in_order && which > last_released)
        fail("released out of order", which);
    last_released = which;
}

/* ---- the clock ----------------------------------------------------------- */

static uint64_t now = 1000 * MS;

static uint64_t the_now(struct chain_loop *loop)
{
    (void)loop;
    return now;
}

static void the_wait(struct chain_loop *loop, uint64_t deadline)
{
    (void)loop;
    if (deadline == UINT64_MAX)
        fail("waits for ever", 0);
    if (deadline > now)
        now = deadline;
}

static const struct chain_port port = { the_now, the_wait, NULL };
static struct chain_loop loop;

/* ---- operations ---------------------------------------------------------- */

struct scripted_kind {
    const char *name;
    enum chain_settled (*resolve)(void *op);
    enum chain_settled (*reject)(void *op);
    enum chain_settled (*cancelled)(void *op);
};

static void settle(struct scripted *op, enum chain_settled (*how)(void *op), const char *what)
{
    if (how(op) != CHAIN_OK)
        fail("settled late", 0);
    event(what, 0);
}

static void fire(struct chain_timer *timer, struct chain_loop *on)
{
    struct scripted *op = (struct scripted *)(void *)timer;

    (void)on;
    switch (op->mode) {
    case REJECT: settle(op, op->kind->reject, "rejects"); break;
    case SLOW_CANCEL + MODES: settle(op, op->kind->cancelled, "is cancelled"); break;
    default: settle(op, op->kind->resolve, "resolves"); break;
    }
}

static void arm(struct scripted *op, int ms)
{
    op->timer = (struct chain_timer){ .fire = fire };
    chain_timer_arm(&loop, &op->timer, chain_loop_deadline(&loop, ms * (int64_t)MS));
}

static void start(struct scripted *op, const struct scripted_kind *kind)
{
    op->kind = kind;
    op->mode = next_start < depth ? script[next_start] : VALUE;
    next_start++;
    event(kind->name, (int)op->mode);
    if (op->mode == VALUE_NOW)
        settle(op, kind->resolve, "resolves at once");
    else if (op->mode == REJECT_NOW)
        settle(op, kind->reject, "rejects at once");
    else
        arm(op, 2);
}

static void cancel(struct scripted *op)
{
    event("cancels", (int)op->mode);
    chain_timer_disarm(&loop, &op->timer);
    switch (op->mode) {
    case VALUE_ON_CANCEL: settle(op, op->kind->resolve, "resolves"); break;
    case SLOW_CANCEL:
        op->mode += MODES;
        arm(op, 3);
        break;
    case VALUE_AFTER_CANCEL: arm(op, 3); break;
    default: settle(op, op->kind->cancelled, "is cancelled"); break;
    }
}

#define GIVES(name, how)                                                                         \
    static enum chain_settled name##_ok(void *op)                                                \
    {                                                                                            \
        return name##_##how##resolve(name##_done(op), acquire());                                \
    }                                                                                            \
    static enum chain_settled name##_no(void *op)                                                \
    {                                                                                            \
        return name##_##how##reject(name##_done(op), EIO, NULL, 0);                              \
    }                                                                                            \
    static enum chain_settled name##_end(void *op)                                               \
    {                                                                                            \
        return name##_##how##cancelled(name##_done(op));                                         \
    }                                                                                            \
    static const struct scripted_kind name##_kind = { #name, name##_ok, name##_no, name##_end }; \
    void name##_start(struct name *op)                                                           \
    {                                                                                            \
        start(&op->s, &name##_kind);                                                             \
    }

GIVES(get, )
GIVES(get_steady, )
GIVES(get_posted, post_)
GIVES(get_lock, )
GIVES(get_file, )
void get_cancel(struct get *op)
{
    cancel(&op->s);
}
void get_posted_cancel(struct get_posted *op)
{
    cancel(&op->s);
}
void get_lock_cancel(struct get_lock *op)
{
    cancel(&op->s);
}
void get_file_cancel(struct get_file *op)
{
    cancel(&op->s);
}

#define DOES(name)                                                                               \
    static enum chain_settled name##_no(void *op)                                                \
    {                                                                                            \
        return name##_reject(name##_done(op), EIO, NULL, 0);                                     \
    }                                                                                            \
    static enum chain_settled name##_end(void *op)                                               \
    {                                                                                            \
        return name##_cancelled(name##_done(op));                                                \
    }                                                                                            \
    static const struct scripted_kind name##_kind = { #name, name##_ok, name##_no, name##_end }; \
    void name##_cancel(struct name *op)                                                          \
    {                                                                                            \
        cancel(&op->s);                                                                          \
    }

static enum chain_settled tick_ok(void *op)
{
    return tick_resolve(tick_done(op));
}
DOES(tick)
void tick_start(struct tick *op)
{
    start(&op->s, &tick_kind);
}

static enum chain_settled take_ok(void *op)
{
    return take_resolve(take_done(op));
}
DOES(take)
void take_start(struct take *op, conn c)
{
    end(c, "taken twice");
    start(&op->s, &take_kind);
}

static enum chain_settled lend_ok(void *op)
{
    check_live(((struct lend *)op)->c, "used when it was gone");
    return lend_resolve(lend_done(op));
}
DOES(lend)
void lend_start(struct lend *op, int c)
{
    check_live(c, "used when it was gone");
    op->c = c;
    start(&op->s, &lend_kind);
}

/* It is gone when that begins, whatever comes of it. */
static enum chain_settled hang_up_ok(void *op)
{
    return hang_up_resolve(hang_up_done(op));
}
DOES(hang_up)
void hang_up_start(struct hang_up *op, int c)
{
    release(c, "released twice");
    op->c = c;
    start(&op->s, &hang_up_kind);
}

static enum chain_settled flush_ok(void *op)
{
    check_live(((struct flush *)op)->c, "flushed when it was gone");
    return flush_resolve(flush_done(op));
}
DOES(flush)
void flush_start(struct flush *op, int f)
{
    check_live(f, "flushed when it was gone");
    op->c = f;
    start(&op->s, &flush_kind);
}

void end_file(int f)
{
    release(f, "closed twice");
    event("end_file", f);
}

void unlock(lock l)
{
    release(l, "unlocked twice");
    event("unlock", l);
}

void take_now(conn c)
{
    end(c, "taken twice");
    event("take_now", c);
}

void look(int c)
{
    check_live(c, "looked at when it was gone");
    event("look", c);
}

lock lock_now(void)
{
    event("lock_now", 0);
    return acquire();
}

conn get_now(void)
{
    unsigned mode = next_start < depth ? script[next_start] : VALUE;

    next_start++;
    event("get_now", (int)mode);
    return mode == REJECT || mode == REJECT_NOW ? -1 : acquire();
}

int flag(void)
{
    event("flag", 0);
    return flags_asked++ >= flag_at;
}

/* ---- runs ---------------------------------------------------------------- */

static void run_once(void)
{
    next_start = flags_asked = 0;
    events = 0;
    acquired = 0;
    last_released = MOST;
    memset(states, FREE, sizeof states);
    if (program->run(&loop) != 0)
        fail("does not run", 0);
    if (cancel_at == 0)
        chain_root_cancel(program->root);
    chain_loop_run(&loop);
    if (chain_root_outcome(program->root) == CHAIN_OUTCOME_VALUE && program->value != NULL)
        end(program->value(), "given to C when it was gone");
    for (int i = 1; i <= acquired; i++)
        if (states[i] == LIVE)
            fail("never released", i);
    last_run++;
}

static void all_cancels(void)
{
    long most;

    cancel_at = -1;
    run_once();
    most = events;
    for (cancel_at = 0; cancel_at <= most; cancel_at++)
        run_once();
}

static void all_scripts(unsigned at)
{
    if (at == depth) {
        for (flag_at = 0; flag_at <= (program->asks ? 2u : 0u); flag_at++)
            all_cancels();
        return;
    }
    for (script[at] = 0; script[at] < MODES; script[at]++)
        all_scripts(at + 1);
}

static void repeat(char **argv)
{
    verbose = 1;
    for (unsigned i = 0; i < depth; i++)
        script[i] = (unsigned)(argv[0][i] - '0');
    flag_at = (unsigned)atoi(argv[1]);
    cancel_at = atol(argv[2]);
    run_once();
}

int main(int argc, char **argv)
{
    setvbuf(stdout, NULL, _IOLBF, 4096);
    depth = argc > 1 ? (unsigned)atoi(argv[1]) : 2;
    if (chain_loop_init(&loop, &port) != 0 || depth > DEPTH_MAX)
        return 2;
    for (program = programs; program->name != NULL; program++) {
        if (argc > 2 && strcmp(argv[2], program->name) != 0)
            continue;
        if (argc > 5)
            repeat(argv + 3);
        else
            all_scripts(0);
    }
    printf("%d runs\n", last_run);
    return chain_loop_fini(&loop) == 0 ? 0 : 1;
}
