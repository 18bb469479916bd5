/* session.h - one input, from its file to the outputs. */
#ifndef SESSION_H
#define SESSION_H

#include "driver/file_set.h"
#include "driver/options.h"

/* What the sessions of all inputs must not overwrite. */
struct session_files {
    struct file_set inputs, written;
};

void session_find_inputs(struct session_files *files, struct arena *arena,
                         const struct options *options);

/* Compiles an input and writes what the options ask for; what goes wrong is
 * reported. Without memory the whole program is given up: the next input would
 * have none either. */
enum status session_translate(struct arena *arena, const struct options *options,
                              const struct diags *settings, const char *input,
                              struct session_files *files);

#endif
