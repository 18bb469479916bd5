/* mini.h - what the runtime's unit tests share: a loop on a virtual clock, and
 * a chain written by hand in the way the generator writes them. */
#ifndef MINI_H
#define MINI_H

#include "chain/private/gen.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#define MS UINT64_C(1000000)

/* ---- a loop whose clock stands still, except that waiting for a timer moves it there ---- */

struct world {
    struct chain_loop loop; /* first */
    uint64_t clock;
    unsigned polls;               /* waits that were asked not to block */
    unsigned blocks;              /* waits that could */
    void (*idle)(struct world *); /* waits for ever: NULL stops the loop */
};

static inline uint64_t world_now(struct chain_loop *loop)
{
    return ((struct world *)(void *)loop)->clock;
}

static inline void world_wait(struct chain_loop *loop, uint64_t deadline)
{
    struct world *world = (struct world *)(void *)loop;

    if (deadline <= world->clock) {
        world->polls++;
        return;
    }
    world->blocks++;
    if (deadline != UINT64_MAX)
        world->clock = deadline;
    else if (world->idle != NULL)
        world->idle(world);
    else
        chain_loop_stop(loop);
}

static const struct chain_port world_port = { .now = world_now, .wait = world_wait };

static inline void world_open(struct world *world)
{
    memset(world, 0, sizeof *world);
    world->clock = 1000 * MS;
    assert_int_equal(chain_loop_init(&world->loop, &world_port), 0);
}

/* Ends the loop, which must have nothing left. */
static inline void world_close(struct world *world)
{
    assert_null(world->loop.ready.first);
    assert_int_equal(world->loop.armed, 0);
    assert_int_equal(chain_loop_fini(&world->loop), 0);
}

/* ---- what happened, as a string ------------------------------------------ */

static char diary[4096];
static bool silent; /* notes are not taken */

static inline void note(const char *format, ...)
{
    size_t used;
    va_list arguments;

    if (silent)
        return;
    used = strlen(diary);
    va_start(arguments, format);
    vsnprintf(diary + used, sizeof diary - used, format, arguments);
    va_end(arguments);
}

#define assert_diary(text)                \
    do {                                  \
        assert_string_equal(diary, text); \
        diary[0] = '\0';                  \
    } while (0)

/* ---- an operation whose deferred is kept by the test: `async int ext(void)` ---- */

struct ext {
    unsigned char chain__none;
};

static inline struct chain_deferred ext_done(const struct ext *op)
{
    return chain__deferred(op);
}

static inline enum chain_settled ext_resolve(struct chain_deferred done, int value)
{
    int *place = chain__claim(done);

    if (place == NULL)
        return chain__late(done);
    *place = value;
    chain__settle(done, 0);
    return CHAIN_OK;
}

static inline enum chain_settled ext_resolve_soon(struct chain_deferred done, int value)
{
    int *place = chain__claim(done);

    if (place == NULL)
        return chain__late(done);
    *place = value;
    chain__settle_soon(done, 0);
    return CHAIN_OK;
}

static inline enum chain_settled ext_post(struct chain_deferred done, int value)
{
    int *place = chain__post_begin(done);

    if (place == NULL)
        return chain__post_late(done);
    *place = value;
    return chain__post_end(done, 0);
}

static inline enum chain_settled ext_resolve_shared(struct chain_deferred done, int value)
{
    int *place = chain__shared_claim(done);

    if (place == NULL)
        return chain__late(done);
    *place = value;
    chain__settle(done, 0);
    return CHAIN_OK;
}

/* ---- a chain: `ext` again and again, each value noted, until a round count or a rejection ---- */

union mini_area {
    struct ext ext;
    struct chain__delay delay;
    struct chain_failure failure;
    int value;
};

struct mini {
    struct chain_root root;
    union mini_area area; /* first in the frame */
    const struct chain_caller *caller;
    void (*start)(struct mini *mini); /* starts the operation in the area */
    struct chain_deferred done;       /* of the present wait */
    int rounds;                       /* left */
    char name;
};

CHAIN_STATIC_ASSERT(offsetof(struct mini, area) == sizeof(struct chain_root),
                    "the area follows the strand");

static inline void mini_keep(struct mini *mini)
{
    mini->done = ext_done(&mini->area.ext);
}

static inline struct chain_strand *mini_resume(struct chain_strand *strand, struct chain_loop *loop)
{
    struct mini *mini =
        (struct mini *)(void *)((char *)strand - offsetof(struct mini, root.strand));

    if (strand->op.at == 1)
        goto settled;
again:
    if (mini->rounds-- == 0)
        return chain__end(strand, loop, mini->caller);
    chain__begin(strand, 1);
    mini->start(mini);
    if (!chain__settled_at_once(strand)) {
        strand->op.at = 1;
        return chain__suspend(loop);
    }
settled:
    if (strand->op.code != 0) {
        note("%c!%d ", mini->name, strand->op.code);
        return chain__end(strand, loop, mini->caller);
    }
    note("%c%d ", mini->name, mini->area.value);
    goto again;
}

static const struct chain_site mini_sites[] = { { "mini.chain", 1, 1, "start" },
                                                { "mini.chain", 2, 5, "ext" } };
static const struct chain_type mini_type = {
    .resume = mini_resume, .name = "mini", .sites = mini_sites, .states = 2
};

static inline void mini_init(struct mini *mini, char name, int rounds)
{
    memset(mini, 0, sizeof *mini);
    mini->name = name;
    mini->rounds = rounds;
    mini->start = mini_keep;
}

static inline int mini_run(struct mini *mini, struct chain_loop *loop)
{
    int problem = chain__may_run(&mini->root, loop);
    return problem != 0 ? problem : chain__run(&mini->root, loop, &mini_type, &mini->caller);
}

#endif
