/* output.c - files are written whole or not at all. */
#define _GNU_SOURCE /* realpath */
#include "output.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "arena.h"

static const char *write_stream(FILE *file, const char *text, size_t length)
{
    int error = 0;

    if (fwrite(text, 1, length, file) != length)
        error = errno;
    if (fflush(file) != 0 && error == 0)
        error = errno;
    return error == 0 ? NULL : strerror(error);
}

static const char *write_directly(const char *path, const char *text, size_t length)
{
    FILE *file = fopen(path, "w");
    const char *problem;

    if (file == NULL)
        return strerror(errno);
    problem = write_stream(file, text, length);
    if (fclose(file) != 0 && problem == NULL)
        problem = strerror(errno);
    return problem;
}

/* mkstemp makes a private file; the output gets the rights that fopen would give it, or those of the file it replaces. */
static mode_t rights(const struct stat *old)
{
    mode_t mask = umask(0);
    umask(mask);
    return old != NULL ? old->st_mode & 0777 : 0666 & ~mask;
}

static const char *write_beside(struct arena *arena, const char *path, const struct stat *old, const char *text, size_t length)
{
    char *temporary = (char *)(size_t)arena_format(arena, "%s.XXXXXX", path);
    int descriptor = mkstemp(temporary);
    FILE *file = descriptor < 0 ? NULL : fdopen(descriptor, "w");
    const char *problem;

    if (file == NULL)
        return strerror(errno);
    problem = write_stream(file, text, length);
    if (fchmod(descriptor, rights(old)) != 0 && problem == NULL)
        problem = strerror(errno);
    if (fclose(file) != 0 && problem == NULL)
        problem = strerror(errno);
    if (problem == NULL && rename(temporary, path) != 0)
        problem = strerror(errno);
    if (problem != NULL)
        unlink(temporary);
    return problem;
}

/* A link stays a link: the file it leads to is replaced. */
static const char *write_regular(struct arena *arena, const char *path, const struct stat *old, const char *text, size_t length)
{
    char *real = old == NULL ? NULL : realpath(path, NULL);
    const char *target = real == NULL ? path : arena_copy(arena, real, strlen(real));

    free(real);
    return write_beside(arena, target, old, text, length);
}

const char *output_write(struct arena *arena, const char *path, const char *text, size_t length)
{
    struct stat status;

    if (strcmp(path, "-") == 0)
        return write_stream(stdout, text, length);
    if (stat(path, &status) != 0)
        return write_regular(arena, path, NULL, text, length);
    if (S_ISDIR(status.st_mode))
        return strerror(EISDIR);
    if (!S_ISREG(status.st_mode))
        return write_directly(path, text, length);
    if (access(path, W_OK) != 0)
        return strerror(errno);
    return write_regular(arena, path, &status, text, length);
}
