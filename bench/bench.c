/* bench.c - runs the variants in turn, round after round, and prints the
 * medians; or one variant, for counting instructions.
 *
 *     bench ROUNDS CHAINS           a line per variant and k: workload, variant, k, ns per step, ratio to the peer, checksum
 *     bench count VARIANT usual|longer CHAINS
 *                                   runs chains, 1000 interleaved
 *     bench names                   the variants: workload, variant, steps that are counted, whether there is a longer one
 */
#define _GNU_SOURCE
#include "work.h"

#include <sched.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

/* workload, name, steps that are counted, that, the same with 5 steps more. The
 * first of a workload is the peer that counts as 1. A join, and an error that
 * is recovered from, are one step each. */
#define VARIANTS(X)                                                                         \
    X("W1 hop", "peer, queue in another file", 5, hop5_peer_far, hop10_peer_far)            \
    X("W1 hop", "peer, queue inlined", 5, hop5_peer_near, hop10_peer_near)                  \
    X("W1 hop", "chain, operation inlined", 5, hop5_near_runner, hop10_near_runner)         \
    X("W1 hop", "bare chain, operation inlined", 5, hop5_bare_runner, NULL)                 \
    X("W1 hop", "chain, operation in another file", 5, hop5_far_runner, hop10_far_runner)   \
    X("W2 sync", "peer, operation in another file", 5, now5_peer_far, now10_peer_far)       \
    X("W2 sync", "peer, operation inlined", 5, now5_peer_near, now10_peer_near)             \
    X("W2 sync", "chain, sync function", 5, sync5_near_runner, sync10_near_runner)          \
    X("W2 sync", "chain, operation inlined", 5, now5_near_runner, now10_near_runner)        \
    X("W2 sync", "bare chain, operation inlined", 5, now5_bare_runner, NULL)                \
    X("W2 sync", "chain, operation in another file", 5, now5_far_runner, now10_far_runner)  \
    X("W4 join", "peer, operations in another file", 1, join_peer_far, NULL)                \
    X("W4 join", "peer, operations inlined", 1, join_peer_near, NULL)                       \
    X("W4 join", "chain, operations inlined", 1, join_near_runner, NULL)                    \
    X("W4 join", "bare chain, operations inlined", 1, join_bare_runner, NULL)               \
    X("W4 join", "chain, operations in another file", 1, join_far_runner, NULL)             \
    X("W4 join, later", "peer, operations in another file", 1, join_late_peer_far, NULL)    \
    X("W4 join, later", "peer, operations inlined", 1, join_late_peer_near, NULL)           \
    X("W4 join, later", "chain, operations inlined", 1, join_late_near_runner, NULL)        \
    X("W4 join, later", "bare chain, operations inlined", 1, join_late_bare_runner, NULL)   \
    X("W4 join, later", "chain, operations in another file", 1, join_late_far_runner, NULL) \
    X("W5 error", "peer, operations in another file", 1, error5_peer_far, NULL)             \
    X("W5 error", "peer, operations inlined", 1, error5_peer_near, NULL)                    \
    X("W5 error", "chain, operations inlined", 1, error5_near_runner, NULL)                 \
    X("W5 error", "bare chain, operations inlined", 1, error5_bare_runner, NULL)            \
    X("W5 error", "chain, operations in another file", 1, error5_far_runner, NULL)

#define DECLARE(workload, name, steps, usual, longer) work_run usual;
VARIANTS(DECLARE)
work_run hop10_peer_far, hop10_peer_near, hop10_near_runner, hop10_far_runner, now10_peer_far,
    now10_peer_near, sync10_near_runner, now10_near_runner, now10_far_runner;

static const struct variant {
    const char *workload, *name;
    size_t steps;
    work_run *usual, *longer;
} variants[] = {
#define ENTRY(workload, name, steps, usual, longer) { workload, name, steps, usual, longer },
    VARIANTS(ENTRY)
};

enum { VARIANT_COUNT = sizeof variants / sizeof *variants, ROUNDS_MAX = 99 };

static const size_t interleaved[] = { 1, WORK_K_MAX };
enum { K_COUNT = sizeof interleaved / sizeof *interleaved };

static double now_ns(void)
{
    struct timespec t;

    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &t); /* not what others took of the core */
    return (double)t.tv_sec * 1e9 + (double)t.tv_nsec;
}

static void stay_on_this_core(void)
{
    cpu_set_t set;

    CPU_ZERO(&set);
    CPU_SET((size_t)sched_getcpu(), &set);
    sched_setaffinity(0, sizeof set, &set);
}

static int compare(const void *a, const void *b)
{
    const double *x = a, *y = b;
    return (*x > *y) - (*x < *y);
}

static double median(double *values, size_t count)
{
    qsort(values, count, sizeof *values, compare);
    return values[count / 2];
}

/* The peer of the same workload, which stands first. */
static size_t peer_of(size_t variant)
{
    while (variant > 0 && strcmp(variants[variant - 1].workload, variants[variant].workload) == 0)
        variant--;
    return variant;
}

/* Every variant of a workload has to come to the same checksum. */
static bool agree(unsigned long sums[VARIANT_COUNT])
{
    for (size_t v = 0; v < VARIANT_COUNT; v++) {
        if (sums[v] == sums[peer_of(v)])
            continue;
        fprintf(stderr, "bench: %s, %s: checksum %016lx, expected %016lx\n", variants[v].workload,
                variants[v].name, sums[v], sums[peer_of(v)]);
        return false;
    }
    return true;
}

/* Ratios are taken within a round, so that what slows the machine down for a
 * while slows both sides down. */
static bool measure(size_t k, size_t chains, size_t rounds)
{
    static double times[VARIANT_COUNT][ROUNDS_MAX], ratios[VARIANT_COUNT][ROUNDS_MAX];
    unsigned long sums[VARIANT_COUNT];

    for (size_t round = 0; round < rounds; round++) {
        for (size_t v = 0; v < VARIANT_COUNT; v++) {
            double start = now_ns();
            sums[v] = variants[v].usual(k, chains);
            times[v][round] = (now_ns() - start) / (double)(chains * variants[v].steps);
            ratios[v][round] = times[v][round] / times[peer_of(v)][round];
        }
        if (!agree(sums))
            return false;
    }
    for (size_t v = 0; v < VARIANT_COUNT; v++)
        printf("%s\t%s\t%zu\t%.2f\t%.2f\t%016lx\n", variants[v].workload, variants[v].name, k,
               median(times[v], rounds), median(ratios[v], rounds), sums[v]);
    return true;
}

static int measure_all(size_t rounds, size_t chains)
{
    stay_on_this_core();
    for (size_t i = 0; i < K_COUNT; i++)
        if (!measure(interleaved[i], chains, rounds))
            return EXIT_FAILURE;
    return EXIT_SUCCESS;
}

static int print_names(void)
{
    for (size_t v = 0; v < VARIANT_COUNT; v++)
        printf("%s\t%s\t%zu\t%d\n", variants[v].workload, variants[v].name, variants[v].steps,
               variants[v].longer != NULL);
    return EXIT_SUCCESS;
}

int main(int argc, char **argv)
{
    size_t rounds = argc == 3 ? strtoul(argv[1], NULL, 10) : 0;

    if (argc == 2 && strcmp(argv[1], "names") == 0)
        return print_names();
    if (argc == 5 && strcmp(argv[1], "count") == 0 && strtoul(argv[2], NULL, 10) < VARIANT_COUNT) {
        const struct variant *variant = &variants[strtoul(argv[2], NULL, 10)];
        work_run *run = strcmp(argv[3], "longer") == 0 && variant->longer != NULL ? variant->longer
                                                                                  : variant->usual;
        run(WORK_K_MAX, strtoul(argv[4], NULL, 10));
        return EXIT_SUCCESS;
    }
    if (rounds > 0 && rounds <= ROUNDS_MAX)
        return measure_all(rounds, strtoul(argv[2], NULL, 10));
    fprintf(stderr, "usage: bench ROUNDS CHAINS | count VARIANT usual|longer CHAINS | names\n");
    return 2;
}
