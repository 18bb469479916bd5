/* size_probe.c - runs the user's C compiler on a text that asks for sizes. It
 * uses files without a name, so nothing is left of them, however chainc
 * ends. */
#define _GNU_SOURCE /* memfd_create */
#include "driver/size_probe.h"

#include <errno.h>
#include <signal.h>
#include <spawn.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/arena.h"
#include "base/io.h"
#include "driver/end_signals.h"

extern char **environ;

/* While the compiler runs, what would end chainc is held: the compiler is to
 * end first, which may not have been told. */
static volatile sig_atomic_t caught;
static volatile sig_atomic_t compiler; /* the process, until it has ended; else 0 */

static void catch_end(int number)
{
    int saved = errno;

    caught = number;
    if (compiler != 0)
        kill((pid_t)compiler, number);
    errno = saved;
}

/* ---- files without a name ------------------------------------------------ */

static int unnamed_file(void)
{
#ifdef MFD_CLOEXEC
    return memfd_create("chainc", MFD_CLOEXEC);
#else
    char path[] = "/tmp/chaincXXXXXX";
    int descriptor = mkstemp(path);

    if (descriptor >= 0)
        unlink(path);
    return descriptor;
#endif
}

static int write_from_start(int descriptor, const struct writer *writer)
{
    int error = io_write(descriptor, writer->text, writer->length);
    return error == 0 && lseek(descriptor, 0, SEEK_SET) != 0 ? errno : error;
}

/* NULL without memory, or with *error set. */
static char *read_from_start(struct arena *arena, int descriptor, size_t *length, int *error)
{
    struct stat about;
    char *text;

    *error = fstat(descriptor, &about) == 0 && lseek(descriptor, 0, SEEK_SET) == 0 ? 0 : errno;
    if (*error != 0 || (text = arena_try(arena, (size_t)about.st_size + 1)) == NULL)
        return NULL;
    *error = io_read(descriptor, text, (size_t)about.st_size, length);
    return *error == 0 ? text : NULL;
}

/* ---- the compiler -------------------------------------------------------- */

/* The shell takes the command apart; what we add is passed as it is. */
static const char **arguments(struct arena *arena, const struct probe *probe)
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
    list[count++] = "-";
    list[count++] = arena_format(arena, "-I%s", probe->source_dir);
    for (size_t i = 0; i < dirs; i++)
        list[count++] = arena_format(arena, "-I%s", probe->include_dirs[i]);
    if (probe->runtime_dir != NULL)
        list[count++] = arena_format(arena, "-I%s", probe->runtime_dir);
    list[count++] = "-x";
    list[count++] = "c";
    list[count++] = "-";
    return list;
}

/* 0 or an errno. */
static int spawn(pid_t *child, const char **list, int input, int output)
{
    posix_spawn_file_actions_t actions;
    int error = posix_spawn_file_actions_init(&actions);

    if (error != 0)
        return error;
    error = posix_spawn_file_actions_adddup2(&actions, input, STDIN_FILENO);
    if (error == 0)
        error = posix_spawn_file_actions_adddup2(&actions, output, STDOUT_FILENO);
    if (error == 0)
        error = posix_spawn(child, "/bin/sh", &actions, NULL, (char *const *)(void *)list, environ);
    posix_spawn_file_actions_destroy(&actions);
    return error;
}

/* A signal that comes before the handler knows of the compiler is passed on
 * here. The process keeps its number until waitpid(), and by then the handler
 * has forgotten it. */
static int await(pid_t child, int *status)
{
    siginfo_t unused;
    pid_t ended;

    compiler = child;
    if (caught != 0)
        kill(child, caught);
    while (waitid(P_PID, (id_t)child, &unused, WEXITED | WNOWAIT) != 0 && errno == EINTR)
        continue;
    compiler = 0;
    do
        ended = waitpid(child, status, 0);
    while (ended < 0 && errno == EINTR);
    return ended == child ? 0 : errno;
}

/* What there is to say of a run; nothing here allocates, as there are descriptors open. */
struct outcome {
    const char *failed; /* what chainc could not do; NULL: nothing */
    int error;
    int status; /* of the compiler */
    char *text;
    size_t length;
};

static bool try(struct outcome *outcome, const char *what, int error)
{
    if (error != 0) {
        outcome->failed = what;
        outcome->error = error;
    }
    return error == 0;
}

static void run_between(struct arena *arena, const struct probe *probe, const char **list,
                        int input, int output, struct outcome *outcome)
{
    pid_t child;
    int error;

    if (!try(outcome, "write for the C compiler", write_from_start(input, probe->text))
        || !try(outcome, "run /bin/sh", spawn(&child, list, input, output))
        || !try(outcome, "wait for the C compiler", await(child, &outcome->status)))
        return;
    outcome->text = read_from_start(arena, output, &outcome->length, &error);
    try(outcome, "read from the C compiler", error);
}

static void run(struct arena *arena, const struct probe *probe, const char **list,
                struct outcome *outcome)
{
    int input = unnamed_file(), output;

    if (!try(outcome, "make a temporary file", input < 0 ? errno : 0))
        return;
    output = unnamed_file();
    if (try(outcome, "make a temporary file", output < 0 ? errno : 0)) {
        run_between(arena, probe, list, input, output, outcome);
        close(output);
    }
    close(input);
}

/* NULL if all is well. */
static const char *explain(struct arena *arena, const struct probe *probe,
                           const struct outcome *outcome)
{
    int status = outcome->status;

    if (outcome->failed != NULL)
        return arena_format(arena, "cannot %s: %s", outcome->failed, strerror(outcome->error));
    if (WIFEXITED(status) && (WEXITSTATUS(status) == 127 || WEXITSTATUS(status) == 126))
        return arena_format(
            arena, "there is no C compiler '%s': say which with --cc, or CC in the environment",
            probe->cc);
    if (!WIFEXITED(status) || WEXITSTATUS(status) != 0)
        return arena_format(arena,
                            "'%s' does not compile it: sizes are what your C compiler says, with "
                            "the flags given in --cc",
                            probe->cc);
    if (outcome->text == NULL)
        arena_exhausted(arena);
    return outcome->length == 0 ? arena_format(arena, "'%s' wrote no assembler", probe->cc) : NULL;
}

const char *size_probe_compile(struct arena *arena, const struct probe *probe, const char **problem)
{
    const char **list = arguments(arena, probe);
    struct outcome outcome = { 0 };
    struct ends ends;

    caught = 0;
    end_signals_catch(&ends, catch_end);
    run(arena, probe, list, &outcome);
    end_signals_release(&ends);
    if (caught != 0)
        raise(caught);
    *problem = explain(arena, probe, &outcome);
    return *problem == NULL ? outcome.text : NULL;
}
