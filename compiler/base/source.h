/* source.h - the text of the files, and positions in them.
 *
 * A backslash at the end of a line joins it with the next one, in C and
 * everywhere else: `text` is what is left to be read, with the newlines put off
 * to the end of the joined line, and no carriage return before a newline; `raw`
 * is the file.
 *
 * A position is a byte offset into all files laid end to end, so that 32 bits
 * say both file and place. Position 0 is "nowhere": it belongs to no file. */
#ifndef SOURCE_H
#define SOURCE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct arena;

typedef uint32_t pos;

struct span {
    pos begin, end; /* end is after the last byte */
};

struct source {
    struct source *next;
    const char *path; /* as given or found: what messages and #line print */
    const char *text; /* NUL-terminated */
    size_t length;
    pos base;        /* position of text[0] */
    const char *raw; /* the same as text if no line was joined */
    size_t raw_length;
    struct joint *joints; /* in their order */
    size_t joint_count;
    uint32_t *lines; /* offsets of line starts in raw */
    uint32_t line_count;
    bool is_file;           /* what was read has a name somewhere: it is no pipe and no device, */
    uint64_t device, inode; /* and this is it, by whatever path */
};

/* From here on, up to the next one, an offset in text is so far from one in raw. */
struct joint {
    uint32_t text, raw;
};

struct sources {
    struct arena *arena;
    struct source *first, *last;
};

struct place {
    const struct source *source;
    int line, column; /* from 1; columns count bytes */
    const char *line_text;
    size_t line_length; /* without the line's end */
};

/* Reads a file, a pipe or a device ("-": standard input). NULL with *problem
 * set to a sentence part ("is a directory", "No such file or directory", "is
 * larger than 1 GB") that lives in the arena. */
const struct source *source_read(struct sources *sources, const char *path, const char **problem);

/* Reads an imported file. One that has been read already, by whatever path, is
 * returned again. NULL with *problem as above, and *problem is NULL if there is
 * no such file; pipes and devices, which might never end, are refused. */
const struct source *source_import(struct sources *sources, const char *path, const char **problem);

/* A text that is in memory already, for tests. */
const struct source *source_add(struct sources *sources, const char *path, const char *text,
                                size_t length);

/* The bytes of the file between two offsets in text. */
const char *source_raw(const struct source *source, uint32_t begin, uint32_t end, size_t *length);

struct place source_place(const struct sources *sources, pos at);
const char *source_text(const struct sources *sources, struct span span); /* not NUL-terminated */

static inline struct span span_join(struct span a, struct span b)
{
    struct span both = { a.begin < b.begin ? a.begin : b.begin, a.end > b.end ? a.end : b.end };
    return both;
}

#endif
