/* explore_main.c - finds all scenarios and reports on them: the main() of the
 * tests that chainc --skeleton writes. */
#define _POSIX_C_SOURCE 200809L
#include "explore.h"

#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { WRONG_MAX = 5, SAME_POINT_MAX = 3 };

struct settings {
    const char *program;
    unsigned limit, faults, only; /* only 0: all */
    bool lists, verbose, complete;
};

/* Scenarios that are still to be run, first in, first out. What does not fit
 * would not be run anyway. */
struct waiting {
    struct explore_script *scripts;
    unsigned first, count;
};

struct exploration {
    struct settings settings;
    struct explore e;
    struct waiting promising, others; /* begun by scenarios that showed something new; the rest */
    unsigned number;                  /* of the scenario, over all chains */
    unsigned ran, wrong, cut;         /* of this chain; cut: they started too much */
    /* of all: scenarios that went wrong, pairs that were not reached */
    unsigned all_wrong, open;
    bool is_cut;
};

/* ---- the tree of scenarios ----------------------------------------------- */

static void push(struct exploration *x, struct waiting *waiting,
                 const struct explore_script *script)
{
    if (waiting->count == x->settings.limit)
        x->is_cut = true;
    else
        waiting->scripts[waiting->count++] = *script;
}

static bool pop(struct waiting *waiting, struct explore_script *script)
{
    if (waiting->first == waiting->count)
        return false;
    *script = waiting->scripts[waiting->first++];
    return true;
}

static bool is_frequent(const struct explore_run *run, unsigned start)
{
    unsigned before = 0;

    for (unsigned i = 0; i < start; i++)
        before += run->starts[i].point == run->starts[start].point;
    return before >= SAME_POINT_MAX;
}

/* One more deviation, after those that there are: so no set of them comes twice. */
static void push_children(struct exploration *x, const struct explore_script *script)
{
    const struct explore_run *run = &x->e.run;
    struct waiting *waiting = run->is_new ? &x->promising : &x->others;
    struct explore_script child = *script;
    unsigned start = script->count == 0 ? 0 : script->deviations[script->count - 1].start + 1u;

    if (script->count == x->settings.faults)
        return;
    child.count++;
    for (; start < run->count; start++) {
        if (run->starts[start].point == NULL || is_frequent(run, start))
            continue;
        for (unsigned choice = 1; choice < explore__choice_count(run->starts[start].point);
             choice++) {
            child.deviations[script->count].start = (uint16_t)start;
            child.deviations[script->count].choice = (uint16_t)choice;
            push(x, waiting, &child);
        }
    }
}

/* ---- telling ------------------------------------------------------------- */

static void print_deviations(const struct exploration *x, const struct chain_explore_chain *chain)
{
    const struct explore_run *run = &x->e.run;

    if (run->script->count == 0)
        fprintf(x->e.out, "    nothing but values\n");
    for (unsigned i = 0; i < run->script->count; i++) {
        const struct explore_deviation *deviation = &run->script->deviations[i];
        const struct explore_start *start = &run->starts[deviation->start];
        if (deviation->start >= run->count || start->point == NULL)
            continue;
        fprintf(x->e.out, "    %s (%s:%d, start %u): ", start->point->step, chain->file,
                start->point->line, deviation->start + 1u);
        explore__print_choice(x->e.out, start->point, deviation->choice);
        fputc('\n', x->e.out);
    }
}

static void print_rerun(const struct exploration *x)
{
    fprintf(x->e.out, "    rerun: %s --only %u", x->settings.program, x->number);
    if (x->settings.faults != 3)
        fprintf(x->e.out, " --faults %u", x->settings.faults);
    if (x->settings.limit != 10000)
        fprintf(x->e.out, " --limit %u", x->settings.limit);
    fputc('\n', x->e.out);
}

static void tell(struct exploration *x, const struct chain_explore_chain *chain)
{
    bool is_wrong = x->e.run.complaint[0] != '\0';
    bool is_meant = x->settings.only == 0 || x->settings.only == x->number;
    bool shows = x->settings.lists || x->settings.verbose || x->settings.only == x->number;

    x->wrong += is_wrong;
    x->cut += x->e.run.is_cut;
    x->all_wrong += is_wrong && is_meant;
    if (shows || (is_wrong && x->settings.only == 0)) {
        fprintf(x->e.out, "%s, scenario %u: %s\n", chain->name, x->number,
                is_wrong ? x->e.run.complaint : "all is well");
        print_deviations(x, chain);
        if (is_wrong && x->settings.only == 0)
            print_rerun(x);
        fflush(x->e.out);
    }
}

/* ---- a chain ------------------------------------------------------------- */

/* After the one that was asked for. */
static bool is_past(const struct exploration *x)
{
    return x->settings.only != 0 && x->number >= x->settings.only;
}

static bool explore_chain(struct exploration *x, const struct chain_explore_chain *chain)
{
    struct explore_script script = { 0 };

    x->promising.first = x->promising.count = x->others.first = x->others.count = 0;
    x->ran = x->wrong = x->cut = 0;
    push(x, &x->promising, &script);
    while (x->ran < x->settings.limit && x->wrong < WRONG_MAX && !is_past(x)
           && (x->ran == 0 || x->e.run.left == 0)
           && (pop(&x->promising, &script) || pop(&x->others, &script))) {
        x->number++;
        x->ran++;
        x->e.shows = x->settings.verbose || x->settings.only == x->number;
        if (!explore__run(&x->e, chain, &script))
            return false;
        tell(x, chain);
        push_children(x, &script);
    }
    return true;
}

static bool can_be_run(const struct chain_explore_chain *chains)
{
    for (; chains->name != NULL; chains++)
        if (chains->run != NULL)
            return true;
    return false;
}

/* What cannot be ended keeps a number of CHAIN_LOOPS_MAX, and its slots of
 * pools: of each chain one is enough. */
static void tell_end(const struct exploration *x, const struct chain_explore_chain *chain)
{
    fprintf(x->e.out, "%s: %u scenarios, ", chain->name, x->ran);
    if (x->wrong == 0)
        fprintf(x->e.out, "all is well\n");
    else
        fprintf(x->e.out, "%u went wrong\n", x->wrong);
    if (x->cut != 0)
        fprintf(x->e.out, "    %u of them started more than %u things, and %s cancelled there\n",
                x->cut, (unsigned)EXPLORE_STARTS, x->cut == 1 ? "was" : "were");
    if (x->e.run.left != 0)
        fprintf(x->e.out, "    it cannot be ended, so the rest of this chain was not run\n");
    else if (x->wrong == WRONG_MAX)
        fprintf(x->e.out, "    that is enough: the rest was not run\n");
    else if (x->is_cut
             || x->promising.first + x->others.first != x->promising.count + x->others.count)
        fprintf(x->e.out, "    there are more: --limit %u is the bound\n", x->settings.limit);
    if (x->e.run.left_instances != 0)
        fprintf(x->e.out,
                "    instances that it has spawned keep their slots, so no other chain was run\n");
}

static bool explore_chains(struct exploration *x)
{
    for (const struct chain_explore_chain *chain = x->e.chains; chain->name != NULL; chain++) {
        if (chain->run == NULL || is_past(x))
            continue;
        x->is_cut = false;
        if (!explore_chain(x, chain)) {
            fprintf(stderr, "%s: no memory, or no loop, for another simulation\n",
                    x->settings.program);
            return false;
        }
        if (x->settings.only == 0)
            tell_end(x, chain);
        if (x->e.run.left_instances != 0)
            break;
    }
    return true;
}

/* ---- the table ----------------------------------------------------------- */

static unsigned code_count(const struct chain_explore_point *point)
{
    return point->operation != NULL ? explore__code_count(point)
                                    : (point->events & CHAIN_EXPLORE_REJECTION) != 0;
}

static unsigned reached_codes(const uint32_t *row, unsigned count)
{
    unsigned reached = 0;

    for (unsigned i = 0; i < count; i++)
        reached += row[EXPLORE_REJECTION + i] != 0;
    return reached;
}

static void print_cell(const struct exploration *x, bool applies, uint32_t count)
{
    if (applies || count != 0)
        fprintf(x->e.out, " %8u", (unsigned)count);
    else
        fprintf(x->e.out, " %8s", "-");
}

static void print_row(const struct exploration *x, const struct chain_explore_chain *chain,
                      const struct chain_explore_point *point, const uint32_t *row)
{
    char place[64], codes[32];
    unsigned count = code_count(point);

    snprintf(place, sizeof place, "%s:%d", chain->file, point->line);
    snprintf(codes, sizeof codes, count == 0 ? "-" : "%u/%u", reached_codes(row, count), count);
    fprintf(x->e.out, "  %-24s %-24s", point->step, place);
    print_cell(x, (point->events & CHAIN_EXPLORE_VALUE) != 0, row[EXPLORE_VALUE]);
    fprintf(x->e.out, " %8s", codes);
    print_cell(x, (point->events & CHAIN_EXPLORE_CANCEL) != 0, row[EXPLORE_CANCEL]);
    print_cell(x, (point->events & CHAIN_EXPLORE_TIMEOUT) != 0, row[EXPLORE_TIMEOUT]);
    print_cell(x, (point->events & CHAIN_EXPLORE_LATE) != 0, row[EXPLORE_LATE]);
    fputc('\n', x->e.out);
}

/* Pairs of a point and what can happen there: how many there are, and how many did not. */
struct pairs {
    FILE *out;
    unsigned all, open;
};

static void count_pair(struct pairs *pairs, bool applies, uint32_t count,
                       const struct chain_explore_chain *chain,
                       const struct chain_explore_point *point, const char *what)
{
    if (!applies)
        return;
    pairs->all++;
    if (count != 0)
        return;
    pairs->open++;
    fprintf(pairs->out, "  not reached: %s at %s:%d, %s\n", point->step, chain->file, point->line,
            what);
}

static void count_pairs(struct pairs *pairs, const struct chain_explore_chain *chain,
                        const struct chain_explore_point *point, const uint32_t *row)
{
    char room[24];

    count_pair(pairs, (point->events & CHAIN_EXPLORE_VALUE) != 0, row[EXPLORE_VALUE], chain, point,
               "value");
    for (unsigned i = 0; i < code_count(point); i++) {
        const char *what = point->operation == NULL
                               ? "rejection"
                               : explore__code_name(point->operation->codes[i], room, sizeof room);
        count_pair(pairs, true, row[EXPLORE_REJECTION + i], chain, point, what);
    }
    count_pair(pairs, (point->events & CHAIN_EXPLORE_CANCEL) != 0, row[EXPLORE_CANCEL], chain,
               point, "cancel");
    count_pair(pairs, (point->events & CHAIN_EXPLORE_TIMEOUT) != 0, row[EXPLORE_TIMEOUT], chain,
               point, "timeout");
    count_pair(pairs, (point->events & CHAIN_EXPLORE_LATE) != 0, row[EXPLORE_LATE], chain, point,
               "late");
}

/* False if nothing has happened anywhere. */
static bool print_table(struct exploration *x)
{
    struct pairs pairs = { x->e.out, 0, 0 };

    fprintf(x->e.out, "\n  %-24s %-24s %8s %8s %8s %8s %8s\n", "waits for", "at", "value", "codes",
            "cancel", "timeout", "late");
    for (unsigned c = 0; x->e.chains[c].name != NULL; c++)
        for (unsigned p = 0; x->e.chains[c].points[p].step != NULL; p++)
            print_row(x, &x->e.chains[c], &x->e.chains[c].points[p],
                      &x->e.covered[c][p * x->e.columns]);
    fputc('\n', x->e.out);
    for (unsigned c = 0; x->e.chains[c].name != NULL; c++)
        for (unsigned p = 0; x->e.chains[c].points[p].step != NULL; p++)
            count_pairs(&pairs, &x->e.chains[c], &x->e.chains[c].points[p],
                        &x->e.covered[c][p * x->e.columns]);
    fprintf(x->e.out, "  covered: %u of %u pairs of a place and what can happen there\n",
            pairs.all - pairs.open, pairs.all);
    x->open = pairs.open;
    return pairs.all == 0 || pairs.open < pairs.all;
}

/* ---- the command line ---------------------------------------------------- */

static const char help_text[] =
    "Runs every chain again and again under the simulation, each time with other faults, and checks that\n"
    "it has one outcome, that all it started has ended once, and that nothing is left.\n"
    "\n"
    "  --faults N    most deviations from 'everything gives a value' in one scenario (default: 3, at most 4)\n"
    "  --limit N     most scenarios of one chain (default: 10000)\n"
    "  --only N      only scenario N, with its trace; give the same --faults and --limit\n"
    "  --list        print every scenario\n"
    "  --verbose     print every trace\n"
    "  --complete    it is an error if something could not be reached\n"
    "  --help        print this\n"
    "\n"
    "Exit status: 0; 1 if something is wrong; 2 if nothing could be tested.\n";

static bool read_number(const char *text, unsigned least, unsigned most, unsigned *number)
{
    char *end;
    unsigned long value = strtoul(text, &end, 10);

    *number = (unsigned)value;
    return end != text && *end == '\0' && value >= least && value <= most;
}

/* Returns the status to end with, -1 to go on. */
static int read_arguments(struct settings *settings, int argc, char **argv)
{
    for (int i = 1; i < argc; i++) {
        const char *next = i + 1 < argc ? argv[i + 1] : "";
        bool known = true;
        if (strcmp(argv[i], "--help") == 0) {
            printf("Usage: %s [OPTION]...\n%s", settings->program, help_text);
            return 0;
        }
        if (strcmp(argv[i], "--list") == 0)
            settings->lists = true;
        else if (strcmp(argv[i], "--verbose") == 0)
            settings->verbose = true;
        else if (strcmp(argv[i], "--complete") == 0)
            settings->complete = true;
        else {
            known = (strcmp(argv[i], "--only") == 0
                     && read_number(next, 1, UINT32_MAX, &settings->only))
                    || (strcmp(argv[i], "--limit") == 0
                        && read_number(next, 1, 10000000, &settings->limit))
                    || (strcmp(argv[i], "--faults") == 0
                        && read_number(next, 0, EXPLORE_DEVIATIONS, &settings->faults));
            i++;
        }
        if (!known) {
            fprintf(stderr, "%s: what is '%s %s'? Try --help.\n", settings->program, argv[i - 1],
                    next);
            return 2;
        }
    }
    return -1;
}

/* ---- memory -------------------------------------------------------------- */

static unsigned point_count(const struct chain_explore_chain *chain)
{
    unsigned count = 0;

    while (chain->points[count].step != NULL)
        count++;
    return count;
}

static void free_memory(struct exploration *x)
{
    for (unsigned c = 0; x->e.covered != NULL && x->e.chains[c].name != NULL; c++)
        free(x->e.covered[c]);
    free(x->e.covered);
    free(x->promising.scripts);
    free(x->others.scripts);
}

static void count_columns(struct explore *e)
{
    e->columns = EXPLORE_REJECTION + 1;
    for (unsigned c = 0; e->chains[c].name != NULL; c++)
        for (unsigned p = 0; e->chains[c].points[p].step != NULL; p++)
            if (EXPLORE_REJECTION + explore__code_count(&e->chains[c].points[p]) > e->columns)
                e->columns = EXPLORE_REJECTION + explore__code_count(&e->chains[c].points[p]);
}

static bool take_memory(struct exploration *x)
{
    unsigned chains = 0;

    while (x->e.chains[chains].name != NULL)
        chains++;
    count_columns(&x->e);
    x->e.covered = calloc(chains + 1, sizeof *x->e.covered);
    for (unsigned c = 0; x->e.covered != NULL && c < chains; c++) {
        x->e.covered[c] =
            calloc((point_count(&x->e.chains[c]) + 1) * x->e.columns, sizeof **x->e.covered);
        if (x->e.covered[c] == NULL)
            return false;
    }
    x->promising.scripts = calloc(x->settings.limit, sizeof *x->promising.scripts);
    x->others.scripts = calloc(x->settings.limit, sizeof *x->others.scripts);
    return x->e.covered != NULL && x->promising.scripts != NULL && x->others.scripts != NULL;
}

/* ---- all of it ----------------------------------------------------------- */

/* What the chains print is of interest only where there is a trace of it. */
static bool open_output(struct exploration *x)
{
    int own, nothing;

    x->e.out = stdout;
    if (x->settings.only != 0 || x->settings.verbose)
        return true;
    own = dup(STDOUT_FILENO);
    nothing = open("/dev/null", O_WRONLY);
    if (own < 0 || nothing < 0 || dup2(nothing, STDOUT_FILENO) < 0)
        return false;
    close(nothing);
    x->e.out = fdopen(own, "w");
    return x->e.out != NULL;
}

static struct exploration the_exploration;

static void say_to_stderr(const char *text)
{
    ssize_t written = write(STDERR_FILENO, text, strlen(text));
    (void)written;
}

/* Says which scenario it was, and lets the signal do what it does. */
static void on_crash(int number)
{
    char text[300];

    snprintf(text, sizeof text, "crashed in scenario %u, signal %d\n    rerun: %s --only %u\n",
             the_exploration.number, number, the_exploration.settings.program,
             the_exploration.number);
    say_to_stderr(text);
    raise(number);
}

/* Unless somebody, a sanitizer say, does that already. */
static void watch_for_crashes(void)
{
    static const int signals[] = { SIGSEGV, SIGBUS, SIGFPE, SIGILL, SIGABRT, SIGTRAP };

    for (size_t i = 0; i < sizeof signals / sizeof *signals; i++) {
        struct sigaction before,
            action = { .sa_handler = on_crash, .sa_flags = (int)SA_RESETHAND | SA_NODEFER };
        if (sigaction(signals[i], NULL, &before) == 0 && before.sa_handler == SIG_DFL)
            sigaction(signals[i], &action, NULL);
    }
}

static int run_all(struct exploration *x)
{
    if (!take_memory(x) || !open_output(x)) {
        fprintf(stderr, "%s: no memory, or no descriptor\n", x->settings.program);
        return 2;
    }
    if (!explore_chains(x))
        return x->all_wrong != 0 ? 1 : 2; /* a chain that waits for ever keeps its loop */
    if (x->settings.only == 0 && !print_table(x)) {
        fprintf(stderr,
                "%s: nothing was traced: compile what chainc has written with -DCHAIN_TRACE\n",
                x->settings.program);
        return 2;
    }
    if (x->settings.only > x->number) {
        fprintf(stderr, "%s: there is no scenario %u: they go up to %u\n", x->settings.program,
                x->settings.only, x->number);
        return 2;
    }
    return x->all_wrong != 0 || (x->settings.complete && x->open != 0) ? 1 : 0;
}

int chain_explore_main(int argc, char **argv, const struct chain_explore_chain *chains)
{
    struct exploration *x = &the_exploration;
    int status;

    x->settings.program = argc > 0 ? argv[0] : "test";
    x->settings.limit = 10000;
    x->settings.faults = 3;
    x->e.chains = chains;
    status = read_arguments(&x->settings, argc, argv);
    if (status >= 0)
        return status;
    if (!chain_trace_is_linked()) {
        fprintf(
            stderr,
            "%s: this needs a traced build: compile with -DCHAIN_TRACE and link with -lchain-trace\n",
            x->settings.program);
        return 2;
    }
    if (!can_be_run(chains)) {
        fprintf(stderr, "%s: there is no chain that C code can run\n", x->settings.program);
        return 2;
    }
    watch_for_crashes();
    status = run_all(x);
    free_memory(x);
    if (x->e.out != NULL && fflush(x->e.out) != 0)
        status = 2;
    return status;
}
