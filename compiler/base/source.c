/* source.c - reading files, and from a position back to file, line and column. */
#define _POSIX_C_SOURCE 200809L
#include "base/source.h"

#include <errno.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/arena.h"
#include "base/io.h"

enum { LARGEST = 1 << 30, FIRST_PIECE = 64 * 1024 };

static uint32_t count_lines(const char *text, size_t length)
{
    uint32_t count = 1;

    for (const char *at = text, *end = text + length; (at = memchr(at, '\n', (size_t)(end - at)));
         at++)
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

/* ---- joined lines -------------------------------------------------------- */

/* The length of a backslash with the end of its line, which may be the end of
 * the text; 0 if this is none. */
static size_t splice_at(const char *at, const char *end)
{
    size_t length;

    if (at[0] != '\\')
        return 0;
    length = 1 + strspn(at + 1, "\r");
    return at + length == end ? length : at[length] == '\n' ? length + 1 : 0;
}

static size_t count_joints(const char *text, size_t length)
{
    size_t count = 1; /* for a backslash at the very end */

    for (const char *at = text, *end = text + length; (at = memchr(at, '\n', (size_t)(end - at)));
         at++)
        if (at > text && (at[-1] == '\r' || at[-1] == '\\'))
            count += 2; /* for the newline that is put off, too */
    return count;
}

static void add_joint(struct source *source, size_t text, const char *raw)
{
    source->joints[source->joint_count++] =
        (struct joint){ (uint32_t)text, (uint32_t)(raw - source->raw) };
}

/* The newlines that were left out follow at the end of the line, so that those
 * after it have their numbers. */
static void join_lines(struct arena *arena, struct source *source)
{
    size_t joints = count_joints(source->raw, source->raw_length), length = 0, owed = 0;
    char *text;

    if (joints == 1 && !memchr(source->raw, '\\', source->raw_length))
        return;
    text = arena_alloc(arena, source->raw_length + 1);
    source->joints = arena_alloc(arena, joints * sizeof *source->joints);
    for (const char *at = source->raw, *end = at + source->raw_length; at < end;) {
        size_t splice = splice_at(at, end);
        if (splice != 0) {
            at += splice;
            owed++;
            add_joint(source, length, at);
            continue;
        }
        size_t returns = strspn(at, "\r");
        /* those before a newline are the file's business, not the text's */
        if (returns > 0 && at[returns] == '\n') {
            at += returns;
            add_joint(source, length, at);
            continue;
        }
        for (; returns > 1; returns--)
            text[length++] = *at++;
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

    /* a splice after it is left out */
    *length = end == begin ? 0 : raw_offset(source, end - 1) + 1 - raw;
    return source->raw + raw;
}

/* ---- files --------------------------------------------------------------- */

/* Each file gets one position more than it has bytes: its end is a place, too. */
static pos next_base(const struct sources *sources)
{
    return sources->last ? sources->last->base + (pos)sources->last->length + 1 : 1;
}

/* The text is kept, not copied. */
static struct source *adopt(struct sources *sources, const char *path, const char *text,
                            size_t length)
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

const struct source *source_add(struct sources *sources, const char *path, const char *text,
                                size_t length)
{
    return adopt(sources, path, arena_copy(sources->arena, text, length), length);
}

/* ---- reading ------------------------------------------------------------- */

/* Reads up to the end, into a buffer that has this many bytes to begin with.
 * NULL without memory, or with *error set. A NUL byte is refused later,
 * wherever it is: nothing after it is read, so that /dev/zero has an end. */
static char *read_all(struct arena *arena, int descriptor, size_t capacity, size_t *length,
                      int *error)
{
    char *buffer = arena_try(arena, capacity);
    size_t more;

    *length = 0;
    while (buffer) {
        *error = io_read(descriptor, buffer + *length, capacity - 1 - *length, &more);
        *length += more;
        if (*error || *length < capacity - 1 || *length > LARGEST || memchr(buffer, 0, *length))
            return *error ? NULL : buffer;
        char *larger = arena_try(arena, capacity *= 2);
        if (larger)
            memcpy(larger, buffer, *length);
        buffer = larger;
    }
    return NULL;
}

static const char *check_length(size_t length, pos base)
{
    return length > LARGEST || length > UINT32_MAX - 1 - base ? "is larger than 1 GB" : NULL;
}

static const char *reason(struct arena *arena, int error)
{
    return arena_format(arena, "%s", strerror(error));
}

static struct source *find_same(const struct sources *sources, const struct stat *about)
{
    for (struct source *source = sources->first; source; source = source->next)
        if (source->is_file && source->device == (uint64_t)about->st_dev
            && source->inode == (uint64_t)about->st_ino)
            return source;
    return NULL;
}

/* Closes what is no standard stream, before anything that may run out of memory. */
static const struct source *read_open(struct sources *sources, const char *path, int descriptor,
                                      const struct stat *about, const char **problem)
{
    bool is_file = S_ISREG(about->st_mode);
    size_t size = is_file && about->st_size > 0 ? (size_t)about->st_size : 0, length = 0;
    char *text = NULL;
    int error = 0;

    *problem = check_length(size, next_base(sources));
    if (!*problem)
        text =
            read_all(sources->arena, descriptor, is_file ? size + 2 : FIRST_PIECE, &length, &error);
    if (descriptor != STDIN_FILENO)
        close(descriptor);
    if (*problem)
        return NULL;
    if (!text && !error)
        arena_exhausted(sources->arena);
    *problem = error ? reason(sources->arena, error) : check_length(length, next_base(sources));
    if (*problem)
        return NULL;
    struct source *source = adopt(sources, path, text, length);
    source->is_file = is_file;
    source->device = (uint64_t)about->st_dev;
    source->inode = (uint64_t)about->st_ino;
    return source;
}

static const char *unsuitable(const struct stat *about, bool imported)
{
    if (S_ISDIR(about->st_mode))
        return "is a directory";
    return imported && !S_ISREG(about->st_mode) ? "is not a regular file" : NULL;
}

static const struct source *read_file(struct sources *sources, const char *path, int descriptor,
                                      bool imported, const char **problem)
{
    struct stat about;
    int error = fstat(descriptor, &about) == 0 ? 0 : errno;
    const struct source *known = imported && !error ? find_same(sources, &about) : NULL;

    *problem = error ? NULL : unsuitable(&about, imported);
    if (!error && !*problem && !known)
        return read_open(sources, path, descriptor, &about, problem);
    if (descriptor != STDIN_FILENO)
        close(descriptor);
    if (error)
        *problem = reason(sources->arena, error);
    return known;
}

const struct source *source_read(struct sources *sources, const char *path, const char **problem)
{
    if (strcmp(path, "-") == 0)
        return read_file(sources, "<stdin>", STDIN_FILENO, false, problem);
    int descriptor = io_open(path, true);
    if (descriptor >= 0)
        return read_file(sources, path, descriptor, false, problem);
    *problem = reason(sources->arena, errno);
    return NULL;
}

const struct source *source_import(struct sources *sources, const char *path, const char **problem)
{
    int descriptor = io_open(path, false);

    if (descriptor >= 0)
        return read_file(sources, path, descriptor, true, problem);
    *problem = errno == ENOENT || errno == ENOTDIR ? NULL : reason(sources->arena, errno);
    return NULL;
}

/* ---- places -------------------------------------------------------------- */

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
