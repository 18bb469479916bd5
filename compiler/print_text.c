/* print_text.c - lines, comments and C text, as the printer of trees puts them. */
#include <string.h>

#include "print.h"
#include "writer.h"

static int print_line_of(const struct print *print, pos at)
{
    return source_place(print->sources, at).line;
}

bool print_on_one_line(const struct print *print, struct span span)
{
    return print->flat || print_line_of(print, span.begin) == print_line_of(print, span.end - 1);
}

/* The first line is indented by the writer, the others stand as they were. */
void print_raw(struct print *print, const char *text, size_t length)
{
    const char *newline = memchr(text, '\n', length);
    int indent = print->writer->indent;

    if (!newline) {
        put_bytes(print->writer, text, length);
        return;
    }
    put_bytes(print->writer, text, (size_t)(newline - text));
    print->writer->indent = 0;
    put_bytes(print->writer, newline, length - (size_t)(newline - text));
    print->writer->indent = indent;
}

static void print_comment(struct print *print, const struct ast_comment *comment)
{
    print_raw(print, source_text(print->sources, comment->span), comment->span.end - comment->span.begin);
}

/* Ends the line, with the comments that belong behind it. */
void print_end_line(struct print *print)
{
    const struct ast_comment *comment = print->behind;

    print->behind = NULL;
    for (; comment; comment = comment->next) {
        put(print->writer, " ");
        print_comment(print, comment);
    }
    put(print->writer, "\n");
}

static bool is_line_comment(const struct print *print, const struct ast_comment *comment)
{
    return source_text(print->sources, comment->span)[1] == '/';
}

/* Whether an empty line stood before a position. */
bool print_has_gap(const struct print *print, pos at)
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

pos print_first_pos(const struct ast_comment *comments, pos begin)
{
    return comments && !comments->behind ? comments->span.begin : begin;
}

void print_keep_gap(struct print *print, const struct ast_comment *comments, pos begin)
{
    if (print_has_gap(print, print_first_pos(comments, begin)))
        put(print->writer, "\n");
}

/* Those before a node: on lines of their own, or before it when all goes on one line. Leaves those behind it. */
const struct ast_comment *print_before(struct print *print, const struct ast_comment *comment, pos begin)
{
    for (; comment && !comment->behind; comment = comment->next) {
        print_comment(print, comment);
        if (print->flat && !is_line_comment(print, comment)) {
            put(print->writer, " ");
            continue;
        }
        put(print->writer, "\n");
        bool last = !comment->next || comment->next->behind;
        if (print_has_gap(print, last ? begin : comment->next->span.begin))
            put(print->writer, "\n");
    }
    return comment;
}

/* Those behind a node: at the end of the line, or at once when more follows on it. */
void print_behind(struct print *print, const struct ast_comment *comment)
{
    while (comment && print->flat && !is_line_comment(print, comment)) {
        put(print->writer, " ");
        print_comment(print, comment);
        comment = comment->next;
    }
    if (comment)
        print->behind = comment;
}

/* Behind a // comment the closing bracket needs a line of its own. */
static bool ends_in_line_comment(const char *text)
{
    const char *line = strrchr(text, '\n');

    return strstr(line ? line : text, "//") != NULL;
}

void print_c(struct print *print, const char *text)
{
    print_raw(print, text, strlen(text));
    if (ends_in_line_comment(text))
        put(print->writer, "\n");
}

void print_bracketed(struct print *print, const char *text)
{
    put(print->writer, "(");
    print_c(print, text);
    put(print->writer, ")");
}

/* { C }, on one line if it is one. */
void print_braced(struct print *print, const char *text)
{
    bool broken = strchr(text, '\n') || strstr(text, "//");

    put(print->writer, broken ? "{\n" : "{ ");
    print->writer->indent += broken;
    print_raw(print, text, strlen(text));
    print->writer->indent -= broken;
    put(print->writer, broken ? "\n}" : text[0] ? " }" : "}");
}

/* A declaration's type and name: "struct x name", "char *name". */
void print_typed(struct print *print, const struct ast_c *type, const char *name)
{
    size_t length = strlen(type->text);

    print_raw(print, type->text, length);
    put(print->writer, length && type->text[length - 1] == '*' ? "" : " ");
    put(print->writer, name);
}

void print_names(struct print *print, const struct ast_name *name)
{
    for (; name; name = name->next)
        putf(print->writer, "%s%s", name->name, name->next ? ", " : "");
}

/* An argument that began a line begins one again. */
void print_args(struct print *print, const struct ast_args *args)
{
    put(print->writer, "(");
    for (; args; args = args->next) {
        print_c(print, args->c.text);
        if (!args->next)
            break;
        bool broken = print_line_of(print, args->next->c.span.begin) > print_line_of(print, args->c.span.end);
        put(print->writer, broken ? ",\n    " : ", ");
    }
    put(print->writer, ")");
}

/* Without its brackets a text could be a word of the language. */
void print_count(struct print *print, const struct ast_number *number)
{
    if (number->in_brackets)
        print_bracketed(print, number->text);
    else
        put(print->writer, number->text);
}

void print_duration(struct print *print, const char *before, const struct ast_duration *duration)
{
    static const char *const names[] = { "us", "ms", "s", "m", "h" };
    static const int64_t ns[] = { 1000, 1000000, 1000000000, 60000000000, 3600000000000 };

    put(print->writer, before);
    if (duration->count) {
        print_bracketed(print, duration->count->text);
        putf(print->writer, " %s", names[duration->unit]);
    } else {
        putf(print->writer, "%lld%s", (long long)(duration->ns / ns[duration->unit]), names[duration->unit]);
    }
}
