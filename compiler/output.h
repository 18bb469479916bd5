/* output.h - files are written whole or not at all. */
#ifndef OUTPUT_H
#define OUTPUT_H

#include <stdbool.h>
#include <stddef.h>

struct arena;

/* Writes a file by way of a temporary one beside it, renamed at the end; what is no regular file (a pipe, say) is written
 * directly, "-" is standard output. NULL, or what went wrong, for "chainc: PATH: …". */
const char *output_write(struct arena *arena, const char *path, const char *text, size_t length);

#endif
