/* cmocka.h - as much of cmocka as tests/unit uses, for targets that have no
 * cmocka: other processors, boards. A group stops at the first check that
 * fails. */
#ifndef CMOCKA_H
#define CMOCKA_H

#include <stdint.h>
#include <stdio.h>
#include <string.h>

struct CMUnitTest {
    const char *name;
    void (*test)(void **state);
    int (*setup)(void **state);
    int (*teardown)(void **state);
};

#define cmocka_unit_test(f) \
    {                       \
#f, f, NULL, NULL   \
    }
#define cmocka_unit_test_setup(f, setup) \
    {                                    \
#f, f, setup, NULL               \
    }
#define cmocka_unit_test_setup_teardown(f, setup, teardown) \
    {                                                       \
#f, f, setup, teardown                              \
    }
#define cmocka_run_group_tests(tests, setup, teardown) \
    cmocka_run(tests, sizeof(tests) / sizeof *(tests))

static jmp_buf cmocka_failed;

static inline void cmocka_check(int holds, const char *text, const char *file, int line)
{
    if (holds)
        return;
    printf("%s:%d: not true: %s\n", file, line, text);
    longjmp(cmocka_failed, 1);
}

static inline int cmocka_run(const struct CMUnitTest *tests, size_t count)
{
    static size_t i;
    static void *state;

    for (i = 0; i < count; i++) {
        state = NULL;
        switch (setjmp(cmocka_failed)) {
        case 0: break;
        case 1: printf("FAILED %s\n", tests[i].name); return 1;
        default: continue;
        }
        if (tests[i].setup != NULL)
            cmocka_check(tests[i].setup(&state) == 0, "setup", __FILE__, __LINE__);
        tests[i].test(&state);
        if (tests[i].teardown != NULL)
            cmocka_check(tests[i].teardown(&state) == 0, "teardown", __FILE__, __LINE__);
    }
    return 0;
}

#define print_message(...) printf(__VA_ARGS__)
#define print_error(...) printf(__VA_ARGS__)
#define skip() longjmp(cmocka_failed, 2)
#define fail_msg(...) (printf(__VA_ARGS__), cmocka_check(0, "see above", __FILE__, __LINE__))
/* A function, as compilers warn of a comparison of constants. */
static inline int cmocka_in_range(unsigned long long value, unsigned long long low,
                                  unsigned long long high)
{
    return value >= low && value <= high;
}

#define CMOCKA_CHECK(condition, text) cmocka_check((condition) ? 1 : 0, text, __FILE__, __LINE__)
#define assert_true(a) CMOCKA_CHECK(a, #a)
#define assert_false(a) CMOCKA_CHECK(!(a), "!" #a)
#define assert_null(a) CMOCKA_CHECK((a) == NULL, #a " == NULL")
#define assert_non_null(a) CMOCKA_CHECK((a) != NULL, #a " != NULL")
#define assert_ptr_equal(a, b) CMOCKA_CHECK((const void *)(a) == (const void *)(b), #a " == " #b)
#define assert_ptr_not_equal(a, b) \
    CMOCKA_CHECK((const void *)(a) != (const void *)(b), #a " != " #b)
#define assert_int_equal(a, b) CMOCKA_CHECK((long long)(a) == (long long)(b), #a " == " #b)
#define assert_int_not_equal(a, b) CMOCKA_CHECK((long long)(a) != (long long)(b), #a " != " #b)
#define assert_string_equal(a, b) CMOCKA_CHECK(strcmp(a, b) == 0, #a " is " #b)
#define assert_string_not_equal(a, b) CMOCKA_CHECK(strcmp(a, b) != 0, #a " is not " #b)
#define assert_memory_equal(a, b, size) CMOCKA_CHECK(memcmp(a, b, size) == 0, #a " is " #b)
#define assert_memory_not_equal(a, b, size) CMOCKA_CHECK(memcmp(a, b, size) != 0, #a " is not " #b)
#define assert_in_range(a, low, high)                                                \
    CMOCKA_CHECK(cmocka_in_range((unsigned long long)(a), (unsigned long long)(low), \
                                 (unsigned long long)(high)),                        \
                 #a " is from " #low " to " #high)

#endif
