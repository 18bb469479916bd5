/* options.h - the command line. */
#ifndef OPTIONS_H
#define OPTIONS_H

#include <stdbool.h>

struct arena;
struct diags;
struct source;

enum status { STATUS_OK = 0, STATUS_INPUT_ERRORS = 1, STATUS_USAGE = 2 };

/* A text that is printed instead of the outputs. Those before DUMP_REPORT are
 * the words of --dump, in the order of options.c. */
enum dump {
    DUMP_NONE,
    DUMP_TOKENS,
    DUMP_AST,
    DUMP_SOURCE,
    DUMP_CHECKED,
    DUMP_IR,
    DUMP_FRAME,
    DUMP_REPORT,
    DUMP_REPORT_JSON
};

struct options {
    /* NULL-terminated; there is one at least, unless `runtime_copy` is set */
    const char *const *inputs;
    const char *input;  /* the one in work; "-": standard input */
    const char *output; /* the C file; "-": standard output; NULL: not asked for */
    const char *header; /* the header; NULL: derived from the output */
    /* the folder of the outputs that are not named; NULL: the current one */
    const char *outdir;
    const char *depfile; /* NULL: derived from the output, if `wants_depfile` */
    /* of the depfile, as they are to be written; NULL: the output as given */
    const char *targets;
    const char *runtime_copy; /* the folder to copy the runtime to; NULL: none */
    enum dump dump;
    const char *cc;            /* the C compiler that a report asks, with its arguments */
    const char **include_dirs; /* NULL-terminated */
    /* where the installed modules are; NULL: nowhere, and `data_problem` says why */
    const char *data_dir;
    const char *data_problem;
    const struct source *response_files; /* that were read; a list */
    bool no_lines, debug, check_only, if_changed, vendored, color;
    bool skeleton; /* a test of the chains instead of the two files */
    bool format;   /* the input in the one style instead: `dump` is DUMP_SOURCE */
    bool in_place; /* which replaces the input */
    bool wants_depfile, phony_targets;
};

/* Reads the command line. True to go on; false with *status set when that was
 * all, or when it was wrong, which has been said. */
bool options_read(int argc, char **argv, struct arena *arena, struct diags *diags,
                  struct options *options, enum status *status);

/* Where the runtime is as two files, chain.c and chain.h. NULL if it is not
 * known where this program is. */
const char *options_runtime_dir(struct arena *arena, const struct options *options);

#endif
