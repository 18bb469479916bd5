/* parts.c - an input in parts, and what must hold. */
#define _POSIX_C_SOURCE 200809L /* dprintf */
#include "fuzzer.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* ---- parts --------------------------------------------------------------- */

static const char mark[] = "//// ";

/* The next line that begins a part, or the end. */
static const char *find_mark(const char *text, const char *end)
{
    while (text < end) {
        if ((size_t)(end - text) >= sizeof mark - 1 && memcmp(text, mark, sizeof mark - 1) == 0)
            return text;
        text = memchr(text, '\n', (size_t)(end - text));
        text = text == NULL ? end : text + 1;
    }
    return end;
}

/* Takes the name out of the line that begins a part; returns the start of the next line. */
static const char *take_name(struct part *part, const char *text, const char *end)
{
    const char *line_end = memchr(text, '\n', (size_t)(end - text));
    size_t length;

    text += sizeof mark - 1;
    line_end = line_end == NULL ? end : line_end;
    length = (size_t)(line_end - text);
    length = length > LONGEST_NAME ? LONGEST_NAME : length;
    memcpy(part->name, text, length);
    part->name[length] = '\0';
    return line_end < end ? line_end + 1 : end;
}

void input_split(struct input *input, const uint8_t *data, size_t size)
{
    const char *text = (const char *)data, *end = text + size;

    if (size == 0)
        text = end = "";
    input->count = 0;
    input->parts[0].name[0] = '\0';
    do {
        struct part *part = &input->parts[input->count];
        if (input->count++ > 0)
            text = take_name(part, text, end);
        part->text = text;
        text = input->count == MOST_PARTS ? end : find_mark(text, end);
        part->length = (size_t)(text - part->text);
    } while (text < end);
}

/* ---- what must hold ------------------------------------------------------ */

void must(bool holds, const char *format, ...)
{
    va_list args;

    if (holds)
        return;
    va_start(args, format);
    dprintf(2, "fuzzer: ");
    vdprintf(2, format, args);
    dprintf(2, "\n");
    va_end(args);
    abort();
}

void must_equal(const char *what, const char *a, size_t a_length, const char *b, size_t b_length)
{
    size_t at = 0, line;

    if (a_length == b_length && (a_length == 0 || memcmp(a, b, a_length) == 0))
        return;
    while (at < a_length && at < b_length && a[at] == b[at])
        at++;
    for (line = at; line > 0 && a[line - 1] != '\n'; line--)
        continue;
    must(false, "%s differs at byte %zu: '%.*s' and '%.*s'", what, at,
         (int)(a_length - line > 200 ? 200 : a_length - line), a + line,
         (int)(b_length - line > 200 ? 200 : b_length - line), b + line);
}
