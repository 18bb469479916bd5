/* depfile.h - the dependencies of the outputs, for make and ninja. */
#ifndef DEPFILE_H
#define DEPFILE_H

#include <stdbool.h>

struct arena;
struct unit;
struct writer;

/* A path as make reads it in a rule: blanks, '#' and '$' are escaped as gcc escapes them. */
const char *depfile_quote(struct arena *arena, const char *path);

/* "targets: every file that was read"; with `phony`, after it an empty rule for
 * each that was imported, so that make does not give up when one of them is
 * gone. The targets are written as they are. NULL, or the path that make cannot
 * read. */
const char *depfile_write(struct writer *writer, struct arena *arena, const char *targets,
                          const struct unit *units, bool phony);

#endif
