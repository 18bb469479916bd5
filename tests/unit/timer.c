/* Timers: rules 15, 19, 86-88. */
#include "mini.h"

#include <stdlib.h>

struct alarm {
    struct chain_timer timer; /* first */
    int name;
    void (*also)(struct alarm *alarm, struct chain_loop *loop);
};

static void ring(struct chain_timer *timer, struct chain_loop *loop)
{
    struct alarm *alarm = (struct alarm *)(void *)timer;

    assert_null(timer->link);
    assert_true(loop->now >= timer->deadline);
    note("%d ", alarm->name);
    if (alarm->also != NULL)
        alarm->also(alarm, loop);
}

static void arm(struct world *world, struct alarm *alarm, int name, uint64_t deadline)
{
    memset(alarm, 0, sizeof *alarm);
    alarm->name = name;
    alarm->timer.fire = ring;
    chain_timer_arm(&world->loop, &alarm->timer, deadline);
}

static void finish(struct world *world)
{
    while (chain_loop_turn(&world->loop, true))
        continue;
}

static void rule_15_by_deadline_then_by_arming_order(void **state)
{
    struct world world;
    struct alarm a[6];

    (void)state;
    world_open(&world);
    arm(&world, &a[0], 0, world.clock + 30 * MS);
    arm(&world, &a[1], 1, world.clock + 10 * MS);
    arm(&world, &a[2], 2, world.clock + 20 * MS);
    arm(&world, &a[3], 3, world.clock + 10 * MS);
    arm(&world, &a[4], 4, world.clock);
    arm(&world, &a[5], 5, world.clock + 10 * MS);
    finish(&world);
    assert_diary("4 1 3 5 2 0 ");
    assert_int_equal(world.clock, 1030 * MS);
    assert_int_equal(world.blocks, 3);
    world_close(&world);
}

static struct alarm zero;

static void arm_zero(struct alarm *alarm, struct chain_loop *loop)
{
    (void)alarm;
    arm((struct world *)(void *)loop, &zero, 9, chain_loop_deadline(loop, 0));
    note("armed ");
}

static void rule_15_zero_fires_in_this_instant_after_those_due(void **state)
{
    struct world world;
    struct alarm a[3];

    (void)state;
    world_open(&world);
    for (int i = 0; i < 3; i++)
        arm(&world, &a[i], i, world.clock + MS);
    a[0].also = arm_zero;
    assert_false(chain_loop_turn(&world.loop, true));
    assert_diary("0 armed 1 2 9 ");
    assert_int_equal(world.clock, 1001 * MS);
    world_close(&world);
}

static void rule_88_saturates_and_never_fires(void **state)
{
    struct world world;
    struct alarm never, soon;

    (void)state;
    world_open(&world);
    assert_int_equal(chain_loop_deadline(&world.loop, -5), world.clock);
    assert_int_equal(chain_loop_deadline(&world.loop, INT64_MAX), world.clock + INT64_MAX);
    world.clock = UINT64_MAX - 10;
    assert_int_equal(chain_loop_deadline(&world.loop, 9), UINT64_MAX - 1);
    assert_int_equal(chain_loop_deadline(&world.loop, 10), UINT64_MAX);
    assert_int_equal(chain_loop_deadline(&world.loop, 11), UINT64_MAX);
    assert_int_equal(chain_loop_deadline(&world.loop, INT64_MAX), UINT64_MAX);

    arm(&world, &never, 1, UINT64_MAX);
    arm(&world, &soon, 2, UINT64_MAX - 1);
    world.clock = UINT64_MAX;
    assert_true(chain_loop_turn(&world.loop, false));
    assert_true(chain_loop_turn(&world.loop, false));
    assert_diary("2 ");
    chain_timer_disarm(&world.loop, &never.timer);
    world_close(&world);
}

static void rule_87_durations_are_clamped(void **state)
{
    (void)state;
    assert_int_equal(chain__duration(chain__whole(-1), 1000), 0);
    assert_int_equal(chain__duration(chain__whole(0), 1000), 0);
    assert_int_equal(chain__duration(chain__whole(3), 1000), 3000);
    assert_int_equal(chain__duration(chain__whole(INT64_MAX), 1), INT64_MAX / 2);
    assert_int_equal(chain__duration(chain__whole(INT64_MAX / 2), 1), INT64_MAX / 2);
    assert_int_equal(chain__duration(chain__whole(INT64_MAX / 1000), 1000), INT64_MAX / 2);
}

static void disarmed_ones_do_not_fire(void **state)
{
    struct world world;
    struct alarm a[8];

    (void)state;
    world_open(&world);
    for (int i = 0; i < 8; i++)
        arm(&world, &a[i], i, world.clock + (uint64_t)(i % 4) * MS);
    chain_timer_disarm(&world.loop, &a[0].timer); /* the first */
    chain_timer_disarm(&world.loop, &a[3].timer);
    chain_timer_disarm(&world.loop, &a[3].timer); /* no effect */
    chain_timer_disarm(&world.loop, &a[6].timer);
    finish(&world);
    assert_diary("4 1 5 2 7 ");
    chain_timer_disarm(&world.loop, &a[5].timer); /* has fired: no effect */
    world_close(&world);
}

/* ---- against a model ----------------------------------------------------- */

#ifndef MANY
#define MANY 100000
#endif

struct many {
    struct chain_timer timer; /* first */
    uint64_t order;           /* in which they were armed */
    bool armed;
};

static struct many many[MANY];
static struct many last;
static size_t fired, armed;
static uint64_t armings;
static uint32_t seed;

static uint32_t dice(uint32_t sides)
{
    seed = seed * 1664525u + 1013904223u;
    return (seed >> 8) % sides;
}

static void ring_many(struct chain_timer *timer, struct chain_loop *loop);

static void arm_many(struct chain_loop *loop, struct many *one)
{
    one->timer.fire = ring_many;
    one->order = armings++;
    one->armed = true;
    armed++;
    chain_timer_arm(loop, &one->timer, chain_loop_deadline(loop, dice(2000)));
}

static void disarm_many(struct chain_loop *loop, struct many *one)
{
    chain_timer_disarm(loop, &one->timer);
    if (one->armed)
        armed--;
    one->armed = false;
}

/* Nothing that fires is earlier than what fired before, unless it was armed since. */
static void ring_many(struct chain_timer *timer, struct chain_loop *loop)
{
    struct many *one = (struct many *)(void *)timer;

    assert_true(one->armed);
    assert_true(timer->deadline <= loop->now);
    assert_true(timer->deadline > last.timer.deadline
                || (timer->deadline == last.timer.deadline && one->order > last.order));
    last = *one;
    one->armed = false;
    armed--;
    fired++;
    for (int i = 0; i < 2; i++) {
        struct many *other = &many[dice(MANY)];
        if (other->armed && dice(3) == 0)
            disarm_many(loop, other);
        else if (!other->armed && dice(3) == 0)
            arm_many(loop, other);
    }
}

static void a_hundred_thousand_like_the_model(void **state)
{
    struct world world;
    size_t counted = 0;

    (void)state;
    world_open(&world);
    seed = 4711;
    for (int i = 0; i < MANY; i++)
        arm_many(&world.loop, &many[i]);
    for (int i = 0; i < MANY; i += 3)
        disarm_many(&world.loop, &many[i]);
    while (world.loop.armed != 0)
        chain_loop_turn(&world.loop, true);
    for (int i = 0; i < MANY; i++)
        counted += many[i].armed;
    assert_int_equal(armed, 0);
    assert_int_equal(counted, 0);
    assert_true(fired > MANY / 2);
    world_close(&world);
}

static int by_deadline(const void *a, const void *b)
{
    const struct many *x = *(const struct many *const *)a, *y = *(const struct many *const *)b;

    if (x->timer.deadline != y->timer.deadline)
        return x->timer.deadline < y->timer.deadline ? -1 : 1;
    return x->order < y->order ? -1 : 1;
}

static struct chain_timer *sorted[MANY], *rung[MANY];
static size_t count_rung;

static void keep(struct chain_timer *timer, struct chain_loop *loop)
{
    (void)loop;
    rung[count_rung++] = timer;
}

static void a_hundred_thousand_fire_sorted(void **state)
{
    struct world world;
    size_t n = 0;

    (void)state;
    world_open(&world);
    seed = 1;
    for (int i = 0; i < MANY; i++) {
        many[i].timer.fire = keep;
        many[i].order = armings++;
        chain_timer_arm(&world.loop, &many[i].timer, world.clock + dice(5000));
    }
    for (int i = 0; i < MANY; i++)
        if (dice(4) == 0)
            chain_timer_disarm(&world.loop, &many[i].timer);
        else
            sorted[n++] = &many[i].timer;
    qsort(sorted, n, sizeof *sorted, by_deadline);
    while (world.loop.armed != 0)
        chain_loop_turn(&world.loop, true);
    assert_int_equal(count_rung, n);
    assert_memory_equal(rung, sorted, n * sizeof *sorted);
    world_close(&world);
}

/* ---- every scale, every kind of deadline, against a model ----------------- */

enum { FEW = 40 };

static uint64_t long_dice(void)
{
    uint64_t high = dice(1u << 24), middle = dice(1u << 24), low = dice(1u << 16);

    return (high << 40 | middle << 16 | low) >> dice(64);
}

/* Another's, one that is past, never, soon, and up to centuries from now. */
static uint64_t some_deadline(const struct world *world)
{
    uint64_t some = long_dice(), clock = world->clock;

    switch (dice(8)) {
    case 0: return many[dice(FEW)].timer.deadline;
    case 1: return clock - (some < clock ? some : clock);
    case 2: return UINT64_MAX - dice(2);
    case 3: return clock + dice(3);
    case 4: return clock + dice(70) * MS;
    default: return clock + some < clock ? UINT64_MAX - 1 : clock + some;
    }
}

static void ring_few(struct chain_timer *timer, struct chain_loop *loop);

static void change_one(struct world *world)
{
    struct many *one = &many[dice(FEW)];

    if (one->armed) {
        chain_timer_disarm(&world->loop, &one->timer);
        one->armed = false;
        return;
    }
    one->timer.fire = ring_few;
    one->order = armings++;
    one->armed = true;
    chain_timer_arm(&world->loop, &one->timer, some_deadline(world));
}

/* No other timer is before the one that fires. */
static void ring_few(struct chain_timer *timer, struct chain_loop *loop)
{
    struct many *one = (struct many *)(void *)timer;

    assert_true(one->armed);
    assert_true(timer->deadline <= loop->now && timer->deadline != UINT64_MAX);
    for (int i = 0; i < FEW; i++)
        if (many[i].armed && &many[i] != one)
            assert_true(
                many[i].timer.deadline > timer->deadline
                || (many[i].timer.deadline == timer->deadline && many[i].order > one->order));
    one->armed = false;
    fired++;
    if (dice(2) == 0)
        change_one((struct world *)(void *)loop);
}

/* Whatever is due has fired when a turn ends, and it does not sleep too long. */
static void check_few(const struct world *world)
{
    for (int i = 0; i < FEW; i++)
        assert_true(!many[i].armed || many[i].timer.deadline > world->loop.now
                    || many[i].timer.deadline == UINT64_MAX);
}

static void every_scale_like_the_model(void **state)
{
    static struct world world;

    (void)state;
    seed = 88;
    fired = 0;
    for (int run = 0; run < 2000; run++) {
        memset(many, 0, FEW * sizeof *many);
        world_open(&world);
        for (int step = 0; step < 100; step++) {
            for (unsigned n = dice(6); n > 0; n--)
                change_one(&world);
            if (dice(4) == 0 && world.clock < UINT64_MAX / 2)
                world.clock += long_dice() / 4;
            chain_loop_turn(&world.loop, dice(2) == 0);
            check_few(&world);
        }
        for (int i = 0; i < FEW; i++)
            chain_timer_disarm(&world.loop, &many[i].timer);
        world_close(&world);
    }
    assert_true(fired > 20000);
}

/* ---- delay, the operation ------------------------------------------------ */

static void start_delay(struct mini *mini)
{
    mini->done = chain__deferred(&mini->area.delay);
    chain__delay_start(&mini->area.delay, mini->rounds == 0 ? (int64_t)(5 * MS) : 0);
}

static void rule_86_delay(void **state)
{
    struct world world;
    struct mini a, b;

    (void)state;
    world_open(&world);
    mini_init(&a, 'a', 1);
    mini_init(&b, 'b', 2);
    a.start = b.start = start_delay;
    mini_run(&a, &world.loop);
    mini_run(&b, &world.loop);
    chain_loop_run(&world.loop);
    diary[0] = '\0';
    assert_int_equal(world.clock, 1005 * MS);
    assert_int_equal(chain_root_outcome(&a.root), CHAIN_OUTCOME_VALUE);
    assert_int_equal(chain_root_outcome(&b.root), CHAIN_OUTCOME_VALUE);
    world_close(&world);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(rule_15_by_deadline_then_by_arming_order),
        cmocka_unit_test(rule_15_zero_fires_in_this_instant_after_those_due),
        cmocka_unit_test(rule_88_saturates_and_never_fires),
        cmocka_unit_test(rule_87_durations_are_clamped),
        cmocka_unit_test(disarmed_ones_do_not_fire),
        cmocka_unit_test(a_hundred_thousand_like_the_model),
        cmocka_unit_test(a_hundred_thousand_fire_sorted),
        cmocka_unit_test(every_scale_like_the_model),
        cmocka_unit_test(rule_86_delay),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
