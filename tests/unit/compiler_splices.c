/* A backslash at the end of a line is what it is in C, wherever it stands: with
 * one at every offset of a file its tree is the same, and what stands after it
 * has the line it had and one more for each. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "base/arena.h"
#include "base/diag.h"
#include "base/intern.h"
#include "base/writer.h"
#include "passes.h"
#include "syntax/ast.h"

static const char *const files[] = {
    "lex/items",   "lex/captures", "parse/everything", "parse/comments",
    "parse/names", "exec/texts",   "emit/all_mixed",   "emit/blocking",
};
static const struct {
    const char *text;
    int lines;
} splices[] = { { "\\\n", 1 }, { "\\\r\n", 1 }, { "\\\n\\\r\n\\\n", 3 } };

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

/* Words and signs, one blank between them: prologues and preprocessor lines
 * keep their lines as they were. Texts are dumped as C strings. */
static void squeeze(char *text)
{
    char *to = text;

    for (const char *from = text; *from != '\0';) {
        bool splice = strncmp(from, "\\\\\\n", 4) == 0, newline = strncmp(from, "\\n", 2) == 0;
        if (splice)
            from += 4;
        else if (newline || *from == ' ' || *from == '\n') {
            if (to > text && to[-1] != ' ')
                *to++ = ' ';
            from += newline ? 2 : 1;
        } else
            *to++ = *from++;
    }
    *to = '\0';
}

static struct ast_item *last_item(struct ast_file *file)
{
    struct ast_item *item = file->items;

    while (item != NULL && item->next != NULL)
        item = item->next;
    return item;
}

/* The tree as text, malloced; the number of errors; the line of the last item. */
static char *tree_of(const char *text, unsigned *errors, int *line)
{
    struct arena arena = { 0 };
    struct names names = { .arena = &arena };
    struct sources sources = { .arena = &arena };
    struct diags diags = { .arena = &arena, .sources = &sources, .last = &diags.first };
    struct ast_file *file =
        parse(&arena, &names, &diags, source_add(&sources, "x.chain", text, strlen(text)));
    struct ast_item *last = last_item(file);
    struct writer writer;
    char *tree;

    writer_init(&writer, &arena);
    ast_dump(&writer, file, &sources, false);
    *errors = diags.errors;
    *line = last == NULL ? 0 : source_place(&sources, last->span.begin).line;
    tree = strdup(writer.text == NULL ? "" : writer.text);
    arena_release(&arena);
    squeeze(tree);
    return tree;
}

static void spliced_at(const char *name, const char *text, size_t offset, unsigned variant,
                       const char *wanted, int line, size_t last)
{
    size_t length = strlen(text), more = strlen(splices[variant].text);
    char *spliced = malloc(length + more + 1), *tree;
    unsigned errors;
    int found;

    memcpy(spliced, text, offset);
    memcpy(spliced + offset, splices[variant].text, more);
    memcpy(spliced + offset + more, text + offset, length - offset + 1);
    tree = tree_of(spliced, &errors, &found);
    if (strcmp(tree, wanted) != 0 || errors != 0)
        fail_msg("%s, offset %zu, variant %u: another tree, or %u errors", name, offset, variant,
                 errors);
    if (offset < last && found != line + splices[variant].lines)
        fail_msg("%s, offset %zu, variant %u: the last item is in line %d", name, offset, variant,
                 found);
    free(tree);
    free(spliced);
}

static size_t offset_of_line(const char *text, int line)
{
    const char *at = text;

    for (; line > 1; line--)
        at = strchr(at, '\n') + 1;
    return (size_t)(at - text);
}

static unsigned splice_file(const char *name)
{
    char *text = read_text(name), *wanted;
    unsigned errors, count = 0;
    int line;

    wanted = tree_of(text, &errors, &line);
    assert_int_equal(errors, 0);
    for (size_t offset = 0; offset <= strlen(text); offset++) {
        /* in C, too, the first backslash would be lost */
        if (offset > 0 && text[offset - 1] == '\\' && text[offset] == '\n')
            continue;
        for (unsigned variant = 0; variant < sizeof splices / sizeof *splices; variant++, count++)
            spliced_at(name, text, offset, variant, wanted, line, offset_of_line(text, line));
    }
    free(wanted);
    free(text);
    return count;
}

static void test_every_offset(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof files / sizeof *files; i++)
        print_message("%s: %u splices\n", files[i], splice_file(files[i]));
}

int main(void)
{
    const struct CMUnitTest tests[] = { cmocka_unit_test(test_every_offset) };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
