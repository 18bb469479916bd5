/* writer.c - text output with indentation and a line count. */
#include "base/writer.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "base/arena.h"

void writer_init(struct writer *writer, struct arena *arena)
{
    *writer = (struct writer){ .arena = arena, .line = 1, .at_line_start = true };
}

/* Room for so many more bytes and the NUL after them. Most writers hold one line: a comment, a name. */
static void reserve(struct writer *writer, size_t more)
{
    size_t least = writer->length + more + 1, capacity = writer->capacity ? writer->capacity : 64;

    if (least <= writer->capacity)
        return;
    while (capacity < least)
        capacity *= 2;
    char *text = arena_alloc(writer->arena, capacity);
    if (writer->length > 0)
        memcpy(text, writer->text, writer->length);
    writer->text = text;
    writer->capacity = capacity;
}

static void append(struct writer *writer, const char *text, size_t length)
{
    reserve(writer, length);
    memcpy(writer->text + writer->length, text, length);
    writer->length += length;
    writer->text[writer->length] = '\0';
}

static void indent(struct writer *writer)
{
    size_t width = 4 * (size_t)writer->indent;

    reserve(writer, width);
    memset(writer->text + writer->length, ' ', width);
    writer->length += width;
    writer->at_line_start = false;
}

/* Line by line, because each non-empty line is indented. */
void writer_put_bytes(struct writer *writer, const char *text, size_t length)
{
    while (length > 0) {
        const char *newline = memchr(text, '\n', length);
        size_t line = newline ? (size_t)(newline - text) : length;
        if (line > 0 && writer->at_line_start)
            indent(writer);
        append(writer, text, line + (newline != NULL));
        if (!newline)
            return;
        writer->line++;
        writer->at_line_start = true;
        text += line + 1;
        length -= line + 1;
    }
}

size_t writer_column(const struct writer *writer, size_t most)
{
    size_t column = writer->at_line_start ? 4 * (size_t)writer->indent : 0;

    for (size_t at = writer->length; at > 0 && writer->text[at - 1] != '\n' && column < most; at--)
        column++;
    return column;
}

void writer_insert_blanks(struct writer *writer, size_t at, size_t count)
{
    reserve(writer, count);
    memmove(writer->text + at + count, writer->text + at, writer->length - at);
    memset(writer->text + at, ' ', count);
    writer->length += count;
    writer->text[writer->length] = '\0';
}

const char *writer_text(const struct writer *writer)
{
    return writer->text == NULL ? "" : writer->text;
}

void writer_put(struct writer *writer, const char *text)
{
    writer_put_bytes(writer, text, strlen(text));
}

/* Whether a line end here would make a splice, for which source.c allows
 * carriage returns in between. */
static bool ends_in_backslash(const char *text, size_t length)
{
    while (length > 0 && text[length - 1] == '\r')
        length--;
    return length > 0 && text[length - 1] == '\\';
}

void writer_put_line_end(struct writer *writer)
{
    const char *text = writer->text;
    size_t length = writer->length;
    /* a backslash with -std=c11 */
    bool is_trigraph = length >= 3 && memcmp(text + length - 3, "?\?/", 3) == 0;

    writer_put(writer, is_trigraph || ends_in_backslash(text, length) ? "\\\n\n" : "\n");
}

void writer_put_unspliced(struct writer *writer, const char *text, size_t length)
{
    const char *newline, *end = text + length;

    for (; (newline = memchr(text, '\n', (size_t)(end - text))) != NULL; text = newline + 1) {
        writer_put_bytes(writer, text, (size_t)(newline - text));
        writer_put(writer, ends_in_backslash(writer->text, writer->length) ? "\\\n" : "\n");
    }
    writer_put_bytes(writer, text, (size_t)(end - text));
}

/* As in nearly all formats. With vsnprintf() they took a third of chainc's instructions. */
static bool has_only_strings(const char *format)
{
    while ((format = strchr(format, '%')) != NULL && format[1] == 's')
        format += 2;
    return format == NULL;
}

static void put_strings(struct writer *writer, const char *format, va_list args)
{
    const char *hole;

    for (; (hole = strchr(format, '%')) != NULL; format = hole + 2) {
        writer_put_bytes(writer, format, (size_t)(hole - format));
        writer_put(writer, va_arg(args, const char *));
    }
    writer_put(writer, format);
}

void writer_putf(struct writer *writer, const char *format, ...)
{
    char small[256];
    va_list args, again;

    va_start(args, format);
    if (has_only_strings(format)) {
        put_strings(writer, format, args);
        va_end(args);
        return;
    }
    va_copy(again, args);
    int length = vsnprintf(small, sizeof small, format, args);
    va_end(args);
    if (length >= 0 && (size_t)length < sizeof small)
        writer_put_bytes(writer, small, (size_t)length);
    else
        writer_put(writer, arena_vformat(writer->arena, format, again));
    va_end(again);
}

/* The value for a hole's name among (name, value, …, NULL); a hole nobody fills
 * is a mistake of ours: it shows as it is. */
static const char *hole_value(va_list pairs, const char *name, size_t length)
{
    va_list args;
    const char *candidate, *found = NULL;

    va_copy(args, pairs);
    while (!found && (candidate = va_arg(args, const char *))) {
        const char *value = va_arg(args, const char *);
        if (strlen(candidate) == length && memcmp(candidate, name, length) == 0)
            found = value;
    }
    va_end(args);
    return found;
}

void writer_put_template(struct writer *writer, const char *text, ...)
{
    va_list pairs;

    va_start(pairs, text);
    for (;;) {
        const char *hole = strstr(text, "${");
        const char *close = hole ? strchr(hole, '}') : NULL;
        if (!close)
            break;
        writer_put_bytes(writer, text, (size_t)(hole - text));
        const char *value = hole_value(pairs, hole + 2, (size_t)(close - hole - 2));
        if (value)
            writer_put(writer, value);
        else
            writer_put_bytes(writer, hole, (size_t)(close + 1 - hole));
        text = close + 1;
    }
    writer_put(writer, text);
    va_end(pairs);
}

/* A byte that stands in a string literal as another one; NULL: as itself, or by its number. */
static const char *escape_of(char byte)
{
    switch (byte) {
    case '"': return "\\\"";
    case '\\': return "\\\\";
    case '\n': return "\\n";
    case '\t': return "\\t";
    case '\r': return "\\r";
    case '?': return "\\?"; /* no trigraphs */
    default: return NULL;
    }
}

void writer_put_c_string(struct writer *writer, const char *text, size_t length)
{
    const char *end = text + length, *plain = text;

    writer_put(writer, "\"");
    for (; text < end; text++) {
        const char *escape = escape_of(*text);
        if (escape == NULL && *text >= 0x20 && *text < 0x7f)
            continue;
        writer_put_bytes(writer, plain, (size_t)(text - plain));
        plain = text + 1;
        if (escape != NULL)
            writer_put(writer, escape);
        else
            writer_putf(writer, "\\%03o", (unsigned)(unsigned char)*text);
    }
    writer_put_bytes(writer, plain, (size_t)(end - plain));
    writer_put(writer, "\"");
}
