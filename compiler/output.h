/* output.h - files are written whole or not at all, and all of them or none. */
#ifndef OUTPUT_H
#define OUTPUT_H

#include <stdbool.h>
#include <stddef.h>

struct arena;

struct output {
    struct output *next;
    const char *path;      /* as given; "-" is standard output */
    const char *target;    /* the regular file that is replaced; NULL: written directly, or left alone */
    const char *temporary; /* beside the target */
    const char *text;
    size_t length;
    bool unchanged; /* the file has these bytes already */
};

struct outputs {
    struct arena *arena;
    struct output *first;
    const char *problem; /* what went wrong with `problem_path`; NULL if nothing */
    const char *problem_path;
};

/* Standard output ("-"), a pipe, a device, or what is open already (/dev/stdout): written in its place, and nothing is named after it. */
bool output_is_stream(struct arena *arena, const char *path);

/* Writes the text to a temporary file beside the path; a stream is left for the end. With `if_changed`, a file that has these bytes
 * already is left as it is. */
void output_stage(struct outputs *outputs, const char *path, const char *text, size_t length, bool if_changed);

/* Makes a folder and those it stands in. What is there already is left; what cannot be made is said when something is written there. */
void output_make_folder(struct arena *arena, const char *path);

/* Puts all of them in their places, the last staged one first; after a problem none of them, and the temporary files are gone.
 * False on a problem. */
bool output_commit(struct outputs *outputs);

#endif
