/* output_names.h - what the outputs of an input are called, and which names are refused. */
#ifndef OUTPUT_NAMES_H
#define OUTPUT_NAMES_H

#include <stdbool.h>

struct arena;
struct options;

/* The name in a path. */
const char *output_last_part(const char *path);

/* Two inputs, or "-" and another, that would write the same files are reported. */
bool output_names_differ(struct arena *arena, const struct options *options);

/* Names the outputs of `options->input` that have not been named. False if it
 * cannot be said what the output is, which has been reported. */
bool output_names_set(struct arena *arena, struct options *options);

/* Says what is wrong with the names; false if something is. */
bool output_names_check(struct arena *arena, const struct options *options);

/* How the C file includes the header: they stand side by side, or the build says where to look. */
const char *output_names_header(struct arena *arena, const struct options *options);

#endif
