/* runtime.c - a library for LD_PRELOAD that lets one call of a program with
 * libchain fail.
 *
 *     FAIL_CALL=recv:3:104   the third recv() fails with errno 104
 *     FAIL_CALL=send:2:short the second send() moves one byte only
 *     FAIL_LOG=FILE          at its end the program appends how often each function was called, which descriptors
 *                            it leaves open, and how many pieces of memory
 *
 * Only calls that the executable makes itself count, not those that the C
 * library makes for it. A call that fails has done nothing, but for close(),
 * which has closed, and connect(), which goes on, as Linux does. */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <link.h>
#include <netinet/in.h>
#include <pthread.h>
#include <signal.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

#define CALLS(x)                                                                                 \
    x(malloc) x(calloc) x(realloc) x(aligned_alloc) x(mmap) x(epoll_create1) x(epoll_ctl)        \
        x(epoll_add) x(epoll_mod) x(epoll_del) x(epoll_wait) x(epoll_pwait2) x(eventfd) x(pipe2) \
            x(read) x(write) x(socket) x(setsockopt) x(getsockopt) x(getsockname) x(getpeername) \
                x(bind) x(listen) x(accept4) x(connect) x(recv) x(send) x(shutdown) x(close)     \
                    x(sigaction) x(getrlimit) x(pthread_create) x(pthread_mutex_init)            \
                        x(pthread_cond_init) x(pthread_atfork)

#define AS_ENUM(name) CALL_##name,
#define AS_TEXT(name) #name,
enum call { CALLS(AS_ENUM) COUNT };
static const char *const names[COUNT] = { CALLS(AS_TEXT) };

static unsigned counts[COUNT];
static enum call chosen = COUNT;
static unsigned chosen_number;
static int chosen_error; /* 0: short */
static uintptr_t text_begin, text_end;
static bool was_open[1024];

/* ---- memory that the executable has -------------------------------------- */

enum { PIECES = 1 << 16 };
static void *pieces[PIECES];
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;

static void *note_piece(void *piece)
{
    if (piece == NULL)
        return NULL;
    pthread_mutex_lock(&lock);
    for (size_t i = (uintptr_t)piece / 16 % PIECES;; i = (i + 1) % PIECES)
        if (pieces[i] == NULL || pieces[i] == (void *)1) {
            pieces[i] = piece;
            break;
        }
    pthread_mutex_unlock(&lock);
    return piece;
}

static void forget_piece(const void *piece)
{
    pthread_mutex_lock(&lock);
    for (size_t i = (uintptr_t)piece / 16 % PIECES; pieces[i] != NULL; i = (i + 1) % PIECES)
        if (pieces[i] == piece) {
            pieces[i] = (void *)1; /* used, and free */
            break;
        }
    pthread_mutex_unlock(&lock);
}

/* ---- which call fails ---------------------------------------------------- */

static int find_text(struct dl_phdr_info *info, size_t size, void *context)
{
    (void)size;
    (void)context;
    for (int i = 0; i < info->dlpi_phnum; i++)
        if (info->dlpi_phdr[i].p_type == PT_LOAD && (info->dlpi_phdr[i].p_flags & PF_X) != 0) {
            text_begin = info->dlpi_addr + info->dlpi_phdr[i].p_vaddr;
            text_end = text_begin + info->dlpi_phdr[i].p_memsz;
        }
    return 1; /* the first one is the executable */
}

__attribute__((constructor)) static void begin(void)
{
    const char *text = getenv("FAIL_CALL");
    char name[32], error[16];

    dl_iterate_phdr(find_text, NULL);
    for (int fd = 0; fd < 1024; fd++)
        was_open[fd] = fcntl(fd, F_GETFD) >= 0;
    if (text == NULL || sscanf(text, "%31[^:]:%u:%15s", name, &chosen_number, error) != 3)
        return;
    for (int i = 0; i < COUNT; i++)
        if (strcmp(names[i], name) == 0)
            chosen = (enum call)i;
    chosen_error = atoi(error);
}

__attribute__((destructor)) static void end(void)
{
    const char *file = getenv("FAIL_LOG");
    unsigned left = 0;
    FILE *log = file == NULL ? NULL : fopen(file, "a");

    if (log == NULL)
        return;
    for (int i = 0; i < COUNT; i++)
        if (counts[i] != 0)
            fprintf(log, "call %s %u\n", names[i], counts[i]);
    for (int fd = 0; fd < 1024; fd++)
        if (fd != fileno(log) && !was_open[fd] && fcntl(fd, F_GETFD) >= 0)
            fprintf(log, "open %d\n", fd);
    for (int i = 0; i < PIECES; i++)
        left += (uintptr_t)pieces[i] > 1;
    fprintf(log, "left %u\n", left);
    fclose(log);
}

static bool is_ours(const void *caller)
{
    return (uintptr_t)caller >= text_begin && (uintptr_t)caller < text_end;
}

/* Whether this call is the one; it then sets errno, to 0 if it is to be short. */
static bool fails(enum call call, const void *caller)
{
    if (!is_ours(caller))
        return false;
    if (__atomic_add_fetch(&counts[call], 1, __ATOMIC_RELAXED) != chosen_number || call != chosen)
        return false;
    errno = chosen_error;
    return true;
}

/* ---- the calls ----------------------------------------------------------- */

#define REAL(name) ((__typeof__(&name))real(CALL_##name))

static void *real(enum call call)
{
    static void *found[COUNT];

    if (found[call] == NULL)
        found[call] = dlsym(RTLD_NEXT, names[call]);
    return found[call];
}

#define CALLER __builtin_return_address(0)

extern void *__libc_malloc(size_t size);
extern void *__libc_calloc(size_t count, size_t size);
extern void *__libc_realloc(void *memory, size_t size);
extern void *__libc_memalign(size_t alignment, size_t size);
extern void __libc_free(void *memory);

static void *noted(void *piece, const void *caller)
{
    return is_ours(caller) ? note_piece(piece) : piece;
}

void *malloc(size_t size)
{
    return fails(CALL_malloc, CALLER) ? NULL : noted(__libc_malloc(size), CALLER);
}

void *calloc(size_t count, size_t size)
{
    return fails(CALL_calloc, CALLER) ? NULL : noted(__libc_calloc(count, size), CALLER);
}

void *realloc(void *memory, size_t size)
{
    if (fails(CALL_realloc, CALLER))
        return NULL;
    if (memory != NULL)
        forget_piece(memory);
    return noted(__libc_realloc(memory, size), CALLER);
}

void *aligned_alloc(size_t alignment, size_t size)
{
    return fails(CALL_aligned_alloc, CALLER) ? NULL
                                             : noted(__libc_memalign(alignment, size), CALLER);
}

void free(void *memory)
{
    if (memory != NULL)
        forget_piece(memory);
    __libc_free(memory);
}

void *mmap(void *address, size_t size, int protection, int flags, int fd, off_t offset)
{
    return fails(CALL_mmap, CALLER) ? MAP_FAILED
                                    : REAL(mmap)(address, size, protection, flags, fd, offset);
}

/* RESULT name(parameters): -1 and errno if it is the one that fails. */
#define WRAP(result, name, parameters, arguments)                      \
    result name parameters                                             \
    {                                                                  \
        return fails(CALL_##name, CALLER) ? -1 : REAL(name) arguments; \
    }

WRAP(int, epoll_create1, (int flags), (flags))
WRAP(int, epoll_wait, (int poll, struct epoll_event *events, int size, int ms),
     (poll, events, size, ms))
WRAP(int, eventfd, (unsigned count, int flags), (count, flags))
WRAP(int, pipe2, (int ends[2], int flags), (ends, flags))
WRAP(ssize_t, read, (int fd, void *bytes, size_t size), (fd, bytes, size))
WRAP(ssize_t, write, (int fd, const void *bytes, size_t size), (fd, bytes, size))
WRAP(int, socket, (int family, int type, int protocol), (family, type, protocol))
WRAP(int, setsockopt, (int fd, int level, int name, const void *value, socklen_t size),
     (fd, level, name, value, size))
WRAP(int, getsockopt, (int fd, int level, int name, void *restrict value, socklen_t *restrict size),
     (fd, level, name, value, size))
WRAP(int, getsockname, (int fd, struct sockaddr *restrict name, socklen_t *restrict size),
     (fd, name, size))
WRAP(int, getpeername, (int fd, struct sockaddr *restrict name, socklen_t *restrict size),
     (fd, name, size))
WRAP(int, bind, (int fd, const struct sockaddr *name, socklen_t size), (fd, name, size))
WRAP(int, listen, (int fd, int length), (fd, length))
WRAP(int, accept4, (int fd, struct sockaddr *restrict name, socklen_t *restrict size, int flags),
     (fd, name, size, flags))
WRAP(int, shutdown, (int fd, int how), (fd, how))
WRAP(int, sigaction,
     (int number, const struct sigaction *restrict new, struct sigaction *restrict old),
     (number, new, old))
WRAP(int, getrlimit, (__rlimit_resource_t resource, struct rlimit *limit), (resource, limit))

/* A part has been moved before something came in between. */
static size_t at_most_one(size_t size)
{
    return size < 1 ? size : 1;
}

ssize_t recv(int fd, void *bytes, size_t size, int flags)
{
    if (!fails(CALL_recv, CALLER))
        return REAL(recv)(fd, bytes, size, flags);
    return errno != 0 ? -1 : REAL(recv)(fd, bytes, at_most_one(size), flags);
}

ssize_t send(int fd, const void *bytes, size_t size, int flags)
{
    if (!fails(CALL_send, CALLER))
        return REAL(send)(fd, bytes, size, flags);
    return errno != 0 ? -1 : REAL(send)(fd, bytes, at_most_one(size), flags);
}

int close(int fd)
{
    bool failing = fails(CALL_close, CALLER);
    int result = REAL(close)(fd);

    if (!failing)
        return result;
    errno = chosen_error;
    return -1;
}

/* One that was interrupted goes on. */
int connect(int fd, const struct sockaddr *name, socklen_t size)
{
    bool failing = fails(CALL_connect, CALLER);

    if (failing && errno != EINTR)
        return -1;
    int result = REAL(connect)(fd, name, size);
    if (!failing)
        return result;
    errno = chosen_error;
    return -1;
}

/* These return the code. */
#define WRAP_CODE(name, parameters, arguments)                                   \
    int name parameters                                                          \
    {                                                                            \
        return fails(CALL_##name, CALLER) ? chosen_error : REAL(name) arguments; \
    }

WRAP_CODE(pthread_create,
          (pthread_t * thread, const pthread_attr_t *attributes, void *(*run)(void *),
           void *context),
          (thread, attributes, run, context))
WRAP_CODE(pthread_mutex_init, (pthread_mutex_t * mutex, const pthread_mutexattr_t *attributes),
          (mutex, attributes))
WRAP_CODE(pthread_cond_init,
          (pthread_cond_t *restrict cond, const pthread_condattr_t *restrict attributes),
          (cond, attributes))

/* pthread_atfork() is a part of the executable and calls this one. */
extern int __register_atfork(void (*before)(void), void (*parent)(void), void (*child)(void),
                             void *handle);
int __register_atfork(void (*before)(void), void (*parent)(void), void (*child)(void), void *handle)
{
    static int (*next)(void (*)(void), void (*)(void), void (*)(void), void *);

    if (next == NULL)
        next = (int (*)(void (*)(void), void (*)(void), void (*)(void),
                        void *))dlsym(RTLD_NEXT, "__register_atfork");
    return fails(CALL_pthread_atfork, CALLER) ? chosen_error : next(before, parent, child, handle);
}

/* Each operation counts as a call of its own. */
int epoll_ctl(int poll, int operation, int fd, struct epoll_event *event)
{
    enum call call = operation == EPOLL_CTL_ADD   ? CALL_epoll_add
                     : operation == EPOLL_CTL_MOD ? CALL_epoll_mod
                                                  : CALL_epoll_del;

    return fails(call, CALLER) ? -1 : REAL(epoll_ctl)(poll, operation, fd, event);
}

/* Only epoll_pwait2 is called in this way. */
long syscall(long number, ...)
{
    static long (*next)(long, ...);
    long a[6];
    va_list arguments;

    va_start(arguments, number);
    for (int i = 0; i < 6; i++)
        a[i] = va_arg(arguments, long);
    va_end(arguments);
    if (next == NULL)
        next = (long (*)(long, ...))dlsym(RTLD_NEXT, "syscall");
    if (number == SYS_epoll_pwait2 && fails(CALL_epoll_pwait2, CALLER))
        return -1;
    return next(number, a[0], a[1], a[2], a[3], a[4], a[5]);
}
