/* Two outputs whose names differ in upper and lower case, where the file system
 * takes them for one file: nothing is written, whichever comes to its place first. */
#define _GNU_SOURCE
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* x.c is X.C, and the other way round. */
static int stat_folded(const char *path, struct stat *status)
{
    char other[16];

    if (stat(path, status) == 0 || strlen(path) >= sizeof other)
        return 0;
    strcpy(other, path);
    for (char *letter = other; *letter != '\0'; letter++)
        *letter ^= *letter == '.' || *letter == '_' ? 0 : 'a' ^ 'A';
    return stat(other, status);
}

#define stat(path, status) stat_folded(path, status)
#include "../../compiler/driver/output.c"
#undef stat

#include <cmocka.h>

static void one_file_of_two_names(void **state)
{
    static const char *const names[][3] = {
        { "x.c", "X.C", "A.A" }, { "X.C", "x.c", "A.A" }, { "A.A", "x.c", "X.C" },
        { "A.A", "X.C", "x.c" }, { "x.c", "z.z", "X.C" }, { "X.C", "z.z", "x.c" },
    };

    (void)state;
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        struct arena arena = { 0 };
        struct outputs outputs = { .arena = &arena };
        for (size_t j = 0; j < 3; j++)
            output_stage(&outputs, names[i][j], "text\n", 5, false);
        assert_false(output_write(&outputs));
        assert_string_equal(outputs.problem, "this is the same file as another output");
        for (size_t j = 0; j < 3; j++)
            assert_int_not_equal(access(names[i][j], F_OK), 0);
        arena_release(&arena);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = { cmocka_unit_test(one_file_of_two_names) };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
