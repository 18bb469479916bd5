/* A comment at every offset of a file: printed as source it stays, and what is printed prints the same again. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "syntax/ast.h"
#include "compile.h"

static const char *const files[] = { "parse/everything", "parse/comments", "parse/bracketed", "parse/names" };
static const char *const comments[] = { " /* c */ ", " // c\n" };

static char *read_text(const char *name)
{
    char path[4096], *text = calloc(1, 1 << 16);
    FILE *file;

    snprintf(path, sizeof path, "%s/tests/%s.chain", getenv("TOP"), name);
    file = fopen(path, "rb");
    assert_non_null(file);
    assert_true(fread(text, 1, (1 << 16) - 1, file) > 0);
    fclose(file);
    return text;
}

/* ---- what a text is as a tree and as source ---- */

struct form {
    struct compilation compilation;
    struct writer tree, source;
    bool parsed;
};

static const struct options options;
static const struct diags settings;

static void open_form(struct form *form, const char *text)
{
    struct compilation *c = &form->compilation;
    struct ast_file *file;

    compile_begin(c, &options, &settings);
    file = parse(&c->arena, &c->names, &c->diags, source_add(&c->sources, "x.chain", text, strlen(text)));
    writer_init(&form->tree, &c->arena);
    writer_init(&form->source, &c->arena);
    ast_dump(&form->tree, file, &c->sources, false);
    ast_print(&form->source, file, &c->sources);
    form->parsed = c->diags.errors == 0;
}

/* The words of a tree: those of its comments, or all others. Blanks in C text are not looked at. */
static char *words_of(const char *tree, bool of_comments)
{
    char *words = malloc(strlen(tree) + 1), *to = words;

    for (const char *line = tree; *line != '\0'; line += strcspn(line, "\n") + 1) {
        bool is_comment = strncmp(line + strspn(line, " "), "comment ", 8) == 0;
        const char *at = is_comment ? strchr(line, '"') : line;
        for (; is_comment == of_comments && *at != '\n'; at++)
            if (!isspace((unsigned char)*at) && (!is_comment || isalnum((unsigned char)*at)))
                *to++ = *at;
    }
    *to = '\0';
    return words;
}

static bool same_words(const struct form *a, const struct form *b, bool of_comments)
{
    char *first = words_of(a->tree.text, of_comments), *second = words_of(b->tree.text, of_comments);
    bool same = strcmp(first, second) == 0;

    free(first);
    free(second);
    return same;
}

/* ---- every offset ---- */

/* Whether the text has been looked at: where the comment is none, or changes something, there is nothing to see. */
static bool look_at(const char *text, const struct form *plain)
{
    struct form once, twice;
    bool counts;

    open_form(&once, text);
    counts = once.parsed && same_words(&once, plain, false) && strlen(once.tree.text) > strlen(plain->tree.text);
    if (counts) {
        open_form(&twice, once.source.text);
        if (!twice.parsed || !same_words(&once, &twice, false) || !same_words(&once, &twice, true)
            || strcmp(once.source.text, twice.source.text) != 0)
            fail_msg("printed again, it is something else:\n%s", once.source.text);
        compile_end(&twice.compilation);
    }
    compile_end(&once.compilation);
    return counts;
}

static unsigned look_at_file(const char *name)
{
    char *text = read_text(name);
    size_t length = strlen(text);
    struct form plain;
    unsigned count = 0;

    open_form(&plain, text);
    assert_true(plain.parsed);
    for (size_t at = 0; at <= length; at++)
        for (size_t kind = 0; kind < sizeof comments / sizeof *comments; kind++) {
            char *changed = malloc(length + 16);
            sprintf(changed, "%.*s%s%s", (int)at, text, comments[kind], text + at);
            count += look_at(changed, &plain);
            free(changed);
        }
    compile_end(&plain.compilation);
    free(text);
    return count;
}

static void test_every_offset(void **state)
{
    unsigned total = 0;

    (void)state;
    for (size_t i = 0; i < sizeof files / sizeof *files; i++) {
        unsigned count = look_at_file(files[i]);
        print_message("%s: %u comments\n", files[i], count);
        total += count;
    }
    assert_true(total > 1000);
}

int main(void)
{
    const struct CMUnitTest tests[] = { cmocka_unit_test(test_every_offset) };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
