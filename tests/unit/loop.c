/* The turn, the ready queue, fairness: rules 11-14, 16, 17, 19. */
#include "mini.h"

static void start_at_once(struct mini *mini)
{
    assert_int_equal(ext_resolve(ext_done(&mini->area.ext), mini->rounds), CHAIN_OK);
}

static void rule_14_ready_is_first_in_first_out(void **state)
{
    struct world world;
    struct mini m[4];

    (void)state;
    world_open(&world);
    for (int i = 0; i < 4; i++) {
        mini_init(&m[i], (char)('a' + i), 1);
        mini_run(&m[i], &world.loop);
    }
    chain_loop_turn(&world.loop, false);
    ext_resolve(m[2].done, 2);
    ext_resolve(m[0].done, 0);
    ext_resolve(m[3].done, 3);
    ext_resolve(m[1].done, 1);
    assert_diary(""); /* rule 12: nothing ran inside */
    assert_false(chain_loop_turn(&world.loop, false));
    assert_diary("c2 a0 d3 b1 ");
    world_close(&world);
}

static void rule_11_settled_inside_start_goes_on_at_once(void **state)
{
    struct world world;
    struct mini a, b;

    (void)state;
    world_open(&world);
    mini_init(&a, 'a', 3);
    mini_init(&b, 'b', 2);
    a.start = b.start = start_at_once;
    mini_run(&a, &world.loop);
    mini_run(&b, &world.loop);
    chain_loop_run(&world.loop);
    assert_diary("a2 a1 a0 b1 b0 ");
    assert_int_equal(chain_root_outcome(&a.root), CHAIN_OUTCOME_VALUE);
    world_close(&world);
}

static void rule_13_ten_million_immediate_steps(void **state)
{
    struct world world;
    struct mini a;

    (void)state;
    world_open(&world);
    mini_init(&a, 'a', 10000000);
    a.start = start_at_once;
    mini_run(&a, &world.loop);
    silent = true;
    chain_loop_run(&world.loop);
    silent = false;
    assert_int_equal(a.rounds, -1);
    world_close(&world);
}

static void start_soon(struct mini *mini)
{
    ext_resolve_soon(ext_done(&mini->area.ext), mini->rounds);
}

static void settle_soon_lets_the_ready_ones_go_first(void **state)
{
    struct world world;
    struct mini a, b;

    (void)state;
    world_open(&world);
    mini_init(&a, 'a', 2);
    mini_init(&b, 'b', 2);
    a.start = b.start = start_soon;
    mini_run(&a, &world.loop);
    mini_run(&b, &world.loop);
    chain_loop_run(&world.loop);
    assert_diary("a1 b1 a0 b0 ");
    world_close(&world);
}

/* ---- fairness ------------------------------------------------------------ */

/* `loop { }` that never waits: yields whenever the budget ends. */
struct spinner {
    struct chain_root root;
    const struct chain_caller *caller;
    unsigned rounds;
    bool enough;
};

static struct chain_strand *spin(struct chain_strand *strand, struct chain_loop *loop)
{
    struct spinner *spinner =
        (struct spinner *)(void *)((char *)strand - offsetof(struct spinner, root.strand));

    do {
        if (spinner->enough)
            return chain__end(strand, loop, spinner->caller);
        spinner->rounds++;
    } while (chain__may_go_on(loop));
    return chain__yield(strand, loop, 0);
}

static const struct chain_type spinner_type = { .resume = spin, .name = "spinner" };

static struct spinner spinner;

static void enough(struct chain_timer *timer, struct chain_loop *loop)
{
    (void)timer;
    (void)loop;
    spinner.enough = true;
}

static void rule_17_a_loop_that_never_waits_lets_others_run(void **state)
{
    struct world world;
    struct mini a;
    struct chain_timer timer = { .fire = enough };

    (void)state;
    world_open(&world);
    memset(&spinner, 0, sizeof spinner);
    assert_int_equal(chain__run(&spinner.root, &world.loop, &spinner_type, &spinner.caller), 0);
    mini_init(&a, 'a', 1);
    mini_run(&a, &world.loop);
    for (unsigned turn = 1; turn <= 5; turn++) {
        unsigned before = spinner.rounds;
        assert_true(chain_loop_turn(&world.loop, true));
        assert_int_equal(world.polls, turn); /* I/O is looked at in each */
        assert_true(spinner.rounds > before && spinner.rounds - before <= CHAIN_BUDGET + 1);
    }
    assert_int_equal(world.blocks, 0);
    ext_resolve(a.done, 7);
    chain_timer_arm(&world.loop, &timer, chain_loop_deadline(&world.loop, 0));
    chain_loop_run(&world.loop);
    assert_diary("a7 ");
    assert_int_equal(chain_root_outcome(&spinner.root), CHAIN_OUTCOME_VALUE);
    world_close(&world);
}

static unsigned rearmed;

static void rearm(struct chain_timer *timer, struct chain_loop *loop)
{
    if (++rearmed < 10 * CHAIN_BUDGET)
        chain_timer_arm(loop, timer, chain_loop_deadline(loop, 0));
}

static void rule_17_timers_that_arm_themselves_let_io_be_polled(void **state)
{
    struct world world;
    struct chain_timer timer = { .fire = rearm };

    (void)state;
    world_open(&world);
    rearmed = 0;
    chain_timer_arm(&world.loop, &timer, world.clock);
    while (chain_loop_turn(&world.loop, true))
        continue;
    assert_int_equal(rearmed, 10 * CHAIN_BUDGET);
    assert_true(world.polls >= 9);
    assert_int_equal(world.clock, 1000 * MS);
    world_close(&world);
}

static void rule_17_more_ready_strands_than_budget(void **state)
{
    enum { N = 3 * CHAIN_BUDGET };
    static struct mini m[N];
    struct chain_left left;
    struct world world;

    (void)state;
    world_open(&world);
    for (int i = 0; i < N; i++) {
        mini_init(&m[i], 'x', 0);
        mini_run(&m[i], &world.loop);
    }
    assert_true(chain_loop_turn(&world.loop, true));
    assert_true(chain_loop_left(&world.loop, &left) && left.roots < N);
    chain_loop_run(&world.loop);
    assert_false(chain_loop_left(&world.loop, &left));
    assert_int_equal(world.blocks, 0);
    world_close(&world);
}

/* ---- turns --------------------------------------------------------------- */

static unsigned clock_readings;

static uint64_t count_now(struct chain_loop *loop)
{
    clock_readings++;
    return world_now(loop);
}

static void rule_19_the_clock_is_read_once_per_turn(void **state)
{
    static const struct chain_port counting = { .now = count_now, .wait = world_wait };
    struct world world;
    struct mini a;

    (void)state;
    memset(&world, 0, sizeof world);
    assert_int_equal(chain_loop_init(&world.loop, &counting), 0);
    clock_readings = 0;
    mini_init(&a, 'a', 1);
    mini_run(&a, &world.loop);
    chain_loop_turn(&world.loop, true);
    chain_loop_turn(&world.loop, false);
    assert_int_equal(clock_readings, 2);
    ext_resolve(a.done, 1);
    chain_loop_run(&world.loop);
    assert_int_equal(clock_readings, 3);
    diary[0] = '\0';
    world_close(&world);
}

static void idle_resolves(struct world *world)
{
    struct mini *mini = world->loop.context;

    world->clock += 77 * MS;
    ext_resolve(mini->done, 1);
}

static void a_delay_after_a_wait_starts_when_the_wait_ended(void **state)
{
    struct world world;
    struct mini a;

    (void)state;
    world_open(&world);
    world.idle = idle_resolves;
    world.loop.context = &a;
    mini_init(&a, 'a', 1);
    mini_run(&a, &world.loop);
    chain_loop_run(&world.loop);
    assert_int_equal(world.loop.now, 1077 * MS);
    assert_diary("a1 ");
    world_close(&world);
}

static void a_turn_with_nothing_left_does_not_block(void **state)
{
    struct world world;

    (void)state;
    world_open(&world);
    assert_false(chain_loop_turn(&world.loop, true));
    assert_int_equal(world.blocks, 0);
    chain_loop_run(&world.loop);
    assert_int_equal(world.polls, 1);
    world_close(&world);
}

static void stop_ends_run_once(void **state)
{
    struct world world;
    struct mini a;

    (void)state;
    world_open(&world);
    mini_init(&a, 'a', 1);
    mini_run(&a, &world.loop);
    chain_loop_stop(&world.loop);
    chain_loop_run(&world.loop);
    assert_int_equal(world.polls, 0);
    chain_loop_run(&world.loop); /* stopped by the port, as nothing can happen any more */
    assert_int_equal(world.blocks, 1);
    ext_resolve(a.done, 3);
    chain_loop_run(&world.loop);
    assert_diary("a3 ");
    world_close(&world);
}

static void loops_run_out(void **state)
{
    static struct world worlds[CHAIN_LOOPS_MAX];
    struct world one_more;
    int made = 0;

    (void)state;
    memset(&one_more, 0, sizeof one_more);
    while (made < CHAIN_LOOPS_MAX && chain_loop_init(&worlds[made].loop, &world_port) == 0)
        made++;
    assert_true(made > CHAIN_LOOPS_MAX / 2);
    if (made == CHAIN_LOOPS_MAX)
        assert_int_not_equal(chain_loop_init(&one_more.loop, &world_port), 0);
    for (int i = 0; i < made; i++)
        assert_int_equal(chain_loop_fini(&worlds[i].loop), 0);
    world_open(&one_more);
    world_close(&one_more);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(rule_14_ready_is_first_in_first_out),
        cmocka_unit_test(rule_11_settled_inside_start_goes_on_at_once),
        cmocka_unit_test(rule_13_ten_million_immediate_steps),
        cmocka_unit_test(settle_soon_lets_the_ready_ones_go_first),
        cmocka_unit_test(rule_17_a_loop_that_never_waits_lets_others_run),
        cmocka_unit_test(rule_17_timers_that_arm_themselves_let_io_be_polled),
        cmocka_unit_test(rule_17_more_ready_strands_than_budget),
        cmocka_unit_test(rule_19_the_clock_is_read_once_per_turn),
        cmocka_unit_test(a_delay_after_a_wait_starts_when_the_wait_ended),
        cmocka_unit_test(a_turn_with_nothing_left_does_not_block),
        cmocka_unit_test(stop_ends_run_once),
        cmocka_unit_test(loops_run_out),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
