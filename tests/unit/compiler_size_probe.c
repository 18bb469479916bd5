/* A signal that ends chainc while the C compiler runs: chainc sends it on to
 * the compiler, and ends by it afterwards. */
#define _GNU_SOURCE
#include <setjmp.h>
#include <signal.h>
#include <spawn.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/wait.h>
#include <unistd.h>
#include <cmocka.h>

/* The signal comes before one of these calls, or after it. */
enum moment {
    BEFORE_SPAWN,
    AFTER_SPAWN,
    BEFORE_WAITID,
    AFTER_WAITID,
    BEFORE_WAITPID,
    AFTER_WAITPID,
    MOMENTS
};

static enum moment moment;
static int number;

static void now(enum moment which)
{
    if (moment == which)
        raise(number);
}

static int spawn_then(pid_t *child, const char *path, const posix_spawn_file_actions_t *actions,
                      const posix_spawnattr_t *attributes, char *const arguments[],
                      char *const environment[])
{
    int code;

    now(BEFORE_SPAWN);
    code = posix_spawn(child, path, actions, attributes, arguments, environment);
    now(AFTER_SPAWN);
    return code;
}

static int waitid_then(idtype_t kind, id_t id, siginfo_t *about, int flags)
{
    int code;

    now(BEFORE_WAITID);
    code = waitid(kind, id, about, flags);
    now(AFTER_WAITID);
    return code;
}

static pid_t waitpid_then(pid_t child, int *status, int flags)
{
    pid_t ended;

    now(BEFORE_WAITPID);
    ended = waitpid(child, status, flags);
    now(AFTER_WAITPID);
    return ended;
}

#define posix_spawn spawn_then
#define waitid waitid_then
#define waitpid waitpid_then
#include "../../compiler/driver/size_probe.c"
#undef posix_spawn
#undef waitid
#undef waitpid

/* In a process of its own, whose compiler goes on for ever if nobody ends it before it has. */
static void run_probe(void)
{
    struct arena arena = { 0 };
    struct writer text;
    struct probe probe = { .source_dir = ".", .text = &text };
    const char *problem;

    writer_init(&text, &arena);
    probe.cc = moment < AFTER_WAITID ? "sleep 1000;" : "true;";
    signal(number, SIG_DFL); /* a shell starts what runs in the background with SIGINT ignored */
    alarm(120);
    (void)size_probe_compile(&arena, &probe, &problem);
    _exit(7); /* nobody has ended it */
}

static void each_moment_and_signal(void **state)
{
    static const int signals[] = { SIGHUP, SIGINT, SIGTERM, SIGXCPU };
    int status;

    (void)state;
    for (moment = BEFORE_SPAWN; moment < MOMENTS; moment++)
        for (size_t i = 0; i < sizeof signals / sizeof *signals; i++) {
            pid_t child = fork();
            number = signals[i];
            if (child == 0)
                run_probe();
            assert_int_equal(waitpid(child, &status, 0), child);
            assert_true(WIFSIGNALED(status));
            assert_int_equal(WTERMSIG(status), number);
        }
}

int main(void)
{
    const struct CMUnitTest tests[] = { cmocka_unit_test(each_moment_and_signal) };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
