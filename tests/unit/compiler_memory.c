/* Allocations of the compiler fail, one at a time, for every source below and every form of its
 * output: the compilation is given up, nothing that it allocated is left, and the next one is as if
 * nothing had been. `make check` takes every 19th, `make faults` (STRIDE=1) every one.
 *
 * All forms begin with the same passes: as long as a form asks for the same sizes in the same order
 * as one before it, it is the same work, whose failures have been seen. */
#define _GNU_SOURCE
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

/* An arena that asks the system for every object, of a system that runs out of memory when it is
 * told to. */
static long allocations, fails_at, blocks;

/* What is asked for when nothing fails, in each form of a source. */
enum { MOST_SIZES = 1 << 16, MOST_FORMS = 9 };
static size_t sizes[MOST_FORMS][MOST_SIZES], *noted;

static void *scarce_calloc(size_t count, size_t size)
{
    if (++allocations == fails_at)
        return NULL;
    if (noted != NULL && allocations <= MOST_SIZES)
        noted[allocations - 1] = count * size;
    blocks++;
    return calloc(count, size);
}

static void counted_free(void *memory)
{
    blocks -= memory != NULL;
    free(memory);
}

#define ARENA_ALONE
#define calloc scarce_calloc
#define free counted_free
#include "../../compiler/base/arena.c"
#undef calloc
#undef free

#include "compile.h"

static const char *const sources[] = {
    "tests/emit/all_mixed",
    "tests/emit/finally_jumps",
    "tests/emit/five_steps",
    "tests/emit/main_chain",
    "tests/emit/owned",
    "tests/emit/spawns",
    "tests/emit/then_else",
    "tests/emit/values",
    "tests/exec/modules",
    "tests/exec/nested_branches",
    "tests/exec/owned_on_threads",
    "tests/exec/pointers",
    "tests/report/trip",
    "tests/ui/check_code_values",
    "tests/ui/check_import_circle",
    "tests/ui/check_import_missing",
    "tests/ui/check_raises",
    "tests/ui/check_it_untyped",
    "tests/ui/syntax_several",
    "tests/ui/check_argument_count",
    "examples/07_three_states",
    "examples/13_promises_with_threads",
    "examples/k_users",
    "examples/crawler",
};

enum { CHECK, SKELETON, DUMPS };
static const char *const forms[] = { "check", "skeleton", "tokens", "ast", "source",
                                     /* the dumps as in enum dump */
                                     "checked", "ir", "frame", "files" };
enum { FORMS = sizeof forms / sizeof *forms };
_Static_assert((int)FORMS == (int)MOST_FORMS, "room for the sizes of each form");

static struct options options_of(int form)
{
    struct options options = { .check_only = form == CHECK,
                               .skeleton = form == SKELETON,
                               .data_dir = getenv("MODULES") };

    if (form >= DUMPS && form < FORMS - 1)
        options.dump = DUMP_TOKENS + (form - DUMPS);
    return options;
}

static const char *text_of(const struct writer *writer)
{
    return writer->text == NULL ? "" : writer->text;
}

static char *read_file(const char *path)
{
    FILE *file = fopen(path, "rb");
    char *text = calloc(1, 1 << 20);

    assert_non_null(file);
    assert_true(fread(text, 1, (1 << 20) - 1, file) < (1 << 20) - 1);
    fclose(file);
    return text;
}

/* What it says and writes, in one text to be freed; NULL if memory ran out. *total is how often it
 * was asked for. */
static char *outcome(const char *name, const char *text, int form, long *total)
{
    static struct compilation compilation;
    struct options options = options_of(form);
    struct diags settings = { 0 };
    struct writer messages;
    char *result = NULL;

    allocations = 0;
    compile_begin(&compilation, &options, &settings);
    bool done = compile_text(&compilation, name, text, strlen(text));
    *total = allocations;
    if (done) {
        writer_init(&messages, &compilation.arena);
        diag_print(&compilation.diags, &messages);
        assert_true(asprintf(&result, "%s\n%s\n%s", text_of(&messages), text_of(&compilation.c),
                             text_of(&compilation.h))
                    > 0);
    }
    compile_end(&compilation);
    assert_int_equal(blocks, 0);
    return result;
}

/* How many allocations of this form are as in a form before it. */
static long seen_before(int form, long total)
{
    long most = 0;

    for (int other = 0; other < form; other++) {
        long same = 0;
        while (same < total && sizes[form][same] == sizes[other][same])
            same++;
        if (same > most)
            most = same;
    }
    return most;
}

/* How many allocations were made to fail: every `stride`-th, beginning with `first`. */
static long fail_some(const char *name, const char *text, int form, long first, long stride)
{
    char *right, *again;
    long count = 0, total, ignored;

    fails_at = 0;
    memset(sizes[form], 0, sizeof sizes[form]);
    noted = sizes[form];
    right = outcome(name, text, form, &total);
    noted = NULL;
    assert_non_null(right);
    assert_true(total < MOST_SIZES);
    assert_true(strlen(right) > 2 || form == CHECK);
    for (long at = seen_before(form, total) + first; at <= total; at += stride, count++) {
        fails_at = at;
        assert_null(outcome(name, text, form, &ignored));
    }
    fails_at = 0;
    again = outcome(name, text, form, &ignored);
    assert_string_equal(again, right);
    free(right);
    free(again);
    return count;
}

static void every_allocation_fails(void **state)
{
    const char *given = getenv("STRIDE");
    long count = 0, stride = given == NULL ? 19 : atol(given);

    (void)state;
    for (size_t i = 0; i < sizeof sources / sizeof *sources; i++) {
        char path[4096], *slash, *text;
        snprintf(path, sizeof path, "%s/%s.chain", getenv("TOP"), sources[i]);
        text = read_file(path);
        slash = strrchr(path, '/');
        *slash = '\0';
        assert_int_equal(chdir(path), 0); /* for what it imports */
        for (int form = 0; form < FORMS; form++)
            count += fail_some(slash + 1, text, form, 1 + (long)(i * FORMS + (size_t)form) % stride,
                               stride);
        free(text);
    }
    printf("%zu sources, %d forms, %ld allocations, 0 bad\n", sizeof sources / sizeof *sources,
           (int)FORMS, count);
}

int main(void)
{
    static char modules[4096];
    const struct CMUnitTest tests[] = { cmocka_unit_test(every_allocation_fails) };

    snprintf(modules, sizeof modules, "MODULES=%s/share/chain", getenv("BUILD"));
    putenv(modules);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
