/* What is rare: a loop that has ended under what still runs, what is left of
 * one, types without sites, all codes, and numbers at their limits. */
#define _GNU_SOURCE
#include "mini.h"

#include <errno.h>
#include <string.h>

#ifndef TRACED /* traced_ends.c has the same tests */
#define TRACED 0
#endif

static struct world world;
static struct mini a;

static struct chain_error heard;

static void hear(struct chain_loop *loop, const struct chain_error *error)
{
    (void)loop;
    heard = *error;
    note("suppressed %d ", error->code);
}

static void ask(struct chain_strand *strand, struct chain_loop *loop)
{
    (void)strand;
    (void)loop;
    note("asked ");
}

static const struct chain_type asked_type = {
    .resume = mini_resume, .cancel = ask, .name = "asked", .sites = mini_sites, .states = 2
};
static const struct chain_type bare_type = { .resume = mini_resume, .cancel = ask, .name = "bare" };

static void run(const struct chain_type *type)
{
    diary[0] = '\0';
    world_open(&world);
    world.loop.on_suppressed = hear;
    mini_init(&a, 'a', 1);
    assert_int_equal(chain__may_run(&a.root, &world.loop), 0);
    assert_int_equal(chain__run(&a.root, &world.loop, type, &a.caller), 0);
    chain_loop_turn(&world.loop, false);
}

/* ---- after the end of a loop --------------------------------------------- */

static void a_chain_outlives_its_loop(void **state)
{
    (void)state;
    assert_int_equal(chain_trace_is_linked(), TRACED);
    run(&asked_type);
    chain_root_cancel(&a.root);
    assert_diary("asked ");
    assert_int_equal(chain_loop_fini(&world.loop), 1);
    assert_false(chain_root_is_quiescent(&a.root));
    chain_root_cancel(&a.root);
    assert_diary("");
    assert_int_equal(chain__reject(a.done, EIO, "too late to be told", 0), CHAIN_OK);
    assert_int_equal(ext_resolve(a.done, 1), CHAIN_LATE);
    assert_diary("");
}

static void what_is_cancelled_first_after_the_end(void **state)
{
    (void)state;
    run(&asked_type);
    assert_int_equal(chain_loop_fini(&world.loop), 1);
    chain_root_cancel(&a.root);
    chain_bare_cancel(&a.root.strand);
    assert_diary("");
}

/* A step's own rejection, of a chain that has been cancelled, is told; but not after the end. */
static void rule_69_a_rejection_after_a_cancel(void **state)
{
    (void)state;
    for (int ended = 0; ended < 2; ended++) {
        run(&asked_type);
        chain_root_cancel(&a.root);
        if (ended)
            assert_int_equal(chain_loop_fini(&world.loop), 1);
        assert_int_equal(chain__raise(&a.root.strand.op, EIO, "after", 0), 1);
        assert_diary(ended ? "asked " : "asked suppressed 5 ");
        if (ended)
            continue;
        chain__acknowledge(a.done);
        chain_loop_turn(&world.loop, false);
        assert_diary("a!-1 ");
        world_close(&world);
    }
}

static void rule_66_a_request_that_comes_too_late_is_done_with(void **state)
{
    struct chain_cancel_request request = { .busy = 0 };

    (void)state;
    run(&asked_type);
    assert_int_equal(chain_root_post_cancel(&request, &a.root), CHAIN_OK);
    assert_false(chain_cancel_request_is_free(&request));
    assert_int_equal(chain_root_post_cancel(&request, &a.root), CHAIN_LATE);
    assert_int_equal(ext_post(a.done, 1), CHAIN_OK); /* is forgotten as well */
    assert_int_equal(chain_loop_fini(&world.loop), 1);
    assert_true(chain_cancel_request_is_free(&request));
    assert_diary("");
    assert_int_equal(chain_root_post_cancel(&request, &a.root), CHAIN_CLOSED);
    assert_true(chain_cancel_request_is_free(&request));
}

/* ---- what is left, one by one -------------------------------------------- */

static struct chain_left left;
static size_t descriptors;

static void look(struct chain_loop *loop, const struct chain_left *what)
{
    (void)loop;
    left = *what;
    note("left ");
}

static size_t count_descriptors(struct chain_loop *loop)
{
    (void)loop;
    return descriptors;
}

static struct chain_strand *nothing(struct chain_strand *strand, struct chain_loop *loop)
{
    (void)strand;
    note("ran ");
    return chain__suspend(loop);
}

static void never(struct chain_timer *timer, struct chain_loop *loop)
{
    (void)timer;
    (void)loop;
    note("fired ");
}

static void rule_107_each_thing_that_is_left_is_told(void **state)
{
    static const struct chain_port port = { .now = world_now,
                                            .wait = world_wait,
                                            .descriptors = count_descriptors };
    static const struct chain_type type = { .resume = nothing, .name = "nothing" };

    (void)state;
    for (int what = 0; what < 4; what++) {
        struct chain_strand strand = { .type = &type };
        struct chain_timer timer = { .fire = never };

        diary[0] = '\0';
        world_open(&world);
        world.loop.port = &port;
        world.loop.on_left = look;
        assert_false(chain_loop_turn(&world.loop, true));
        if (what == 1)
            chain__ready(&world.loop, &strand);
        if (what == 2)
            chain_timer_arm(&world.loop, &timer, world.clock + 5 * MS);
        descriptors = what == 3;
        memset(&left, 0, sizeof left);
        if (what == 2 || what == 3)
            assert_true(chain_loop_turn(&world.loop, false));
        assert_int_equal(chain_loop_fini(&world.loop), 0);
        assert_diary(what == 0 ? "" : "left ");
        assert_int_equal(left.strands, what == 1);
        assert_int_equal(left.timers, what == 2);
        assert_int_equal(left.descriptors, what == 3);
        assert_int_equal(left.roots + left.instances, 0);
        descriptors = 0;
    }
}

/* ---- cancelled from inside ----------------------------------------------- */

/* ECANCELED has another number in each C library. */
static void assert_a_was_cancelled(void)
{
    char expected[32];

    snprintf(expected, sizeof expected, "a!%d ", ECANCELED);
    assert_diary(expected);
}

static void rule_62_a_post_that_was_not_asked_for(void **state)
{
    (void)state;
    run(&mini_type);
    assert_int_equal(chain__post_acknowledge(a.done), CHAIN_OK);
    chain_loop_turn(&world.loop, false);
    assert_a_was_cancelled();
    assert_int_equal(chain__post_acknowledge(a.done), CHAIN_LATE);
    assert_int_equal(chain_root_rejection(&a.root).code, ECANCELED);
    world_close(&world);
}

static void rule_62_an_operation_for_threads_on_the_loops_own(void **state)
{
    (void)state;
    run(&mini_type);
    assert_int_equal(chain__shared_acknowledge(a.done), CHAIN_OK);
    assert_int_equal(chain__shared_acknowledge(a.done), CHAIN_LATE);
    chain_loop_turn(&world.loop, false);
    assert_a_was_cancelled();
    assert_int_equal(chain_root_rejection(&a.root).code, ECANCELED);
    world_close(&world);
    run(&asked_type);
    chain_root_cancel(&a.root);
    assert_int_equal(chain__shared_acknowledge(a.done), CHAIN_OK);
    chain_loop_turn(&world.loop, false);
    assert_int_equal(chain_root_outcome(&a.root), CHAIN_OUTCOME_CANCELLED);
    world_close(&world);
}

/* ---- origins ------------------------------------------------------------- */

static void a_type_without_sites_has_no_origins(void **state)
{
    (void)state;
    for (int with = 0; with < 2; with++) {
        run(with ? &asked_type : &bare_type);
        chain_root_cancel(&a.root);
        assert_int_equal(chain__reject(a.done, EIO, "overridden", 0), CHAIN_OK);
        chain_loop_turn(&world.loop, false);
        assert_ptr_equal(heard.origin, with ? &mini_sites[1] : NULL);
        assert_int_equal(chain_root_outcome(&a.root), CHAIN_OUTCOME_CANCELLED);
        assert_diary("asked suppressed 5 a!-1 ");
        world_close(&world);
    }
}

/* ---- numbers ------------------------------------------------------------- */

/* The C library knows the names, of which ENOTSUP is the second of a code. */
static void every_code_has_its_name(void **state)
{
    unsigned known = 0;

    (void)state;
    for (int code = -1; code < 4096; code++) {
        const char *name = chain_code_name(code);

        if (name == NULL) {
            assert_string_equal(chain_code_text(code), "Unknown code");
            continue;
        }
        known++;
        assert_string_equal(chain_code_text(code), name);
#if defined(__GLIBC__) && (__GLIBC__ > 2 || __GLIBC_MINOR__ >= 32)
        assert_string_equal(name, code == ENOTSUP ? "ENOTSUP" : strerrorname_np(code));
#endif
    }
    assert_true(known > 60);
    for (int code = CHAIN_EABANDONED; code <= CHAIN_EALL; code++) {
        assert_memory_equal(chain_code_name(code), "CHAIN_E", 7);
        assert_true(strlen(chain_code_text(code)) > 10);
        assert_string_not_equal(chain_code_text(code), chain_code_name(code));
    }
}

static void rule_91_a_pause_saturates(void **state)
{
    const int64_t most = INT64_MAX / 2;

    (void)state;
    world_open(&world);
    for (int attempt = 1; attempt < 200; attempt++) {
        int64_t wanted = attempt <= 62 ? INT64_C(1) << (attempt - 1) : most;
        assert_true(chain__backoff(&world.loop, attempt, 1, INT64_MAX, 0) == wanted);
        assert_true(chain__backoff(&world.loop, attempt, 1, 100, 0)
                    == (wanted < 100 ? wanted : 100));
        assert_true(chain__backoff(&world.loop, attempt, 0, 100, 50) == 0);
        assert_true(chain__backoff(&world.loop, attempt, 1, INT64_MAX, 100) <= most);
    }
    world_close(&world);
}

/* The generator goes on from where it is; one that was not seeded begins somewhere, too. */
static void rule_91_jitter_is_that_of_the_seed(void **state)
{
    int64_t pauses[2][8];

    (void)state;
    for (int round = 0; round < 4; round++) {
        world_open(&world);
        world.loop.random = round % 2 == 0 ? 0 : 42;
        for (int i = 0; i < 8; i++) {
            int64_t pause = chain__backoff(&world.loop, 1, 1000000, INT64_MAX, 50);
            assert_in_range(pause, 1000000, 1500000);
            if (round < 2)
                pauses[round][i] = pause;
            else
                assert_true(pauses[round - 2][i] == pause);
        }
        world_close(&world);
    }
    assert_memory_not_equal(pauses[0], pauses[1], sizeof pauses[0]);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_chain_outlives_its_loop),
        cmocka_unit_test(what_is_cancelled_first_after_the_end),
        cmocka_unit_test(rule_69_a_rejection_after_a_cancel),
        cmocka_unit_test(rule_66_a_request_that_comes_too_late_is_done_with),
        cmocka_unit_test(rule_107_each_thing_that_is_left_is_told),
        cmocka_unit_test(rule_62_a_post_that_was_not_asked_for),
        cmocka_unit_test(rule_62_an_operation_for_threads_on_the_loops_own),
        cmocka_unit_test(a_type_without_sites_has_no_origins),
        cmocka_unit_test(every_code_has_its_name),
        cmocka_unit_test(rule_91_a_pause_saturates),
        cmocka_unit_test(rule_91_jitter_is_that_of_the_seed),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
