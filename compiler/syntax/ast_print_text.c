/* ast_print_text.c - C text, names and numbers, as the printer of trees puts them.
 *
 * C text is copied from the file. Of its lines after the first one, only the
 * indentation changes, all by one number of columns, and blanks at their ends
 * go. A line that a backslash joins with the one before may stand within a
 * string and stays as it is. */
#include <limits.h>
#include <string.h>

#include "base/writer.h"
#include "ctext/ctext.h"
#include "syntax/ast_print.h"

enum { TAB = 4 };

/* ---- lines --------------------------------------------------------------- */

struct line {
    const char *begin, *end; /* without blanks at its end */
    const char *next;        /* the line after it; NULL: this is the last */
    bool joins;              /* the next one */
};

/* A backslash before blanks joins lines for some C compilers: they stay. */
static bool ends_in_backslash(const char *begin, const char *end)
{
    return (end > begin && end[-1] == '\\')
           || (end - begin >= 3 && memcmp(end - 3, "?\?/", 3) == 0);
}

static struct line line_at(const char *at, const char *end)
{
    const char *newline = memchr(at, '\n', (size_t)(end - at));
    struct line line = { at, newline ? newline : end, newline ? newline + 1 : NULL, false };
    const char *solid;

    if (!newline)
        return line;
    while (line.end > at && line.end[-1] == '\r')
        line.end--;
    for (solid = line.end; solid > at && strchr(" \t\r", solid[-1]); solid--)
        continue;
    line.joins = line.end > at && line.end[-1] == '\\';
    if (!ends_in_backslash(at, solid))
        line.end = solid;
    return line;
}

static int width_of_indent(const struct line *line, const char **text)
{
    int width = 0;

    for (*text = line->begin; *text < line->end && (**text == ' ' || **text == '\t'); ++*text)
        width += **text == ' ' ? 1 : TAB - width % TAB;
    return width;
}

/* The first line goes where the writer is. NULL: indentation stays, and blanks do. */
static void put_lines(struct print *print, const char *at, const char *end, const int *shift)
{
    struct writer *writer = print->writer;
    struct line line = line_at(at, end);
    int indent = writer->indent;

    writer_put_bytes(writer, line.begin, (size_t)(line.end - line.begin));
    writer->indent = 0;
    while (line.next) {
        bool is_joined = line.joins;
        const char *text;
        writer_put(writer, "\n");
        line = line_at(line.next, end);
        int width = width_of_indent(&line, &text);
        if (is_joined || !shift || *shift == 0 || *text == '#' || text == line.end)
            text = line.begin;
        else
            for (int column = 0; column < width + *shift; column++)
                writer_put(writer, " ");
        writer_put_bytes(writer, text, (size_t)(line.end - text));
    }
    writer->indent = indent;
}

/* ---- how far lines move -------------------------------------------------- */

/* The smallest indentation of the lines after the first one that move; INT_MAX: there is none. */
static int smallest_indent(const char *at, const char *end)
{
    struct line line = line_at(at, end);
    int smallest = INT_MAX;

    while (line.next) {
        bool is_joined = line.joins;
        const char *text;
        line = line_at(line.next, end);
        int width = width_of_indent(&line, &text);
        if (!is_joined && text < line.end && *text != '#' && width < smallest)
            smallest = width;
    }
    return smallest;
}

/* The column of a byte of the file, and the indentation of its line. */
static int column_in_file(const struct print *print, const char *at, int *indent)
{
    const char *begin = at;
    int column = 0;

    while (begin > print->source->raw && begin[-1] != '\n')
        begin--;
    struct line line = { begin, at, NULL, false };
    *indent = width_of_indent(&line, &begin);
    for (column = *indent; begin < at; begin++)
        column += ((unsigned char)*begin & 0xC0) != 0x80;
    return column;
}

/* The indentation of the line that the writer has begun. */
static int indent_of_line(const struct print *print)
{
    const struct writer *writer = print->writer;
    size_t begin = writer->length, end;

    if (writer->at_line_start)
        return writer->indent * TAB;
    while (begin > 0 && writer->text[begin - 1] != '\n')
        begin--;
    for (end = begin; end < writer->length && writer->text[end] == ' '; end++)
        continue;
    return (int)(end - begin);
}

/* Lines that hang under the first byte of the text stay there; others stay
 * where they are in relation to the line in which the text begins, or, if C text
 * gets lines of its own, to the indentation of those. */
static int shift_of(const struct print *print, const char *in_file, const char *at, const char *end)
{
    int old_indent, old_column = column_in_file(print, in_file, &old_indent);
    int column = (int)ast_print_column(print), indent = indent_of_line(print);
    int smallest = smallest_indent(at, end), shift = indent - old_indent;

    if (smallest == INT_MAX)
        return 0;
    if (smallest >= old_column)
        shift = column - old_column;
    else if (column == indent && old_column != old_indent && strncmp(at, "/*", 2) != 0)
        shift = indent - smallest;
    return shift < -smallest ? -smallest : shift;
}

/* ---- text of the file ---------------------------------------------------- */

static const char *raw_text(const struct print *print, struct span span, const char **end)
{
    pos base = print->source->base;
    size_t length;
    const char *raw = source_raw(print->source, span.begin - base, span.end - base, &length);

    *end = raw + length;
    return raw;
}

void ast_print_text(struct print *print, struct span span)
{
    const char *end, *at = raw_text(print, span, &end);

    if (!memchr(at, '\n', (size_t)(end - at)))
        writer_put_bytes(print->writer, at, (size_t)(end - at));
    else if (print->is_measured)
        print->is_broken = true;
    else {
        int shift = shift_of(print, at, at, end);
        put_lines(print, at, end, &shift);
    }
}

void ast_print_kept(struct print *print, struct span span)
{
    const char *end, *at = raw_text(print, span, &end);

    put_lines(print, at, end, NULL);
}

/* ---- C text -------------------------------------------------------------- */

void ast_print_raw(struct print *print, const struct ast_c *c)
{
    const char *ignored, *end = c->text + strlen(c->text);
    int shift = shift_of(print, raw_text(print, c->span, &ignored), c->text, end);

    put_lines(print, c->text, end, &shift);
}

/* A '#' at the end may have been a digraph, of which the span has the first half. */
static void put_c(struct print *print, const struct ast_c *c)
{
    const char *source = print->source->text + (c->span.begin - print->source->base);
    size_t length = strlen(c->text);
    struct span span = c->span;

    if (length > 0 && c->text[length - 1] == '#' && source[length - 1] != '#')
        span.end += source[length - 1] == '%' ? 1 : 2;
    ast_print_text(print, span);
}

static bool ends_in_line_comment(const char *text)
{
    const char *at = text + ctext_solid_length(text);

    while (*at != '\0')
        if (at[0] == '/' && at[1] == '*')
            at = strstr(at, "*/") + 2;
        else if (at[0] == '/' && at[1] == '/' && !strchr(at, '\n'))
            return true;
        else if (at[0] == '/')
            at = strchr(at, '\n');
        else
            at++;
    return false;
}

/* After a // comment the closing bracket needs a line of its own. */
void ast_print_c(struct print *print, const struct ast_c *c)
{
    put_c(print, c);
    if (ends_in_line_comment(c->text))
        writer_put_line_end(print->writer);
}

void ast_print_bracketed(struct print *print, const struct ast_c *c)
{
    writer_put(print->writer, "(");
    ast_print_c(print, c);
    writer_put(print->writer, ")");
}

static void put_braced(struct print *print, const struct ast_c *c, bool broken)
{
    writer_put(print->writer, broken ? "{\n" : c->text[0] ? "{ " : "{");
    print->writer->indent += broken;
    put_c(print, c);
    print->writer->indent -= broken;
    if (broken || ends_in_line_comment(c->text))
        writer_put_line_end(print->writer);
    writer_put(print->writer, broken || !c->text[0] ? "}" : " }");
}

/* { C }, on one line if it fits. */
void ast_print_braced(struct print *print, const struct ast_c *c, bool are_statements)
{
    struct print measured;

    print->has_brackets = print->has_brackets || are_statements;
    if (!print->flat) {
        measured = ast_print_measure(print);
        measured.has_brackets = are_statements;
        put_braced(&measured, c, false);
    }
    put_braced(print, c, !print->flat && c->text[0] && !ast_print_fits(print, &measured, 1));
}

/* ---- names and numbers --------------------------------------------------- */

/* A declaration's type and name: "struct x name", "char *name". */
void ast_print_typed(struct print *print, const struct ast_c *type, const char *name)
{
    size_t length = strlen(type->text);

    put_c(print, type);
    writer_put(print->writer, length && type->text[length - 1] == '*' ? "" : " ");
    writer_put(print->writer, name);
}

/* Those that do not fit go on in the next line. */
void ast_print_names(struct print *print, const struct ast_name *name)
{
    print->writer->indent++;
    for (; name; name = name->next) {
        writer_put(print->writer, name->name);
        if (!name->next)
            break;
        bool broken =
            !print->flat && ast_print_column(print) + strlen(name->next->name) + 3 > WIDEST;
        writer_put(print->writer, broken ? ",\n" : ", ");
    }
    print->writer->indent--;
}

/* On one line, or each on a line of its own. */
void ast_print_args(struct print *print, const struct ast_args *args)
{
    bool broken = !print->flat && args;

    writer_put(print->writer, broken ? "(\n" : "(");
    print->writer->indent += broken;
    for (; args && !ast_print_is_given_up(print); args = args->next) {
        ast_print_c(print, &args->c);
        writer_put(print->writer, !args->next ? "" : broken ? "," : ", ");
        writer_put(print->writer, broken && !print->writer->at_line_start ? "\n" : "");
    }
    print->writer->indent -= broken;
    writer_put(print->writer, ")");
}

/* Without its brackets a text could be a word of the language. */
void ast_print_count(struct print *print, const struct ast_number *number)
{
    const char *begin = print->source->text + (number->span.begin - print->source->base);

    if (number->in_brackets) {
        pos at = number->span.begin + 1 + (pos)strspn(begin + 1, " \t\r\n\f\v");
        struct span span = { at, at + (pos)strlen(number->text) };
        ast_print_bracketed(print, &(struct ast_c){ span, number->text });
    } else
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
    if (duration->is_time) {
        writer_put(print->writer, "until ");
        ast_print_bracketed(print, duration->count);
    } else if (duration->count) {
        ast_print_bracketed(print, duration->count);
        writer_putf(print->writer, " %s", names[duration->unit]);
    } else {
        put_ns(print->writer, duration->ns, ns[duration->unit]);
        writer_put(print->writer, names[duration->unit]);
    }
}
