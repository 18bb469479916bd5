/* Chains that C code runs: rules 72, 105, and running a frame again. */
#include "mini.h"

#include <errno.h>
#include <stdlib.h>

static void hear(struct chain_loop *loop, const struct chain_error *error)
{
    (void)loop;
    note("unhandled %d ", error->code);
}

static struct world world;

static int open_world(void **state)
{
    (void)state;
    diary[0] = '\0';
    world_open(&world);
    world.loop.on_unhandled = hear;
    return 0;
}

static void finish(struct mini *mini, int code)
{
    chain_loop_turn(&world.loop, false);
    if (code == 0)
        ext_resolve(mini->done, 1);
    else
        chain__reject(mini->done, code, NULL, 0);
    chain_loop_turn(&world.loop, false);
    diary[0] = '\0';
}

static void a_zeroed_frame_is_quiescent(void **state)
{
    struct mini m;

    (void)state;
    mini_init(&m, 'm', 1);
    assert_true(chain_root_is_quiescent(&m.root));
    assert_int_equal(chain_root_outcome(&m.root), CHAIN_OUTCOME_PENDING);
    mini_run(&m, &world.loop);
    assert_false(chain_root_is_quiescent(&m.root));
    assert_int_equal(mini_run(&m, &world.loop), EBUSY);
    chain_loop_turn(&world.loop, false);
    assert_int_equal(mini_run(&m, &world.loop), EBUSY);
    finish(&m, 0);
    assert_true(chain_root_is_quiescent(&m.root));
    world_close(&world);
}

static void rule_105_an_unread_rejection_is_reported_when_the_loop_ends(void **state)
{
    struct mini m[4];

    (void)state;
    for (int i = 0; i < 4; i++) {
        mini_init(&m[i], 'm', 1);
        mini_run(&m[i], &world.loop);
        finish(&m[i], 10 + i);
        assert_true(chain_root_is_quiescent(&m[i].root));
    }
    assert_int_equal(chain_root_rejection(&m[1].root).code, 11);
    assert_int_equal(chain_root_outcome(&m[3].root), CHAIN_OUTCOME_REJECTED);
    world_close(&world);
    assert_diary("unhandled 10 unhandled 12 ");
    assert_int_equal(chain_root_rejection(&m[0].root).code, 10);
}

static void rule_105_an_unread_rejection_is_reported_when_its_frame_runs_again(void **state)
{
    struct mini m;

    (void)state;
    mini_init(&m, 'm', 1);
    mini_run(&m, &world.loop);
    finish(&m, EIO);
    m.rounds = 1;
    assert_int_equal(mini_run(&m, &world.loop), 0);
    assert_diary("unhandled 5 ");
    finish(&m, 0);
    assert_int_equal(chain_root_outcome(&m.root), CHAIN_OUTCOME_VALUE);
    assert_int_equal(chain_root_rejection(&m.root).code, 0);
    world_close(&world);
    assert_diary("");
}

static struct mini *looked_at;

static void look(struct chain_loop *loop, const struct chain_error *error)
{
    hear(loop, error);
    assert_int_equal(chain_root_outcome(&looked_at->root), CHAIN_OUTCOME_REJECTED);
}

static void rule_105_whoever_is_told_may_look(void **state)
{
    struct mini m;

    (void)state;
    world.loop.on_unhandled = look;
    looked_at = &m;
    mini_init(&m, 'm', 1);
    for (int i = 0; i < 2; i++) {
        m.rounds = 1;
        assert_int_equal(mini_run(&m, &world.loop), 0);
        finish(&m, EIO + i);
    }
    world_close(&world);
    assert_diary("unhandled 6 ");
}

static void run_that(struct chain_loop *loop, const struct chain_error *error)
{
    hear(loop, error);
    looked_at->rounds = 1;
    assert_int_equal(mini_run(looked_at, loop), 0);
}

static void rule_105_whoever_is_told_may_run_it(void **state)
{
    struct mini m;

    (void)state;
    world.loop.on_unhandled = run_that;
    looked_at = &m;
    mini_init(&m, 'm', 1);
    mini_run(&m, &world.loop);
    finish(&m, EIO);
    assert_int_equal(mini_run(&m, &world.loop), EBUSY);
    assert_diary("unhandled 5 ");
    finish(&m, 0);
    assert_int_equal(chain_root_outcome(&m.root), CHAIN_OUTCOME_VALUE);
    world_close(&world);
}

static void tell(struct chain_root *root)
{
    note("settled %d %s ", (int)root->outcome, (const char *)root->context);
}

static void rule_72_on_settled_is_called_once(void **state)
{
    struct mini a, b;

    (void)state;
    mini_init(&a, 'a', 0);
    mini_init(&b, 'b', 1);
    a.root.on_settled = b.root.on_settled = tell;
    a.root.context = "a";
    b.root.context = "b";
    mini_run(&b, &world.loop);
    mini_run(&a, &world.loop);
    chain_loop_turn(&world.loop, false);
    assert_diary("settled 1 a ");
    chain__reject(b.done, EIO, NULL, 0);
    chain_loop_run(&world.loop);
    assert_diary("b!5 settled 2 b ");
    world_close(&world);
    assert_diary(""); /* who is told has looked */
}

static void run_again(struct chain_root *root)
{
    struct mini *mini = (struct mini *)(void *)root;

    note("again ");
    if (root->context != NULL)
        return;
    root->context = mini;
    mini->rounds = 0;
    assert_int_equal(mini_run(mini, &world.loop), 0);
}

static void on_settled_may_run_it_again(void **state)
{
    struct mini m;

    (void)state;
    mini_init(&m, 'm', 0);
    m.root.on_settled = run_again;
    mini_run(&m, &world.loop);
    chain_loop_run(&world.loop);
    assert_diary("again again ");
    world_close(&world);
}

static void cancel_and_resolve(struct mini *mini)
{
    mini_keep(mini);
    chain_root_cancel(&mini->root);
    ext_resolve(mini->done, 1);
}

static void rule_17_an_end_inside_a_cancelled_start_leaves_the_budget_as_it_was(void **state)
{
    struct mini a, b;
    int32_t budget;

    (void)state;
    mini_init(&a, 'a', 1);
    mini_init(&b, 'b', 0);
    mini_run(&b, &world.loop);
    chain_loop_turn(&world.loop, false);
    budget = world.loop.budget; /* after one resumption */
    a.start = cancel_and_resolve;
    b.rounds = 0;
    mini_run(&a, &world.loop);
    mini_run(&b, &world.loop);
    chain_loop_turn(&world.loop, false);
    assert_int_equal(chain_root_outcome(&a.root), CHAIN_OUTCOME_CANCELLED);
    assert_int_equal(chain_root_outcome(&b.root), CHAIN_OUTCOME_VALUE);
    assert_int_equal(world.loop.budget, budget - 1);
    assert_int_equal(world.loop.spared, 0);
    world_close(&world);
}

static void free_it(struct chain_root *root)
{
    note("freed ");
    memset(root, 0x5a, sizeof(struct mini));
    free(root);
}

static void on_settled_may_free_it(void **state)
{
    struct mini *m[3];

    (void)state;
    for (int i = 0; i < 3; i++) {
        m[i] = malloc(sizeof *m[i]);
        assert_non_null(m[i]);
        mini_init(m[i], 'm', 0);
        m[i]->root.on_settled = free_it;
        mini_run(m[i], &world.loop);
    }
    chain_loop_run(&world.loop);
    assert_diary("freed freed freed ");
    assert_null(world.loop.roots);
    world_close(&world);
}

static void fini_counts_what_still_runs(void **state)
{
    struct mini m[3];

    (void)state;
    for (int i = 0; i < 3; i++) {
        mini_init(&m[i], 'm', 1);
        mini_run(&m[i], &world.loop);
    }
    chain_loop_turn(&world.loop, false);
    ext_resolve(m[1].done, 1);
    chain_loop_turn(&world.loop, false);
    assert_int_equal(chain_loop_fini(&world.loop), 2);
    assert_false(chain_root_is_quiescent(&m[0].root));
    assert_true(chain_root_is_quiescent(&m[1].root));
    assert_false(chain_root_is_quiescent(&m[2].root));
}

#define TEST(name) cmocka_unit_test_setup(name, open_world)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(a_zeroed_frame_is_quiescent),
        TEST(rule_105_an_unread_rejection_is_reported_when_the_loop_ends),
        TEST(rule_105_an_unread_rejection_is_reported_when_its_frame_runs_again),
        TEST(rule_105_whoever_is_told_may_look),
        TEST(rule_105_whoever_is_told_may_run_it),
        TEST(rule_72_on_settled_is_called_once),
        TEST(rule_17_an_end_inside_a_cancelled_start_leaves_the_budget_as_it_was),
        TEST(on_settled_may_run_it_again),
        TEST(on_settled_may_free_it),
        TEST(fini_counts_what_still_runs),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
