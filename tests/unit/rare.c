/* What happens only when two loops or two threads meet at one moment, or when a
 * loop is out of budget at it. Here the moment is made, by what is called in
 * which order. */
#include "../../runtime/core/core.h"
#include "mini.h"

#include <errno.h>

/* What pool.c locks is not locked yet, and what it unlocks is locked. */
static bool locked;

static void lock(uint32_t *word)
{
    assert_false(locked);
    locked = true;
    chain__lock(word);
}

static void unlock(uint32_t *word)
{
    assert_true(locked);
    locked = false;
    chain__unlock(word);
}

#define chain__lock lock
#define chain__unlock unlock
#include "../../runtime/core/pool.c"
#undef chain__lock
#undef chain__unlock

static struct world world, other;

static int open_worlds(void **state)
{
    (void)state;
    diary[0] = '\0';
    world_open(&world);
    world_open(&other);
    return 0;
}

static int close_worlds(void **state)
{
    (void)state;
    world_close(&world);
    world_close(&other);
    assert_false(locked);
    return 0;
}

/* ---- a pool that two loops share ----------------------------------------- */

/* `spawn` and no more: what the step was given stays in `op`. */
struct spawner {
    struct chain_root root;
    struct chain__spawn op; /* first in the frame */
    const struct chain_caller *caller;
    char name;
};

static struct slot {
    struct chain__instance instance;
    char frame[64];
} slots[1];
static struct chain__pool pool;

static struct chain_strand *spawner_resume(struct chain_strand *strand, struct chain_loop *loop)
{
    struct spawner *spawner =
        (struct spawner *)(void *)((char *)strand - offsetof(struct spawner, root.strand));

    if (strand->op.at == 0) {
        chain__begin(strand, 1);
        chain__spawn_pooled(&spawner->op, &pool);
        if (!chain__settled_at_once(strand)) {
            strand->op.at = 1;
            return chain__suspend(loop);
        }
    }
    note("%c%d ", spawner->name, strand->op.code);
    if (strand->op.code != 0)
        chain__not_spawned(&spawner->op);
    return chain__end(strand, loop, &chain__root_caller);
}

static void spawner_cancel(struct chain_strand *strand, struct chain_loop *loop)
{
    struct spawner *spawner =
        (struct spawner *)(void *)((char *)strand - offsetof(struct spawner, root.strand));

    (void)loop;
    chain__spawn_cancel(&spawner->op);
}

static const struct chain_type spawner_type = { .resume = spawner_resume,
                                                .cancel = spawner_cancel,
                                                .name = "spawner" };

static void spawn_on(struct spawner *spawner, char name, struct world *where)
{
    memset(spawner, 0, sizeof *spawner);
    spawner->name = name;
    assert_int_equal(chain__run(&spawner->root, &where->loop, &spawner_type, &spawner->caller), 0);
    chain_loop_turn(&where->loop, false);
}

static void new_pool(void)
{
    memset(slots, 0, sizeof slots);
    pool = (struct chain__pool)CHAIN__POOL(pool, slots);
}

static void rule_79_an_instance_goes_to_another_loop(void **state)
{
    struct spawner a, b, c;

    (void)state;
    new_pool();
    spawn_on(&a, 'a', &world);
    spawn_on(&b, 'b', &other);
    spawn_on(&c, 'c', &world);
    assert_diary("a0 ");
    chain__give_back(a.op.instance);
    assert_null(pool.free); /* b waited first */
    chain_loop_turn(&world.loop, false);
    assert_diary("");
    chain_loop_turn(&other.loop, false);
    assert_diary("b0 ");
    assert_ptr_equal(b.op.instance, &slots[0].instance);
    chain__give_back(b.op.instance);
    chain_loop_turn(&world.loop, false);
    assert_diary("c0 ");
    assert_ptr_equal(c.op.instance, &slots[0].instance);
    chain__give_back(c.op.instance);
    assert_ptr_equal(pool.free, &slots[0].instance);
}

/* It is cancelled after the instance has been sent: that goes back. */
static void rule_79_an_instance_that_comes_too_late_goes_back(void **state)
{
    struct spawner a, b;

    (void)state;
    new_pool();
    spawn_on(&a, 'a', &world);
    spawn_on(&b, 'b', &other);
    chain__give_back(a.op.instance);
    chain_root_cancel(&b.root);
    assert_null(pool.free);
    assert_diary("a0 ");
    chain_loop_turn(&other.loop, false);
    assert_diary("b-1 ");
    assert_int_equal(chain_root_outcome(&b.root), CHAIN_OUTCOME_CANCELLED);
    assert_ptr_equal(pool.free, &slots[0].instance);
}

/* One that waits is cancelled: it is out of the list, and what comes back afterwards is free. */
static void rule_79_who_is_cancelled_waits_no_more(void **state)
{
    struct spawner a, b;

    (void)state;
    new_pool();
    spawn_on(&a, 'a', &world);
    spawn_on(&b, 'b', &world);
    chain_root_cancel(&b.root);
    chain__give_back(a.op.instance);
    assert_ptr_equal(pool.free, &slots[0].instance);
    chain_loop_turn(&world.loop, false);
    assert_diary("a0 b-1 ");
}

static void rule_80_nothing_is_spawned_from_a_pool_while_the_loop_ends(void **state)
{
    struct mini pending;
    struct spawner a;

    (void)state;
    new_pool();
    mini_init(&pending, 'p', 1);
    mini_run(&pending, &world.loop);
    chain_loop_turn(&world.loop, false);
    chain_loop_cancel(&world.loop);
    spawn_on(&a, 'a', &world);
    assert_int_equal(chain_root_rejection(&a.root).code, CHAIN_ECLOSED);
    assert_null(a.op.instance);
    chain__acknowledge(pending.done);
    chain_loop_turn(&world.loop, false);
    note("| ");
    spawn_on(&a, 'b', &world); /* all that ran has ended */
    assert_ptr_equal(a.op.instance, &slots[0].instance);
    diary[0] = '\0';
}

/* ---- requests to cancel -------------------------------------------------- */

static void run_on_other(struct chain_root *root)
{
    struct mini *mini = (struct mini *)(void *)root;

    root->on_settled = NULL;
    mini->name = 'b';
    mini->rounds = 1;
    mini_run(mini, &other.loop);
}

static void rule_66_a_request_is_for_the_run_it_was_made_of(void **state)
{
    struct chain_cancel_request request = { .busy = 0 };
    struct mini a;

    (void)state;
    mini_init(&a, 'a', 1);
    a.root.on_settled = run_on_other;
    mini_run(&a, &world.loop);
    chain_loop_turn(&world.loop, false);
    ext_resolve(a.done, 1);
    assert_int_equal(chain_root_post_cancel(&request, &a.root), CHAIN_OK);
    chain_loop_turn(&world.loop, false);
    assert_true(chain_cancel_request_is_free(&request));
    assert_diary("a1 ");
    chain_loop_turn(&other.loop, false);
    ext_resolve(a.done, 2);
    chain_loop_turn(&other.loop, false);
    assert_diary("b2 ");
    assert_int_equal(chain_root_outcome(&a.root), CHAIN_OUTCOME_VALUE);
}

/* They cost as much of the budget as whatever else is ready, and what is over
 * is done in the next turn. */
static void rule_17_more_requests_than_budget(void **state)
{
    static struct chain_cancel_request requests[CHAIN_BUDGET + 1];
    struct mini a;

    (void)state;
    mini_init(&a, 'a', 0);
    mini_run(&a, &world.loop);
    chain_loop_turn(&world.loop, false);
    for (int i = 0; i <= CHAIN_BUDGET; i++)
        assert_int_equal(chain_root_post_cancel(&requests[i], &a.root), CHAIN_OK);
    assert_true(chain_loop_turn(&world.loop, true));
    assert_true(chain_cancel_request_is_free(&requests[CHAIN_BUDGET - 1]));
    assert_false(chain_cancel_request_is_free(&requests[CHAIN_BUDGET]));
    assert_false(chain_loop_turn(&world.loop, true));
    assert_true(chain_cancel_request_is_free(&requests[CHAIN_BUDGET]));
    assert_int_equal(world.blocks, 0);
}

static void a_stopped_loop_does_not_wait(void **state)
{
    struct mini a;

    (void)state;
    mini_init(&a, 'a', 1);
    mini_run(&a, &world.loop);
    chain_loop_turn(&world.loop, false);
    chain_loop_stop(&world.loop);
    assert_true(chain_loop_turn(&world.loop, true));
    assert_int_equal(world.blocks, 0);
    chain_loop_run(&world.loop); /* takes note of the stop */
    ext_resolve(a.done, 1);
    chain_loop_run(&world.loop);
    assert_diary("a1 ");
}

/* ---- wake-ups ------------------------------------------------------------ */

static unsigned wakes;

static void count_wake(struct chain_loop *loop)
{
    (void)loop;
    wakes++;
}

static struct mini *posts;

static void post_while_asleep(struct chain_loop *loop, uint64_t deadline)
{
    (void)loop;
    if (deadline != 0 && posts != NULL)
        assert_int_equal(ext_post(posts->done, 1), CHAIN_OK);
}

/* One that does not wait is not woken. */
static void rule_99_only_who_sleeps_is_woken(void **state)
{
    static const struct chain_port port = { .now = world_now,
                                            .wait = post_while_asleep,
                                            .wake = count_wake };
    struct mini a, b;

    (void)state;
    wakes = 0;
    world.loop.port = &port;
    mini_init(&a, 'a', 1);
    mini_init(&b, 'b', 1);
    mini_run(&a, &world.loop);
    mini_run(&b, &world.loop);
    chain_loop_turn(&world.loop, false);
    posts = &a;
    chain_loop_turn(&world.loop, true);
    assert_diary("a1 ");
    assert_int_equal(wakes, 1);
    posts = NULL;
    chain_loop_turn(&world.loop, true); /* sleeps, and wakes up by itself */
    assert_int_equal(ext_post(b.done, 2), CHAIN_OK);
    assert_int_equal(wakes, 1);
    chain_loop_turn(&world.loop, true);
    assert_diary("b2 ");
}

/* ---- timeouts that fire while what they wait for has ended, or has jumped ---- */

struct timed {
    struct chain_root root;
    struct chain__timeout timeout; /* first in the frame */
    struct {
        struct chain_strand strand;
        union mini_area area;
    } body;
    struct chain_deferred done; /* of what the body waits for */
    const struct chain_caller *caller;
    bool jumps;
};

static struct chain_strand *timed_body(struct timed *timed, struct chain_strand *strand,
                                       struct chain_loop *loop)
{
    if (strand->op.at == 2) {
        if (timed->jumps) /* and something is cleaned up on the way */
            chain__branch_jumped(&timed->root.strand, strand, loop);
        chain__begin(strand, 3);
        timed->done = chain__deferred(&timed->body.area);
        strand->op.at = 3;
        return chain__suspend(loop);
    }
    note("body%d ", strand->op.code);
    chain__branch_ended(&timed->root.strand, strand, loop);
    loop->budget = 0; /* its parent is ready, and is resumed in the next turn */
    return chain__suspend(loop);
}

static struct chain_strand *timed_resume(struct chain_strand *strand, struct chain_loop *loop)
{
    struct timed *timed;

    if (strand->op.at >= 2)
        return timed_body((struct timed *)(void *)((char *)strand
                                                   - offsetof(struct timed, body.strand)),
                          strand, loop);
    timed = (struct timed *)(void *)((char *)strand - offsetof(struct timed, root.strand));
    if (strand->op.at == 0) {
        chain__fork(strand, CHAIN__ALL, 1, 1);
        chain__timeout_start(strand, loop, 5 * (int64_t)MS);
        chain__strand_start(strand, &timed->body.strand, loop, 2);
        if (!chain__join(strand, loop))
            return chain__suspend(loop);
    }
    if (!chain__joined(strand, loop))
        return chain__suspend(loop);
    chain__timeout_end(strand, loop);
    note("joined%d ", strand->op.code);
    return chain__end(strand, loop, &chain__root_caller);
}

static const struct chain_type timed_type = { .resume = timed_resume, .name = "timed" };

static void start_timed(struct timed *timed, bool jumps)
{
    memset(timed, 0, sizeof *timed);
    timed->jumps = jumps;
    assert_int_equal(chain__run(&timed->root, &world.loop, &timed_type, &timed->caller), 0);
    chain_loop_turn(&world.loop, false);
}

static void rule_83_an_end_counts_before_its_strand_is_resumed(void **state)
{
    struct timed timed;

    (void)state;
    start_timed(&timed, false);
    world.clock += 10 * MS;
    ext_resolve(timed.done, 1);
    chain_loop_turn(&world.loop, false); /* the timer fires */
    assert_int_equal(world.loop.armed, 0);
    assert_diary("body0 ");
    chain_loop_turn(&world.loop, false);
    assert_diary("joined0 ");
    assert_int_equal(chain_root_outcome(&timed.root), CHAIN_OUTCOME_VALUE);
}

static void rule_93_a_jump_counts_while_it_cleans_up(void **state)
{
    struct timed timed;

    (void)state;
    start_timed(&timed, true);
    world.clock += 10 * MS;
    chain_loop_turn(&world.loop, false); /* the timer fires */
    assert_int_equal(world.loop.armed, 0);
    assert_diary("");
    ext_resolve(timed.done, 1);
    chain_loop_turn(&world.loop, false);
    chain_loop_turn(&world.loop, false);
    assert_diary("body0 joined0 ");
    assert_int_equal(chain_root_outcome(&timed.root), CHAIN_OUTCOME_VALUE);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, open_worlds, close_worlds)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(rule_79_an_instance_goes_to_another_loop),
        TEST(rule_79_an_instance_that_comes_too_late_goes_back),
        TEST(rule_79_who_is_cancelled_waits_no_more),
        TEST(rule_80_nothing_is_spawned_from_a_pool_while_the_loop_ends),
        TEST(rule_66_a_request_is_for_the_run_it_was_made_of),
        TEST(rule_17_more_requests_than_budget),
        TEST(a_stopped_loop_does_not_wait),
        TEST(rule_99_only_who_sleeps_is_woken),
        TEST(rule_83_an_end_counts_before_its_strand_is_resumed),
        TEST(rule_93_a_jump_counts_while_it_cleans_up),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
