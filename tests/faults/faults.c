/* faults.c - preloaded into chainc: makes the n-th allocation or system call fail, or ends the
 * program there.
 *
 * faults.py talks to it. The program that is started never gets to main(): it forks a child for
 * every line
 *
 *     KIND N ERROR
 *
 * on descriptor COMMANDS, the child runs main() with that fault, and the line that comes back on
 * ANSWERS tells how it ended:
 *
 *     STATUS POINTS BLOCKS FILES CALL PATH
 *
 * the wait status, how many points of this kind there were, how many blocks of memory and
 * descriptors were still there at the end, and what failed, on which path (both "-" if nothing
 * did). KIND is
 *
 *     a   the N-th allocation fails
 *     A   this and all later ones
 *     f   every allocation fails, each in a child of its own: one line for each, and each is to be
 *         answered by an empty line
 *     c   the N-th call fails with ERROR
 *     C   this and all later ones that open, read or write
 *     d   close() fails with ERROR on every file that was written and has a name
 *     s   the N-th call moves one byte (read, write)
 *     k   signal ERROR comes before the N-th call
 *
 * The functions below are all of the C library that chainc calls and that ask the system for
 * something: faults.py checks that with nm.
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

enum { COMMANDS = 198, ANSWERS = 199, MOST_FILES = 64, LONGEST = 4200 };

/* What the child tells its parent; in memory that both have. */
struct record {
    long points, blocks, files;
    char call[32], path[LONGEST];
};

static struct record *record;
static char kind; /* 0: no faults */
static long number, error_number, calls, allocations, blocks, open_before;
static bool armed;                    /* within the child */
static const char *paths[MOST_FILES]; /* of descriptors that are open */
static char path_space[MOST_FILES][LONGEST];
static bool is_written[MOST_FILES];

#define REAL(name) ((__typeof__(&name))dlsym(RTLD_NEXT, #name))

/* ---- memory -------------------------------------------------------------- */

extern void *__libc_malloc(size_t size);
extern void *__libc_calloc(size_t count, size_t size);
extern void *__libc_realloc(void *memory, size_t size);
extern void __libc_free(void *memory);

static void note(const char *call, const char *path)
{
    if (record->call[0] != '\0')
        return;
    snprintf(record->call, sizeof record->call, "%s", call);
    snprintf(record->path, sizeof record->path, "%s", path == NULL || *path == '\0' ? "-" : path);
}

static void answer(int status)
{
    char line[LONGEST + 200];
    int length =
        snprintf(line, sizeof line, "%d %ld %ld %ld %s %s\n", status, record->points,
                 record->blocks, record->files, record->call[0] != '\0' ? record->call : "-",
                 record->path[0] != '\0' ? record->path : "-");

    if (write(ANSWERS, line, (size_t)length) != length)
        _exit(99);
}

/* True in a child in which this allocation fails; the parent has seen it end, and goes on. */
static bool fails_in_a_child(void)
{
    char go;
    int status;
    pid_t child;

    memset(record, 0, sizeof *record);
    child = fork();
    if (child == 0) {
        kind = 'x';
        note("allocation", NULL);
        return true;
    }
    waitpid(child, &status, 0);
    record->points = ++allocations;
    answer(status);
    if (read(COMMANDS, &go, 1) != 1)
        _exit(99);
    return false;
}

static bool fails_to_allocate(void)
{
    if (!armed || kind == 'x')
        return false;
    if (kind == 'f') {
        armed = false;
        bool fails = fails_in_a_child();
        armed = true;
        if (fails)
            errno = ENOMEM;
        return fails;
    }
    allocations++;
    if (kind != 'a' && kind != 'A')
        return false;
    record->points = allocations;
    if (allocations < number || (kind == 'a' && allocations > number))
        return false;
    note("allocation", NULL);
    errno = ENOMEM;
    return true;
}

static void *counted(void *memory)
{
    if (armed && memory != NULL)
        blocks++;
    return memory;
}

void *malloc(size_t size)
{
    return fails_to_allocate() ? NULL : counted(__libc_malloc(size));
}

void *calloc(size_t count, size_t size)
{
    return fails_to_allocate() ? NULL : counted(__libc_calloc(count, size));
}

void *realloc(void *memory, size_t size)
{
    if (fails_to_allocate())
        return NULL;
    return memory == NULL ? counted(__libc_realloc(memory, size)) : __libc_realloc(memory, size);
}

void free(void *memory)
{
    if (armed && memory != NULL)
        blocks--;
    __libc_free(memory);
}

/* ---- system calls -------------------------------------------------------- */

/* Standard error goes on, as without it nothing could be said. */
static bool lasts(const char *call, const char *path)
{
    static const char *const names[] = { "open", "openat", "read", "write" };

    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        if (strcmp(call, names[i]) == 0)
            return path == NULL || strcmp(path, "<stderr>") != 0;
    return false;
}

/* Whether this call is the one; then it fails with `errno`, or, for 's', the caller does less. */
static bool hit(const char *call, const char *path)
{
    if (!armed || kind == 'x')
        return false;
    record->points = ++calls;
    if (kind == 'k' && calls == number) {
        note(call, path);
        kill(getpid(), (int)error_number);
    }
    if ((kind != 'c' && kind != 'C' && kind != 's') || calls < number)
        return false;
    if (calls > number && kind != 'C')
        return false;
    if (kind == 'C' && !lasts(call, path))
        return false;
    note(call, path);
    errno = (int)error_number;
    return true;
}

static bool fails(const char *call, const char *path)
{
    return hit(call, path) && kind != 's';
}

static const char *path_of(int descriptor)
{
    static const char *const standard[] = { "<stdin>", "<stdout>", "<stderr>" };

    if (descriptor >= 0 && descriptor < 3)
        return standard[descriptor];
    return descriptor >= 0 && descriptor < MOST_FILES ? paths[descriptor] : NULL;
}

static int opened(int descriptor, const char *path)
{
    if (descriptor >= 3 && descriptor < MOST_FILES) {
        snprintf(path_space[descriptor], LONGEST, "%s", path);
        paths[descriptor] = path_space[descriptor];
    }
    return descriptor;
}

static mode_t mode_of(int flags, va_list args)
{
    return flags & O_CREAT ? va_arg(args, mode_t) : 0;
}

int open(const char *path, int flags, ...)
{
    va_list args;
    va_start(args, flags);
    mode_t mode = mode_of(flags, args);
    va_end(args);
    return fails("open", path) ? -1 : opened(REAL(open)(path, flags, mode), path);
}

int openat(int at, const char *path, int flags, ...)
{
    va_list args;
    va_start(args, flags);
    mode_t mode = mode_of(flags, args);
    va_end(args);
    return fails("openat", path) ? -1 : opened(REAL(openat)(at, path, flags, mode), path);
}

ssize_t read(int descriptor, void *buffer, size_t size)
{
    if (hit("read", path_of(descriptor))) {
        if (kind != 's')
            return -1;
        size = size > 0;
    }
    return REAL(read)(descriptor, buffer, size);
}

ssize_t write(int descriptor, const void *buffer, size_t size)
{
    if (hit("write", path_of(descriptor))) {
        if (kind != 's')
            return -1;
        size = size > 0;
    }
    if (descriptor >= 3 && descriptor < MOST_FILES) /* what has no name has room */
        is_written[descriptor] =
            paths[descriptor] != NULL && strcmp(paths[descriptor], "chainc") != 0;
    return REAL(write)(descriptor, buffer, size);
}

/* As on Linux, the descriptor is gone, whatever close() says. */
int close(int descriptor)
{
    bool is_known = descriptor >= 0 && descriptor < MOST_FILES;
    bool fails_now = fails("close", path_of(descriptor));
    bool has_no_room = armed && kind == 'd' && is_known && is_written[descriptor];
    int error = errno, result;

    if (has_no_room) {
        note("close", path_of(descriptor));
        error = (int)error_number;
    }
    result = REAL(close)(descriptor);
    if (is_known) {
        paths[descriptor] = NULL;
        is_written[descriptor] = false;
    }
    if (fails_now || has_no_room)
        errno = error;
    return fails_now || has_no_room ? -1 : result;
}

int fcntl(int descriptor, int command, ...)
{
    va_list args;
    va_start(args, command);
    long argument = va_arg(args, long);
    va_end(args);
    if (fails("fcntl", path_of(descriptor)))
        return -1;
    int result = REAL(fcntl)(descriptor, command, argument);
    if (command == F_DUPFD_CLOEXEC && result >= 0 && path_of(descriptor) != NULL) {
        opened(result, path_of(descriptor));
        is_written[result] = is_written[descriptor];
    }
    return result;
}

int memfd_create(const char *name, unsigned flags)
{
    return fails("memfd_create", name) ? -1 : opened(REAL(memfd_create)(name, flags), name);
}

char *realpath(const char *path, char *resolved)
{
    return fails("realpath", path) ? NULL : REAL(realpath)(path, resolved);
}

int isatty(int descriptor)
{
    return fails("isatty", path_of(descriptor)) ? 0 : REAL(isatty)(descriptor);
}

int posix_spawn(pid_t *child, const char *path, const posix_spawn_file_actions_t *actions,
                const posix_spawnattr_t *attributes, char *const arguments[],
                char *const environment[])
{
    return fails("posix_spawn", path)
               ? (int)error_number
               : REAL(posix_spawn)(child, path, actions, attributes, arguments, environment);
}

/* A call that is "name(first, …)" and fails with -1. */
#define CALL(type, name, parameters, path, arguments)                \
    type name parameters                                             \
    {                                                                \
        return fails(#name, path) ? (type)-1 : REAL(name) arguments; \
    }

CALL(int, fstat, (int descriptor, struct stat *status), path_of(descriptor), (descriptor, status))
CALL(int, stat, (const char *path, struct stat *status), path, (path, status))
CALL(int, fstatat, (int at, const char *path, struct stat *status, int flags), path,
     (at, path, status, flags))
CALL(int, access, (const char *path, int how), path, (path, how))
CALL(ssize_t, readlink, (const char *path, char *link, size_t size), path, (path, link, size))
CALL(int, mkdir, (const char *path, mode_t mode), path, (path, mode))
CALL(int, rmdir, (const char *path), path, (path))
CALL(int, unlinkat, (int at, const char *path, int flags), path, (at, path, flags))
CALL(int, linkat, (int at, const char *path, int to_at, const char *to, int flags), to,
     (at, path, to_at, to, flags))
CALL(int, renameat, (int at, const char *path, int to_at, const char *to), to,
     (at, path, to_at, to))
CALL(int, fchmod, (int descriptor, mode_t mode), path_of(descriptor), (descriptor, mode))
CALL(int, flock, (int descriptor, int how), path_of(descriptor), (descriptor, how))
CALL(off_t, lseek, (int descriptor, off_t offset, int from), path_of(descriptor),
     (descriptor, offset, from))
CALL(int, waitid, (idtype_t kind, id_t id, siginfo_t *about, int flags), "-",
     (kind, id, about, flags))
CALL(pid_t, waitpid, (pid_t child, int *status, int flags), "-", (child, status, flags))

/* ---- the server ---------------------------------------------------------- */

static long count_open(void)
{
    long count = 0;

    for (int i = 3; i < MOST_FILES; i++) /* its own two are above */
        count += REAL(fcntl)(i, F_GETFD) >= 0;
    return count;
}

/* At the end of the child. */
__attribute__((destructor)) static void tell(void)
{
    if (!armed)
        return;
    armed = false;
    record->blocks = blocks;
    record->files = count_open() - open_before;
}

static bool read_line(char *line, size_t size)
{
    size_t length = 0;

    while (length + 1 < size && REAL(read)(COMMANDS, line + length, 1) == 1)
        if (line[length++] == '\n') {
            line[length] = '\0';
            return true;
        }
    return false;
}

/* In the child of a plan, which goes on to main(). For 'f' the pipes stay open: its children are
 * others. */
static void arm(char plan)
{
    if (plan != 'f') {
        REAL(close)(COMMANDS);
        REAL(close)(ANSWERS);
    }
    kind = plan;
    open_before = count_open();
    armed = true;
}

__attribute__((constructor)) static void serve(void)
{
    char line[100], plan;
    int status;

    if (getenv("FAULTS") == NULL)
        return;
    unsetenv("LD_PRELOAD");
    unsetenv("FAULTS");
    record = mmap(NULL, sizeof *record, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    while (read_line(line, sizeof line)) {
        if (sscanf(line, "%c %ld %ld", &plan, &number, &error_number) != 3)
            _exit(98);
        memset(record, 0, sizeof *record);
        pid_t child = fork();
        if (child == 0) {
            arm(plan);
            return;
        }
        while (REAL(waitpid)(child, &status, 0) < 0)
            ;
        if (plan == 'f') /* what came last was told by its children */
            memset(record, 0, sizeof *record);
        answer(status);
    }
    _exit(0);
}
