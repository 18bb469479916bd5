/* Settling from other threads: rules 99-103. Also run with ThreadSanitizer: make tsan. */
#define _GNU_SOURCE
#include "../../runtime/core/core.h"
#include "../../runtime/core/mailbox.h"
#include "chain_reactor.h"
#include "mini.h"

#include <errno.h>
#include <pthread.h>
#include <sched.h>
#include <stdlib.h>

enum { ROUNDS = 3000, THREADS = 4 };

/* A deferred on its way to another thread. */
struct hatch {
    struct mini mini; /* first */
    struct chain_deferred done;
    int round; /* atomic: how often `done` was set; -1: no more */
    int sum;
};

static struct chain_reactor *reactor;
static struct chain_loop *loop;

static int open_reactor(void **state)
{
    (void)state;
    diary[0] = '\0';
    assert_int_equal(chain_reactor_open(&reactor), 0);
    loop = chain_reactor_loop(reactor);
    return 0;
}

static int close_reactor(void **state)
{
    (void)state;
    assert_int_equal(chain_reactor_close(reactor), 0);
    return 0;
}

static void hand_out(struct mini *mini)
{
    struct hatch *hatch = (struct hatch *)(void *)mini;

    if (hatch->round != 0)
        hatch->sum += mini->area.value;
    diary[0] = '\0';
    hatch->done = ext_done(&mini->area.ext);
    __atomic_store_n(&hatch->round, hatch->round + 1, __ATOMIC_RELEASE);
}

/* Waits for the deferred of that round. */
static struct chain_deferred take(struct hatch *hatch, int round)
{
    while (__atomic_load_n(&hatch->round, __ATOMIC_ACQUIRE) < round)
        sched_yield();
    return hatch->done;
}

static void *produce(void *argument)
{
    struct hatch *hatch = argument;

    for (int round = 1; round <= ROUNDS; round++) {
        struct chain_deferred done = take(hatch, round);
        if (round % 3 == 0) /* now and then the loop has time to fall asleep */
            sched_yield();
        if (ext_post(done, round) != CHAIN_OK)
            return hatch;
    }
    return NULL;
}

static void rule_101_values_from_several_threads(void **state)
{
    static struct hatch hatches[THREADS];
    pthread_t threads[THREADS];

    (void)state;
    for (int i = 0; i < THREADS; i++) {
        mini_init(&hatches[i].mini, 'p', ROUNDS);
        hatches[i].mini.start = hand_out;
        hatches[i].round = 0;
        mini_run(&hatches[i].mini, loop);
        assert_int_equal(pthread_create(&threads[i], NULL, produce, &hatches[i]), 0);
    }
    chain_loop_run(loop); /* returns: no wake-up was lost */
    diary[0] = '\0';
    for (int i = 0; i < THREADS; i++) {
        void *failed;
        pthread_join(threads[i], &failed);
        assert_null(failed);
        assert_int_equal(chain_root_outcome(&hatches[i].mini.root), CHAIN_OUTCOME_VALUE);
        assert_int_equal(hatches[i].sum, ROUNDS * (ROUNDS - 1) / 2);
        assert_int_equal(hatches[i].mini.area.value, ROUNDS);
    }
    assert_int_equal(chain_loop_late(loop), 0);
}

/* ---- two threads and the loop's own settle the same operation, also long after it was settled ---- */

static struct mini contested;
static struct chain_deferred handed_out[ROUNDS + 1];
static int last_handed_out; /* atomic */
static int got[4], won[4], lost[4];

static void contest(struct mini *mini)
{
    int round = last_handed_out + 1;
    struct chain_deferred done = ext_done(&mini->area.ext);

    if (round > 1)
        got[mini->area.value]++;
    diary[0] = '\0';
    handed_out[round] = done;
    __atomic_store_n(&last_handed_out, round, __ATOMIC_RELEASE);
    if (round % 4 != 0)
        return;
    if (ext_resolve_shared(done, 3) == CHAIN_OK)
        won[3]++;
    else
        lost[3]++;
}

static void *contend(void *argument)
{
    int me = (int)(intptr_t)argument;

    for (int round = 1; round <= ROUNDS; round++) {
        while (__atomic_load_n(&last_handed_out, __ATOMIC_ACQUIRE) < round)
            sched_yield();
        if (ext_post(handed_out[round], me) == CHAIN_OK)
            won[me]++;
        else
            lost[me]++;
    }
    return NULL;
}

static void rule_102_exactly_one_of_several_settles_is_ok(void **state)
{
    pthread_t threads[2];

    (void)state;
    mini_init(&contested, 'c', ROUNDS);
    contested.start = contest;
    mini_run(&contested, loop);
    for (intptr_t i = 0; i < 2; i++)
        assert_int_equal(pthread_create(&threads[i], NULL, contend, (void *)(i + 1)), 0);
    chain_loop_run(loop);
    diary[0] = '\0';
    for (int i = 0; i < 2; i++)
        pthread_join(threads[i], NULL);
    got[contested.area.value]++;
    assert_int_equal(won[1] + won[2] + won[3], ROUNDS);
    assert_int_equal(lost[1] + lost[2] + lost[3], ROUNDS + ROUNDS / 4);
    assert_int_equal(chain_loop_late(loop), ROUNDS + ROUNDS / 4);
    for (int i = 1; i <= 3; i++)
        assert_int_equal(got[i], won[i]);
}

/* ---- order --------------------------------------------------------------- */

static struct hatch three[3];

static void *post_three(void *unused)
{
    static const int order[3] = { 2, 0, 1 };

    (void)unused;
    for (int i = 0; i < 3; i++)
        if (ext_post(take(&three[order[i]], 1), i) != CHAIN_OK)
            abort();
    return NULL;
}

static void post_and_wait(struct chain_timer *timer, struct chain_loop *its_loop)
{
    pthread_t thread;

    (void)timer;
    (void)its_loop;
    assert_int_equal(pthread_create(&thread, NULL, post_three, NULL), 0);
    pthread_join(thread, NULL); /* so that all three are taken together */
}

static void keep_order(struct mini *mini)
{
    struct hatch *hatch = (struct hatch *)(void *)mini;

    hatch->done = ext_done(&mini->area.ext);
    __atomic_store_n(&hatch->round, 1, __ATOMIC_RELEASE);
}

static void rule_100_first_in_first_out(void **state)
{
    struct chain_timer timer = { .fire = post_and_wait };

    (void)state;
    for (int i = 0; i < 3; i++) {
        mini_init(&three[i].mini, (char)('a' + i), 1);
        three[i].mini.start = keep_order;
        mini_run(&three[i].mini, loop);
    }
    chain_timer_arm(loop, &timer, chain_loop_deadline(loop, 0));
    chain_loop_run(loop);
    assert_diary("c0 a1 b2 ");
}

static void rule_100_posts_and_rejections(void **state)
{
    struct mini a, b;

    (void)state;
    mini_init(&a, 'a', 1);
    mini_init(&b, 'b', 1);
    mini_run(&a, loop);
    mini_run(&b, loop);
    chain_loop_turn(loop, false);
    chain_root_cancel(&b.root);
    assert_int_equal(chain__post_acknowledge(b.done), CHAIN_OK);
    assert_int_equal(chain__post_reject(a.done, -1, "posted", 3), CHAIN_OK);
    assert_int_equal(chain__reject(a.done, EIO, NULL, 0), CHAIN_LATE);
    assert_diary("");
    chain_loop_run(loop);
    assert_diary("b!-1 a!22 ");
    assert_string_equal(chain_root_rejection(&a.root).message, "posted");
    assert_int_equal(chain_root_outcome(&b.root), CHAIN_OUTCOME_CANCELLED);
}

/* Posted inside the start: the strand does not go on under the feet of whoever
 * else is ready (rule 12). */
static struct chain_error last_suppressed;

static void keep_suppressed(struct chain_loop *its_loop, const struct chain_error *error)
{
    (void)its_loop;
    last_suppressed = *error;
}

/* The cancel was there first, so the chain is cancelled; that the operation
 * failed is told all the same. */
static void rule_106_a_posted_rejection_after_a_cancel(void **state)
{
    struct mini a, b;

    (void)state;
    mini_init(&a, 'a', 1);
    mini_init(&b, 'b', 1);
    mini_run(&a, loop);
    mini_run(&b, loop);
    chain_loop_turn(loop, false);
    loop->on_suppressed = keep_suppressed;
    chain_root_cancel(&a.root);
    chain_root_cancel(&b.root);
    assert_int_equal(chain__post_reject(a.done, EIO, "too late", 3), CHAIN_OK);
    assert_int_equal(chain__post_acknowledge(b.done), CHAIN_OK);
    assert_int_equal(loop->suppressed, 0);
    chain_loop_run(loop);
    assert_int_equal(loop->suppressed, 1);
    assert_int_equal(last_suppressed.code, EIO);
    assert_string_equal(last_suppressed.message, "too late");
    assert_int_equal(last_suppressed.info, 3);
    assert_int_equal(chain_root_outcome(&a.root), CHAIN_OUTCOME_CANCELLED);
    assert_int_equal(chain_root_outcome(&b.root), CHAIN_OUTCOME_CANCELLED);
    diary[0] = '\0';
}

static void post_at_once(struct mini *mini)
{
    assert_int_equal(ext_post(ext_done(&mini->area.ext), 1), CHAIN_OK);
    note("%c? ", mini->name);
}

static void posted_inside_start(void **state)
{
    struct mini a;

    (void)state;
    mini_init(&a, 'a', 2);
    a.start = post_at_once;
    mini_run(&a, loop);
    chain_loop_run(loop);
    assert_diary("a? a1 a? a1 ");
}

/* ---- the end of the loop ------------------------------------------------- */

/* A poster that is waking the loop when this ends: chain_loop_fini() returns
 * only when it is out of `wake`. */
struct slow {
    struct world world; /* first */
    struct mini mini;
    int waking, awake; /* atomic */
};

static void wake_slowly(struct chain_loop *its_loop)
{
    struct slow *slow = (struct slow *)(void *)its_loop;

    __atomic_store_n(&slow->waking, 1, __ATOMIC_SEQ_CST);
    /* until it ends */
    while (__atomic_load_n(&chain__loops[its_loop->id], __ATOMIC_SEQ_CST) != NULL)
        sched_yield();
    for (int i = 0; i < 1000; i++)
        sched_yield();
    __atomic_store_n(&slow->awake, 1, __ATOMIC_SEQ_CST);
}

static void *post_slowly(void *argument)
{
    struct slow *slow = argument;

    return ext_post(slow->mini.done, 1) == CHAIN_OK ? NULL : slow;
}

/* Asleep as if for ever: a post comes, whose thread stays in `wake`. */
static pthread_t slow_thread;

static void wait_slowly(struct chain_loop *its_loop, uint64_t deadline)
{
    struct slow *slow = (struct slow *)(void *)its_loop;

    if (deadline == 0)
        return;
    assert_int_equal(pthread_create(&slow_thread, NULL, post_slowly, slow), 0);
    while (__atomic_load_n(&slow->waking, __ATOMIC_SEQ_CST) == 0)
        sched_yield();
}

static void rule_103_the_end_waits_for_who_wakes_the_loop(void **state)
{
    static const struct chain_port port = { .now = world_now,
                                            .wait = wait_slowly,
                                            .wake = wake_slowly };
    static struct slow slow;
    void *failed;

    (void)state;
    world_open(&slow.world);
    slow.world.loop.port = &port;
    mini_init(&slow.mini, 's', 1);
    mini_run(&slow.mini, &slow.world.loop);
    chain_loop_turn(&slow.world.loop, false);
    chain_loop_turn(&slow.world.loop, true);
    assert_diary("s1 ");
    assert_int_equal(chain_loop_fini(&slow.world.loop), 0);
    assert_int_equal(__atomic_load_n(&slow.awake, __ATOMIC_SEQ_CST), 1);
    pthread_join(slow_thread, &failed);
    assert_null(failed);
}

static struct hatch left[THREADS];
static int go; /* atomic */

static void *post_to_the_end(void *argument)
{
    struct hatch *hatch = argument;
    struct chain_deferred done = take(hatch, 1);
    enum chain_settled settled;

    while (__atomic_load_n(&go, __ATOMIC_ACQUIRE) == 0)
        sched_yield();
    settled = ext_post(done, 1);
    if (settled == CHAIN_LATE || ext_post(done, 1) == CHAIN_OK)
        abort();
    return NULL;
}

static void rule_103_posting_while_the_loop_ends(void **state)
{
    (void)state;
    for (int times = 0; times < 5; times++) {
        struct chain_reactor *ending;
        pthread_t threads[THREADS];
        go = 0;
        assert_int_equal(chain_reactor_open(&ending), 0);
        for (int i = 0; i < THREADS; i++) {
            mini_init(&left[i].mini, 'l', 1);
            left[i].mini.start = keep_order;
            left[i].round = 0;
            mini_run(&left[i].mini, chain_reactor_loop(ending));
            pthread_create(&threads[i], NULL, post_to_the_end, &left[i]);
        }
        chain_loop_turn(chain_reactor_loop(ending), false);
        __atomic_store_n(&go, 1, __ATOMIC_RELEASE);
        if (times > 0)
            sched_yield();
        assert_int_equal(chain_reactor_close(ending), THREADS);
        for (int i = 0; i < THREADS; i++)
            pthread_join(threads[i], NULL);
    }
    diary[0] = '\0';
}

/* ---- chain_loop_wake ----------------------------------------------------- */

static void *wake_it(void *unused)
{
    (void)unused;
    chain_loop_wake(loop);
    return NULL;
}

static void rule_99_wake_ends_a_wait(void **state)
{
    struct mini a;
    pthread_t thread;

    (void)state;
    mini_init(&a, 'a', 1);
    mini_run(&a, loop);
    chain_loop_turn(loop, false);
    chain_loop_wake(loop);
    assert_true(chain_loop_turn(loop, true)); /* would otherwise wait for ever */
    pthread_create(&thread, NULL, wake_it, NULL);
    assert_true(chain_loop_turn(loop, true));
    pthread_join(thread, NULL);
    ext_resolve(a.done, 1);
    chain_loop_run(loop);
    diary[0] = '\0';
}

/* ---- a loop that does not sleep ------------------------------------------ */

static unsigned wakes;

static void count_wakes(struct chain_loop *its_loop)
{
    (void)its_loop;
    wakes++;
}

/* The loop has been woken up by its timer. */
static void post_to_the_first(struct chain_timer *timer, struct chain_loop *its_loop)
{
    (void)timer;
    (void)its_loop;
    assert_int_equal(ext_post(three[0].mini.done, 1), CHAIN_OK);
}

static void post_to_the_second(struct world *world)
{
    (void)world;
    assert_int_equal(ext_post(three[1].mini.done, 2), CHAIN_OK);
}

static void only_a_loop_that_sleeps_is_woken(void **state)
{
    static const struct chain_port port = { .now = world_now,
                                            .wait = world_wait,
                                            .wake = count_wakes };
    struct chain_timer timer = { .fire = post_to_the_first };
    struct world world;

    (void)state;
    world_open(&world);
    world.loop.port = &port;
    world.idle = post_to_the_second;
    for (int i = 0; i < 2; i++) {
        mini_init(&three[i].mini, (char)('a' + i), 1);
        mini_run(&three[i].mini, &world.loop);
    }
    chain_timer_arm(&world.loop, &timer, world.clock + MS);
    chain_loop_turn(&world.loop, false);
    chain_loop_turn(&world.loop, true); /* to the timer */
    assert_int_equal(wakes, 0);
    chain_loop_turn(&world.loop, false);
    chain_loop_turn(&world.loop, true);
    assert_int_equal(wakes, 1);
    assert_diary("a1 b2 ");
    world_close(&world);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, open_reactor, close_reactor)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(rule_101_values_from_several_threads),
        TEST(rule_102_exactly_one_of_several_settles_is_ok),
        TEST(rule_100_first_in_first_out),
        TEST(rule_100_posts_and_rejections),
        TEST(rule_106_a_posted_rejection_after_a_cancel),
        TEST(posted_inside_start),
        cmocka_unit_test(rule_103_the_end_waits_for_who_wakes_the_loop),
        cmocka_unit_test(rule_103_posting_while_the_loop_ends),
        TEST(rule_99_wake_ends_a_wait),
        cmocka_unit_test(only_a_loop_that_sleeps_is_woken),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
