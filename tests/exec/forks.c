/* Each scenario ends in the parent and in the child; an alarm is there for the
 * day when it does not. */
#define _GNU_SOURCE
#include "forks.h"
#include "chain_reactor.h"

#include <fcntl.h>
#include <pthread.h>
#include <sched.h>
#include <semaphore.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

/* ThreadSanitizer allows no threads in a child process: what needs them is left
 * to the other builds. */
#ifdef __SANITIZE_THREAD__
#define NO_THREADS true
#else
#define NO_THREADS false
#endif

static struct chain_reactor *reactor;
static struct chain_loop *loop;
static int gate[2];  /* a byte in it lets one gated job go on */
static int begun[2]; /* has a byte for each gated job that has begun */

#define CHECK(condition) ((condition) ? (void)0 : fail(#condition, __LINE__))

static void fail(const char *what, int line)
{
    fprintf(stderr, "forks.c:%d: %s\n", line, what);
    _exit(1);
}

int forks_job(int number)
{
    return number + 1;
}

int forks_gate(int number)
{
    char byte;

    CHECK(write(begun[1], "", 1) == 1);
    CHECK(read(gate[0], &byte, 1) == 1);
    return number + 1;
}

int forks_in_a_thread(bool returns)
{
    int status;
    pid_t child = fork();

    if (child == 0 && returns)
        return 0;
    if (child == 0)
        _exit(7);
    CHECK(waitpid(child, &status, 0) == child);
    return WIFEXITED(status) ? WEXITSTATUS(status) : 100;
}

static pid_t forked;
static bool has_forked;

int forks_fork(void)
{
    forked = fork();
    has_forked = true;
    if (forked == 0)
        alarm(30);
    return 0;
}

bool forks_has_forked(void)
{
    return has_forked;
}

static void open_all(void)
{
    CHECK(chain_reactor_open(&reactor) == 0);
    loop = chain_reactor_loop(reactor);
    CHECK(pipe2(gate, O_CLOEXEC) == 0 && pipe2(begun, O_CLOEXEC) == 0);
}

static void close_pipes(void)
{
    for (int end = 0; end < 2; end++) {
        close(gate[end]);
        close(begun[end]);
    }
}

static void close_all(void)
{
    CHECK(chain_reactor_close(reactor) == 0);
    close_pipes();
}

/* In a child: the parent's threads use the pipes that were there before. */
static void own_gate(void)
{
    close_pipes();
    CHECK(pipe2(gate, O_CLOEXEC) == 0 && pipe2(begun, O_CLOEXEC) == 0);
}

static void wait_until_begun(int count)
{
    char byte;

    while (count-- > 0)
        CHECK(read(begun[0], &byte, 1) == 1);
}

static void open_gate(int count)
{
    while (count-- > 0)
        CHECK(write(gate[1], "", 1) == 1);
}

static void run_quick(int number)
{
    static struct quick u;

    CHECK(quick_run(&u, loop, number) == 0);
    chain_loop_run(loop);
    CHECK(chain_root_outcome(&u.root) == CHAIN_OUTCOME_VALUE && quick_value(&u) == number + 1);
}

/* In the child everything is tried again, and it is closed. */
static void end_child(void)
{
    if (NO_THREADS)
        _exit(chain_reactor_close(reactor) == 0 ? 0 : 1);
    run_quick(40);
    run_quick(41);
    CHECK(chain_reactor_close(reactor) == 0);
    CHECK(chain_reactor_open(&reactor) == 0);
    loop = chain_reactor_loop(reactor);
    run_quick(42);
    CHECK(chain_reactor_close(reactor) == 0);
    _exit(0);
}

static bool in_child(void)
{
    fflush(NULL);
    forks_fork();
    CHECK(forked >= 0);
    return forked == 0;
}

static void wait_for_child(void)
{
    int status;

    CHECK(waitpid(forked, &status, 0) == forked);
    CHECK(WIFEXITED(status) && WEXITSTATUS(status) == 0);
}

/* ---- threads ------------------------------------------------------------- */

static void before_threads(void)
{
    if (in_child())
        end_child();
    wait_for_child();
    run_quick(1);
}

static void after_threads(void)
{
    run_quick(1);
    if (in_child())
        end_child();
    wait_for_child();
    run_quick(2);
}

static void child_only_closes(void)
{
    run_quick(1);
    if (in_child()) {
        CHECK(chain_reactor_close(reactor) == 0);
        _exit(0);
    }
    wait_for_child();
    run_quick(2);
}

/* The pool has two threads: what they do is rejected in the child, what waits
 * for one is done there. */
static void while_jobs_run(void)
{
    static struct gated u[5];
    struct chain_error error;

    CHECK(chain_reactor_threads(loop, "gate", 2) == 0);
    for (int i = 0; i < 5; i++) {
        CHECK(gated_run(&u[i], loop, i) == 0);
        chain_loop_turn(loop, false);
    }
    wait_until_begun(2);
    if (in_child()) {
        gated_cancel(&u[4]);
        own_gate();
        open_gate(5);
        chain_loop_run(loop);
        for (int i = 0; i < 2; i++) {
            error = chain_root_rejection(&u[i].root);
            CHECK(error.code == CHAIN_EABANDONED && error.message != NULL);
        }
        for (int i = 2; i < 4; i++)
            CHECK(chain_root_outcome(&u[i].root) == CHAIN_OUTCOME_VALUE
                  && gated_value(&u[i]) == i + 1);
        CHECK(chain_root_outcome(&u[4].root) == CHAIN_OUTCOME_CANCELLED);
        end_child();
    }
    wait_for_child();
    open_gate(5);
    chain_loop_run(loop);
    for (int i = 0; i < 5; i++)
        CHECK(chain_root_outcome(&u[i].root) == CHAIN_OUTCOME_VALUE && gated_value(&u[i]) == i + 1);
}

/* A running job that is cancelled ends in the child, too. */
static void cancel_of_a_running_job(void)
{
    static struct gated u;

    CHECK(gated_run(&u, loop, 1) == 0);
    chain_loop_turn(loop, false);
    wait_until_begun(1);
    gated_cancel(&u);
    if (in_child()) {
        own_gate();
        open_gate(1);
        chain_loop_run(loop);
        CHECK(chain_root_outcome(&u.root) == CHAIN_OUTCOME_CANCELLED);
        end_child();
    }
    wait_for_child();
    chain_loop_turn(loop, false);
    open_gate(1);
    chain_loop_run(loop);
    CHECK(chain_root_outcome(&u.root) == CHAIN_OUTCOME_CANCELLED);
}

/* At whatever moment of a thread's life: every job ends once, in both processes. */
static void at_any_moment(void)
{
    enum { JOBS = 20, FORKS = 50 };
    static struct quick u[JOBS];

    for (int f = 0; f < FORKS; f++) {
        for (int i = 0; i < JOBS; i++)
            CHECK(quick_run(&u[i], loop, i) == 0);
        chain_loop_turn(loop, false);
        for (int i = 0; i < f % 10; i++)
            sched_yield();
        bool child = in_child();
        chain_loop_run(loop);
        for (int i = 0; i < JOBS; i++)
            if (chain_root_outcome(&u[i].root) != CHAIN_OUTCOME_VALUE) {
                CHECK(child);
                CHECK(chain_root_rejection(&u[i].root).code == CHAIN_EABANDONED);
            } else
                CHECK(quick_value(&u[i]) == i + 1);
        if (child)
            end_child();
        wait_for_child();
    }
}

/* The child has only the thread that called fork(). If the function returns
 * there, the child ends. */
static void fork_in_a_blocking_function(void)
{
    static struct in_a_thread u;

    CHECK(in_a_thread_run(&u, loop, false) == 0);
    chain_loop_run(loop);
    CHECK(in_a_thread_value(&u) == 7);
    CHECK(in_a_thread_run(&u, loop, true) == 0);
    chain_loop_run(loop);
    CHECK(in_a_thread_value(&u) == 1);
}

static void fork_in_a_step(void)
{
    static struct forking u;

    has_forked = false;
    CHECK(forking_run(&u, loop, 10) == 0);
    chain_loop_run(loop);
    CHECK(chain_root_outcome(&u.root) == CHAIN_OUTCOME_VALUE && forking_value(&u) == 23);
    if (forked == 0)
        end_child();
    wait_for_child();
}

/* daemon(3): the parent of the process that goes on ends. */
static void as_a_daemon(void)
{
    static struct quick u;
    int report[2];
    char byte = 0;

    CHECK(pipe2(report, O_CLOEXEC) == 0);
    CHECK(quick_run(&u, loop, 5) == 0);
    if (in_child()) {
        forks_fork();
        if (forked != 0)
            _exit(0);
        setsid();
        chain_loop_run(loop);
        CHECK(quick_value(&u) == 6);
        run_quick(7);
        CHECK(chain_reactor_close(reactor) == 0);
        CHECK(write(report[1], "k", 1) == 1);
        _exit(0);
    }
    wait_for_child();
    close(report[1]);
    CHECK(read(report[0], &byte, 1) == 1 && byte == 'k');
    close(report[0]);
    chain_loop_run(loop);
    CHECK(quick_value(&u) == 6);
}

/* ---- descriptors --------------------------------------------------------- */

enum child_does { READS, CLOSES, FORGETS, CLOSES_ALL, CANCELS, WAYS };

/* Both wait for the same socket. What the child does with it takes nothing from the parent. */
static void both_wait(enum child_does what)
{
    static struct receive u;
    char bytes[8] = "";
    int pair[2];

    CHECK(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair) == 0);
    chain_io_forget(pair[0]);
    memset(&u, 0, sizeof u);
    CHECK(receive_run(&u, loop, pair[0], bytes, sizeof bytes) == 0);
    chain_loop_turn(loop, false);
    if (in_child()) {
        switch (what) {
        case READS:
            CHECK(send(pair[1], "child", 5, 0) == 5);
            chain_loop_run(loop);
            CHECK(receive_value(&u) == 5 && memcmp(bytes, "child", 5) == 0);
            break;
        case CLOSES: chain_io_close(pair[0]); break;
        case FORGETS: chain_io_forget(pair[0]); break;
        case CLOSES_ALL: CHECK(chain_reactor_close(reactor) == 1); _exit(0);
        case CANCELS:
        case WAYS: receive_cancel(&u); break;
        }
        chain_loop_run(loop);
        (void)chain_root_outcome(&u.root);
        end_child();
    }
    wait_for_child();
    chain_loop_turn(loop, false);
    CHECK(chain_root_outcome(&u.root) == CHAIN_OUTCOME_PENDING);
    CHECK(send(pair[1], "parent", 6, 0) == 6);
    chain_loop_run(loop);
    CHECK(receive_value(&u) == 6 && memcmp(bytes, "parent", 6) == 0);
    chain_io_close(pair[0]);
    close(pair[1]);
}

static void each_way_to_wait(void)
{
    for (int what = 0; what < WAYS; what++)
        both_wait((enum child_does)what);
}

/* A descriptor that the child has closed with close(): who waits for it there is told. */
static void closed_in_the_child(void)
{
    static struct receive u;
    char byte;
    int pair[2];

    CHECK(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair) == 0);
    chain_io_forget(pair[0]);
    CHECK(receive_run(&u, loop, pair[0], &byte, 1) == 0);
    chain_loop_turn(loop, false);
    if (in_child()) {
        close(pair[0]);
        chain_loop_run(loop);
        CHECK(chain_root_rejection(&u.root).code == EBADF);
        end_child();
    }
    wait_for_child();
    receive_cancel(&u);
    chain_loop_run(loop);
    chain_io_close(pair[0]);
    close(pair[1]);
}

/* How many descriptors an epoll descriptor watches. */
static int watched_by(int poll_fd)
{
    char name[64], line[256];
    int count = 0;
    FILE *file;

    snprintf(name, sizeof name, "/proc/self/fdinfo/%d", poll_fd);
    file = fopen(name, "r");
    while (file != NULL && fgets(line, sizeof line, file) != NULL)
        count += strncmp(line, "tfd:", 4) == 0;
    if (file != NULL)
        fclose(file);
    return file == NULL ? -1 : count;
}

static int find_epoll(void)
{
    for (int fd = 0; fd < 64; fd++)
        if (watched_by(fd) > 0)
            return fd;
    return -1;
}

/* The child keeps the open file alive; the parent does not go on to hear of it. */
static void closed_in_the_parent(void)
{
    static struct receive u;
    char byte;
    int pair[2], hold[2], poll_fd = find_epoll();

    if (poll_fd < 0)
        return; /* no /proc */
    CHECK(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair) == 0
          && pipe2(hold, O_CLOEXEC) == 0);
    chain_io_forget(pair[0]);
    CHECK(receive_run(&u, loop, pair[0], &byte, 1) == 0);
    chain_loop_turn(loop, false);
    CHECK(watched_by(poll_fd) == 2);
    if (in_child()) {
        close(hold[1]);
        CHECK(read(hold[0], &byte, 1) == 0);
        /* the child looks at the parent's, until it waits itself */
        CHECK(watched_by(poll_fd) == 1);
        receive_cancel(&u);
        chain_loop_run(loop);
        CHECK(watched_by(find_epoll()) == 2); /* forgotten by nobody here */
        end_child();
    }
    chain_io_close(pair[0]);
    chain_loop_run(loop);
    CHECK(chain_root_rejection(&u.root).code == ECANCELED);
    CHECK(watched_by(poll_fd) == 1);
    close(hold[1]);
    wait_for_child();
    close(hold[0]);
    close(pair[1]);
}

/* ---- wake-ups and signals ------------------------------------------------ */

static struct chain_timer timer;

static void note(struct chain_timer *fired, struct chain_loop *its_loop)
{
    (void)its_loop;
    (void)fired;
}

/* A wake-up between fork() and the child's first wait is the child's. */
static void wake_in_the_child(void)
{
    timer = (struct chain_timer){ .fire = note };
    chain_timer_arm(loop, &timer, UINT64_MAX);
    if (in_child()) {
        chain_loop_wake(loop);
        CHECK(chain_loop_turn(loop, true)); /* would wait for ever */
        chain_timer_disarm(loop, &timer);
        end_child();
    }
    wait_for_child();
    chain_loop_wake(loop);
    CHECK(chain_loop_turn(loop, true));
    chain_timer_disarm(loop, &timer);
}

/* Each process has its own signals. */
static void signals(void)
{
    static struct receive_signal u;
    int ready[2];
    char byte;

    CHECK(pipe2(ready, O_CLOEXEC) == 0);
    CHECK(receive_signal_run(&u, loop, SIGUSR1) == 0);
    chain_loop_turn(loop, false);
    if (in_child()) {
        CHECK(read(ready[0], &byte, 1) == 1); /* the parent's signal has come there */
        chain_loop_turn(loop, false);
        chain_loop_turn(loop, false);
        CHECK(chain_root_outcome(&u.root) == CHAIN_OUTCOME_PENDING);
        raise(SIGUSR1);
        chain_loop_run(loop);
        CHECK(receive_signal_value(&u) == SIGUSR1);
        CHECK(receive_signal_run(&u, loop, SIGUSR1) == 0);
        chain_loop_turn(loop, false);
        raise(SIGUSR1);
        chain_loop_run(loop);
        CHECK(receive_signal_value(&u) == SIGUSR1);
        end_child();
    }
    raise(SIGUSR1);
    chain_loop_run(loop);
    CHECK(receive_signal_value(&u) == SIGUSR1);
    CHECK(receive_signal_run(&u, loop, SIGUSR1) == 0);
    chain_loop_turn(loop, false);
    CHECK(write(ready[1], "", 1) == 1);
    wait_for_child();
    chain_loop_turn(loop, false);
    /* nothing of the child's has come here */
    CHECK(chain_root_outcome(&u.root) == CHAIN_OUTCOME_PENDING);
    receive_signal_cancel(&u);
    chain_loop_run(loop);
    close(ready[0]);
    close(ready[1]);
}

/* A signal that comes to the child before anything has been put in order there is the child's. */
static int early; /* that one; 0: none */

static void raise_early(void)
{
    if (early != 0)
        raise(early);
}

static void an_early_signal(void)
{
    static struct receive_signal u;

    CHECK(receive_signal_run(&u, loop, SIGUSR1) == 0);
    chain_loop_turn(loop, false);
    early = SIGUSR1;
    if (in_child()) {
        early = 0;
        chain_loop_run(loop);
        CHECK(receive_signal_value(&u) == SIGUSR1);
        end_child();
    }
    early = 0;
    wait_for_child();
    for (int i = 0; i < 3; i++)
        chain_loop_turn(loop, false);
    CHECK(chain_root_outcome(&u.root) == CHAIN_OUTCOME_PENDING);
    receive_signal_cancel(&u);
    chain_loop_run(loop);
}

/* The pipe of a signal: a pipe that was not there before. */
static bool is_pipe(int fd)
{
    struct stat about;

    return fstat(fd, &about) == 0 && S_ISFIFO(about.st_mode);
}

enum { HIGHEST = 64 };

static void find_pipe(const bool before[HIGHEST], int ends[2])
{
    ends[0] = ends[1] = -1;
    for (int fd = 0; fd < HIGHEST; fd++)
        if (is_pipe(fd) && !before[fd])
            ends[(fcntl(fd, F_GETFL) & O_ACCMODE) == O_WRONLY] = fd;
    CHECK(ends[0] >= 0 && ends[1] >= 0);
}

enum fate { KEPT, CLOSED, ANOTHERS, FATES };

static void damage(int fd, enum fate fate, int another)
{
    if (fate == CLOSED)
        close(fd);
    if (fate == ANOTHERS)
        CHECK(dup2(another, fd) == fd);
}

static bool is_same_file(int a, int b)
{
    struct stat about_a, about_b;

    return fstat(a, &about_a) == 0 && fstat(b, &about_b) == 0 && about_a.st_ino == about_b.st_ino
           && about_a.st_dev == about_b.st_dev;
}

static void check_fate(int fd, enum fate fate, int another)
{
    CHECK(fate != CLOSED || fcntl(fd, F_GETFD) < 0);
    CHECK(fate != ANOTHERS || is_same_file(fd, another));
}

static void ends_by_signal(pid_t child, int number)
{
    int status;

    CHECK(waitpid(child, &status, 0) == child);
    CHECK(WIFSIGNALED(status) && WTERMSIG(status) == number);
}

/* In a process of its own, which has not waited for SIGUSR2: that does as usual
 * when its pipe is gone. */
static void lose_pipe(enum fate reads, enum fate writes, int another)
{
    static struct receive_signal u;
    bool before[HIGHEST];
    int ends[2];

    for (int fd = 0; fd < HIGHEST; fd++)
        before[fd] = is_pipe(fd);
    CHECK(receive_signal_run(&u, loop, SIGUSR2) == 0);
    chain_loop_turn(loop, false);
    find_pipe(before, ends);
    damage(ends[0], reads, another);
    damage(ends[1], writes, another);
    if (in_child()) {
        check_fate(ends[0], reads, another);
        check_fate(ends[1], writes, another);
        raise(SIGUSR2);
        _exit(0);
    }
    ends_by_signal(forked, SIGUSR2);
    raise(SIGUSR2);
    _exit(0);
}

/* Nothing is closed, written or read that has become another's, and nothing is lost quietly. */
static void pipes_that_are_gone(void)
{
    for (int way = 1; way < FATES * FATES; way++) {
        int pair[2];
        char byte;

        CHECK(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair) == 0);
        if (in_child())
            lose_pipe((enum fate)(way % FATES), (enum fate)(way / FATES), pair[0]);
        ends_by_signal(forked, SIGUSR2);
        CHECK(recv(pair[1], &byte, 1, MSG_DONTWAIT) < 0);
        close(pair[0]);
        close(pair[1]);
    }
}

/* A descriptor that another thread closes while this one forks: the system goes
 * on to watch it for neither. The thread has time to close it at each moment
 * that fork(2) can be interrupted at. */
static sem_t go, gone;
static bool is_racing;

static void let_close(void)
{
    if (!is_racing)
        return;
    sem_post(&go);
    for (int i = 0; i < 1000; i++)
        sched_yield();
}

static void *close_when_told(void *argument)
{
    int *fd = argument;

    while (sem_wait(&go) != 0)
        continue;
    chain_io_close(*fd);
    sem_post(&gone);
    return NULL;
}

static void closed_meanwhile(void)
{
    static struct receive u;
    char byte;
    int pair[2], hold[2], poll_fd = find_epoll();
    pthread_t thread;

    if (poll_fd < 0)
        return; /* no /proc */
    CHECK(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair) == 0
          && pipe2(hold, O_CLOEXEC) == 0);
    chain_io_forget(pair[0]);
    CHECK(receive_run(&u, loop, pair[0], &byte, 1) == 0);
    chain_loop_turn(loop, false);
    receive_cancel(&u); /* so that nothing of the loop is touched by the other thread */
    chain_loop_run(loop);
    CHECK(watched_by(poll_fd) == 2);
    CHECK(sem_init(&go, 0, 0) == 0 && sem_init(&gone, 0, 0) == 0);
    CHECK(pthread_create(&thread, NULL, close_when_told, &pair[0]) == 0);
    is_racing = true;
    if (in_child()) {
        close(hold[1]);
        CHECK(read(hold[0], &byte, 1) == 0); /* keeps the open file alive */
        _exit(0);
    }
    is_racing = false;
    CHECK(pthread_join(thread, NULL) == 0);
    CHECK(watched_by(poll_fd) == 1);
    close(hold[1]);
    wait_for_child();
    close(hold[0]);
    close(pair[1]);
}

int main(void)
{
    static const struct {
        const char *name;
        void (*run)(void);
        bool threads; /* the child needs them */
    } scenarios[] = {
        { "closed meanwhile", closed_meanwhile, false }, /* the first fork of this process */
        { "before threads", before_threads, false },
        { "after threads", after_threads, false },
        { "the child only closes", child_only_closes, false },
        { "while jobs run", while_jobs_run, true },
        { "a running job is cancelled", cancel_of_a_running_job, true },
        { "at any moment", at_any_moment, true },
        { "in a blocking function", fork_in_a_blocking_function, false },
        { "in a step", fork_in_a_step, true },
        { "as a daemon", as_a_daemon, true },
        { "both wait", each_way_to_wait, false },
        { "closed in the child", closed_in_the_child, false },
        { "closed in the parent", closed_in_the_parent, false },
        { "a wake-up", wake_in_the_child, false },
        { "signals", signals, false },
        { "an early signal", an_early_signal, false },
        { "pipes that are gone", pipes_that_are_gone, false },
    };

    CHECK(pthread_atfork(NULL, let_close, raise_early) == 0); /* before any of libchain's */

    for (size_t i = 0; i < sizeof scenarios / sizeof *scenarios; i++) {
        open_all();
        alarm(30);
        if (!NO_THREADS || !scenarios[i].threads)
            scenarios[i].run();
        close_all();
        printf("%s\n", scenarios[i].name);
    }
    return 0;
}
