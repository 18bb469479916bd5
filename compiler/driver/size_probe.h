/* size_probe.h - asking the user's C compiler. */
#ifndef PROBE_H
#define PROBE_H

#include "base/writer.h"

struct arena;

struct probe {
    const char *cc;                  /* a command with its arguments, as a shell reads it */
    const char *const *include_dirs; /* NULL-terminated */
    const char *source_dir,
        *runtime_dir; /* where the .chain file stands; where the runtime's headers are, or NULL */
    const struct writer *text; /* C */
};

/* What the compiler makes of `text`, as assembler; or NULL with *problem set. What it has to say
 * goes to standard error. */
const char *size_probe_compile(struct arena *arena, const struct probe *probe,
                               const char **problem);

#endif
