/* output.c - files are written whole or not at all, and all of them or none. */
#define _POSIX_C_SOURCE 200809L
#include "output.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "arena.h"

static void fail(struct outputs *outputs, const char *path, int error)
{
    if (outputs->problem != NULL)
        return;
    outputs->problem = strerror(error);
    outputs->problem_path = path;
}

/* 0 or an errno. Closes what is no standard stream. */
static int write_stream(FILE *file, const struct output *output)
{
    int error = 0;

    if (file == NULL)
        return errno;
    if (fwrite(output->text, 1, output->length, file) != output->length || fflush(file) != 0)
        error = errno;
    if (file != stdout && fclose(file) != 0 && error == 0)
        error = errno;
    return error;
}

/* mkstemp makes a private file; the output gets the rights that fopen would give it, or those of the file it replaces. */
static mode_t rights(const struct stat *old)
{
    mode_t mask = umask(0);
    umask(mask);
    return old != NULL ? old->st_mode & 0777 : 0666 & ~mask;
}

static int write_temporary(struct arena *arena, struct output *output, const struct stat *old)
{
    size_t length = strlen(output->target);
    char *path = arena_alloc(arena, length + sizeof ".XXXXXX");
    int descriptor;

    memcpy(path, output->target, length);
    memcpy(path + length, ".XXXXXX", sizeof ".XXXXXX");
    descriptor = mkstemp(path);
    if (descriptor < 0)
        return errno;
    output->temporary = path;
    if (fchmod(descriptor, rights(old)) != 0) {
        int error = errno;
        close(descriptor);
        return error;
    }
    return write_stream(fdopen(descriptor, "w"), output);
}

/* The links there lead to what is open, not to a name. */
static bool is_in_proc(const char *path)
{
    return strncmp(path, "/proc/", 6) == 0;
}

/* Where a path leads through links, to something or not. */
static const char *follow(struct arena *arena, const char *path)
{
    char link[4096];

    for (int links = 0; links < 40 && !is_in_proc(path); links++) {
        ssize_t length = readlink(path, link, sizeof link);
        const char *slash = strrchr(path, '/');
        if (length < 0 || (size_t)length == sizeof link)
            return path;
        path = link[0] == '/' || slash == NULL ? arena_copy(arena, link, (size_t)length)
                                               : arena_format(arena, "%.*s%.*s", (int)(slash - path + 1), path, (int)length, link);
    }
    return path;
}

static bool has_text(const char *path, const struct output *output)
{
    FILE *file = fopen(path, "rb");
    size_t at = 0, length;
    char buffer[16 * 1024];
    bool same = file != NULL;

    while (same && (length = fread(buffer, 1, sizeof buffer, file)) > 0) {
        same = length <= output->length - at && memcmp(buffer, output->text + at, length) == 0;
        at += same ? length : 0;
    }
    same = same && at == output->length && ferror(file) == 0;
    if (file != NULL)
        fclose(file);
    return same;
}

bool output_is_stream(struct arena *arena, const char *path)
{
    struct stat status;

    if (strcmp(path, "-") == 0)
        return true;
    if (stat(path, &status) != 0 || S_ISDIR(status.st_mode))
        return false;
    return !S_ISREG(status.st_mode) || is_in_proc(follow(arena, path));
}

/* A link stays a link: the file it leads to is replaced. */
static int stage_regular(struct arena *arena, struct output *output, const struct stat *old, bool if_changed)
{
    output->unchanged = if_changed && old != NULL && has_text(output->path, output);
    if (output->unchanged)
        return 0;
    output->target = follow(arena, output->path);
    return write_temporary(arena, output, old);
}

static int stage(struct arena *arena, struct output *output, bool if_changed)
{
    struct stat status;

    if (output_is_stream(arena, output->path))
        return strcmp(output->path, "-") == 0 || access(output->path, W_OK) == 0 ? 0 : errno;
    if (stat(output->path, &status) != 0)
        return errno == ENOENT ? stage_regular(arena, output, NULL, if_changed) : errno;
    if (S_ISDIR(status.st_mode))
        return EISDIR;
    if (access(output->path, W_OK) != 0)
        return errno;
    return stage_regular(arena, output, &status, if_changed);
}

void output_make_folder(struct arena *arena, const char *path)
{
    for (const char *slash = strchr(path + (*path == '/'), '/'); slash != NULL; slash = strchr(slash + 1, '/'))
        mkdir(arena_copy(arena, path, (size_t)(slash - path)), 0777);
    mkdir(path, 0777);
}

void output_stage(struct outputs *outputs, const char *path, const char *text, size_t length, bool if_changed)
{
    struct output *output = arena_new(outputs->arena, struct output);
    int error;

    output->path = path;
    output->text = text;
    output->length = length;
    output->next = outputs->first;
    outputs->first = output;
    error = stage(outputs->arena, output, if_changed);
    if (error != 0)
        fail(outputs, path, error);
}

static int commit(const struct output *output)
{
    if (output->unchanged)
        return 0;
    if (output->temporary != NULL)
        return rename(output->temporary, output->target) == 0 ? 0 : errno;
    if (strcmp(output->path, "-") == 0)
        return write_stream(stdout, output);
    return write_stream(fopen(output->path, "w"), output);
}

/* Streams first: what has gone there cannot be taken back, but the files can still be left alone. */
bool output_commit(struct outputs *outputs)
{
    for (struct output *output = outputs->first; output != NULL && outputs->problem == NULL; output = output->next) {
        int error = output->temporary == NULL ? commit(output) : 0;
        if (error != 0)
            fail(outputs, output->path, error);
    }
    for (struct output *output = outputs->first; output != NULL; output = output->next) {
        int error = outputs->problem == NULL && output->temporary != NULL ? commit(output) : 0;
        if (error != 0)
            fail(outputs, output->path, error);
        if (outputs->problem != NULL && output->temporary != NULL)
            unlink(output->temporary);
    }
    return outputs->problem == NULL;
}
