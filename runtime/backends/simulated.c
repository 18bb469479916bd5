/* simulated.c - the loop's port on a virtual clock, and operations that follow plans; chain_sim.h tells what for.
 *
 * What will happen is a list of things, each with the time it is due. A wait moves the clock to the earliest, unless a timer comes
 * before, and lets what is due happen in an order drawn from the seed. Nothing depends on an address. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "backend.h"
#include "chain_sim.h"

#define DEFAULT_LATENCY INT64_C(10000000)

enum thing_kind {
    ENDS,         /* the operation settles as planned */
    ACKNOWLEDGES, /* it was asked, and ends as cancelled */
    AGAIN,        /* it has ended, and settles once more */
    CANCELS       /* the host cancels a chain */
};

struct thing {
    enum thing_kind kind;
    bool asked;
    uint64_t due; /* ns; UINT64_MAX: never */
    struct chain_deferred done;
    const struct chain_sim_operation *operation;
    struct chain_sim_plan plan;
    struct chain_root *root;
};

struct script {
    const char *name;
    uint64_t occurrence;
    struct chain_sim_plan plan;
};

struct uses {
    const char *name;
    uint64_t count;
};

struct chain_sim {
    struct chain_loop loop; /* first */
    struct chain_sim_options options;
    uint64_t clock, random;
    struct thing *things;
    struct script *scripts;
    struct uses *uses;
    unsigned thing_count, script_count, use_count;
    struct chain_sim_report seen;
};

static void problem(struct chain_sim *sim, const char *text, const char *operation)
{
    if (sim->seen.problem != NULL)
        return;
    sim->seen.problem = text;
    sim->seen.operation = operation;
}

/* ---- the seed ---- */

/* splitmix64: any seed will do. */
static uint64_t random_bits(struct chain_sim *sim)
{
    uint64_t x = sim->random += UINT64_C(0x9e3779b97f4a7c15);

    x = (x ^ x >> 30) * UINT64_C(0xbf58476d1ce4e5b9);
    x = (x ^ x >> 27) * UINT64_C(0x94d049bb133111eb);
    return x ^ x >> 31;
}

uint64_t chain_sim_random(struct chain_sim *sim, uint64_t bound)
{
    return random_bits(sim) % bound;
}

static bool happens(struct chain_sim *sim, unsigned percent)
{
    return percent != 0 && chain_sim_random(sim, 100) < percent;
}

static int64_t some_time(struct chain_sim *sim)
{
    int64_t most = sim->options.odds.latency > 0 ? sim->options.odds.latency : DEFAULT_LATENCY;

    return 1 + (int64_t)chain_sim_random(sim, (uint64_t)most);
}

static int some_code(struct chain_sim *sim, const int *codes)
{
    unsigned count = 0;

    while (codes != NULL && codes[count] != 0)
        count++;
    return count == 0 ? 0 : codes[chain_sim_random(sim, count)];
}

/* ---- plans ---- */

static void draw_plan(struct chain_sim *sim, const struct chain_sim_operation *operation, struct chain_sim_plan *plan)
{
    const struct chain_sim_odds *odds = &sim->options.odds;

    memset(plan, 0, sizeof *plan);
    plan->after = happens(sim, odds->at_once) ? 0 : some_time(sim);
    if (happens(sim, odds->rejects))
        plan->code = some_code(sim, operation->codes);
    if (happens(sim, odds->never))
        plan->after = CHAIN_SIM_NEVER;
    plan->faults = (happens(sim, odds->twice) ? CHAIN_SIM_TWICE : 0u) | (happens(sim, odds->again) ? CHAIN_SIM_AGAIN : 0u)
                   | (happens(sim, odds->argues) ? CHAIN_SIM_ARGUES : 0u);
    plan->slow = happens(sim, odds->slow) ? some_time(sim) : 0;
    plan->again = some_time(sim);
    plan->value = (intptr_t)chain_sim_random(sim, 100);
}

static uint64_t *uses_of(struct chain_sim *sim, const char *name)
{
    for (unsigned i = 0; i < sim->use_count; i++)
        if (strcmp(sim->uses[i].name, name) == 0)
            return &sim->uses[i].count;
    if (sim->use_count == sim->options.capacity)
        return NULL;
    sim->uses[sim->use_count].name = name;
    sim->uses[sim->use_count].count = 0;
    return &sim->uses[sim->use_count++].count;
}

static const struct chain_sim_plan *script_for(const struct chain_sim *sim, const char *name, uint64_t occurrence)
{
    const struct chain_sim_plan *found = NULL;

    for (unsigned i = sim->script_count; i-- > 0;) {
        const struct script *script = &sim->scripts[i];
        if (strcmp(script->name, name) != 0)
            continue;
        if (script->occurrence == occurrence)
            return &script->plan;
        if (script->occurrence == 0 && found == NULL)
            found = &script->plan;
    }
    return found;
}

static void make_plan(struct chain_sim *sim, const struct chain_sim_operation *operation, uint64_t occurrence,
                      struct chain_sim_plan *plan)
{
    const struct chain_sim_plan *scripted = script_for(sim, operation->name, occurrence);

    if (scripted != NULL)
        *plan = *scripted;
    else
        draw_plan(sim, operation, plan);
    if (sim->options.decide != NULL)
        sim->options.decide(sim, operation, occurrence, plan);
}

int chain_sim_script(struct chain_sim *sim, const char *name, uint64_t occurrence, const struct chain_sim_plan *plan)
{
    struct script *script = &sim->scripts[sim->script_count];

    if (sim->script_count == sim->options.capacity)
        return ENOMEM;
    script->name = name;
    script->occurrence = occurrence;
    script->plan = *plan;
    sim->script_count++;
    return 0;
}

/* ---- what will happen ---- */

static uint64_t later(const struct chain_sim *sim, int64_t ns)
{
    if (ns == CHAIN_SIM_NEVER || (uint64_t)ns > UINT64_MAX - sim->clock)
        return UINT64_MAX;
    return sim->clock + (uint64_t)(ns < 0 ? 0 : ns);
}

static struct thing *add_thing(struct chain_sim *sim, enum thing_kind kind, int64_t ns, const char *operation)
{
    struct thing *thing = &sim->things[sim->thing_count];

    if (sim->thing_count == sim->options.capacity) {
        problem(sim, "the capacity of the simulation is used up", operation);
        return NULL;
    }
    memset(thing, 0, sizeof *thing);
    thing->kind = kind;
    thing->due = later(sim, ns);
    sim->thing_count++;
    return thing;
}

static void remove_thing(struct chain_sim *sim, struct thing *thing)
{
    *thing = sim->things[--sim->thing_count];
}

/* ---- settling ---- */

static void settle_late(struct chain_sim *sim, struct chain_deferred done, const struct chain_sim_operation *operation,
                        const struct chain_sim_plan *plan)
{
    enum chain_settled settled = operation->settle(done, plan->code, plan->value);

    sim->seen.planned_late++;
    if (settled == CHAIN_OK)
        problem(sim, "an operation that had ended was settled again", operation->name);
}

static void count_end(struct chain_sim *sim, int code, bool asked)
{
    if (asked || code == CHAIN_CANCELLED)
        sim->seen.cancelled++;
    else if (code > 0)
        sim->seen.rejections++;
    else
        sim->seen.values++;
}

/* The end of an operation, given by value: what it stood in may be used again. */
static void end_operation(struct chain_sim *sim, struct thing ended, int code)
{
    const struct chain_sim_operation *operation = ended.operation;
    struct thing *again;

    count_end(sim, code, ended.asked);
    if (operation->settle(ended.done, code, ended.plan.value) != CHAIN_OK)
        problem(sim, "an operation that was pending could not be settled", operation->name);
    if ((ended.plan.faults & CHAIN_SIM_TWICE) != 0)
        settle_late(sim, ended.done, operation, &ended.plan);
    if ((ended.plan.faults & CHAIN_SIM_AGAIN) == 0)
        return;
    again = add_thing(sim, AGAIN, ended.plan.again, operation->name);
    if (again == NULL)
        return;
    again->done = ended.done;
    again->operation = operation;
    again->plan = ended.plan;
}

static void happen(struct chain_sim *sim, struct thing *thing)
{
    struct thing now = *thing;

    remove_thing(sim, thing);
    switch (now.kind) {
    case ENDS: end_operation(sim, now, now.plan.code); break;
    case ACKNOWLEDGES: end_operation(sim, now, CHAIN_CANCELLED); break;
    case AGAIN: settle_late(sim, now.done, now.operation, &now.plan); break;
    case CANCELS: chain_cancel(now.root); break;
    }
}

/* ---- the port ---- */

static uint64_t sim_now(struct chain_loop *loop)
{
    return ((struct chain_sim *)(void *)loop)->clock;
}

static void set_clock(struct chain_sim *sim, uint64_t time)
{
    if (time > sim->clock)
        sim->clock = time;
    sim->loop.now = sim->clock; /* so that what happens in the wait is seen to happen now */
}

static uint64_t earliest(const struct chain_sim *sim)
{
    uint64_t time = UINT64_MAX;

    for (unsigned i = 0; i < sim->thing_count; i++)
        if (sim->things[i].due < time)
            time = sim->things[i].due;
    return time;
}

/* One of the things that are due, NULL if none is. */
static struct thing *pick_due(struct chain_sim *sim)
{
    uint64_t due = 0, pick;

    for (unsigned i = 0; i < sim->thing_count; i++)
        due += sim->things[i].due <= sim->clock;
    if (due == 0)
        return NULL;
    pick = chain_sim_random(sim, due);
    for (unsigned i = 0;; i++)
        if (sim->things[i].due <= sim->clock && pick-- == 0)
            return &sim->things[i];
}

static void let_happen(struct chain_sim *sim)
{
    struct thing *thing;

    while ((thing = pick_due(sim)) != NULL) {
        happen(sim, thing);
        if (happens(sim, sim->options.odds.early))
            return;
    }
}

static void sim_wait(struct chain_loop *loop, uint64_t deadline)
{
    struct chain_sim *sim = (struct chain_sim *)(void *)loop;
    uint64_t next = earliest(sim);

    if (deadline > sim->clock) {
        if (happens(sim, sim->options.odds.early))
            return;
        if (next == UINT64_MAX && deadline == UINT64_MAX) {
            sim->seen.end = CHAIN_SIM_STUCK;
            chain_loop_stop(loop);
            return;
        }
        set_clock(sim, next < deadline ? next : deadline);
    }
    let_happen(sim);
}

static const struct chain_port port = {
    .now = sim_now, .wait = sim_wait, .allocate = chain__allocate, .release = chain__release
};

static struct chain_sim *sim_of(const void *op)
{
    struct chain_loop *loop = chain_loop_of(op);

    return loop != NULL && loop->port == &port ? (struct chain_sim *)(void *)loop : NULL;
}

/* ---- operations ---- */

void chain_sim_start(const void *op, const struct chain_sim_operation *operation)
{
    struct chain_sim *sim = sim_of(op);
    struct thing operation_now = { .done = chain__deferred(op), .operation = operation };
    struct thing *pending;
    uint64_t *uses;

    if (sim == NULL) {
        operation->settle(operation_now.done, ENOTSUP, 0);
        return;
    }
    sim->seen.starts++;
    uses = uses_of(sim, operation->name);
    if (uses == NULL) {
        problem(sim, "the capacity of the simulation is used up", operation->name);
        end_operation(sim, operation_now, ENOMEM);
        return;
    }
    make_plan(sim, operation, ++*uses, &operation_now.plan);
    if (operation_now.plan.after <= 0) {
        end_operation(sim, operation_now, operation_now.plan.code);
        return;
    }
    pending = add_thing(sim, ENDS, operation_now.plan.after, operation->name);
    if (pending == NULL) {
        end_operation(sim, operation_now, ENOMEM);
        return;
    }
    pending->done = operation_now.done;
    pending->operation = operation;
    pending->plan = operation_now.plan;
}

static struct thing *find_pending(struct chain_sim *sim, struct chain_deferred done)
{
    for (unsigned i = 0; i < sim->thing_count; i++) {
        struct thing *thing = &sim->things[i];
        if ((thing->kind == ENDS || thing->kind == ACKNOWLEDGES) && thing->done.op == done.op && thing->done.tag == done.tag)
            return thing;
    }
    return NULL;
}

static void ask(struct chain_sim *sim, struct thing *thing)
{
    struct thing now;

    thing->asked = true;
    if (thing->plan.slow == CHAIN_SIM_NEVER)
        return;
    if (thing->plan.slow > 0 && (thing->plan.faults & CHAIN_SIM_ARGUES) == 0) {
        thing->kind = ACKNOWLEDGES;
        thing->due = later(sim, thing->plan.slow);
        return;
    }
    now = *thing;
    remove_thing(sim, thing);
    end_operation(sim, now, (now.plan.faults & CHAIN_SIM_ARGUES) != 0 ? now.plan.code : CHAIN_CANCELLED);
}

void chain_sim_cancel(const void *op)
{
    struct chain_sim *sim = sim_of(op);
    struct thing *thing;

    if (sim == NULL)
        return;
    thing = find_pending(sim, chain__deferred(op));
    if (thing == NULL)
        problem(sim, "an operation was asked to stop that was not pending", NULL);
    else if (thing->asked)
        problem(sim, "an operation was asked twice to stop", thing->operation->name); /* rule 63 */
    else
        ask(sim, thing);
}

int chain_sim_cancel_after(struct chain_sim *sim, struct chain_root *root, int64_t ns)
{
    struct thing *thing = add_thing(sim, CANCELS, ns, NULL);

    if (thing == NULL)
        return ENOMEM;
    thing->root = root;
    return 0;
}

/* ---- the simulation ---- */

static void print_event(struct chain_loop *loop, const struct chain_event *event)
{
    char text[512];

    chain_trace_text(event, text, sizeof text);
    fprintf(((struct chain_sim *)(void *)loop)->options.trace, "%s\n", text);
}

static void free_memory(struct chain_sim *sim)
{
    free(sim->things);
    free(sim->scripts);
    free(sim->uses);
    free(sim);
}

static struct chain_sim *take_memory(const struct chain_sim_options *options)
{
    struct chain_sim *sim = calloc(1, sizeof *sim);
    unsigned capacity;

    if (sim == NULL)
        return NULL;
    if (options != NULL)
        sim->options = *options;
    if (sim->options.capacity == 0)
        sim->options.capacity = 256;
    if (sim->options.turns == 0)
        sim->options.turns = 1000000;
    capacity = sim->options.capacity;
    sim->things = calloc(capacity, sizeof *sim->things);
    sim->scripts = calloc(capacity, sizeof *sim->scripts);
    sim->uses = calloc(capacity, sizeof *sim->uses);
    if (sim->things != NULL && sim->scripts != NULL && sim->uses != NULL)
        return sim;
    free_memory(sim);
    return NULL;
}

int chain_sim_open(struct chain_sim **sim, const struct chain_sim_options *options)
{
    int code;

    if (options != NULL && options->trace != NULL && !chain_is_traced())
        return ENOTSUP;
    *sim = take_memory(options);
    if (*sim == NULL)
        return ENOMEM;
    (*sim)->random = (*sim)->options.seed;
    code = chain_loop_init(&(*sim)->loop, &port);
    if (code != 0) {
        free_memory(*sim);
        return code;
    }
    (*sim)->loop.random = random_bits(*sim);
    if ((*sim)->options.trace != NULL)
        (*sim)->loop.on_trace = print_event;
    return 0;
}

struct chain_loop *chain_sim_loop(struct chain_sim *sim)
{
    return &sim->loop;
}

void *chain_sim_context(struct chain_sim *sim)
{
    return sim->options.context;
}

/* Nothing runs any more, but things may be due: late settles, cancels of what has ended. */
static void run_on_without_chains(struct chain_sim *sim)
{
    uint64_t next;

    while (sim->loop.alive == 0 && (next = earliest(sim)) != UINT64_MAX) {
        set_clock(sim, next);
        happen(sim, pick_due(sim));
    }
}

enum chain_sim_end chain_sim_run(struct chain_sim *sim)
{
    uint64_t last = sim->seen.turns + sim->options.turns;

    sim->seen.end = CHAIN_SIM_QUIET;
    while (sim->loop.alive != 0 && sim->seen.end == CHAIN_SIM_QUIET) {
        if (sim->seen.turns == last) {
            sim->seen.end = CHAIN_SIM_ENDLESS;
            break;
        }
        sim->seen.turns++;
        chain_loop_turn(&sim->loop, true);
        run_on_without_chains(sim);
    }
    sim->loop.stopping = false;
    return sim->seen.end;
}

/* ---- the report ---- */

static size_t count_ready(const struct chain_loop *loop)
{
    size_t count = 0;

    for (const struct chain_strand *strand = loop->ready.first; strand != NULL; strand = strand->next)
        count++;
    return count;
}

void chain_sim_look(const struct chain_sim *sim, struct chain_sim_report *report)
{
    *report = sim->seen;
    report->time = sim->clock;
    report->late = chain_loop_late(&sim->loop);
    report->operations = 0;
    for (unsigned i = 0; i < sim->thing_count; i++)
        report->operations += sim->things[i].kind == ENDS || sim->things[i].kind == ACKNOWLEDGES;
    report->timers = sim->loop.timers != NULL;
    report->ready = count_ready(&sim->loop);
    report->roots = sim->loop.alive;
}

static size_t disarm_timers(struct chain_loop *loop)
{
    size_t count = 0;

    for (; loop->timers != NULL; count++)
        chain_timer_disarm(loop, loop->timers);
    return count;
}

static bool all_is_well(const struct chain_sim_report *report)
{
    return report->problem == NULL && report->operations + report->timers + report->ready + report->roots == 0;
}

bool chain_sim_close(struct chain_sim *sim, struct chain_sim_report *report)
{
    struct chain_sim_report own;

    if (report == NULL)
        report = &own;
    chain_sim_look(sim, report);
    report->timers = disarm_timers(&sim->loop);
    chain_loop_fini(&sim->loop);
    free_memory(sim);
    return all_is_well(report);
}

const char *chain_sim_complaint(const struct chain_sim_report *report, char *text, size_t size)
{
    if (size != 0)
        text[0] = '\0';
    if (report->problem != NULL)
        snprintf(text, size, "%s%s%s", report->operation != NULL ? report->operation : "", report->operation != NULL ? ": " : "",
                 report->problem);
    else if (!all_is_well(report))
        snprintf(text, size, "left at the end: %zu chains, %zu operations, %zu timers, %zu ready strands", report->roots,
                 report->operations, report->timers, report->ready);
    return text;
}
