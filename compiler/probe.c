/* probe.c - runs the user's C compiler on a file that asks for sizes, in a folder that is gone afterwards, also when
 * chainc is interrupted. */
#define _POSIX_C_SOURCE 200809L
#include "probe.h"

#include <errno.h>
#include <signal.h>
#include <spawn.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "arena.h"

extern char **environ;

/* ---- what ends chainc ---- */

/* While the folder is there, these are held until it is gone. */
static const int ends[] = { SIGHUP, SIGINT, SIGTERM };
enum { ENDS = sizeof ends / sizeof *ends };
static volatile sig_atomic_t caught;

static void catch_end(int number)
{
    caught = number;
}

/* What was ignored stays so. */
static void hold_ends(struct sigaction *before)
{
    const struct sigaction holding = { .sa_handler = catch_end };

    for (size_t i = 0; i < ENDS; i++) {
        sigaction(ends[i], NULL, &before[i]);
        if (before[i].sa_handler != SIG_IGN)
            sigaction(ends[i], &holding, NULL);
    }
}

static void let_end(const struct sigaction *before)
{
    for (size_t i = 0; i < ENDS; i++)
        sigaction(ends[i], &before[i], NULL);
    if (caught != 0)
        raise(caught);
}

/* ---- the compiler ---- */

static bool write_file(const char *path, const struct writer *writer)
{
    FILE *file = fopen(path, "wb");
    bool good;

    if (file == NULL)
        return false;
    good = fwrite(writer->text, 1, writer->length, file) == writer->length;
    return (fclose(file) == 0) && good;
}

/* NULL if it cannot be read. */
static const char *read_file(struct arena *arena, const char *path)
{
    FILE *file = fopen(path, "rb");
    char *text = NULL;
    long size;

    if (file == NULL)
        return NULL;
    if (fseek(file, 0, SEEK_END) == 0 && (size = ftell(file)) >= 0 && fseek(file, 0, SEEK_SET) == 0) {
        text = arena_alloc(arena, (size_t)size + 1);
        if (fread(text, 1, (size_t)size, file) != (size_t)size)
            text = NULL;
    }
    fclose(file);
    return text;
}

/* The shell takes the command apart; what we add is passed as it is. */
static const char **arguments(struct arena *arena, const struct probe *probe, const char *dir)
{
    size_t count = 0, dirs = 0;
    const char **list;

    while (probe->include_dirs != NULL && probe->include_dirs[dirs] != NULL)
        dirs++;
    list = arena_alloc(arena, (dirs + 16) * sizeof *list);
    list[count++] = "sh";
    list[count++] = "-c";
    list[count++] = arena_format(arena, "exec %s \"$@\"", probe->cc);
    list[count++] = "sh";
    list[count++] = "-S";
    list[count++] = "-o";
    list[count++] = arena_format(arena, "%s/probe.s", dir);
    list[count++] = arena_format(arena, "-I%s", dir);
    list[count++] = arena_format(arena, "-I%s", probe->source_dir);
    for (size_t i = 0; i < dirs; i++)
        list[count++] = arena_format(arena, "-I%s", probe->include_dirs[i]);
    if (probe->runtime_dir != NULL)
        list[count++] = arena_format(arena, "-I%s", probe->runtime_dir);
    list[count++] = arena_format(arena, "%s/probe.c", dir);
    return list;
}

/* If chainc is to end, so is the compiler, which may not have been told. */
static bool await(pid_t child, int *status)
{
    pid_t ended;

    do {
        if (caught != 0)
            kill(child, caught);
        ended = waitpid(child, status, 0);
    } while (ended < 0 && errno == EINTR);
    return ended == child;
}

static const char *run(struct arena *arena, const struct probe *probe, const char *dir)
{
    const char **list = arguments(arena, probe, dir);
    int status, code;
    pid_t child;

    code = posix_spawn(&child, "/bin/sh", NULL, NULL, (char *const *)(void *)list, environ);
    if (code != 0)
        return arena_format(arena, "cannot run /bin/sh: %s", strerror(code));
    if (!await(child, &status))
        return arena_format(arena, "cannot wait for '%s': %s", probe->cc, strerror(errno));
    if (WIFEXITED(status) && (WEXITSTATUS(status) == 127 || WEXITSTATUS(status) == 126))
        return arena_format(arena, "there is no C compiler '%s': say which with --cc, or CC in the environment", probe->cc);
    if (!WIFEXITED(status) || WEXITSTATUS(status) != 0)
        return arena_format(arena, "'%s' does not compile it: sizes are what your C compiler says, with the flags given in --cc", probe->cc);
    return NULL;
}

static void clean(struct arena *arena, const struct probe *probe, const char *dir)
{
    const char *const names[] = { probe->header_name, "probe.c", "probe.s" };

    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        unlink(arena_format(arena, "%s/%s", dir, names[i]));
    rmdir(dir);
}

static const char *compile_in_folder(struct arena *arena, const struct probe *probe, const char **problem)
{
    const char *tmp = getenv("TMPDIR"), *text = NULL;
    char *dir = arena_format(arena, "%s/chaincXXXXXX", tmp == NULL || *tmp == '\0' ? "/tmp" : tmp);

    if (mkdtemp(dir) == NULL) {
        *problem = arena_format(arena, "cannot make the folder %s: %s", dir, strerror(errno));
        return NULL;
    }
    *problem = NULL;
    if (!write_file(arena_format(arena, "%s/%s", dir, probe->header_name), probe->header)
        || !write_file(arena_format(arena, "%s/probe.c", dir), probe->text))
        *problem = arena_format(arena, "cannot write to %s: %s", dir, strerror(errno));
    if (*problem == NULL)
        *problem = run(arena, probe, dir);
    if (*problem == NULL && (text = read_file(arena, arena_format(arena, "%s/probe.s", dir))) == NULL)
        *problem = arena_format(arena, "'%s' wrote no assembler", probe->cc);
    clean(arena, probe, dir);
    return text;
}

const char *probe_compile(struct arena *arena, const struct probe *probe, const char **problem)
{
    struct sigaction before[ENDS];
    const char *text;

    hold_ends(before);
    text = compile_in_folder(arena, probe, problem);
    let_end(before);
    return text;
}
