/* replace.h - replaces a file by another one, in steps that can be undone.
 *
 *     .chainc-0f3a…          the new contents, locked by the run that works on this output: another
 *                            run waits; without a lock, its run was killed
 *     .chainc-0f3a…-old      the old file, until all outputs of the run are in their places
 *
 * The names are made of a hash of the output's name: they are never too long,
 * and the next run finds the files that a killed run has left. Functions return
 * 0 or an errno. Only replace_init() allocates.
 */
#ifndef REPLACE_H
#define REPLACE_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/stat.h>

struct arena;

struct replacement {
    const char *folder, *name; /* NULL: the current folder */
    char temporary[32], aside[32];
    int at;         /* the folder's descriptor; -1: not open */
    int descriptor; /* of the temporary file, with the lock; -1: not open */
    struct stat folder_status, new_status, old_status;
    bool existed; /* there is an old file */
    bool claimed; /* the temporary file is there, and it is ours */
    bool placed;  /* the new file has its name */
    bool kept;    /* the old file is aside */
};

/* `target` is no link. */
void replace_init(struct replacement *replacement, struct arena *arena, const char *target);

int replace_open_folder(struct replacement *replacement);

/* An order of files in which they are claimed, so that two runs never wait for each other; 0: it is
 * one file. */
int replace_compare(const struct replacement *a, const struct replacement *b);

/* Waits until no other run works on this file, and makes the temporary file. */
int replace_claim(struct replacement *replacement);

/* Looks at the old file. Only when the run has claimed all its files: another one may have this
 * file aside until then. */
int replace_look(struct replacement *replacement);

/* The contents of the temporary file. It has the rights of the old file, or those of a new one. */
int replace_write(struct replacement *replacement, const char *text, size_t length);

/* Puts the new file in its place. If `keeps_old` is true, replace_undo() can undo that. */
int replace_place(struct replacement *replacement, bool keeps_old);
void replace_undo(struct replacement *replacement);

/* Removes the files that are not in their place. Safe in a signal handler. */
void replace_remove(struct replacement *replacement);

/* The same, and lets other runs go on. */
void replace_end(struct replacement *replacement);

#endif
