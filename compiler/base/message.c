/* message.c - messages on standard error. */
#define _POSIX_C_SOURCE 200809L
#include "base/message.h"

#include <stdarg.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/arena.h"
#include "base/io.h"
#include "base/writer.h"

/* ---- what can be shown --------------------------------------------------- */

/* How many bytes a UTF-8 character has, by its first one; 0: none begins so. */
static size_t length_of(unsigned char first)
{
    return first < 0x80   ? 1
           : first < 0xc2 ? 0
           : first < 0xe0 ? 2
           : first < 0xf0 ? 3
           : first < 0xf5 ? 4
                          : 0;
}

/* The code point at `text`, *size bytes long; or, with *size 1, UINT32_MAX: no UTF-8. */
static uint32_t decode(const unsigned char *text, size_t length, size_t *size)
{
    static const uint32_t least[] = { 0, 0, 0x80, 0x800, 0x10000 };
    size_t count = length_of(*text);
    uint32_t point = count < 2 ? *text : *text & (0x7fu >> count);

    *size = 1;
    if (count == 0 || count > length)
        return UINT32_MAX;
    for (size_t i = 1; i < count; i++) {
        if ((text[i] & 0xc0) != 0x80)
            return UINT32_MAX;
        point = point << 6 | (text[i] & 0x3f);
    }
    if (point < least[count] || (point >= 0xd800 && point < 0xe000) || point > 0x10ffff)
        return UINT32_MAX;
    *size = count;
    return point;
}

/* Control characters, and those that are not seen but move or turn round what is: marks of
 * direction, joiners, tags. */
static bool is_harmful(uint32_t point)
{
    static const struct {
        uint32_t first, last;
    } ranges[] = {
        { 0x00, 0x1f },     { 0x7f, 0x9f },     { 0x61c, 0x61c },
        { 0x200b, 0x200f }, { 0x2028, 0x202e }, { 0x2060, 0x206f },
        { 0xfeff, 0xfeff }, { 0xfff9, 0xfffb }, { 0xe0000, 0xe007f },
    };

    for (size_t i = 0; i < sizeof ranges / sizeof *ranges; i++)
        if (point >= ranges[i].first && point <= ranges[i].last)
            return true;
    return false;
}

size_t message_visible_next(const char *text, size_t length, char shown[VISIBLE_SIZE],
                            size_t *columns)
{
    size_t size;
    uint32_t point = decode((const unsigned char *)text, length, &size);

    if (point != UINT32_MAX && !is_harmful(point)) {
        memcpy(shown, text, size);
        shown[size] = '\0';
        *columns = 1;
        return size;
    }
    if (size == 1)
        snprintf(shown, VISIBLE_SIZE, "<%02x>", (unsigned)(unsigned char)*text);
    else
        snprintf(shown, VISIBLE_SIZE, "<U+%04lX>", (unsigned long)point);
    *columns = strlen(shown);
    return size;
}

void message_visible_put(struct writer *writer, const char *text, size_t length)
{
    char shown[VISIBLE_SIZE];
    size_t columns;

    for (size_t at = 0; at < length;) {
        bool is_tab = text[at] == '\t';
        at += message_visible_next(text + at, length - at, shown, &columns);
        writer_put(writer, is_tab ? "\t" : shown);
    }
}

/* ---- messages that are about no place in a source ------------------------ */

void message_print(struct arena *arena, const char *path, const char *format, ...)
{
    struct writer line;
    const char *text;
    va_list args;

    va_start(args, format);
    text = arena_vformat(arena, format, args);
    va_end(args);
    writer_init(&line, arena);
    writer_put(&line, "chainc: ");
    if (path != NULL) {
        message_visible_put(&line, path, strlen(path));
        writer_put(&line, ": error: ");
    }
    message_visible_put(&line, text, strlen(text));
    writer_put(&line, "\n");
    io_write(STDERR_FILENO, line.text, line.length);
}

void message_out_of_memory(void)
{
    static const char text[] = "chainc: out of memory\n";
    io_write(STDERR_FILENO, text, sizeof text - 1);
}
