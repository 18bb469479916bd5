/* timers.c - W6: a million timers that wait at one time, of libchain and of libev.
 *
 * Arms them for deadlines of whole milliseconds up to one second, in random
 * order, and disarms all in another order; arms them again and lets the loop
 * run until all have fired. Each loop waits and reads its clock as it does
 * in a program. What is printed is processor time per timer, in ns. */
#include <chain.h>
#include <chain_reactor.h>
#ifdef BENCH_LIBEV
#include <ev.h>
#endif
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

enum { WHAT_ARM, WHAT_DISARM, WHAT_FIRE, WHATS, ROUNDS = 9, MOST_MS = 1000 };
static const char *const what_names[] = { "arm", "disarm", "fire" };

static size_t count, fired;
static uint32_t *order;
static unsigned *ms;
static uint64_t seed;

static uint32_t random_below(uint32_t end)
{
    seed = seed * UINT64_C(6364136223846793005) + 1442695040888963407u;
    return (uint32_t)(((seed >> 32) * end) >> 32);
}

/* The same for everybody: deadlines, and the order in which they are disarmed. */
static void make_order(void)
{
    seed = 1;
    for (size_t i = 0; i < count; i++) {
        ms[i] = 1 + random_below(MOST_MS);
        order[i] = (uint32_t)i;
    }
    for (size_t i = count; i > 1; i--) {
        size_t j = random_below((uint32_t)i);
        uint32_t other = order[j];
        order[j] = order[i - 1];
        order[i - 1] = other;
    }
}

static double ns_now(void)
{
    struct timespec t;

    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
    return (double)t.tv_sec * 1e9 + (double)t.tv_nsec;
}

struct kind {
    const char *name;
    size_t size; /* of a timer */
    void (*open)(void);
    void (*look)(void); /* at the clock */
    void (*arm)(size_t i);
    void (*disarm)(size_t i);
    void (*run)(void); /* until all have fired */
};

/* ---- libchain ------------------------------------------------------------ */

static struct chain_timer *ours;
static struct chain_reactor *reactor;
static struct chain_loop *loop;

static void our_fire(struct chain_timer *timer, struct chain_loop *its_loop)
{
    (void)timer;
    (void)its_loop;
    fired++;
}

static void our_open(void)
{
    if (chain_reactor_open(&reactor) != 0)
        exit(2);
    loop = chain_reactor_loop(reactor);
    for (size_t i = 0; i < count; i++)
        ours[i].fire = our_fire;
}

static void our_look(void)
{
    chain_loop_turn(loop, false);
}

static void our_arm(size_t i)
{
    chain_timer_arm(loop, &ours[i],
                    loop->now
                        + UINT64_C(1000000) * ms[i]); /* libev does not read the clock, either */
}

static void our_disarm(size_t i)
{
    chain_timer_disarm(loop, &ours[i]);
}

static void our_run(void)
{
    while (fired != count && chain_loop_turn(loop, true))
        continue;
}

/* ---- libev --------------------------------------------------------------- */

#ifdef BENCH_LIBEV
static struct ev_timer *evs;
static struct ev_loop *ev;

static void ev_fire(struct ev_loop *its_loop, struct ev_timer *timer, int events)
{
    (void)its_loop;
    (void)timer;
    (void)events;
    fired++;
}

static void ev_open(void)
{
    ev = ev_loop_new(EVBACKEND_EPOLL);
}

static void ev_look(void)
{
    ev_now_update(ev);
}

static void ev_arm(size_t i)
{
    ev_timer_init(&evs[i], ev_fire, ms[i] / 1000.0, 0.);
    ev_timer_start(ev, &evs[i]);
}

static void ev_disarm(size_t i)
{
    ev_timer_stop(ev, &evs[i]);
}

static void ev_run_all(void)
{
    ev_run(ev, 0);
}
#endif

static const struct kind kinds[] = {
    { "libchain", sizeof(struct chain_timer), our_open, our_look, our_arm, our_disarm, our_run },
#ifdef BENCH_LIBEV
    { "libev", sizeof(struct ev_timer), ev_open, ev_look, ev_arm, ev_disarm, ev_run_all },
#endif
};

enum { KINDS = sizeof kinds / sizeof *kinds };

static void measure(const struct kind *kind, double ns[WHATS])
{
    double begin;

    kind->look();
    begin = ns_now();
    for (size_t i = 0; i < count; i++)
        kind->arm(i);
    ns[WHAT_ARM] = ns_now() - begin;
    begin = ns_now();
    for (size_t i = 0; i < count; i++)
        kind->disarm(order[i]);
    ns[WHAT_DISARM] = ns_now() - begin;
    kind->look();
    for (size_t i = 0; i < count; i++)
        kind->arm(i);
    fired = 0;
    begin = ns_now();
    kind->run();
    ns[WHAT_FIRE] = ns_now() - begin;
    if (fired != count) {
        printf("%s: %zu of %zu timers fired\n", kind->name, fired, count);
        exit(1);
    }
}

static int by_size(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;

    return (x > y) - (x < y);
}

static double median(double values[ROUNDS], int rounds)
{
    qsort(values, (size_t)rounds, sizeof *values, by_size);
    return values[rounds / 2];
}

/* timers COUNT ROUNDS: a line for each; the ratio is to the last kind, in the same round. */
int main(int argc, char **argv)
{
    static double ns[KINDS][ROUNDS][WHATS];
    int rounds = argc > 2 ? atoi(argv[2]) : ROUNDS;

    count = argc > 1 ? (size_t)atoll(argv[1]) : 1000000;
    if (rounds < 1 || rounds > ROUNDS)
        return 2;
    ms = calloc(count, sizeof *ms);
    order = calloc(count, sizeof *order);
    ours = calloc(count, sizeof *ours);
#ifdef BENCH_LIBEV
    evs = calloc(count, sizeof *evs);
    if (evs == NULL)
        return 2;
#endif
    if (ms == NULL || order == NULL || ours == NULL)
        return 2;
    make_order();
    for (size_t k = 0; k < KINDS; k++)
        kinds[k].open();
    for (int round = 0; round < rounds; round++)
        for (size_t k = 0; k < KINDS; k++)
            measure(&kinds[k], ns[k][round]);
    for (size_t k = 0; k < KINDS; k++)
        for (int what = 0; what < WHATS; what++) {
            double values[ROUNDS], ratios[ROUNDS];
            for (int round = 0; round < rounds; round++) {
                values[round] = ns[k][round][what] / (double)count;
                ratios[round] = ns[k][round][what] / ns[KINDS - 1][round][what];
            }
            printf("%s\t%s\t%.1f\t%.2f\t%zu\n", what_names[what], kinds[k].name,
                   median(values, rounds), median(ratios, rounds), kinds[k].size);
        }
    return 0;
}
