/* The loop on a virtual clock and the scripted operations; see script.h. */
#include "world.h"

#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#define MS UINT64_C(1000000)

static uint64_t now = 1000 * MS;

static uint64_t world_now(struct chain_loop *loop)
{
    (void)loop;
    return now;
}

uint64_t world_clock(void)
{
    return now;
}

void world_burn(uint64_t ns)
{
    now += ns;
}

static void world_wait(struct chain_loop *loop, uint64_t deadline)
{
    if (deadline == UINT64_MAX)
        chain_loop_stop(loop); /* only the test can go on */
    else if (deadline > now)
        now = deadline;
}

static void *world_allocate(struct chain_loop *loop, size_t size)
{
    (void)loop;
    return calloc(1, size);
}

static void world_release(struct chain_loop *loop, void *memory, size_t size)
{
    (void)loop;
    (void)size;
    free(memory);
}

static const struct chain_port port = {
    .now = world_now, .wait = world_wait, .allocate = world_allocate, .release = world_release
};
static struct chain_loop the_world;
struct chain_loop *world = &the_world;

void say(const char *format, ...)
{
    va_list arguments;

    printf("%4llu  ", (unsigned long long)((the_world.now - 1000 * MS) / MS));
    va_start(arguments, format);
    vprintf(format, arguments);
    va_end(arguments);
    putchar('\n');
    fflush(stdout);
}

void cancel(struct chain_root *root)
{
    chain_root_cancel(root);
}

static const char *code_name(int code)
{
    static char number[16];
    const char *name = chain_code_name(code);

    snprintf(number, sizeof number, "%d", code);
    return name != NULL ? name : number;
}

static void say_error(const char *what, const struct chain_error *error)
{
    say("%s: %s, %s", what, code_name(error->code),
        error->message != NULL ? error->message : "no text");
}

void tell(const char *name, struct chain_root *root, const int *value)
{
    struct chain_error error;

    switch (chain_root_outcome(root)) {
    case CHAIN_OUTCOME_PENDING: say("%s is pending", name); break;
    case CHAIN_OUTCOME_CANCELLED: say("%s was cancelled", name); break;
    case CHAIN_OUTCOME_REJECTED:
        error = chain_root_rejection(root);
        say_error(name, &error);
        break;
    case CHAIN_OUTCOME_VALUE:
        if (value != NULL)
            say("%s: %d", name, *value);
        else
            say("%s ends", name);
        break;
    }
}

static void suppressed(struct chain_loop *loop, const struct chain_error *error)
{
    (void)loop;
    say_error("suppressed", error);
}

static void unhandled(struct chain_loop *loop, const struct chain_error *error)
{
    (void)loop;
    say_error("unhandled", error);
}

/* ---- gives, rejects ------------------------------------------------------ */

static void arm(struct scripted *script, const char *name, int when, int outcome,
                void (*fire)(struct chain_timer *timer, struct chain_loop *loop))
{
    script->name = name;
    script->outcome = outcome;
    script->timer.link = NULL;
    script->timer.fire = fire;
    chain_timer_arm(world, &script->timer,
                    chain_loop_deadline(world, when == ZERO_MS ? 0 : when * (int64_t)MS));
}

static void give(struct chain_timer *timer, struct chain_loop *loop)
{
    struct gives *op = (struct gives *)(void *)timer;

    (void)loop;
    say("%s gives %d", op->s.name, op->s.outcome);
    gives_resolve(gives_done(op), op->s.outcome);
}

void gives_start(struct gives *op, const char *name, int when, int value)
{
    say("%s starts", name);
    if (when == NOW)
        gives_resolve(gives_done(op), value);
    else if (when == SOON)
        gives_resolve_soon(gives_done(op), value);
    else
        arm(&op->s, name, when, value, give);
}

void gives_cancel(struct gives *op)
{
    chain_timer_disarm(world, &op->s.timer);
    say("%s is cancelled", op->s.name);
    gives_cancelled(gives_done(op));
}

static void reject(struct chain_timer *timer, struct chain_loop *loop)
{
    struct rejects *op = (struct rejects *)(void *)timer;
    const char *name = op->s.name;

    say("%s rejects", name);
    rejects_reject(rejects_done(op), op->s.outcome, name, (intptr_t)((loop->now - 1000 * MS) / MS));
}

void rejects_start(struct rejects *op, const char *name, int when, int code)
{
    say("%s starts", name);
    if (when == NOW)
        rejects_reject(rejects_done(op), code, name, when);
    else
        arm(&op->s, name, when, code, reject);
}

void rejects_cancel(struct rejects *op)
{
    chain_timer_disarm(world, &op->s.timer);
    say("%s is cancelled", op->s.name);
    rejects_cancelled(rejects_done(op));
}

/* ---- steady, stalls, argues ---------------------------------------------- */

static void end_steady(struct chain_timer *timer, struct chain_loop *loop)
{
    struct steady *op = (struct steady *)(void *)timer;
    const char *name = op->s.name;
    int outcome = op->s.outcome;

    (void)loop;
    say(outcome < 0 ? "%s rejects" : "%s gives %d", name, outcome);
    if (outcome < 0)
        steady_reject(steady_done(op), -outcome, name, 0);
    else
        steady_resolve(steady_done(op), outcome);
}

void steady_start(struct steady *op, const char *name, int when, int value)
{
    say("%s starts", name);
    arm(&op->s, name, when, value, end_steady);
}

static void settle_stalls(struct stalls *op)
{
    const char *name = op->s.name;
    int outcome = op->s.outcome;

    say(outcome < 0 ? "%s rejects" : "%s gives %d", name, outcome);
    if (outcome < 0)
        stalls_reject(stalls_done(op), -outcome, name, 0);
    else
        stalls_resolve(stalls_done(op), outcome);
}

static void end_stalls(struct chain_timer *timer, struct chain_loop *loop)
{
    (void)loop;
    settle_stalls((struct stalls *)(void *)timer);
}

static void acknowledge(struct chain_timer *timer, struct chain_loop *loop)
{
    struct stalls *op = (struct stalls *)(void *)timer;

    (void)loop;
    say("%s acknowledges", op->s.name);
    stalls_cancelled(stalls_done(op));
}

void stalls_start(struct stalls *op, const char *name, int when, int value, int late)
{
    say("%s starts", name);
    op->late = late;
    arm(&op->s, name, when, value, end_stalls);
}

void stalls_cancel(struct stalls *op)
{
    say("%s is cancelled", op->s.name);
    chain_timer_disarm(world, &op->s.timer);
    arm(&op->s, op->s.name, op->late, op->s.outcome, acknowledge);
}

static void settle_argues(struct argues *op, int outcome)
{
    const char *name = op->s.name;

    say(outcome < 0 ? "%s rejects" : "%s gives %d", name, outcome);
    if (outcome < 0)
        argues_reject(argues_done(op), -outcome, name, 0);
    else
        argues_resolve(argues_done(op), outcome);
}

static void end_argues(struct chain_timer *timer, struct chain_loop *loop)
{
    struct argues *op = (struct argues *)(void *)timer;

    (void)loop;
    settle_argues(op, op->s.outcome);
}

void argues_start(struct argues *op, const char *name, int when, int value, int answer)
{
    say("%s starts", name);
    op->answer = answer;
    arm(&op->s, name, when, value, end_argues);
}

void argues_cancel(struct argues *op)
{
    chain_timer_disarm(world, &op->s.timer);
    say("%s is cancelled", op->s.name);
    settle_argues(op, op->answer);
}

/* ---- doors --------------------------------------------------------------- */

static void open_door(struct opens *op, int number)
{
    say("%s opens %d", op->s.name, number);
    opens_resolve(opens_done(op), number);
}

static void end_opens(struct chain_timer *timer, struct chain_loop *loop)
{
    struct opens *op = (struct opens *)(void *)timer;

    (void)loop;
    open_door(op, op->s.outcome);
}

void opens_start(struct opens *op, const char *name, int when, int number, int answer)
{
    op->answer = answer;
    if (when == NOW) {
        op->s.name = name;
        open_door(op, number);
    } else
        arm(&op->s, name, when, number, end_opens);
}

void opens_cancel(struct opens *op)
{
    say("%s is cancelled", op->s.name);
    chain_timer_disarm(world, &op->s.timer);
    if (op->answer > 0)
        open_door(op, op->answer);
    else if (op->answer < 0)
        arm(&op->s, op->s.name, -op->answer, op->s.outcome, end_opens);
    else
        opens_cancelled(opens_done(op));
}

static void end_opens_steadily(struct chain_timer *timer, struct chain_loop *loop)
{
    struct opens_steadily *op = (struct opens_steadily *)(void *)timer;

    (void)loop;
    say("%s opens %d", op->s.name, op->s.outcome);
    opens_steadily_resolve(opens_steadily_done(op), op->s.outcome);
}

void opens_steadily_start(struct opens_steadily *op, const char *name, int when, int number)
{
    arm(&op->s, name, when, number, end_opens_steadily);
}

static void end_shut(struct chain_timer *timer, struct chain_loop *loop)
{
    struct shut *op = (struct shut *)(void *)timer;

    (void)loop;
    if (op->s.outcome >= 90)
        shut_reject(shut_done(op), EBUSY, "shut", op->s.outcome);
    else
        shut_resolve(shut_done(op));
}

void shut_start(struct shut *op, int number)
{
    say("shut %d", number);
    arm(&op->s, "shut", 1, number, end_shut);
}

void shut_cancel(struct shut *op)
{
    (void)op;
    say("shutting is cancelled: that must not be");
}

void keep(door number)
{
    say("C keeps %d", number);
}

/* ---- held ---------------------------------------------------------------- */

static struct {
    const char *name;
    struct held_deferred done;
} pending[32];
static size_t starts;

void held_start(struct held *op, const char *name)
{
    say("%s starts", name);
    if (starts == sizeof pending / sizeof *pending)
        abort();
    pending[starts].name = name;
    pending[starts].done = held_done(op);
    starts++;
}

void held_cancel(struct held *op)
{
    say("a held operation is cancelled");
    held_cancelled(held_done(op));
}

struct held_deferred the(const char *name)
{
    for (size_t i = starts; i-- > 0;)
        if (strcmp(pending[i].name, name) == 0)
            return pending[i].done;
    abort();
}

/* ---- main ---------------------------------------------------------------- */

int main(void)
{
    if (chain_loop_init(world, &port) != 0)
        return 2;
    world->on_suppressed = suppressed;
    world->on_unhandled = unhandled;
    test();
    if (world->armed != 0 || world->ready.first != NULL)
        say("something is left");
    if (chain_loop_fini(world) != 0)
        say("a chain is left");
    return 0;
}
