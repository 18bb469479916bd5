/* The program around `chain int main`: chain__main() and what it prints (rule 105). */
#define _GNU_SOURCE
#include "chain_reactor.h"
#include "mini.h"

#include <errno.h>
#include <stdlib.h>
#include <unistd.h>

enum { BAD_CRC = 0x4000, TOO_LONG };

static const struct chain__code_text codes[] CHAIN__CODES = {
    { BAD_CRC, "BAD_CRC", "checksum mismatch" },
    { TOO_LONG, "TOO_LONG", NULL },
};
static const struct chain_site site = { "app.chain", 12, 5, "fetch" };

static struct mini mini;
static struct {
    int value, code, refusal;
    const char *message;
    const struct chain_site *origin;
} plan;

static void settle(struct mini *m)
{
    struct chain_deferred done = ext_done(&m->area.ext);

    if (plan.code == 0) {
        ext_resolve(done, plan.value);
        return;
    }
    if (plan.code > 0)
        chain__reject(done, plan.code, plan.message, 0);
    else {
        chain_root_cancel(&m->root);
        chain__acknowledge(done);
    }
    m->area.failure.origin = plan.origin;
}

static int start(struct chain_root *root, struct chain_loop *loop, int argc, char **argv)
{
    (void)root;
    assert_int_equal(argc, 1);
    assert_string_equal(argv[0], "app");
    return plan.refusal != 0 ? plan.refusal : mini_run(&mini, loop);
}

/* Runs the plan; returns the status, and what was printed in `printed`. */
static char printed[512];

static int run(const int *value)
{
    char *argv[] = { (char *)(uintptr_t) "app", NULL };
    FILE *file = tmpfile();
    int before = dup(STDERR_FILENO), status;

    assert_non_null(file);
    fflush(stderr);
    dup2(fileno(file), STDERR_FILENO);
    mini_init(&mini, 'm', 1);
    mini.start = settle;
    status = chain__main(&mini.root, start, 1, argv, value);
    fflush(stderr);
    dup2(before, STDERR_FILENO);
    close(before);
    rewind(file);
    printed[fread(printed, 1, sizeof printed - 1, file)] = '\0';
    fclose(file);
    diary[0] = '\0';
    memset(&plan, 0, sizeof plan);
    return status;
}

static void the_value_is_the_status(void **state)
{
    (void)state;
    plan.value = 7;
    assert_int_equal(run(&mini.area.value), 7);
    assert_string_equal(printed, "");
    plan.value = 7;
    assert_int_equal(run(NULL), 0);
}

static void rule_105_an_unhandled_rejection_is_printed(void **state)
{
    char expected[200];

    (void)state;
    snprintf(expected, sizeof expected,
             "app.chain:12: unhandled rejection: EHOSTUNREACH (%s): no such router\n",
             strerror(EHOSTUNREACH));
    plan.code = EHOSTUNREACH;
    plan.message = "no such router";
    plan.origin = &site;
    assert_int_equal(run(&mini.area.value), 1);
    assert_string_equal(printed, expected);

    plan.code = CHAIN_EABANDONED;
    assert_int_equal(run(NULL), 1);
    assert_string_equal(printed,
                        "unhandled rejection: CHAIN_EABANDONED (Given up without an outcome)\n");
}

static void declared_codes_have_names(void **state)
{
    (void)state;
    plan.code = BAD_CRC;
    plan.origin = &site;
    assert_int_equal(run(NULL), 1);
    assert_string_equal(printed,
                        "app.chain:12: unhandled rejection: BAD_CRC (checksum mismatch)\n");

    plan.code = TOO_LONG;
    plan.message = "of all";
    assert_int_equal(run(NULL), 1);
    assert_string_equal(printed, "unhandled rejection: TOO_LONG: of all\n");

    plan.code = 0x7777;
    assert_int_equal(run(NULL), 1);
    assert_string_equal(printed, "unhandled rejection: code 30583\n");
}

static void cancelled_is_a_failure_without_words(void **state)
{
    (void)state;
    plan.code = CHAIN_CODE_CANCELLED;
    assert_int_equal(run(&mini.area.value), 1);
    assert_string_equal(printed, "");
}

static void a_main_that_cannot_start(void **state)
{
    char expected[200];

    (void)state;
    plan.refusal = EBUSY;
    snprintf(expected, sizeof expected, "app: cannot start main: %s\n", strerror(EBUSY));
    assert_int_equal(run(NULL), 1);
    assert_string_equal(printed, expected);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_value_is_the_status),
        cmocka_unit_test(rule_105_an_unhandled_rejection_is_printed),
        cmocka_unit_test(declared_codes_have_names),
        cmocka_unit_test(cancelled_is_a_failure_without_words),
        cmocka_unit_test(a_main_that_cannot_start),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
