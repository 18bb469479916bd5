/* Comments at every offset of a file, and up to three of all kinds in a row
 * between all tokens: printed as source they stay, and what is printed prints
 * the same again. `make check` takes every 13th row, `make comments` (STRIDE=1)
 * every one. */
#include <ctype.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "compile.h"
#include "syntax/ast.h"

static const char *const files[] = { "parse/everything", "parse/comments", "parse/bracketed",
                                     "parse/names" };
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

/* ---- what a text is as a tree and as source ------------------------------ */

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
    file = parse(&c->arena, &c->names, &c->diags,
                 source_add(&c->sources, "x.chain", text, strlen(text)));
    writer_init(&form->tree, &c->arena);
    writer_init(&form->source, &c->arena);
    ast_dump(&form->tree, file, &c->sources, false);
    ast_print(&form->source, file);
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
    char *first = words_of(a->tree.text, of_comments),
         *second = words_of(b->tree.text, of_comments);
    bool same = strcmp(first, second) == 0;

    free(first);
    free(second);
    return same;
}

/* ---- every offset -------------------------------------------------------- */

static unsigned complaints; /* the first ones are printed */

static void complain(const char *what, const char *text)
{
    if (complaints++ < 20)
        print_message("%s\n%s\n", what, text);
}

/* Whether the text has been looked at: where the comment is none, or changes
 * something, there is nothing to see. */
static bool look_at(const char *text, const struct form *plain)
{
    struct form once, twice;
    bool counts;

    open_form(&once, text);
    counts = once.parsed && same_words(&once, plain, false)
             && strlen(once.tree.text) > strlen(plain->tree.text);
    if (counts) {
        open_form(&twice, once.source.text);
        if (!twice.parsed || !same_words(&once, &twice, false) || !same_words(&once, &twice, true)
            || strcmp(once.source.text, twice.source.text) != 0)
            complain("printed again, it is something else:", once.source.text);
        compile_end(&twice.compilation);
    }
    compile_end(&once.compilation);
    return counts;
}

/* 1: everything. */
static unsigned stride(void)
{
    const char *given = getenv("STRIDE");
    return given == NULL ? 13 : (unsigned)atoi(given);
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
            char *changed;
            if (stride() > 1 && kind != at % 2)
                continue;
            changed = malloc(length + 16);
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
    assert_int_equal(complaints, 0);
}

/* ---- rows of comments ---------------------------------------------------- */

/* Every construct before and after which a comment can stand, in one line. */
static const char *const constructs[] = {
    "extern sync int *f(void);",
    "static async struct s g(int n);",
    "export import \"x.chain\" as y;\nmodule m;",
    "static resource r = int releases f;",
    "chain unsigned int c(void) { a as struct s *b then d as int e }",
    "%require \"1\"\n",
    "import \"a.chain\"; import \"b.chain\";",
    "struct s { int a; }; enum e { E };",
    "codes { A = 1 \"a\", B, C = 7 }; codes { D, };",
    "resource file = int releases shut;",
    "async int a(int n) raises A, B state { int x; } posted uncancellable;",
    "blocking int p(int n) fails (it < 0) errno on disk raises nothing; sync void s(void);",
    "chain void later(void) pool 4 budget 256;",
    "static chain int c(int n) pool N budget (2) { }",
    "chain void c(void) { var int x = 3; var int y; }",
    "chain void c(void) { var int x; a(x, 2) as y then (x) as int z then b undo u catch A, B: h finally f }",
    "chain void c(void) { a then do { x; } then do int { return 1; } as v }",
    "chain void c(void) { a then { b } then { c() then d } else { e } then f else g }",
    "chain void c(void) { all (a, b(1) as q, { c },) then settle (a as x, b) then any (a, b) }",
    "chain void c(void) { race (a { b }, c as z { d then e }) }",
    "chain void c(void) { each (i in 0 .. n) limit 4 { a } then each (x from next(1)) limit (2) { b } }",
    "chain void c(void) { if (x) { a } else if (y) { b } else { c } then while (x) { break then continue } }",
    "chain void c(void) { loop { a } then timeout 2s if (x) { a } then timeout (n) ms a }",
    "chain void c(void) { retry 3 backoff 1ms to 5m jitter 10% on A, B: get(url) as page undo drop(page) }",
    "chain void c(void) { retry pause (err.info) ms jitter 5% on A if (x): timeout until (t) a }",
    "chain void c(void) { retry 3 if (x): if (y) { a } then retry N pause 1.5s delay until (t) }",
    "chain void c(void) { retry 3 (x) then retry (3) (x) then retry (N) (x) }",
    "chain void c(void) { retry N f then delay 2s then spawn w(n) then join then return (n) }",
    "chain void c(void) { a catch reject catch reject(EIO, \"t\", 3) finally { return } }",
};

/* What a row is made of. NEXT goes on after the token that follows. */
static const char *const pieces[] = { "NEXT", " // l\\\n l\n", " /* b */", " /* m\n m */", "\n" };
enum {
    PIECES = sizeof pieces / sizeof *pieces,
    ROWS = PIECES * PIECES * PIECES,
    NEXT = 0,
    MOST_GAPS = 200
};

/* The ends of tokens after which a comment may stand. */
static unsigned find_gaps(const char *text, const struct form *plain, size_t *gaps)
{
    unsigned count = 0;

    for (size_t at = 0, length = strlen(text); at <= length; at++) {
        char *changed = malloc(length + 16);
        sprintf(changed, "%.*s /* c */ %s", (int)at, text, text + at);
        if ((at == 0 || !isspace((unsigned char)text[at - 1])) && look_at(changed, plain)) {
            assert_true(count < MOST_GAPS);
            gaps[count++] = at;
        }
        free(changed);
    }
    return count;
}

/* The text with a row at a gap; NULL if there are not so many gaps, or another
 * row at another gap is the same. */
static char *with_row(const char *text, const size_t *gap, const size_t *end, unsigned row)
{
    char *changed = malloc(strlen(text) + 64), *to = changed;
    size_t at = *gap;
    bool is_first = true, has_comment = false;

    to += sprintf(to, "%.*s", (int)at, text);
    for (; row > 0; row /= PIECES) {
        bool is_next = row % PIECES == NEXT;
        if (is_next && (is_first || ++gap == end)) {
            free(changed);
            return NULL;
        }
        to += sprintf(to, "%.*s%s", is_next ? (int)(*gap - at) : 0, text + at,
                      is_next ? "" : pieces[row % PIECES]);
        at = *gap;
        is_first = false;
        has_comment = has_comment || strchr(pieces[row % PIECES], '/') != NULL;
    }
    sprintf(to, "%s", text + at);
    if (has_comment)
        return changed;
    free(changed);
    return NULL;
}

static unsigned look_at_rows(const char *text)
{
    struct form plain;
    size_t gaps[MOST_GAPS];
    unsigned count, looked_at = 0;

    open_form(&plain, text);
    assert_true(plain.parsed);
    count = find_gaps(text, &plain, gaps);
    for (unsigned gap = 0; gap < count; gap++)
        for (unsigned row = 1 + gap % stride(); row < ROWS; row += stride()) {
            char *changed = with_row(text, &gaps[gap], &gaps[count], row);
            if (changed == NULL)
                continue;
            if (look_at(changed, &plain))
                looked_at++;
            else
                complain("with comments it is something else:", changed);
            free(changed);
        }
    compile_end(&plain.compilation);
    print_message("%u gaps, %u rows: %.*s\n", count, looked_at, (int)strcspn(text, "\n"), text);
    return looked_at;
}

static void test_rows(void **state)
{
    unsigned total = 0;

    (void)state;
    for (size_t i = 0; i < sizeof constructs / sizeof *constructs; i++)
        total += look_at_rows(constructs[i]);
    print_message("%u rows of comments\n", total);
    assert_true(total > 35000 / stride());
    assert_int_equal(complaints, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = { cmocka_unit_test(test_every_offset),
                                        cmocka_unit_test(test_rows) };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
