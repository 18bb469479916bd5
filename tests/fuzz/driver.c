/* driver.c - runs the programs of a batch under the simulation (chain_sim.h),
 * each with its scripts, and compares what happens with what has to.
 *
 *     driver BATCH.so SCRIPTS [PROGRAM RUN]        with the last two: only that run, and its trace is printed
 *
 * SCRIPTS is what fuzz.py writes: for each program its number of places and its
 * runs; for each run the seed of the simulation, when the chain is cancelled,
 * the acts of each place, and length and checksum of the trace that is
 * expected.
 *
 * Beside the trace it checks of every run: each started operation settled
 * exactly once and was asked to stop at most once, while it was pending; a
 * second settle and any later one is refused; what owns something was released
 * once; no operation, timer, instance or ready strand is left; the chain is
 * told to be settled once, and is quiescent then; nothing is allocated. */
#define _GNU_SOURCE
#include "chain_sim.h"
#include "ops.h"

#include <dlfcn.h>
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define MS UINT64_C(1000000)
enum { MAX_EVENTS = 20000, MAX_STARTS = 8192, MAX_PLACES = 512 };

/* ---- a trace ------------------------------------------------------------- */

enum kind {
    START = 1,
    HOOK,
    NOTE,
    SEEN,
    SUPPRESSED,
    CAUSE,
    ENDED,
    STUCK,
    UNHANDLED,
    INFO,
    PLACES = 16
};
static const char *const kind_names[] = { "",      "start",      "cancel", "note",
                                          "seen",  "suppressed", "cause",  "ended",
                                          "stuck", "unhandled",  "info" };

struct event {
    int32_t what; /* kind and place */
    int32_t value;
    int32_t us;
};

static struct event events[MAX_EVENTS];
static unsigned event_count;

static struct chain_sim *sim;
static struct chain_root *root;
static int cancel_event; /* the chain is cancelled inside the event with this number; 0: never */
static enum { BY_CHAIN, BY_POST, BY_LOOP } cancel_how;
static struct chain_cancel_request request;
static const char *violation;
static int violating;
static bool running;
static bool told;
static uint64_t allocations;

static void violate(const char *what, int place)
{
    if (violation == NULL) {
        violation = what;
        violating = place;
    }
}

static void poke_stale(void);

static void cancel_by_host(void)
{
    switch (cancel_how) {
    case BY_CHAIN: chain_root_cancel(root); break;
    case BY_POST: chain_root_post_cancel(&request, root); break;
    case BY_LOOP: chain_loop_cancel(chain_sim_loop(sim)); break;
    }
}

static void event(enum kind kind, int place, int value)
{
    if (event_count == MAX_EVENTS) {
        violate("it does not end", place);
        running = false;
        printf("%s\n", violation);
        fflush(stdout);
        _exit(4);
    }
    events[event_count++] = (struct event){ (int32_t)kind + place * PLACES, value,
                                            (int32_t)(chain_sim_loop(sim)->now / 1000) };
    poke_stale();
    if (kind == SUPPRESSED || kind == STUCK)
        return;
    if ((int)event_count == cancel_event)
        cancel_by_host();
}

static uint32_t crc_table[256];

static void make_table(void)
{
    for (uint32_t i = 0; i < 256; i++) {
        uint32_t c = i;
        for (int k = 0; k < 8; k++)
            c = (c & 1) != 0 ? UINT32_C(0xedb88320) ^ (c >> 1) : c >> 1;
        crc_table[i] = c;
    }
}

static uint32_t checksum(const void *data, size_t size)
{
    uint32_t c = UINT32_MAX;
    for (const unsigned char *p = data; size-- > 0; p++)
        c = crc_table[(c ^ *p) & 0xff] ^ (c >> 8);
    return ~c;
}

/* ---- started operations -------------------------------------------------- */

struct started {
    struct chain_deferred done;
    const void *op;
    const struct chain_sim_operation *operation;
    const struct act *act;
    int place;
    uint8_t asked;
};
static struct started starts[MAX_STARTS];
static unsigned start_count;

static bool is_pending(const struct started *s)
{
    return chain__tag(s->done.op) == s->done.tag;
}

/* The scripts of the run. */
static const struct act *acts[MAX_PLACES];
static unsigned act_counts[MAX_PLACES], taken[MAX_PLACES];

static const struct act *next_act(int place)
{
    unsigned n = taken[place]++;
    return &acts[place][n % act_counts[place]];
}

/* What the values of own() and grab() stand for: each is released once (rules
 * 42a-42c). When, the trace says of the latter, whose release is an operation. */
static bool handles[MAX_STARTS];
static unsigned handle_count, handles_left;

static enum chain_settled given(enum chain_settled result)
{
    if (result == CHAIN_OK) {
        handles[handle_count++] = true;
        handles_left++;
    }
    return result;
}

void put(int h)
{
    if (h < 0 || (unsigned)h >= handle_count)
        violate("something else was released", h);
    else if (!handles[h])
        violate("released twice", h);
    else {
        handles[h] = false;
        handles_left--;
    }
}

void keep(int h)
{
    put(h);
}

/* ---- the simulation's side of them: a plan's value is the number of the start ---- */

static bool soon; /* an operation that settles now does it after all that are ready */

#define OUTCOME starts[value].act->outcome
#define FRESH ((int)handle_count)
typedef mail_deferred posted_deferred;

CHAIN_SIM__OPERATION(op, op,
                     soon ? op_resolve_soon(chain__done, OUTCOME)
                          : op_resolve(chain__done, OUTCOME),
                     0)
CHAIN_SIM__OPERATION(hush, hush, soon ? hush_resolve_soon(chain__done) : hush_resolve(chain__done),
                     0)
CHAIN_SIM__OPERATION(sure, sure,
                     soon ? sure_resolve_soon(chain__done, OUTCOME)
                          : sure_resolve(chain__done, OUTCOME),
                     0)
CHAIN_SIM__OPERATION(mail, mail, mail_resolve(chain__done, OUTCOME), 0)
CHAIN_SIM__OPERATION(posted, mail_post, mail_post_resolve(chain__done, OUTCOME), 0)
CHAIN_SIM__OPERATION(own, own,
                     given(soon ? own_resolve_soon(chain__done, FRESH)
                                : own_resolve(chain__done, FRESH)),
                     0)
CHAIN_SIM__OPERATION(grab, grab,
                     given(soon ? grab_resolve_soon(chain__done, FRESH)
                                : grab_resolve(chain__done, FRESH)),
                     0)
CHAIN_SIM__OPERATION(drop, drop, soon ? drop_resolve_soon(chain__done) : drop_resolve(chain__done),
                     0)

/* Any event may try to settle what was settled long ago (rules 2, 4). */
static void poke_stale(void)
{
    unsigned i = start_count == 0 ? 0 : event_count * 7919u % start_count;

    if (start_count != 0 && !is_pending(&starts[i])
        && starts[i].operation->settle(starts[i].done, event_count % 2 != 0 ? 0 : EINVAL,
                                       (intptr_t)i)
               != CHAIN_LATE)
        violate("a stale deferred was accepted", starts[i].place);
}

static int64_t ms(unsigned count)
{
    return (int64_t)(count * MS);
}

static void plan_of(const struct act *act, int code, struct chain_sim_plan *plan)
{
    memset(plan, 0, sizeof *plan);
    plan->code = act->rejects ? code : 0;
    plan->after = act->when == 255 ? CHAIN_SIM_NEVER : act->when < 2 ? 0 : ms(act->when - 1u);
    plan->slow = act->answer == IGNORES ? CHAIN_SIM_NEVER : ms(act->late);
    plan->faults = (act->answer == ARGUES ? CHAIN_SIM_ARGUES : 0u)
                   | (act->faults & (CHAIN_SIM_TWICE | CHAIN_SIM_AGAIN));
    plan->again = ms(act->again);
}

/* Of what is just being started. A call that blocks has a plan, too: the first place has these. */
static void decide(struct chain_sim *of, const struct chain_sim_operation *operation,
                   uint64_t occurrence, struct chain_sim_plan *plan)
{
    (void)of;
    (void)occurrence;
    if (operation->settle == NULL)
        plan_of(next_act(0), EAGAIN, plan);
    else
        plan_of(starts[start_count - 1].act, starts[start_count - 1].act->outcome, plan);
    plan->value = (intptr_t)start_count - 1;
}

static void start(struct scripted *script, const void *op,
                  const struct chain_sim_operation *operation, int place, int a)
{
    struct started *s = &starts[start_count];

    if (start_count == MAX_STARTS)
        violate("too many starts", place), _exit(4);
    *s = (struct started){ chain__deferred(op), op, operation, next_act(place), place, 0 };
    script->entry = start_count++;
    if (operation == &mail_operation && (s->act->faults & POSTS) != 0)
        s->operation = &posted_operation;
    event(START, place, a);
    soon = s->act->when == 1;
    chain_sim_start(op, s->operation);
    soon = false;
}

static void hook(const struct scripted *script, const void *op)
{
    struct started *s = &starts[script->entry];

    if (!is_pending(s))
        violate("asked to stop after it had settled", s->place);
    if (s->asked++ != 0)
        violate("asked to stop twice", s->place);
    event(HOOK, s->place, 0);
    chain_sim_cancel(op);
}

void op_start(struct op *o, int id, int a)
{
    start(&o->s, o, &op_operation, id, a);
}
void hush_start(struct hush *o, int id, int a)
{
    start(&o->s, o, &hush_operation, id, a);
}
void sure_start(struct sure *o, int id, int a)
{
    start(&o->s, o, &sure_operation, id, a);
}
void mail_start(struct mail *o, int id, int a)
{
    start(&o->s, o, &mail_operation, id, a);
}
void own_start(struct own *o, int id, int a)
{
    start(&o->s, o, &own_operation, id, a);
}
void grab_start(struct grab *o, int id, int a)
{
    start(&o->s, o, &grab_operation, id, a);
}
void op_cancel(struct op *o)
{
    hook(&o->s, o);
}
void hush_cancel(struct hush *o)
{
    hook(&o->s, o);
}
void mail_cancel(struct mail *o)
{
    hook(&o->s, o);
}
void own_cancel(struct own *o)
{
    hook(&o->s, o);
}
void grab_cancel(struct grab *o)
{
    hook(&o->s, o);
}
void drop_cancel(struct drop *o)
{
    hook(&o->s, o);
}

void drop_start(struct drop *o, int h)
{
    put(h);
    start(&o->s, o, &drop_operation, 1, h);
}

/* ---- functions that are called in place ---------------------------------- */

int calc(int id, int a)
{
    const struct act *act = next_act(id);

    event(NOTE, id, a);
    return act->rejects ? -act->outcome : act->outcome;
}

int work(int id, int a)
{
    return calc(id, a);
}

int note(int id, int a)
{
    event(NOTE, id, a);
    return (a * 7 + id) % 997;
}

int bare(int a)
{
    event(NOTE, 0, a);
    return (a + 1) % 997;
}

void mark(int id, int a)
{
    event(NOTE, id, a);
}

int seen(int id, struct chain_error err)
{
    event(SEEN, id, err.code * 256 + err.attempt);
    return err.code % 997;
}

void report(struct chain_error err)
{
    event(SEEN, 0, err.code * 256 + err.attempt);
}

int causes(int id, int count, struct chain_error err)
{
    event(SEEN, id, err.code * 256 + err.attempt);
    if (err.code == CHAIN_EALL)
        for (int i = 0; i < count; i++)
            event(CAUSE, id, err.causes == NULL ? -1 : err.causes[i].code);
    return err.code % 997;
}

static void show(enum kind kind, int id, const struct chain_error *err)
{
    int count = err->causes == NULL ? 0 : err->code == CHAIN_EALL ? (int)err->info : 1;

    event(kind, id, err->code * 256 + err->attempt);
    event(INFO, id, (int)err->info);
    for (int i = 0; i < count; i++)
        show(CAUSE, id, &err->causes[i]);
}

int look(int id, struct chain_error err)
{
    show(SEEN, id, &err);
    return err.code % 997;
}

/* ---- the loop ------------------------------------------------------------ */

/* Nothing will happen any more: the chain is cancelled, and if it was, the
 * oldest operation ends as if it had been. */
static void unstick(void)
{
    event(STUCK, 0, 0);
    if ((root->strand.op.flags & CHAIN__CANCEL_ASKED) == 0) {
        chain_root_cancel(root);
        return;
    }
    for (unsigned i = 0; i < start_count; i++)
        if (is_pending(&starts[i])) {
            chain_sim_cancel(starts[i].op);
            return;
        }
    violate("it hangs", 0);
}

static void unhandled(struct chain_loop *loop, const struct chain_error *error)
{
    (void)loop;
    event(UNHANDLED, 0, error->code);
}

static void suppressed(struct chain_loop *loop, const struct chain_error *error)
{
    (void)loop;
    event(SUPPRESSED, 0, error->code);
}

static int (*value_of)(const void *frame);

static void on_settled(struct chain_root *r)
{
    if (told)
        violate("told twice", 0);
    told = true;
    for (unsigned i = 0; i < start_count; i++)
        if (is_pending(&starts[i]))
            violate("told while an operation is pending", starts[i].place);
    if (!chain_root_is_quiescent(r))
        violate("told, but not quiescent", 0);
    switch (chain_root_outcome(r)) {
    case CHAIN_OUTCOME_PENDING: violate("told while pending", 0); break;
    case CHAIN_OUTCOME_VALUE: event(ENDED, 1, value_of(r)); break;
    case CHAIN_OUTCOME_REJECTED: event(ENDED, 2, chain_root_rejection(r).code); break;
    case CHAIN_OUTCOME_CANCELLED: event(ENDED, 3, 0); break;
    }
}

#if CHAIN_CRITICAL
uintptr_t chain_port_enter(void)
{
    return 0;
}

void chain_port_leave(uintptr_t state)
{
    (void)state;
}
#endif

/* ---- allocations --------------------------------------------------------- */

#ifdef COUNT_ALLOCATIONS
extern void *__libc_malloc(size_t size);
extern void *__libc_calloc(size_t count, size_t size);
extern void *__libc_realloc(void *old, size_t size);

void *malloc(size_t size)
{
    allocations += running;
    return __libc_malloc(size);
}
void *calloc(size_t count, size_t size)
{
    allocations += running;
    return __libc_calloc(count, size);
}
void *realloc(void *old, size_t size)
{
    allocations += running;
    return __libc_realloc(old, size);
}
#endif

/* ---- runs ---------------------------------------------------------------- */

static const unsigned char *input;

static uint32_t read_number(void)
{
    uint32_t n;
    memcpy(&n, input, sizeof n);
    input += sizeof n;
    return n;
}

struct run {
    int cancel_ms; /* -1: never; -2: before the first turn; -3: at an event */
    int x;
    uint32_t seed;
    uint8_t early; /* percent of waits */
    unsigned places;
    uint32_t length, sum;
};

static struct run read_run(void)
{
    struct run run;

    run.cancel_ms = (int)read_number();
    cancel_event = (int)read_number();
    cancel_how = read_number();
    run.x = (int)read_number();
    run.seed = read_number();
    run.early = (uint8_t)read_number();
    run.length = read_number();
    run.sum = read_number();
    run.places = read_number();
    for (unsigned i = 0; i < run.places; i++) {
        taken[i] = 0;
        act_counts[i] = read_number();
        acts[i] = (const struct act *)(const void *)input;
        input += act_counts[i] * sizeof(struct act);
    }
    return run;
}

static void print_trace(void)
{
    for (unsigned i = 0; i < event_count; i++)
        printf("%d %s %d %d\n", (int)events[i].us, kind_names[events[i].what % PLACES],
               (int)events[i].what / PLACES, (int)events[i].value);
}

static void reset(struct chain_root *frame, const struct program *program)
{
    root = frame;
    root->on_settled = on_settled;
    value_of = program->value;
    event_count = start_count = handle_count = handles_left = 0;
    violation = NULL;
    told = false;
    memset(&request, 0, sizeof request);
}

static void check(const struct chain_sim_report *report)
{
    static char text[200];

    if (!told)
        violate("never told", 0);
    if (handles_left != 0)
        violate("not released", (int)handles_left);
    if (chain_sim_complaint(report, text, sizeof text)[0] != '\0')
        violate(text, 0);
    if (allocations != 0)
        violate("something was allocated", (int)allocations);
}

static void perform(const struct program *program, struct chain_root *frame, const struct run *run)
{
    struct chain_sim_options options = { .seed = run->seed,
                                         .odds.early = run->early,
                                         .capacity = 2048,
                                         .memory = (size_t)1 << 20,
                                         .decide = decide };
    struct chain_sim_report report;

    reset(frame, program);
    if (chain_sim_open(&sim, &options) != 0)
        violate("no simulation", 0), _exit(4);
    chain_sim_loop(sim)->on_suppressed = suppressed;
    chain_sim_loop(sim)->on_unhandled = unhandled;
    running = true;
    if (run->cancel_ms >= 0)
        chain_sim_cancel_after(sim, root, ms((unsigned)run->cancel_ms));
    if (program->run(root, chain_sim_loop(sim), run->x) != 0)
        violate("not run", 0);
    if (run->cancel_ms == -2)
        cancel_by_host();
    while (chain_sim_run(sim) == CHAIN_SIM_STUCK && violation == NULL)
        unstick();
    running = false;
    chain_sim_close(sim, &report);
    check(&report);
}

static volatile unsigned at_program, at_run;

static void crashed(int number)
{
    char text[80];
    int length = snprintf(text, sizeof text, "%u %u signal %d\n", at_program, at_run, number);

    if (write(STDOUT_FILENO, text, (size_t)length) < 0)
        _exit(5);
    _exit(3);
}

static unsigned char *read_file(const char *name)
{
    FILE *file = fopen(name, "rb");
    long size;
    unsigned char *data;

    if (file == NULL || fseek(file, 0, SEEK_END) != 0 || (size = ftell(file)) < 0)
        return NULL;
    rewind(file);
    data = malloc((size_t)size + 1);
    if (data != NULL && fread(data, 1, (size_t)size, file) != (size_t)size)
        data = NULL;
    fclose(file);
    return data;
}

static const struct program *find_programs(const char *name)
{
#ifdef LINKED
    (void)name;
    return programs;
#else
    void *batch = dlopen(name, RTLD_NOW);

    if (batch == NULL) {
        fprintf(stderr, "%s\n", dlerror());
        return NULL;
    }
    return dlsym(batch, "programs");
#endif
}

static void run_program(const struct program *program, unsigned number, unsigned runs, int only)
{
    struct chain_root *frame = calloc(1, program->size);

    for (unsigned i = 0; i < runs; i++) {
        struct run run = read_run();
        if (only >= 0 && (unsigned)only != i)
            continue;
        at_run = i;
        alarm(20);
        perform(program, frame, &run);
        if (violation != NULL)
            printf("%u %u violation %s (%d)\n", number, i, violation, violating);
        if (only >= 0)
            print_trace();
        else if (event_count != run.length
                 || checksum(events, event_count * sizeof *events) != run.sum)
            printf("%u %u trace\n", number, i);
        if (!told)
            break;
    }
    if (told)
        free(frame);
}

int main(int argc, char **argv)
{
    const struct program *all;
    unsigned count;
    int only = argc > 4 ? atoi(argv[3]) : -1;

    signal(SIGALRM, crashed);
#ifndef __SANITIZE_ADDRESS__
    signal(SIGSEGV, crashed);
    signal(SIGBUS, crashed);
    signal(SIGILL, crashed);
    signal(SIGFPE, crashed);
    signal(SIGABRT, crashed);
#endif
    make_table();
    all = find_programs(argv[1]);
    input = read_file(argv[2]);
    if (all == NULL || input == NULL)
        return 2;
    count = read_number();
    for (unsigned i = 0; i < count; i++) {
        unsigned runs = read_number(), size = read_number();
        const unsigned char *next = input + size;
        at_program = i;
        if (only < 0 || (unsigned)only == i)
            run_program(&all[i], i, runs, only < 0 ? -1 : atoi(argv[4]));
        input = next;
        fflush(stdout);
    }
    return 0;
}
