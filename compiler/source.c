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
    const char *text = source->raw, *end = text + source->raw_length;
    uint32_t line = 0;

    source->line_count = count_lines(text, source->raw_length);
    source->lines = arena_alloc(arena, source->line_count * sizeof *source->lines);
    for (const char *at = text; line + 1 < source->line_count; at++) {
        at = memchr(at, '\n', (size_t)(end - at));
        source->lines[++line] = (uint32_t)(at + 1 - text);
    }
}

/* ---- joined lines ---- */

/* The length of a backslash with the end of its line; 0 if this is none. The text ends with a NUL. */
static size_t splice_at(const char *at)
{
    if (at[0] != '\\')
        return 0;
    return at[1] == '\n' ? 2 : at[1] == '\r' && at[2] == '\n' ? 3 : 0;
}

static size_t count_splices(const char *text, size_t length)
{
    size_t count = 0;

    for (const char *at = text, *end = text + length; (at = memchr(at, '\\', (size_t)(end - at))); at++)
        count += splice_at(at) != 0;
    return count;
}

static void add_joint(struct source *source, size_t text, const char *raw)
{
    source->joints[source->joint_count++] = (struct joint){ (uint32_t)text, (uint32_t)(raw - source->raw) };
}

/* The newlines that were left out follow at the end of the line, so that those behind it have their numbers. */
static void join_lines(struct arena *arena, struct source *source)
{
    size_t splices = count_splices(source->raw, source->raw_length), length = 0, owed = 0;
    char *text;

    if (splices == 0)
        return;
    text = arena_alloc(arena, source->raw_length + 1);
    source->joints = arena_alloc(arena, (2 * splices + 1) * sizeof *source->joints);
    for (const char *at = source->raw, *end = at + source->raw_length; at < end;) {
        size_t splice = splice_at(at);
        if (splice != 0) {
            at += splice;
            owed++;
            add_joint(source, length, at);
            continue;
        }
        for (; *at == '\n' && owed > 0; owed--) {
            text[length++] = '\n';
            add_joint(source, length, at);
        }
        text[length++] = *at++;
    }
    text[length] = '\0';
    source->text = text;
    source->length = length;
}

/* The last joint at or before an offset in text; a made up one before the first. */
static struct joint find_joint(const struct source *source, uint32_t offset)
{
    size_t low = 0, high = source->joint_count;

    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (source->joints[middle].text <= offset)
            low = middle + 1;
        else
            high = middle;
    }
    return low == 0 ? (struct joint){ 0 } : source->joints[low - 1];
}

static uint32_t raw_offset(const struct source *source, uint32_t offset)
{
    struct joint joint = find_joint(source, offset);

    return joint.raw + (offset - joint.text);
}

const char *source_raw(const struct source *source, uint32_t begin, uint32_t end, size_t *length)
{
    uint32_t raw = raw_offset(source, begin);

    *length = end == begin ? 0 : raw_offset(source, end - 1) + 1 - raw; /* a splice behind it is left out */
    return source->raw + raw;
}

/* ---- files ---- */

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
    source->text = source->raw = text;
    source->length = source->raw_length = length;
    source->base = next_base(sources);
    join_lines(sources->arena, source);
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
    size_t end = line + 1 < source->line_count ? source->lines[line + 1] - 1 : source->raw_length;

    if (end > begin && source->raw[end - 1] == '\r')
        end--;
    return end - begin;
}

struct place source_place(const struct sources *sources, pos at)
{
    struct place place = { 0 };

    place.source = find_source(sources, at);
    if (!place.source)
        return place;
    uint32_t offset = raw_offset(place.source, at - place.source->base);
    uint32_t line = find_line(place.source, offset);
    place.line = (int)line + 1;
    place.column = (int)(offset - place.source->lines[line]) + 1;
    place.line_text = place.source->raw + place.source->lines[line];
    place.line_length = length_of_line(place.source, line);
    return place;
}

const char *source_text(const struct sources *sources, struct span span)
{
    const struct source *source = find_source(sources, span.begin);

    return source ? source->text + (span.begin - source->base) : "";
}
