/* source.c - reading files, and from a position back to file, line and column. */
#ifndef _POSIX_C_SOURCE
#define _POSIX_C_SOURCE 200809L /* fileno */
#endif
#include "source.h"

#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "arena.h"

enum { LARGEST = 1 << 30 };

static uint32_t count_lines(const char *text, size_t length)
{
    uint32_t count = 1;

    for (const char *at = text, *end = text + length; (at = memchr(at, '\n', (size_t)(end - at))); at++)
        count++;
    return count;
}

static void index_lines(struct arena *arena, struct source *source)
{
    const char *text = source->text, *end = text + source->length;
    uint32_t line = 0;

    source->line_count = count_lines(text, source->length);
    source->lines = arena_alloc(arena, source->line_count * sizeof *source->lines);
    for (const char *at = text; line + 1 < source->line_count; at++) {
        at = memchr(at, '\n', (size_t)(end - at));
        source->lines[++line] = (uint32_t)(at + 1 - text);
    }
}

/* Each file gets one position more than it has bytes: its end is a place, too. */
static pos next_base(const struct sources *sources)
{
    return sources->last ? sources->last->base + (pos)sources->last->length + 1 : 1;
}

/* The text is kept, not copied. */
static const struct source *adopt(struct sources *sources, const char *path, const char *text, size_t length)
{
    struct source *source = arena_new(sources->arena, struct source);

    source->path = arena_copy(sources->arena, path, strlen(path));
    source->text = text;
    source->length = length;
    source->base = next_base(sources);
    index_lines(sources->arena, source);
    if (sources->last)
        sources->last->next = source;
    else
        sources->first = source;
    sources->last = source;
    return source;
}

const struct source *source_add(struct sources *sources, const char *path, const char *text, size_t length)
{
    return adopt(sources, path, arena_copy(sources->arena, text, length), length);
}

/* Into one malloced buffer; NULL with errno. Works for pipes, whose size is not known. */
static char *read_all(FILE *file, size_t *length)
{
    size_t capacity = 64 * 1024, used = 0;
    char *buffer = malloc(capacity);

    while (buffer) {
        used += fread(buffer + used, 1, capacity - used, file);
        if (used < capacity || used > LARGEST)
            break;
        char *larger = realloc(buffer, capacity *= 2);
        if (!larger)
            free(buffer);
        buffer = larger;
    }
    *length = used;
    if (buffer && ferror(file)) {
        int reason = errno;
        free(buffer);
        errno = reason;
        return NULL;
    }
    return buffer;
}

static const char *check_length(size_t length, pos base)
{
    return length > LARGEST || length > UINT32_MAX - 1 - base ? "is larger than 1 GB" : NULL;
}

static bool is_directory(FILE *file)
{
    struct stat about;

    return fstat(fileno(file), &about) == 0 && S_ISDIR(about.st_mode);
}

static const struct source *read_file(struct sources *sources, const char *path, FILE *file, const char **problem)
{
    size_t length;

    if (is_directory(file)) {
        *problem = "is a directory";
        return NULL;
    }
    char *text = read_all(file, &length);
    if (!text) {
        *problem = arena_format(sources->arena, "%s", strerror(errno));
        return NULL;
    }
    const struct source *source = NULL;
    *problem = check_length(length, next_base(sources));
    if (!*problem)
        source = source_add(sources, path, text, length);
    free(text);
    return source;
}

const struct source *source_read(struct sources *sources, const char *path, const char **problem)
{
    if (strcmp(path, "-") == 0)
        return read_file(sources, "<stdin>", stdin, problem);
    FILE *file = fopen(path, "rb");
    if (!file) {
        *problem = arena_format(sources->arena, "%s", strerror(errno));
        return NULL;
    }
    const struct source *source = read_file(sources, path, file, problem);
    fclose(file);
    return source;
}

static const struct source *find_source(const struct sources *sources, pos at)
{
    for (const struct source *source = sources->first; source; source = source->next)
        if (at >= source->base && at - source->base <= source->length)
            return source;
    return NULL;
}

/* The last line that starts at or before the offset. */
static uint32_t find_line(const struct source *source, uint32_t offset)
{
    uint32_t low = 0, high = source->line_count;

    while (high - low > 1) {
        uint32_t middle = low + (high - low) / 2;
        if (source->lines[middle] <= offset)
            low = middle;
        else
            high = middle;
    }
    return low;
}

static size_t length_of_line(const struct source *source, uint32_t line)
{
    size_t begin = source->lines[line];
    size_t end = line + 1 < source->line_count ? source->lines[line + 1] - 1 : source->length;

    if (end > begin && source->text[end - 1] == '\r')
        end--;
    return end - begin;
}

struct place source_place(const struct sources *sources, pos at)
{
    struct place place = { 0 };

    place.source = find_source(sources, at);
    if (!place.source)
        return place;
    uint32_t offset = at - place.source->base;
    uint32_t line = find_line(place.source, offset);
    place.line = (int)line + 1;
    place.column = (int)(offset - place.source->lines[line]) + 1;
    place.line_text = place.source->text + place.source->lines[line];
    place.line_length = length_of_line(place.source, line);
    return place;
}

const char *source_text(const struct sources *sources, struct span span)
{
    const struct source *source = find_source(sources, span.begin);

    return source ? source->text + (span.begin - source->base) : "";
}
