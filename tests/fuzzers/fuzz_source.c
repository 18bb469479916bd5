/* fuzz_source.c - the formatter (--dump=source) on any text that parses.
 *
 * Checked: what it prints parses to the same tree and prints as the same text
 * again; if the text is accepted, what was printed is too, and gives the same C
 * but for places in the source. */
#include "drive.h"

#include <ctype.h>
#include <string.h>

struct form {
    struct driven driven;
    struct writer tree, source;
    bool parsed;
};

static void read_form(struct form *form, const char *text, size_t length)
{
    struct driven *d = &form->driven;

    form->parsed = drive_parse(d, text, length);
    writer_init(&form->tree, &d->base.arena);
    writer_init(&form->source, &d->base.arena);
    if (!form->parsed)
        return;
    ast_dump(&form->tree, d->file, &d->base.sources, false);
    ast_print(&form->source, d->file);
}

/* ---- trees --------------------------------------------------------------- */

static bool is_comment(const char *line)
{
    return strncmp(line + strspn(line, " "), "comment ", 8) == 0;
}

static const char *next_line(const char *line)
{
    return line + strcspn(line, "\n") + 1;
}

/* The length of a blank as the dump writes it; 0: this is none. */
static size_t blank_at(const char *at)
{
    return *at == ' ' ? 1 : strncmp(at, "\\t", 2) == 0 || strncmp(at, "\\n", 2) == 0 ? 2 : 0;
}

/* The formatter may change the blanks around the line ends of C text. A line
 * end that was put off from a splice before the text is none in the file. */
static void put_without_blanks(struct writer *out, const char *line, size_t length)
{
    size_t step;

    for (const char *at = line, *end = line + length, *blanks; at < end;) {
        bool has_line_end = false;
        for (blanks = at; (step = blank_at(at)) > 0; at += step)
            has_line_end = has_line_end || at[step - 1] == 'n';
        if (has_line_end)
            writer_put(out, "\\n");
        else
            writer_put_bytes(out, blanks, (size_t)(at - blanks));
        step = *at == '\\' ? 2 : 1;
        writer_put_bytes(out, at, step);
        at += step;
    }
}

static void tree_without_comments(struct writer *out, const struct writer *tree)
{
    for (const char *line = tree->text == NULL ? "" : tree->text; *line != '\0';
         line = next_line(line))
        if (!is_comment(line))
            put_without_blanks(out, line, (size_t)(next_line(line) - line));
}

/* The words of all comments in their order. Two may become one, and hang at
 * another node, but nothing gets lost. */
static void words_of_comments(struct writer *out, const struct writer *tree)
{
    for (const char *line = tree->text == NULL ? "" : tree->text; *line != '\0';
         line = next_line(line))
        for (const char *at = strchr(line, '"'); is_comment(line) && *at != '\n'; at++)
            if (isalnum((unsigned char)*at))
                writer_put_bytes(out, at, 1);
}

static void compare_trees(struct form *a, struct form *b)
{
    void (*const views[])(struct writer * out, const struct writer *tree) = { tree_without_comments,
                                                                              words_of_comments };

    for (size_t i = 0; i < sizeof views / sizeof *views; i++) {
        struct writer first, second;
        writer_init(&first, &a->driven.base.arena);
        writer_init(&second, &b->driven.base.arena);
        views[i](&first, &a->tree);
        views[i](&second, &b->tree);
        must_equal(i == 0 ? "the tree" : "the comments", first.text, first.length, second.text,
                   second.length);
    }
}

/* ---- the same C, but for places ------------------------------------------ */

/* Numbers, comments and blanks depend on where things stand in the source:
 * names have line numbers in them. A preprocessor line of the user may open a
 * comment that nothing ends. */
static void without_places(struct writer *out, const char *text)
{
    for (const char *at = text; *at != '\0';) {
        if (at[0] == '/' && at[1] == '*' && strstr(at + 2, "*/") != NULL)
            at = strstr(at + 2, "*/") + 2;
        else if (strncmp(at, "_H_", 3) == 0 && strspn(at + 3, "0123456789ABCDEF") == 8) {
            at += 3 + 8; /* the guard's number is made from the source */
            writer_put(out, "_H_0");
        } else if (isdigit((unsigned char)*at)) {
            at += strspn(at, "0123456789abcdefx");
            /* the second of a line: f_do_12_2 */
            for (; *at == '_' && isdigit((unsigned char)at[1]); at++)
                at += strspn(at + 1, "0123456789");
            writer_put(out, "0");
        } else {
            if (!isspace((unsigned char)*at))
                writer_put_bytes(out, at, 1);
            at++;
        }
    }
}

/* All text without #line, and without places; false if it was refused. */
static bool finish(struct driven *d, struct writer *out)
{
    struct writer text, header;

    writer_init(out, &d->base.arena);
    writer_init(&text, &d->base.arena);
    writer_init(&header, &d->base.arena);
    if (!drive_check(d))
        return false;
    drive_emit(d, &text, &header, false);
    without_places(out, header.text);
    without_places(out, text.text);
    return true;
}

/* ---- the target ---------------------------------------------------------- */

static void compare(struct form *form)
{
    const struct writer *source = &form->source;
    struct form printed;
    struct writer first, second;

    read_form(&printed, source->text == NULL ? "" : source->text, source->length);
    must(printed.parsed, "what was printed does not parse:\n%s", source->text);
    compare_trees(form, &printed);
    must_equal("the source", source->text, source->length, printed.source.text,
               printed.source.length);
    if (finish(&form->driven, &first)) {
        must(finish(&printed.driven, &second), "what was printed is refused:\n%s", source->text);
        must_equal("the C text", first.text, first.length, second.text, second.length);
    }
    drive_end(&printed.driven);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct input input;
    struct form form;

    input_split(&input, data, size);
    files_offer(&input);
    read_form(&form, input.parts[0].text, input.parts[0].length);
    if (form.parsed)
        compare(&form);
    drive_end(&form.driven);
    return 0;
}
