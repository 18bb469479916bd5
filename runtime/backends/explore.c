/* explore.c - runs chains under the simulation with every fault in every place;
 * chain_explore.h says what for.
 *
 * Every start of something that a chain waits for is a choice. The trace says
 * when a choice comes and where. The plan of the operation makes the choice, or
 * a cancel of the host. Choices that are not in the scenario are 0: a value. */
#include "explore.h"

#include "chain/private/gen.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

/* In ns. What happens at the same step of a scenario happens in this order: the
 * host's cancel, a late settle of the operation before, the end. */
enum { CANCELLED_AFTER = 1, LATE_AFTER = 500, ENDS_AFTER = 1000, TURNS_MAX = 2000 };
#define A_DAY INT64_C(86400000000000)

/* ---- choices ------------------------------------------------------------- */

struct choices {
    unsigned values, codes; /* how many of each */
    bool operation;
};

unsigned explore__code_count(const struct chain_explore_point *point)
{
    unsigned count = 0;

    while (point->operation != NULL && point->operation->codes[count] != 0)
        count++;
    return count;
}

static struct choices choices_at(const struct chain_explore_point *point)
{
    struct choices choices = { 1, explore__code_count(point), false };

    if (point->operation == NULL)
        return choices;
    choices.operation = true;
    choices.values = (point->events & CHAIN_EXPLORE_VARIES) != 0 ? 3 : 1;
    return choices;
}

/* The choices after values and codes. Without codes there is no rejection. */
enum {
    AT_ONCE,
    REJECTS_AT_ONCE,
    LONG,
    TWICE,
    CANCEL,
    CANCEL_SLOWLY,
    CANCEL_ARGUES,
    CANCEL_IGNORED,
    OTHER_CHOICES
};

unsigned explore__choice_count(const struct chain_explore_point *point)
{
    struct choices choices = choices_at(point);

    if (!choices.operation)
        return 2; /* nothing, or a cancel */
    return choices.values + choices.codes
           + ((point->events & CHAIN_EXPLORE_STAYS) != 0 ? CANCEL + 1 : OTHER_CHOICES)
           - (choices.codes == 0);
}

static unsigned other_choice(struct choices choices, unsigned choice)
{
    unsigned other = choice - choices.values - choices.codes;
    return choices.codes == 0 && other >= REJECTS_AT_ONCE ? other + 1 : other;
}

static intptr_t value_of(unsigned choice)
{
    static const intptr_t values[] = { 0, 1, -1 };
    return values[choice];
}

/* Fills in the plan; returns whether the host cancels. */
static bool plan_other(unsigned choice, const int *codes, struct chain_sim_plan *plan)
{
    switch (choice) {
    case AT_ONCE: plan->after = 0; return false;
    case REJECTS_AT_ONCE:
        plan->after = 0;
        plan->code = codes[0];
        return false;
    case LONG: plan->after = A_DAY; return false;
    case TWICE:
        plan->faults = CHAIN_SIM_TWICE | CHAIN_SIM_AGAIN;
        plan->again = LATE_AFTER;
        return false;
    case CANCEL:
        plan->faults = CHAIN_SIM_AGAIN;
        plan->again = LATE_AFTER;
        return true;
    case CANCEL_SLOWLY: plan->slow = ENDS_AFTER; return true;
    case CANCEL_ARGUES: plan->faults = CHAIN_SIM_ARGUES; return true;
    case CANCEL_IGNORED: plan->slow = CHAIN_SIM_NEVER; return true;
    default: return false;
    }
}

static bool plan_choice(const struct chain_explore_point *point, unsigned choice,
                        struct chain_sim_plan *plan)
{
    struct choices choices = choices_at(point);

    plan->after = ENDS_AFTER;
    if (!choices.operation)
        return choice == 1;
    if (choice < choices.values) {
        plan->value = value_of(choice);
        return false;
    }
    if (choice - choices.values < choices.codes) {
        plan->code = point->operation->codes[choice - choices.values];
        return false;
    }
    return plan_other(other_choice(choices, choice), point->operation->codes, plan);
}

const char *explore__code_name(int code, char *room, size_t size)
{
    const char *name = chain_code_name(code);

    if (name != NULL)
        return name;
    snprintf(room, size, "code %d", code);
    return room;
}

void explore__print_choice(FILE *out, const struct chain_explore_point *point, unsigned choice)
{
    static const char *const words[] = {
        "gives a value inside its start",
        "is rejected inside its start",
        "takes a day",
        "settles twice, and again later",
        "the chain is cancelled meanwhile, and it settles again later",
        "the chain is cancelled meanwhile; it acknowledges slowly",
        "the chain is cancelled meanwhile; it settles with its own outcome",
        "the chain is cancelled meanwhile; it takes no notice",
    };
    struct choices choices = choices_at(point);
    char room[24];

    if (!choices.operation)
        fprintf(out, "the chain is cancelled meanwhile");
    else if (choice < choices.values)
        fprintf(out, "gives %d", (int)value_of(choice));
    else if (choice - choices.values < choices.codes)
        fprintf(out, "is rejected with %s",
                explore__code_name(point->operation->codes[choice - choices.values], room,
                                   sizeof room));
    else
        fprintf(out, "%s", words[other_choice(choices, choice)]);
}

/* ---- one run ------------------------------------------------------------- */

/* The first complaint is kept. */
static void complain(struct explore_run *run, const char *text)
{
    explore__complain(run, "%s", text);
}

static struct chain_explore_point const *find_point(const struct explore *e,
                                                    const struct chain_event *event,
                                                    unsigned *chain, unsigned *index)
{
    const struct chain_explore_chain *chains = e->chains;

    if (event->type == NULL)
        return NULL;
    for (*chain = 0; chains[*chain].name != NULL; ++*chain)
        if (strcmp(chains[*chain].name, event->type->name) == 0)
            for (*index = 0; chains[*chain].points[*index].step != NULL; ++*index)
                if (chains[*chain].points[*index].state == event->state)
                    return &chains[*chain].points[*index];
    return NULL;
}

static unsigned choice_for(const struct explore_script *script, unsigned start)
{
    for (unsigned i = 0; i < script->count; i++)
        if (script->deviations[i].start == start)
            return script->deviations[i].choice;
    return 0;
}

static void cover(struct explore *e, const struct explore_start *start, unsigned column)
{
    uint32_t *count;

    if (start->point == NULL)
        return;
    count = &e->covered[start->chain][start->index * e->columns + column];
    if (*count == 0)
        e->run.is_new = true;
    if (*count < UINT32_MAX)
        ++*count;
}

/* The host cancels, soon. */
static void cancel_soon(struct explore *e)
{
    if (chain_sim_cancel_after(e->sim, e->run.root, CANCELLED_AFTER) != 0)
        complain(&e->run, "the simulation has no room");
}

static void note_start(struct explore *e, const struct chain_event *event)
{
    struct explore_run *run = &e->run;
    struct explore_start *start;
    struct chain_sim_plan plan = { 0 };

    run->planned = false;
    if (run->count == EXPLORE_STARTS) {
        if (!run->is_cut)
            cancel_soon(e);
        run->is_cut = true;
        return;
    }
    start = &run->starts[run->count];
    memset(start, 0, sizeof *start);
    start->number = event->number;
    start->point = find_point(e, event, &start->chain, &start->index);
    start->choice = start->point == NULL ? 0 : choice_for(run->script, run->count);
    run->count++;
    if (start->point == NULL)
        return;
    if (plan_choice(start->point, start->choice, &plan))
        cancel_soon(e);
    run->planned = true;
    run->plan = plan;
}

/* The column of a rejection; of no use to the table if the operation does not
 * know the code: then all columns together. */
static unsigned code_column(const struct explore *e, const struct explore_start *start, int code)
{
    if (start->point->operation == NULL)
        return EXPLORE_REJECTION;
    for (unsigned i = 0; start->point->operation->codes[i] != 0; i++)
        if (start->point->operation->codes[i] == code)
            return EXPLORE_REJECTION + i;
    return e->columns;
}

static void note_end(struct explore *e, const struct chain_event *event,
                     struct explore_start *start)
{
    unsigned column = EXPLORE_VALUE;

    if (start->has_ended)
        complain(&e->run, "something has ended twice");
    start->has_ended = true;
    if (start->is_cancelled && !start->is_asked)
        cover(e, start, EXPLORE_CANCEL);
    if (start->point == NULL || event->kind == CHAIN_EVENT_ACKNOWLEDGED)
        return;
    if (event->kind == CHAIN_EVENT_REJECTION)
        column = code_column(e, start, event->code);
    if (column != e->columns)
        cover(e, start, column);
}

/* Of the host. Inside a shield (rule 40) nobody is asked, but the cancel has arrived there. */
static void note_host_cancel(struct explore_run *run)
{
    for (unsigned i = 0; i < run->count; i++)
        run->starts[i].is_cancelled |= !run->starts[i].has_ended;
}

/* The trace has the cancels of a timeout directly after it. */
static void note_cancel(struct explore *e, struct explore_start *start)
{
    if (start->is_asked)
        complain(&e->run, "something was asked twice to stop");
    start->is_asked = true;
    cover(e, start, e->run.is_timing_out ? EXPLORE_TIMEOUT : EXPLORE_CANCEL);
}

/* A code that the runtime does not know stands as a number at the end of the line. */
static void print_event(FILE *out, const struct chain_event *event)
{
    char text[512], *last;
    const char *name = event->code > 0 ? chain_code_name(event->code) : NULL;

    chain_trace_text(event, text, sizeof text);
    last = strrchr(text, ' ');
    if (name != NULL && last != NULL && strspn(last + 1, "0123456789") == strlen(last + 1))
        fprintf(out, "    %.*s%s\n", (int)(last + 1 - text), text, name);
    else
        fprintf(out, "    %s\n", text);
}

static void on_trace(struct chain_loop *loop, const struct chain_event *event)
{
    struct explore *e = loop->context;
    struct explore_start *start = explore__start(&e->run, event->number);

    if (e->shows)
        print_event(e->out, event);
    switch (event->kind) {
    case CHAIN_EVENT_START:
        e->run.is_timing_out = false;
        if (e->run.is_done)
            complain(&e->run, "something was started after the end of the chain");
        note_start(e, event);
        break;
    case CHAIN_EVENT_VALUE:
    case CHAIN_EVENT_REJECTION:
    case CHAIN_EVENT_ACKNOWLEDGED:
        if (start != NULL)
            note_end(e, event, start);
        break;
    case CHAIN_EVENT_CANCEL:
        if (start != NULL)
            note_cancel(e, start);
        else if (event->number == e->run.number)
            note_host_cancel(&e->run);
        break;
    case CHAIN_EVENT_LATE:
        if (start != NULL)
            cover(e, start, EXPLORE_LATE);
        break;
    case CHAIN_EVENT_TIMEOUT:
        e->run.is_timing_out = true;
        if (start != NULL)
            cover(e, start, EXPLORE_TIMEOUT);
        break;
    case CHAIN_EVENT_DONE:
        if (event->number != e->run.number) /* of its instances */
            break;
        if (e->run.is_done)
            complain(&e->run, "the chain has ended twice");
        e->run.is_done = true;
        break;
    case CHAIN_EVENT_RUN:
        e->run.number = event->number;
        e->run.is_timing_out = false;
        break;
    case CHAIN_EVENT_SPAWN:
    case CHAIN_EVENT_BRANCH:
    case CHAIN_EVENT_RETRY:
    case CHAIN_EVENT_SUPPRESSED: e->run.is_timing_out = false; break;
    }
}

static void decide(struct chain_sim *sim, const struct chain_sim_operation *operation,
                   uint64_t occurrence, struct chain_sim_plan *plan)
{
    struct explore *e = chain_sim_context(sim);

    (void)operation;
    (void)occurrence;
    memset(plan, 0, sizeof *plan);
    plan->after = ENDS_AFTER;
    if (e->run.count != 0)
        e->run.starts[e->run.count - 1].is_simulated = true;
    if (e->run.planned)
        *plan = e->run.plan;
}

static void count_settled(struct chain_root *root)
{
    struct explore *e = root->context;
    e->run.settled++;
}

/* A function that is defined in the file of the chains may be called, or pasted
 * in, past the stub. Then nothing was tested. */
static void check_stubs(struct explore_run *run)
{
    for (unsigned i = 0; i < run->count; i++)
        if (run->starts[i].point != NULL && run->starts[i].point->operation != NULL
            && !run->starts[i].is_simulated)
            explore__complain(
                run,
                "%s was started, and not its stub: link the test first, compile the other files with -O0",
                run->starts[i].point->step);
}

static void check_starts(struct explore_run *run)
{
    for (unsigned i = 0; i < run->count; i++)
        if (!run->starts[i].has_ended)
            complain(run, "something that was started has not ended");
}

static void check(struct explore *e, enum chain_sim_end end, const struct chain_sim_report *report)
{
    struct explore_run *run = &e->run;
    char text[sizeof run->complaint];

    run->left = report->roots + report->instances;
    run->left_instances = report->instances;
    check_stubs(run);
    if (end == CHAIN_SIM_ENDLESS)
        complain(run, "the chain goes on for ever, though it was cancelled");
    if (end == CHAIN_SIM_STUCK)
        complain(run, "the chain waits for ever, though it was cancelled");
    complain(run, chain_sim_complaint(report, text, sizeof text));
    if (report->late != report->planned_late)
        complain(run, "a settling call came late that is no fault of the plan");
    if (run->settled != 1)
        complain(run, run->settled == 0 ? "no outcome was told" : "more than one outcome was told");
    if (run->settled != 0 && !chain_root_is_quiescent(run->root))
        complain(run, "the frame is not quiescent at the end");
    check_starts(run);
    explore__check_owned(e);
}

/* Until it has ended; what can only wait, or would go on for ever, is cancelled. */
static enum chain_sim_end run_to_the_end(struct explore *e)
{
    enum chain_sim_end end = chain_sim_run(e->sim);

    if (end == CHAIN_SIM_QUIET)
        return end;
    chain_root_cancel(e->run.root);
    return chain_sim_run(e->sim);
}

bool explore__run(struct explore *e, const struct chain_explore_chain *chain,
                  const struct explore_script *script)
{
    struct explore_run *run = &e->run;
    struct chain_sim_options options = {
        .turns = TURNS_MAX, .capacity = 2 * EXPLORE_STARTS, .decide = decide, .context = e
    };
    struct chain_sim_report report;
    enum chain_sim_end end;

    memset(run, 0, offsetof(struct explore_run, starts));
    run->script = script;
    run->root = chain->root;
    if (chain_sim_open(&e->sim, &options) != 0)
        return false;
    memset((void *)chain->root, 0, chain->size);
    explore__own_nothing(e);
    chain->root->on_settled = count_settled;
    chain->root->context = e;
    chain_sim_loop(e->sim)->context = e;
    chain_sim_loop(e->sim)->on_trace = on_trace;
    if (chain->run(chain_sim_loop(e->sim)) != 0)
        complain(run, "the chain cannot be run");
    end = run_to_the_end(e);
    if (run->settled != 0 && chain->take != NULL
        && chain_root_outcome(chain->root) == CHAIN_OUTCOME_VALUE)
        chain->take();
    chain_sim_close(e->sim, &report);
    check(e, end, &report);
    return true;
}
