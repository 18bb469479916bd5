/* output.h - files are written whole or not at all, and all of them or none: decision 31. */
#ifndef OUTPUT_H
#define OUTPUT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct arena;
struct source;

struct file_set;

struct outputs {
    struct arena *arena;
    struct output *first;
    const char *folder;            /* to be made, with those it stands in; NULL: none */
    const struct source *read[2];  /* files that were read, which must not be overwritten; lists */
    const struct file_set *inputs; /* nor these; NULL: there are no others */
    struct file_set *written;      /* nor these; notes what is written. NULL: there is one input */
    const char *problem;           /* what went wrong with `problem_path`; NULL if nothing */
    const char *problem_path;
};

/* "-": standard input, or standard output. */
bool output_is_standard(const char *path);

/* Whether a path is standard output ("-"), a pipe, a device, or what is open already (/dev/stdout):
 * that is written in its place, and nothing is named after it. 0 or an errno. */
int output_is_stream(struct arena *arena, const char *path, bool *is_stream);

/* A text that is to be written. With `if_changed`, a file that has these bytes already is left as
 * it is. */
void output_stage(struct outputs *outputs, const char *path, const char *text, size_t length,
                  bool if_changed);

/* Writes all of them, to their places in reverse order, or, after a problem or a signal that ends
 * the program, none. Another run that writes one of these files is waited for. False on a
 * problem, which has been reported. */
bool output_write(struct outputs *outputs);

#endif
