/* arguments.h - the words of the command line, with those of response files in place of @FILE. */
#ifndef ARGUMENTS_H
#define ARGUMENTS_H

#include <stdbool.h>

#include "base/source.h"

struct arguments {
    char **words; /* NULL-terminated; words[0] is the program's name */
    int count;
    struct sources files; /* the response files */
    /* the response file that something is wrong with, and what; NULL if nothing */
    const char *file;
    const char *problem;
};

/* Words in a response file are separated by blanks, tabs and line ends. "…" and
 * '…' hold them together, a backslash takes the next byte as it is, except
 * within '…'. A file may name others. False if one cannot be used. */
bool arguments_expand(struct arguments *arguments, struct arena *arena, int argc, char **argv);

#endif
