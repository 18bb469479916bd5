/* ours.c - runs the chains of near.chain and far.chain. The loop's port does nothing: what is measured is the core. */
#include "far.h"
#include "near.h"
#include "work.h"

#include <stdlib.h>

static uint64_t port_now(struct chain_loop *loop)
{
    (void)loop;
    return 1;
}

static void port_wait(struct chain_loop *loop, uint64_t deadline)
{
    (void)loop;
    (void)deadline;
}

static const struct chain_port port = { .now = port_now, .wait = port_wait };

static struct work work;
static struct chain_loop loop;

static void run_loop(void)
{
    chain_loop_run(&loop);
    if (chain_loop_late(&loop) != 0 || loop.suppressed != 0 || chain_loop_fini(&loop) != 0)
        abort();
}

/* One runner: hop5_near_runner() and so on. */
#define RUNNER(name)                                                                                  \
    static struct name name##_frames[WORK_K_MAX];                                                     \
                                                                                                      \
    static void name##_ended(struct chain_root *root)                                                 \
    {                                                                                                 \
        struct name *u = (struct name *)(void *)root;                                                 \
        long v;                                                                                       \
                                                                                                      \
        work_ended(&work, root->outcome == CHAIN_VALUE ? name##_value(u) : -1);                       \
        if (work_next(&work, &v))                                                                     \
            name##_run(u, &loop, v);                                                                  \
    }                                                                                                 \
                                                                                                      \
    unsigned long name##_runner(size_t k, size_t chains)                                              \
    {                                                                                                 \
        long v;                                                                                       \
                                                                                                      \
        work.left = chains;                                                                           \
        work.sum = 0;                                                                                 \
        if (chain_loop_init(&loop, &port) != 0)                                                       \
            abort();                                                                                  \
        for (size_t i = 0; i < k && work_next(&work, &v); i++) {                                      \
            name##_frames[i].root.on_settled = name##_ended;                                          \
            name##_run(&name##_frames[i], &loop, v);                                                  \
        }                                                                                             \
        run_loop();                                                                                   \
        return work.sum;                                                                              \
    }

RUNNER(hop5_near)
RUNNER(hop10_near)
RUNNER(hop5_far)
RUNNER(hop10_far)
RUNNER(now5_near)
RUNNER(now10_near)
RUNNER(now5_far)
RUNNER(now10_far)
RUNNER(sync5_near)
RUNNER(sync10_near)
