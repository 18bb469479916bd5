/* replace.c - replaces a file by another one, in steps that can be undone. */
#define _GNU_SOURCE /* O_PATH, flock */
#include "driver/replace.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <unistd.h>

#include "base/arena.h"
#include "base/io.h"
#include "driver/end_signals.h"

/* What is opened only to reach what is in it needs no right to be read. */
#ifndef O_PATH
#define O_PATH O_RDONLY
#endif

static bool is_same(const struct stat *a, const struct stat *b)
{
    return a->st_dev == b->st_dev && a->st_ino == b->st_ino;
}

/* FNV-1a. */
static uint64_t hash(const char *text)
{
    uint64_t hash = 0xcbf29ce484222325;

    for (; *text != '\0'; text++)
        hash = (hash ^ (unsigned char)*text) * 0x100000001b3;
    return hash;
}

void replace_init(struct replacement *replacement, struct arena *arena, const char *target)
{
    const char *slash = strrchr(target, '/');
    uint64_t number;

    *replacement = (struct replacement){ .at = -1,
                                         .descriptor = -1,
                                         .name = slash == NULL ? target : slash + 1 };
    if (slash != NULL)
        replacement->folder = arena_copy(arena, target, (size_t)(slash - target) + 1);
    number = hash(replacement->name);
    snprintf(replacement->temporary, sizeof replacement->temporary, ".chainc-%016" PRIx64, number);
    snprintf(replacement->aside, sizeof replacement->aside, ".chainc-%016" PRIx64 "-old", number);
}

int replace_open_folder(struct replacement *replacement)
{
    const char *folder = replacement->folder == NULL ? "." : replacement->folder;

    do
        replacement->at = open(folder, O_PATH | O_DIRECTORY | O_CLOEXEC);
    while (replacement->at < 0 && errno == EINTR);
    return replacement->at >= 0 && fstat(replacement->at, &replacement->folder_status) == 0 ? 0
                                                                                            : errno;
}

int replace_compare(const struct replacement *a, const struct replacement *b)
{
    const struct stat *x = &a->folder_status, *y = &b->folder_status;

    if (x->st_dev != y->st_dev)
        return x->st_dev < y->st_dev ? -1 : 1;
    if (x->st_ino != y->st_ino)
        return x->st_ino < y->st_ino ? -1 : 1;
    return strcmp(a->name, b->name);
}

/* ---- the temporary file -------------------------------------------------- */

/* Some file systems have no locks. Then two runs at once are not kept apart. */
static int lock(int descriptor, int how)
{
    while (flock(descriptor, how) != 0)
        if (errno == EOPNOTSUPP || errno == ENOTSUP || errno == EINVAL || errno == ENOSYS
            || errno == ENOLCK)
            return 0;
        else if (errno != EINTR)
            return errno;
    return 0;
}

/* EEXIST if another run is, or was, faster. */
static int create(struct replacement *replacement)
{
    int descriptor = openat(replacement->at, replacement->temporary,
                            O_RDWR | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);
    int error = descriptor < 0 ? errno : 0;

    if (error != 0)
        return error == EINTR ? EEXIST : error;
    error = lock(descriptor, LOCK_EX | LOCK_NB);
    if (error == 0 && fstat(descriptor, &replacement->new_status) != 0)
        error = errno;
    if (error == 0 && replacement->new_status.st_nlink > 0) {
        replacement->descriptor = descriptor;
        replacement->claimed = true;
        return 0;
    }
    if (error != 0 && error != EWOULDBLOCK)
        unlinkat(replacement->at, replacement->temporary, 0);
    close(descriptor);
    return error == 0 || error == EWOULDBLOCK
               ? EEXIST
               : error; /* between the two calls it was taken for one that was left */
}

/* Waits for the run that has it. If the file is still there afterwards, that run has been killed.
 */
static int remove_left(struct replacement *replacement)
{
    int descriptor = openat(replacement->at, replacement->temporary,
                            O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC),
        error;
    struct stat locked, named;

    if (descriptor < 0)
        return errno == ENOENT || errno == EINTR ? 0 : errno;
    error = lock(descriptor, LOCK_EX);
    if (error == 0 && fstat(descriptor, &locked) != 0)
        error = errno;
    if (error == 0
        && fstatat(replacement->at, replacement->temporary, &named, AT_SYMLINK_NOFOLLOW) == 0
        && is_same(&locked, &named) && unlinkat(replacement->at, replacement->temporary, 0) != 0
        && errno != ENOENT)
        error = errno;
    close(descriptor);
    return error;
}

int replace_claim(struct replacement *replacement)
{
    sigset_t before;
    int error;

    do {
        end_signals_block(&before); /* so that the handler knows of every file that we make */
        error = create(replacement);
        end_signals_unblock(&before);
    } while (error == EEXIST && (error = remove_left(replacement)) == 0);
    return error;
}

int replace_look(struct replacement *replacement)
{
    unlinkat(replacement->at, replacement->aside, 0); /* of a run that was killed */
    replacement->existed =
        fstatat(replacement->at, replacement->name, &replacement->old_status, AT_SYMLINK_NOFOLLOW)
        == 0;
    return replacement->existed || errno == ENOENT ? 0 : errno;
}

static mode_t rights(const struct replacement *replacement)
{
    mode_t mask = umask(0);

    umask(mask);
    return replacement->existed ? replacement->old_status.st_mode & 0777 : 0666 & ~mask;
}

/* Some file systems say only when a file is closed that it has no room. The lock stays with the
 * other descriptor. */
static int flush(int descriptor)
{
    int other = fcntl(descriptor, F_DUPFD_CLOEXEC, 0);

    if (other < 0)
        return errno;
    return close(other) == 0 || errno == EINTR ? 0 : errno;
}

int replace_write(struct replacement *replacement, const char *text, size_t length)
{
    int error = fchmod(replacement->descriptor, rights(replacement)) == 0 ? 0 : errno;

    if (error == 0)
        error = io_write(replacement->descriptor, text, length);
    return error == 0 ? flush(replacement->descriptor) : error;
}

/* ---- places -------------------------------------------------------------- */

/* A second name for the old file; where a file has one name only, it is taken away from its place
 * for a moment. */
static int keep(struct replacement *replacement)
{
    int at = replacement->at;

    if (linkat(at, replacement->name, at, replacement->aside, 0) != 0
        && renameat(at, replacement->name, at, replacement->aside) != 0)
        return errno;
    replacement->kept = true;
    return 0;
}

int replace_place(struct replacement *replacement, bool keeps_old)
{
    int at = replacement->at, error = keeps_old && replacement->existed ? keep(replacement) : 0;

    if (error == 0 && renameat(at, replacement->temporary, at, replacement->name) != 0)
        error = errno;
    if (error != 0)
        return error;
    replacement->placed = true;
    replacement->claimed = false;
    return 0;
}

void replace_undo(struct replacement *replacement)
{
    int at = replacement->at;

    if (replacement->kept && renameat(at, replacement->aside, at, replacement->name) != 0)
        replacement->kept = false; /* better two files than none */
    if (replacement->placed && !replacement->existed)
        unlinkat(at, replacement->name, 0);
    replacement->placed = false;
}

void replace_remove(struct replacement *replacement)
{
    if (replacement->kept)
        unlinkat(replacement->at, replacement->aside, 0);
    if (replacement->claimed)
        unlinkat(replacement->at, replacement->temporary, 0);
    replacement->kept = replacement->claimed = false;
}

void replace_end(struct replacement *replacement)
{
    replace_remove(replacement);
    if (replacement->descriptor >= 0)
        close(replacement->descriptor);
    if (replacement->at >= 0)
        close(replacement->at);
    replacement->descriptor = replacement->at = -1;
}
