/* Settling once, late settles, rejections: rules 1-6, 35, 106. */
#include "mini.h"

#include <errno.h>
#include <stdlib.h>

static struct world world;
static struct mini a;

static int open_with_one_waiting(void **state)
{
    (void)state;
    diary[0] = '\0';
    world_open(&world);
    mini_init(&a, 'a', 2);
    mini_run(&a, &world.loop);
    chain_loop_turn(&world.loop, false);
    return 0;
}

static int close_world(void **state)
{
    (void)state;
    world_close(&world);
    return 0;
}

static void run(void)
{
    chain_loop_turn(&world.loop, false);
}

static void rule_2_the_first_wins(void **state)
{
    struct chain_deferred done = a.done;

    (void)state;
    assert_int_equal(ext_resolve(done, 1), CHAIN_OK);
    assert_int_equal(ext_resolve(done, 2), CHAIN_LATE);
    assert_int_equal(chain__reject(done, EIO, "late", 0), CHAIN_LATE);
    assert_int_equal(chain__acknowledge(done), CHAIN_LATE);
    assert_int_equal(chain_deferred_abandon(done), CHAIN_LATE);
    assert_int_equal(ext_resolve_shared(done, 2), CHAIN_LATE);
    assert_int_equal(ext_post(done, 2), CHAIN_LATE);
    assert_int_equal(chain__post_reject(done, EIO, NULL, 0), CHAIN_LATE);
    assert_int_equal(chain_loop_late(&world.loop), 7);
    run();
    assert_diary("a1 ");

    assert_int_equal(ext_resolve(done, 3), CHAIN_LATE); /* rule 4: of an earlier use */
    assert_int_equal(ext_resolve_soon(done, 3), CHAIN_LATE);
    run();
    assert_diary("");
    assert_int_equal(ext_resolve(a.done, 4), CHAIN_OK);
    run();
    assert_diary("a4 ");
    assert_int_equal(ext_resolve(a.done, 5), CHAIN_LATE); /* after the chain's end */
    assert_int_equal(chain_loop_late(&world.loop), 10);
    assert_int_equal(chain_root_outcome(&a.root), CHAIN_OUTCOME_VALUE);
}

static void rule_4_a_frame_that_is_run_again(void **state)
{
    struct chain_deferred first = a.done, second;

    (void)state;
    ext_resolve(first, 1);
    run();
    second = a.done;
    ext_resolve(second, 2);
    run();
    a.rounds = 1;
    assert_true(chain_root_is_quiescent(&a.root));
    assert_int_equal(mini_run(&a, &world.loop), 0);
    run();
    assert_int_equal(ext_resolve(first, 8), CHAIN_LATE);
    assert_int_equal(ext_resolve(second, 9), CHAIN_LATE);
    assert_int_equal(ext_resolve(a.done, 3), CHAIN_OK);
    run();
    assert_diary("a1 a2 a3 ");
}

static void rule_35_a_rejection_has_code_message_info(void **state)
{
    struct chain_error error;

    (void)state;
    assert_int_equal(chain_root_rejection(&a.root).code, 0);
    assert_int_equal(chain__reject(a.done, ECONNRESET, "went away", 42), CHAIN_OK);
    run();
    assert_int_equal(chain_root_outcome(&a.root), CHAIN_OUTCOME_REJECTED);
    error = chain_root_rejection(&a.root);
    assert_int_equal(error.code, ECONNRESET);
    assert_string_equal(error.message, "went away");
    assert_int_equal(error.info, 42);
    assert_null(error.origin); /* the generated code says it */
    assert_null(error.causes);
    assert_diary("a!104 ");
}

static void codes_are_positive(void **state)
{
    (void)state;
    chain__reject(a.done, -ECONNRESET, NULL, 0);
    run();
    assert_int_equal(chain_root_rejection(&a.root).code, EINVAL);
}

static void rule_5_abandoned(void **state)
{
    (void)state;
    assert_int_equal(chain_deferred_abandon(a.done), CHAIN_OK);
    run();
    assert_int_equal(chain_root_rejection(&a.root).code, CHAIN_EABANDONED);
}

static void cancelled_is_an_outcome_of_its_own(void **state)
{
    (void)state;
    chain_root_cancel(&a.root);
    assert_int_equal(chain__acknowledge(a.done), CHAIN_OK);
    run();
    assert_diary("a!-1 ");
    assert_int_equal(chain_root_outcome(&a.root), CHAIN_OUTCOME_CANCELLED);
    assert_int_equal(chain_root_rejection(&a.root).code, 0);
}

static void rule_62_cancelled_without_being_asked(void **state)
{
    char expected[20];

    (void)state;
    snprintf(expected, sizeof expected, "a!%d ", ECANCELED);
    assert_int_equal(chain__acknowledge(a.done), CHAIN_OK);
    run();
    assert_int_equal(chain_root_rejection(&a.root).code, ECANCELED);
    assert_diary(expected);
}

static void hear(struct chain_loop *loop, const struct chain_error *error)
{
    (void)loop;
    note("suppressed %d %s %s ", error->code, error->message,
         error->origin != NULL ? error->origin->step : "?");
}

static void rule_106_a_rejection_after_the_decision_is_suppressed(void **state)
{
    (void)state;
    world.loop.on_suppressed = hear;
    a.root.strand.op.code = CHAIN_CODE_CANCELLED; /* as a cancel does while it is pending */
    assert_int_equal(chain__reject(a.done, EIO, "lost", 0), CHAIN_OK);
    assert_int_equal(world.loop.suppressed, 1);
    run();
    assert_diary("suppressed 5 lost ext a!-1 ");
    assert_int_equal(chain_root_outcome(&a.root), CHAIN_OUTCOME_CANCELLED);
}

static void settling_by_shared_claim(void **state)
{
    (void)state;
    assert_int_equal(ext_resolve_shared(a.done, 1), CHAIN_OK);
    run();
    assert_int_equal(chain__shared_reject(a.done, EIO, NULL, 0), CHAIN_OK);
    assert_int_equal(chain__shared_acknowledge(a.done), CHAIN_LATE);
    run();
    assert_diary("a1 a!5 ");
    assert_int_equal(chain_root_rejection(&a.root).code, EIO);
}

static void names_of_codes(void **state)
{
    (void)state;
    assert_string_equal(chain_code_name(ETIMEDOUT), "ETIMEDOUT");
    assert_string_equal(chain_code_name(EAGAIN), "EAGAIN");
    assert_string_equal(chain_code_name(CHAIN_EALL), "CHAIN_EALL");
    assert_null(chain_code_name(0));
    assert_null(chain_code_name(0x4000));
}

/* The loop has ended while an operation was pending: whatever settles it later does no harm. */
static void rule_103_after_the_loop(void **state)
{
    struct world *gone = calloc(1, sizeof *gone);
    struct mini *late = malloc(3 * sizeof *late);

    (void)state;
    assert_int_equal(chain_loop_init(&gone->loop, &world_port), 0);
    for (int i = 0; i < 3; i++) {
        mini_init(&late[i], 'l', 1);
        mini_run(&late[i], &gone->loop);
    }
    chain_loop_turn(&gone->loop, false);
    assert_int_equal(chain_loop_fini(&gone->loop), 3);
    assert_int_equal(chain_loop_fini(&gone->loop), 0);
    assert_int_equal(chain__may_run(&late[0].root, &gone->loop), CHAIN_ECLOSED);
    free(gone);

    assert_int_equal(ext_post(late[0].done, 1), CHAIN_CLOSED);
    assert_int_equal(chain__post_reject(late[0].done, EIO, NULL, 0), CHAIN_CLOSED);
    assert_int_equal(chain__post_acknowledge(late[0].done), CHAIN_CLOSED);
    ext_resolve(late[0].done, 1);
    ext_resolve_soon(late[1].done, 1);
    chain__reject(late[2].done, EIO, NULL, 0);
    assert_int_equal(ext_resolve(late[0].done, 1), CHAIN_LATE);
    assert_false(chain_root_is_quiescent(&late[0].root));
    free(late);
    run();
    assert_diary("");

    ext_resolve(a.done, 1);
    run();
    ext_resolve(a.done, 1);
    run();
    assert_diary("a1 a1 ");
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, open_with_one_waiting, close_world)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(rule_2_the_first_wins),
        TEST(rule_4_a_frame_that_is_run_again),
        TEST(rule_35_a_rejection_has_code_message_info),
        TEST(codes_are_positive),
        TEST(rule_5_abandoned),
        TEST(cancelled_is_an_outcome_of_its_own),
        TEST(rule_62_cancelled_without_being_asked),
        TEST(rule_106_a_rejection_after_the_decision_is_suppressed),
        TEST(settling_by_shared_claim),
        cmocka_unit_test(names_of_codes),
        TEST(rule_103_after_the_loop),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
