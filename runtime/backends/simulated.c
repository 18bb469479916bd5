/* simulated.c - the loop's port on a virtual clock, and operations that follow
 * plans; chain_sim.h says what they are for.
 *
 * Future events are a list of things, each with the time at which it is due. A
 * wait moves the clock to the earliest one, unless a timer comes before, and
 * lets those that are due happen in an order drawn from the seed. Nothing
 * depends on an address. */
#include "simulated.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#define DEFAULT_MEMORY ((size_t)256 * 1024)

static void problem(struct chain_sim *sim, const char *text, const char *operation)
{
    if (sim->seen.problem != NULL)
        return;
    sim->seen.problem = text;
    sim->seen.operation = operation;
}

/* ---- what will happen ---------------------------------------------------- */

static uint64_t later(const struct chain_sim *sim, int64_t ns)
{
    if (ns == CHAIN_SIM_NEVER || (uint64_t)ns > UINT64_MAX - sim->clock)
        return UINT64_MAX;
    return sim->clock + (uint64_t)(ns < 0 ? 0 : ns);
}

static struct thing *add_thing(struct chain_sim *sim, enum thing_kind kind, int64_t ns,
                               const char *operation)
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

/* ---- settling ------------------------------------------------------------ */

static void settle_late(struct chain_sim *sim, struct chain_deferred done,
                        const struct chain_sim_operation *operation,
                        const struct chain_sim_plan *plan)
{
    enum chain_settled settled = operation->settle(done, plan->code, plan->value);

    sim->seen.planned_late++;
    if (settled == CHAIN_OK)
        problem(sim, "an operation that had ended was settled again", operation->name);
}

static void count_end(struct chain_sim *sim, int code, bool asked)
{
    if (asked || code == CHAIN_CODE_CANCELLED)
        sim->seen.cancelled++;
    else if (code > 0)
        sim->seen.rejections++;
    else
        sim->seen.values++;
}

/* The end of an operation, given by value: what it stood in may be used again. */
static void end_operation(struct chain_sim *sim, struct thing thing, int code)
{
    const struct chain_sim_operation *operation = thing.operation;
    struct thing *again;

    count_end(sim, code, thing.asked);
    if (operation->settle(thing.done, code, thing.plan.value) != CHAIN_OK)
        problem(sim, "an operation that was pending could not be settled", operation->name);
    if ((thing.plan.faults & CHAIN_SIM_TWICE) != 0)
        settle_late(sim, thing.done, operation, &thing.plan);
    if ((thing.plan.faults & CHAIN_SIM_AGAIN) == 0)
        return;
    again = add_thing(sim, AGAIN, thing.plan.again, operation->name);
    if (again == NULL)
        return;
    again->done = thing.done;
    again->operation = operation;
    again->plan = thing.plan;
}

static void happen(struct chain_sim *sim, struct thing *thing)
{
    struct thing now = *thing;

    remove_thing(sim, thing);
    switch (now.kind) {
    case ENDS: end_operation(sim, now, now.plan.code); break;
    case ACKNOWLEDGES: end_operation(sim, now, CHAIN_CODE_CANCELLED); break;
    case WORKS:
        count_end(sim, 0, now.asked);
        chain_work_end(now.work, now.work->run(now.work));
        break;
    case AGAIN: settle_late(sim, now.done, now.operation, &now.plan); break;
    case CANCELS: chain_root_cancel(now.root); break;
    }
}

/* ---- the port ------------------------------------------------------------ */

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
        if (simulated__happens(sim, sim->options.odds.early))
            return;
    }
}

static void sim_wait(struct chain_loop *loop, uint64_t deadline)
{
    struct chain_sim *sim = (struct chain_sim *)(void *)loop;
    uint64_t next = earliest(sim);

    if (deadline > sim->clock) {
        if (simulated__happens(sim, sim->options.odds.early))
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

/* It comes out of one block, and all of it is given back at once. */
static void *sim_allocate(struct chain_loop *loop, size_t size)
{
    struct chain_sim *sim = (struct chain_sim *)(void *)loop;
    void *memory = sim->memory + sim->memory_used;
    size_t rounded =
        (size + _Alignof(max_align_t) - 1) / _Alignof(max_align_t) * _Alignof(max_align_t);

    if (rounded > sim->options.memory - sim->memory_used)
        return NULL;
    sim->memory_used += rounded;
    return memory;
}

static void sim_release(struct chain_loop *loop, void *memory, size_t size)
{
    (void)loop;
    (void)memory;
    (void)size;
}

static const struct chain_port port = {
    .now = sim_now,
    .wait = sim_wait,
    .allocate = sim_allocate,
    .release = sim_release,
};

static struct chain_sim *sim_of(const void *op)
{
    struct chain_loop *loop = chain_loop_of(op);

    return loop != NULL && loop->port == &port ? (struct chain_sim *)(void *)loop : NULL;
}

/* ---- operations ---------------------------------------------------------- */

void chain_sim_start(const void *op, const struct chain_sim_operation *operation)
{
    struct chain_sim *sim = sim_of(op);
    struct thing operation_now = { .done = chain__deferred(op), .operation = operation };
    struct thing *pending;

    if (sim == NULL) {
        operation->settle(operation_now.done, ENOTSUP, 0);
        return;
    }
    sim->seen.starts++;
    if (!simulated__plan(sim, operation, &operation_now.plan)) {
        problem(sim, "the capacity of the simulation is used up", operation->name);
        end_operation(sim, operation_now, ENOMEM);
        return;
    }
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
        if ((thing->kind == ENDS || thing->kind == ACKNOWLEDGES) && thing->done.op == done.op
            && thing->done.tag == done.tag)
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
    end_operation(sim, now,
                  (now.plan.faults & CHAIN_SIM_ARGUES) != 0 ? now.plan.code : CHAIN_CODE_CANCELLED);
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

/* ---- blocking functions -------------------------------------------------- */

static int submit(struct chain_loop *loop, struct chain_work *work)
{
    struct chain_sim *sim = (struct chain_sim *)(void *)loop;
    struct chain_sim_operation named = { work->pool != NULL ? work->pool : "blocking", NULL, NULL };
    struct chain_sim_plan plan;
    struct thing *thing;

    if (!simulated__plan(sim, &named, &plan))
        return ENOMEM;
    if (plan.code > 0)
        return plan.code;
    thing = add_thing(sim, WORKS, plan.after, named.name);
    if (thing == NULL)
        return ENOMEM;
    sim->seen.starts++;
    thing->work = work;
    thing->plan = plan;
    return 0;
}

static bool withdraw(struct chain_loop *loop, struct chain_work *work)
{
    struct chain_sim *sim = (struct chain_sim *)(void *)loop;

    for (unsigned i = 0; i < sim->thing_count; i++) {
        struct thing *thing = &sim->things[i];
        if (thing->kind != WORKS || thing->work != work)
            continue;
        thing->asked = true;
        if (thing->plan.slow != 0)
            return false;
        sim->seen.cancelled++;
        remove_thing(sim, thing);
        return true;
    }
    return false;
}

static const struct chain_workers workers = { submit, withdraw };

/* ---- cancels of the host ------------------------------------------------- */

int chain_sim_cancel_after(struct chain_sim *sim, struct chain_root *root, int64_t ns)
{
    struct thing *thing = add_thing(sim, CANCELS, ns, NULL);

    if (thing == NULL)
        return ENOMEM;
    thing->root = root;
    return 0;
}

/* ---- the simulation ------------------------------------------------------ */

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
    free(sim->memory);
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
    if (sim->options.memory == 0)
        sim->options.memory = DEFAULT_MEMORY;
    if (sim->options.turns == 0)
        sim->options.turns = 1000000;
    capacity = sim->options.capacity;
    sim->things = calloc(capacity, sizeof *sim->things);
    sim->scripts = calloc(capacity, sizeof *sim->scripts);
    sim->uses = calloc(capacity, sizeof *sim->uses);
    sim->memory = calloc(1, sim->options.memory);
    if (sim->things != NULL && sim->scripts != NULL && sim->uses != NULL && sim->memory != NULL)
        return sim;
    free_memory(sim);
    return NULL;
}

int chain_sim_open(struct chain_sim **sim, const struct chain_sim_options *options)
{
    int code;

    *sim = NULL;
    if (options != NULL && options->trace != NULL && !chain_trace_is_linked())
        return ENOTSUP;
    *sim = take_memory(options);
    if (*sim == NULL)
        return ENOMEM;
    (*sim)->random = (*sim)->options.seed;
    code = chain_loop_init(&(*sim)->loop, &port);
    if (code != 0) {
        free_memory(*sim);
        *sim = NULL;
        return code;
    }
    (*sim)->loop.random = simulated__bits(*sim);
    (*sim)->loop.workers = &workers;
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

    while (!chain__runs(&sim->loop) && (next = earliest(sim)) != UINT64_MAX) {
        set_clock(sim, next);
        happen(sim, pick_due(sim));
    }
}

enum chain_sim_end chain_sim_run(struct chain_sim *sim)
{
    uint64_t last = sim->seen.turns + sim->options.turns;

    sim->seen.end = CHAIN_SIM_QUIET;
    while (chain__runs(&sim->loop) && sim->seen.end == CHAIN_SIM_QUIET) {
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

/* ---- the report ---------------------------------------------------------- */

void chain_sim_look(struct chain_sim *sim, struct chain_sim_report *report)
{
    struct chain_left left;

    chain_loop_left(&sim->loop, &left);
    *report = sim->seen;
    report->time = sim->clock;
    report->late = chain_loop_late(&sim->loop);
    report->roots = left.roots;
    report->instances = left.instances;
    report->ready = left.strands;
    report->timers = left.timers;
    report->operations = 0;
    for (unsigned i = 0; i < sim->thing_count; i++)
        report->operations += sim->things[i].kind <= WORKS;
}

static bool all_is_well(const struct chain_sim_report *report)
{
    return report->problem == NULL
           && report->operations + report->timers + report->ready + report->roots
                      + report->instances
                  == 0;
}

bool chain_sim_close(struct chain_sim *sim, struct chain_sim_report *report)
{
    struct chain_sim_report own;

    if (report == NULL)
        report = &own;
    chain_sim_look(sim, report);
    chain_loop_fini(&sim->loop);
    free_memory(sim);
    return all_is_well(report);
}

const char *chain_sim_complaint(const struct chain_sim_report *report, char *text, size_t size)
{
    if (size != 0)
        text[0] = '\0';
    if (report->problem != NULL)
        snprintf(text, size, "%s%s%s", report->operation != NULL ? report->operation : "",
                 report->operation != NULL ? ": " : "", report->problem);
    else if (!all_is_well(report))
        snprintf(text, size,
                 "left at the end: %zu chains, %zu operations, %zu timers, %zu ready strands",
                 report->roots + report->instances, report->operations, report->timers,
                 report->ready);
    return text;
}
