/* ast_print_text.c - lines, comments and C text, as the printer of trees puts them. */
#include <string.h>

#include "base/writer.h"
#include "syntax/ast_print.h"

static int print_line_of(const struct print *print, pos at)
{
    return source_place(print->sources, at).line;
}

bool ast_print_on_one_line(const struct print *print, struct span span)
{
    return print->flat || print_line_of(print, span.begin) == print_line_of(print, span.end - 1);
}

/* The first line is indented by the writer, the others stand as they were. */
void ast_print_raw(struct print *print, const char *text, size_t length)
{
    const char *newline = memchr(text, '\n', length);
    int indent = print->writer->indent;

    if (!newline) {
        writer_put_bytes(print->writer, text, length);
        return;
    }
    writer_put_bytes(print->writer, text, (size_t)(newline - text));
    print->writer->indent = 0;
    writer_put_bytes(print->writer, newline, length - (size_t)(newline - text));
    print->writer->indent = indent;
}

/* Text without its splices, as it has to be written so that it is read as the same. */
static void print_unspliced(struct print *print, const char *text, size_t length)
{
    struct writer again;

    writer_init(&again, print->writer->arena);
    writer_put_unspliced(&again, text, length);
    ast_print_raw(print, writer_text(&again), again.length);
}

static void print_comment(struct print *print, const struct ast_comment *comment)
{
    print_unspliced(print, source_text(print->sources, comment->span),
                    comment->span.end - comment->span.begin);
}

/* Ends the line, with the comments that belong after it. */
void ast_print_end_line(struct print *print)
{
    const struct ast_comment *comment = print->trailing;

    print->trailing = NULL;
    for (; comment; comment = comment->next) {
        writer_put(print->writer, " ");
        print_comment(print, comment);
    }
    writer_put(print->writer, "\n");
}

/* Whether an empty line stood before a position. */
bool ast_print_has_gap(const struct print *print, pos at)
{
    struct place place = source_place(print->sources, at);
    if (!place.source)
        return false;
    const char *text = place.source->text, *p = text + (at - place.source->base);
    int newlines = 0;

    while (p > text && strchr(" \t\r\n", p[-1]))
        newlines += *--p == '\n';
    return newlines > 1;
}

pos ast_print_first_pos(const struct ast_comment *comments, pos begin)
{
    return comments && !comments->trailing ? comments->span.begin : begin;
}

void ast_print_keep_gap(struct print *print, const struct ast_comment *comments, pos begin)
{
    if (ast_print_has_gap(print, ast_print_first_pos(comments, begin)))
        writer_put(print->writer, "\n");
}

/* Those before a node: on lines of their own, or before it when all goes on one
 * line. Leaves those after it. */
const struct ast_comment *ast_print_before(struct print *print, const struct ast_comment *comment,
                                           pos begin)
{
    for (; comment && !comment->trailing; comment = comment->next) {
        print_comment(print, comment);
        if (print->flat && !comment->to_line_end) {
            writer_put(print->writer, " ");
            continue;
        }
        writer_put(print->writer, "\n");
        bool last = !comment->next || comment->next->trailing;
        if (ast_print_has_gap(print, last ? begin : comment->next->span.begin))
            writer_put(print->writer, "\n");
    }
    return comment;
}

/* Those after a node: at the end of the line, or at once when more follows on it. */
void ast_print_trailing(struct print *print, const struct ast_comment *comment)
{
    while (comment && print->flat && !comment->to_line_end) {
        writer_put(print->writer, " ");
        print_comment(print, comment);
        comment = comment->next;
    }
    if (comment)
        print->trailing = comment;
}

/* After a // comment the closing bracket needs a line of its own. */
static bool ends_in_line_comment(const char *text)
{
    const char *line = strrchr(text, '\n');

    return strstr(line ? line : text, "//") != NULL;
}

void ast_print_c(struct print *print, const char *text)
{
    print_unspliced(print, text, strlen(text));
    if (ends_in_line_comment(text))
        writer_put_line_end(print->writer);
}

void ast_print_bracketed(struct print *print, const char *text)
{
    writer_put(print->writer, "(");
    ast_print_c(print, text);
    writer_put(print->writer, ")");
}

/* { C }, on one line if it is one. */
void ast_print_braced(struct print *print, const char *text)
{
    bool broken = strchr(text, '\n') || strstr(text, "//");

    writer_put(print->writer, broken ? "{\n" : "{ ");
    print->writer->indent += broken;
    print_unspliced(print, text, strlen(text));
    print->writer->indent -= broken;
    if (broken)
        writer_put_line_end(print->writer);
    writer_put(print->writer, broken || !text[0] ? "}" : " }");
}

/* A declaration's type and name: "struct x name", "char *name". */
void ast_print_typed(struct print *print, const struct ast_c *type, const char *name)
{
    size_t length = strlen(type->text);

    print_unspliced(print, type->text, length);
    writer_put(print->writer, length && type->text[length - 1] == '*' ? "" : " ");
    writer_put(print->writer, name);
}

void ast_print_names(struct print *print, const struct ast_name *name)
{
    for (; name; name = name->next)
        writer_putf(print->writer, "%s%s", name->name, name->next ? ", " : "");
}

/* An argument that began a line begins one again. */
void ast_print_args(struct print *print, const struct ast_args *args)
{
    writer_put(print->writer, "(");
    for (; args; args = args->next) {
        ast_print_c(print, args->c.text);
        if (!args->next)
            break;
        bool broken =
            print_line_of(print, args->next->c.span.begin) > print_line_of(print, args->c.span.end);
        writer_put(print->writer, broken ? ",\n    " : ", ");
    }
    writer_put(print->writer, ")");
}

/* Without its brackets a text could be a word of the language. */
void ast_print_count(struct print *print, const struct ast_number *number)
{
    if (number->in_brackets)
        ast_print_bracketed(print, number->text);
    else
        writer_put(print->writer, number->text);
}

/* 1500000000 ns as 1.5s: every literal can be written so. */
static void put_ns(struct writer *writer, int64_t ns, int64_t unit)
{
    writer_putf(writer, "%lld", (long long)(ns / unit));
    if ((ns %= unit) > 0)
        writer_put(writer, ".");
    for (; ns > 0; ns = ns * 10 % unit)
        writer_putf(writer, "%d", (int)(ns * 10 / unit));
}

void ast_print_duration(struct print *print, const char *before,
                        const struct ast_duration *duration)
{
    static const char *const names[] = { "us", "ms", "s", "m", "h" };
    static const int64_t ns[] = { 1000, 1000000, 1000000000, 60000000000, 3600000000000 };

    writer_put(print->writer, before);
    if (duration->count) {
        ast_print_bracketed(print, duration->count->text);
        writer_putf(print->writer, " %s", names[duration->unit]);
    } else {
        put_ns(print->writer, duration->ns, ns[duration->unit]);
        writer_put(print->writer, names[duration->unit]);
    }
}
