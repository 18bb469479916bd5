/* driver.c - runs the programs of a batch under their scripts and compares what happens with what has to.
 *
 *     driver BATCH.so SCRIPTS [PROGRAM RUN]        with the last two: only that run, and its trace is printed
 *
 * SCRIPTS is what world.py writes: for each program its number of places and its runs; for each run when it is cancelled, the
 * acts of each place, and length and checksum of the trace that is expected.
 *
 * Beside the trace it checks of every run: each started operation settled exactly once and was asked to stop at most once, while
 * it was pending; a second settle and any later one is refused; no operation, timer or ready strand is left; the chain is told to
 * be settled once, and is quiescent then; nothing is allocated. */
#define _GNU_SOURCE
#include "ops.h"

#include <dlfcn.h>
#include <errno.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define MS UINT64_C(1000000)
enum { MAX_EVENTS = 20000, MAX_STARTS = 8192, MAX_PLACES = 512 };

/* ---- a trace ---- */

enum kind { START = 1, HOOK, NOTE, SEEN, SUPPRESSED, CAUSE, ENDED, STUCK, UNHANDLED, PLACES = 16 };
static const char *const kind_names[] = { "", "start", "cancel", "note", "seen", "suppressed", "cause", "ended", "stuck", "unhandled" };

struct event {
    int32_t what; /* kind and place */
    int32_t value;
    int32_t us;
};

static struct event events[MAX_EVENTS];
static unsigned event_count;

static struct chain_loop world;
static struct chain_root *root;
static uint64_t now;
static int cancel_event; /* the chain is cancelled inside the event with this number; 0: never */
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

static void event(enum kind kind, int place, int value)
{
    if (event_count == MAX_EVENTS) {
        violate("it does not end", place);
        running = false;
        printf("%s\n", violation);
        fflush(stdout);
        _exit(4);
    }
    events[event_count++] = (struct event){ (int32_t)kind + place * PLACES, value, (int32_t)((world.now - 1000 * MS) / 1000) };
    poke_stale();
    if ((int)event_count == cancel_event && kind != SUPPRESSED && kind != STUCK)
        chain_cancel(root);
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

/* ---- started operations ---- */

enum sort { OP, HUSH, SURE, MAIL, OWNER };
struct started {
    struct chain_deferred done;
    struct scripted *script;
    const struct act *act;
    int place;
    enum sort sort;
    bool settled;
    uint8_t asked;
};
static struct started starts[MAX_STARTS];
static unsigned start_count, live;

/* The scripts of the run. */
static const struct act *acts[MAX_PLACES];
static unsigned act_counts[MAX_PLACES], taken[MAX_PLACES];

static const struct act *next_act(int place)
{
    unsigned n = taken[place]++;
    return &acts[place][n % act_counts[place]];
}

/* What the values of own() stand for: each is released once (rules 42a-42c). When, no trace says. */
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

static enum chain_settled resolve(const struct started *s, int value)
{
    switch (s->sort) {
    case OP: return op_resolve((op_deferred){ s->done }, value);
    case HUSH: return hush_resolve((hush_deferred){ s->done });
    case SURE: return sure_resolve((sure_deferred){ s->done }, value);
    case MAIL: return mail_resolve((mail_deferred){ s->done }, value);
    case OWNER: return given(own_resolve((own_deferred){ s->done }, (int)handle_count));
    }
    return CHAIN_CLOSED;
}

static enum chain_settled resolve_soon(const struct started *s, int value)
{
    switch (s->sort) {
    case OP: return op_resolve_soon((op_deferred){ s->done }, value);
    case HUSH: return hush_resolve_soon((hush_deferred){ s->done });
    case SURE: return sure_resolve_soon((sure_deferred){ s->done }, value);
    case MAIL: return mail_resolve((mail_deferred){ s->done }, value);
    case OWNER: return given(own_resolve_soon((own_deferred){ s->done }, (int)handle_count));
    }
    return CHAIN_CLOSED;
}

static enum chain_settled reject(const struct started *s, int code)
{
    switch (s->sort) {
    case OP: return op_reject((op_deferred){ s->done }, code, "op", s->place);
    case HUSH: return hush_reject((hush_deferred){ s->done }, code, "hush", s->place);
    case SURE: return sure_reject((sure_deferred){ s->done }, code, "sure", s->place);
    case MAIL: return mail_reject((mail_deferred){ s->done }, code, "mail", s->place);
    case OWNER: return own_reject((own_deferred){ s->done }, code, "own", s->place);
    }
    return CHAIN_CLOSED;
}

static enum chain_settled acknowledge(const struct started *s)
{
    switch (s->sort) {
    case OP: return op_cancelled((op_deferred){ s->done });
    case HUSH: return hush_cancelled((hush_deferred){ s->done });
    case SURE: return sure_cancelled((sure_deferred){ s->done });
    case MAIL: return mail_cancelled((mail_deferred){ s->done });
    case OWNER: return own_cancelled((own_deferred){ s->done });
    }
    return CHAIN_CLOSED;
}

/* Right behind every settle comes a second one, and any event may try one that was settled long ago (rules 2, 4). */
static void settled(struct started *s, enum chain_settled result)
{
    if (result != CHAIN_OK)
        violate("a settle was refused", s->place);
    if (s->settled)
        violate("settled twice", s->place);
    s->settled = true;
    live--;
    if (s->place % 3 != 0 && (s->place % 3 == 1 ? resolve(s, 13) : reject(s, EINVAL)) != CHAIN_LATE)
        violate("a second settle was accepted", s->place);
}

static void poke_stale(void)
{
    struct started *s;

    if (start_count == 0)
        return;
    s = &starts[event_count * 7919u % start_count];
    if (s->settled && (event_count % 2 != 0 ? resolve(s, 14) : reject(s, EINVAL)) != CHAIN_LATE)
        violate("a stale deferred was accepted", s->place);
}

static void settle_as_planned(struct started *s)
{
    settled(s, s->act->rejects ? reject(s, s->act->outcome) : resolve(s, s->act->outcome));
}

static void end_planned(struct chain_timer *timer, struct chain_loop *loop)
{
    (void)loop;
    settle_as_planned(&starts[((struct scripted *)(void *)timer)->entry]);
}

static void give_answer(struct started *s)
{
    switch ((enum answer)s->act->answer) {
    case GIVES: settled(s, resolve(s, s->act->second)); break;
    case REJECTS: settled(s, reject(s, s->act->second)); break;
    case ACKNOWLEDGES: case IGNORES: settled(s, acknowledge(s)); break;
    }
}

static void end_answer(struct chain_timer *timer, struct chain_loop *loop)
{
    (void)loop;
    give_answer(&starts[((struct scripted *)(void *)timer)->entry]);
}

static void arm(struct scripted *script, unsigned ms, void (*fire)(struct chain_timer *timer, struct chain_loop *loop))
{
    script->timer.link = NULL;
    script->timer.fire = fire;
    chain_timer_arm(&world, &script->timer, chain_deadline(&world, (int64_t)(ms * MS)));
}

static void start(struct scripted *script, struct chain_deferred done, enum sort sort, int place, int a)
{
    struct started *s = &starts[start_count];

    if (start_count == MAX_STARTS)
        violate("too many starts", place), _exit(4);
    script->entry = start_count++;
    script->timer.link = NULL;
    *s = (struct started){ done, script, next_act(place), place, sort, false, 0 };
    live++;
    event(START, place, a);
    if (s->act->when == 0)
        settle_as_planned(s);
    else if (s->act->when == 1)
        settled(s, s->act->rejects ? reject(s, s->act->outcome) : resolve_soon(s, s->act->outcome));
    else if (s->act->when != 255)
        arm(script, s->act->when - 2u, end_planned);
}

static void hook(struct scripted *script)
{
    struct started *s = &starts[script->entry];

    if (s->settled)
        violate("asked to stop after it had settled", s->place);
    if (s->asked++ != 0)
        violate("asked to stop twice", s->place);
    event(HOOK, s->place, 0);
    if (s->settled || (s->act->answer == IGNORES && s->act->when != 255))
        return;
    chain_timer_disarm(&world, &script->timer);
    if (s->act->answer == IGNORES)
        arm(script, 3, end_answer);
    else if (s->act->late != 0)
        arm(script, s->act->late, end_answer);
    else
        give_answer(s);
}

void op_start(struct op *o, int id, int a)     { start(&o->s, op_done(o).end, OP, id, a); }
void hush_start(struct hush *o, int id, int a) { start(&o->s, hush_done(o).end, HUSH, id, a); }
void sure_start(struct sure *o, int id, int a) { start(&o->s, sure_done(o).end, SURE, id, a); }
void mail_start(struct mail *o, int id, int a) { start(&o->s, mail_done(o).end, MAIL, id, a); }
void own_start(struct own *o, int id, int a)   { start(&o->s, own_done(o).end, OWNER, id, a); }
void op_cancel(struct op *o)                   { hook(&o->s); }
void hush_cancel(struct hush *o)               { hook(&o->s); }
void mail_cancel(struct mail *o)               { hook(&o->s); }
void own_cancel(struct own *o)                 { hook(&o->s); }

/* ---- functions that are called in place ---- */

int calc(int id, int a)
{
    const struct act *act = next_act(id);

    event(NOTE, id, a);
    return act->rejects ? -act->outcome : act->outcome;
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

/* ---- the loop ---- */

static uint64_t world_now(struct chain_loop *loop)
{
    (void)loop;
    return now;
}

/* Nothing will happen any more: the chain is cancelled, and if it was, the oldest operation is settled. */
static void unstick(struct chain_loop *loop)
{
    static const struct act mercy = { 0, 0, 0, 0, 1, 0 };

    if (told) {
        chain_loop_stop(loop);
        return;
    }
    event(STUCK, 0, 0);
    if ((root->strand.op.flags & CHAIN__CANCELLED) == 0) {
        chain_cancel(root);
        return;
    }
    for (unsigned i = 0; i < start_count; i++)
        if (!starts[i].settled) {
            starts[i].act = &mercy;
            settle_as_planned(&starts[i]);
            return;
        }
    violate("it hangs", 0);
    chain_loop_stop(loop);
}

static void world_wait(struct chain_loop *loop, uint64_t deadline)
{
    if (deadline == UINT64_MAX)
        unstick(loop);
    else if (deadline > now)
        now = deadline;
}

/* Slabs for instances without a pool; a run does not need more. */
static void *world_allocate(struct chain_loop *loop, size_t size)
{
    static _Alignas(max_align_t) char memory[1 << 20];
    static size_t used;

    if (loop->slabs == NULL)
        used = 0;
    size = (size + sizeof(max_align_t) - 1) / sizeof(max_align_t) * sizeof(max_align_t);
    if (used + size > sizeof memory)
        return NULL;
    memset(memory + used, 0, size);
    used += size;
    return memory + used - size;
}

static void world_release(struct chain_loop *loop, void *memory, size_t size)
{
    (void)loop;
    memset(memory, 0xab, size);
}

static void unhandled(struct chain_loop *loop, const struct chain_error *error)
{
    (void)loop;
    event(UNHANDLED, 0, error->code);
}

static const struct chain_port port = { .now = world_now, .wait = world_wait, .allocate = world_allocate, .release = world_release };

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
    if (live != 0)
        violate("told while an operation is pending", 0);
    if (!chain_is_quiescent(r))
        violate("told, but not quiescent", 0);
    switch (chain_outcome(r)) {
    case CHAIN_PENDING: violate("told while pending", 0); break;
    case CHAIN_VALUE: event(ENDED, 1, value_of(r)); break;
    case CHAIN_REJECTED: event(ENDED, 2, chain_rejection(r).code); break;
    case CHAIN_WAS_CANCELLED: event(ENDED, 3, 0); break;
    }
}

static void cancel_now(struct chain_timer *timer, struct chain_loop *loop)
{
    (void)timer;
    (void)loop;
    chain_cancel(root);
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

/* ---- allocations ---- */

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

/* ---- runs ---- */

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
    unsigned places;
    uint32_t length, sum;
};

static struct run read_run(void)
{
    struct run run;

    run.cancel_ms = (int)read_number();
    cancel_event = (int)read_number();
    run.x = (int)read_number();
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
        printf("%d %s %d %d\n", (int)events[i].us, kind_names[events[i].what % PLACES], (int)events[i].what / PLACES, (int)events[i].value);
}

static void perform(const struct program *program, struct chain_root *frame, const struct run *run)
{
    struct chain_timer canceller = { 0 };

    root = frame;
    root->on_settled = on_settled;
    value_of = program->value;
    event_count = start_count = live = handle_count = handles_left = 0;
    violation = NULL;
    told = false;
    now = 1000 * MS;
    running = true;
    if (chain_loop_init(&world, &port) != 0)
        violate("no loop", 0);
    world.random = 1;
    world.on_suppressed = suppressed;
    world.on_unhandled = unhandled;
    canceller.fire = cancel_now;
    if (run->cancel_ms >= 0)
        chain_timer_arm(&world, &canceller, chain_deadline(&world, run->cancel_ms * (int64_t)MS));
    if (program->run(root, &world, run->x) != 0)
        violate("not run", 0);
    if (run->cancel_ms == -2)
        chain_cancel(root);
    chain_loop_run(&world);
    chain_timer_disarm(&world, &canceller);
    if (!told)
        violate("never told", 0);
    if (handles_left != 0)
        violate("not released", (int)handles_left);
    if (world.timers != NULL)
        violate("a timer is left", 0);
    if (world.ready.first != NULL)
        violate("a strand is left in the queue", 0);
    if (world.instances != 0)
        violate("an instance is left", 0);
    if (chain_loop_fini(&world) != 0)
        violate("a chain is left", 0);
    running = false;
    if (allocations != 0)
        violate("something was allocated", (int)allocations);
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
        else if (event_count != run.length || checksum(events, event_count * sizeof *events) != run.sum)
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
