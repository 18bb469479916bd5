/* options.h - the command line. */
#ifndef OPTIONS_H
#define OPTIONS_H

#include <stdbool.h>

struct arena;
struct diags;

#define CHAINC_VERSION "0.1.0"

enum status { STATUS_OK = 0, STATUS_INPUT_ERRORS = 1, STATUS_USAGE = 2 };

struct options {
    const char *input;          /* "-": standard input */
    const char *output;         /* the C file; "-": standard output; NULL: not asked for */
    const char *header;         /* the header; NULL: derived from the output */
    const char *dump;           /* tokens, ast, source, checked, ir, frame; NULL: none */
    const char **include_dirs;  /* NULL-terminated */
    bool no_lines, check_only;
};

/* Reads the command line. True to go on; false with *status set when that was all, or when it was wrong, which has been said. */
bool options_read(int argc, char **argv, struct arena *arena, struct diags *diags, struct options *options, enum status *status);

/* Where the installed modules are: CHAINC_DATADIR of the environment, else share/chain beside the folder of the program. */
const char *options_data_dir(struct arena *arena);

#endif
