/* ours.c - runs the chains of near.chain and far.chain. The loop's port does
 * next to nothing: what is measured is the core. */
#include "far.h"
#include "near.h"
#include "work.h"

#include <stdlib.h>

static uint64_t port_now(struct chain_loop *loop)
{
    (void)loop;
    return 1;
}

/* What settles later has settled when the loop has waited. */
static void port_wait(struct chain_loop *loop, uint64_t deadline)
{
    (void)loop;
    (void)deadline;
    near_settle();
    far_settle();
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
#define RUNNER(name)                                                                    \
    static struct name name##_frames[WORK_K_MAX];                                       \
                                                                                        \
    static void name##_ended(struct chain_root *root)                                   \
    {                                                                                   \
        struct name *u = (struct name *)(void *)root;                                   \
        long v;                                                                         \
                                                                                        \
        work_ended(&work, root->outcome == CHAIN_OUTCOME_VALUE ? name##_value(u) : -1); \
        if (work_next(&work, &v))                                                       \
            name##_run(u, &loop, v);                                                    \
    }                                                                                   \
                                                                                        \
    unsigned long name##_runner(size_t k, size_t chains)                                \
    {                                                                                   \
        long v;                                                                         \
                                                                                        \
        work.left = chains;                                                             \
        work.sum = 0;                                                                   \
        if (chain_loop_init(&loop, &port) != 0)                                         \
            abort();                                                                    \
        for (size_t i = 0; i < k && work_next(&work, &v); i++) {                        \
            name##_frames[i].root.on_settled = name##_ended;                            \
            name##_run(&name##_frames[i], &loop, v);                                    \
        }                                                                               \
        run_loop();                                                                     \
        return work.sum;                                                                \
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
RUNNER(join_near)
RUNNER(join_far)
RUNNER(join_late_near)
RUNNER(join_late_far)
RUNNER(error5_near)
RUNNER(error5_far)

/* The same without a root: hop5_bare_runner() and so on. `more` are the members
 * after the frame, `places` what its start needs of them. */
#define BARE_RUNNER(id, chain, more, places)                                                       \
    struct id##_bare {                                                                             \
        struct chain_strand strand;                                                                \
        struct chain##_frame frame;                                                                \
        more                                                                                       \
    };                                                                                             \
    static struct id##_bare id##_bares[WORK_K_MAX];                                                \
    static const struct chain_caller id##_caller;                                                  \
                                                                                                   \
    static void id##_bare_run(struct id##_bare *u, long v)                                         \
    {                                                                                              \
        chain##_start(&u->frame places, v);                                                        \
        u->frame.caller = &id##_caller;                                                            \
        chain_bare_run(&u->strand, &loop, &chain##_type);                                          \
    }                                                                                              \
                                                                                                   \
    static struct chain_strand *id##_bare_ended(struct chain_strand *strand, struct chain_loop *l) \
    {                                                                                              \
        struct id##_bare *u = (struct id##_bare *)(void *)strand;                                  \
        long v;                                                                                    \
                                                                                                   \
        chain_bare_ended(strand, l);                                                               \
        work_ended(&work,                                                                          \
                   chain_bare_outcome(strand) == CHAIN_OUTCOME_VALUE ? u->frame.u.value : -1);     \
        if (work_next(&work, &v))                                                                  \
            id##_bare_run(u, v);                                                                   \
        return chain_bare_next(l);                                                                 \
    }                                                                                              \
                                                                                                   \
    static const struct chain_type id##_bare_type = { .resume = id##_bare_ended, .name = #id };    \
    static const struct chain_caller id##_caller = { &id##_bare_type, 0 };                         \
                                                                                                   \
    unsigned long id##_bare_runner(size_t k, size_t chains)                                        \
    {                                                                                              \
        long v;                                                                                    \
                                                                                                   \
        work.left = chains;                                                                        \
        work.sum = 0;                                                                              \
        if (chain_loop_init(&loop, &port) != 0)                                                    \
            abort();                                                                               \
        for (size_t i = 0; i < k && work_next(&work, &v); i++)                                     \
            id##_bare_run(&id##_bares[i], v);                                                      \
        run_loop();                                                                                \
        return work.sum;                                                                           \
    }

#define COMMA ,
BARE_RUNNER(hop5, hop5_near, , )
BARE_RUNNER(now5, now5_near, , )
BARE_RUNNER(join, join_near, struct join_near_branches branches;, COMMA & u->branches)
BARE_RUNNER(join_late, join_late_near, struct join_late_near_branches branches;
            , COMMA & u->branches)
BARE_RUNNER(error5, error5_near, , )
