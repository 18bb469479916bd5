/* files.c - the files that the code under test sees. objcopy makes it call
 * these functions in place of those of the C library (files.syms), so that no
 * execution reaches the file system: fast, and the same everywhere. */
#define _XOPEN_SOURCE 700 /* S_IFREG */
#include "fuzzer.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static const struct part modules[] = {
#define MODULE(name, text)          \
    {                               \
        name, text, sizeof text - 1 \
    }
    MODULE("ops.chain", "#include <stdint.h>\n"
                        "resource line = int releases hang_up;\n"
                        "codes { FULL = 0x5000 \"it is full\", EMPTY };\n"
                        "struct page { int status; char text[16]; };\n"
                        "async struct page get(const char *url) raises ETIMEDOUT, EIO;\n"
                        "async int next(int queue) raises CHAIN_EEND;\n"
                        "async line dial(const char *name);\n"
                        "async void close_all(void) uncancellable;\n"
                        "async int button(int pin) posted raises nothing state { int pin; };\n"
                        "sync int parse(struct page page) fails (it < 0) EBADMSG;\n"
                        "sync void note(int value);\n"
                        "sync void log_error(struct chain_error error);\n"
                        "sync void hang_up(int fd);\n"
                        "sync int printf(const char *format, ...);\n"
                        "blocking int sum(const char *name) fails (it < 0) errno on disk;\n"
                        "chain int one(int fd) raises FULL { next(fd) catch { reject(FULL) } }\n"
                        "chain void spawned(line caller) raises nothing pool 2 { note(caller) }\n"),
    MODULE("share/net.chain",
           "#include \"chain_net.h\"\n"
           "resource tcp_conn = int releases tcp_close;\n"
           "async tcp_conn tcp_accept(int listener) state { int listener; };\n"
           "async size_t tcp_read(int conn, void *buffer, size_t size) state { int conn; };\n"
           "sync void tcp_close(tcp_conn socket) raises nothing;\n"),
    MODULE("circle.chain", "import \"circle.chain\";\nimport \"ops.chain\";\n"),
    MODULE("broken.chain", "chain int broken( { next(1 as } codes { , }"),
};

enum { FIRST_DESCRIPTOR = 1000, MOST_OPEN = 16, MOST_WRITTEN = 64 * 1024 };

static const struct input *offered;

/* An open descriptor and how much of it has been read. */
static struct {
    const struct part *part; /* NULL: closed */
    size_t at;
} open_files[MOST_OPEN];

static struct {
    char text[MOST_WRITTEN];
    size_t length;
} written[3];

void files_offer(const struct input *input)
{
    for (size_t i = 0; i < MOST_OPEN; i++)
        must(open_files[i].part == NULL, "'%s' was not closed",
             open_files[i].part == NULL ? "" : open_files[i].part->name);
    written[1].length = written[2].length = 0;
    offered = input;
}

const char *files_written(int descriptor, size_t *length)
{
    *length = written[descriptor].length;
    written[descriptor].text[*length] = '\0';
    return written[descriptor].text;
}

static const struct part *find(const char *path)
{
    for (size_t i = 1; offered != NULL && i < offered->count; i++)
        if (strcmp(offered->parts[i].name, path) == 0)
            return &offered->parts[i];
    for (size_t i = 0; i < sizeof modules / sizeof *modules; i++)
        if (strcmp(modules[i].name, path) == 0)
            return &modules[i];
    return NULL;
}

static size_t slot_of(int descriptor)
{
    size_t slot = (size_t)(descriptor - FIRST_DESCRIPTOR);

    must(slot < MOST_OPEN && open_files[slot].part != NULL, "descriptor %d is not open",
         descriptor);
    return slot;
}

/* ---- in place of the system calls ---------------------------------------- */

int files_open(const char *path, int flags, ...);
ssize_t files_read(int descriptor, void *buffer, size_t size);
ssize_t files_write(int descriptor, const void *text, size_t size);
int files_close(int descriptor);
int files_fstat(int descriptor, struct stat *about);
int files_stat(const char *path, struct stat *about);
int files_access(const char *path, int mode);
char *files_realpath(const char *path, char *resolved);
int files_isatty(int descriptor);

int files_open(const char *path, int flags, ...)
{
    const struct part *part = find(path);
    int slot = 0;

    must((flags & O_ACCMODE) == O_RDONLY, "'%s' is opened for writing", path);
    while (slot < MOST_OPEN && open_files[slot].part != NULL)
        slot++;
    if (part == NULL || slot == MOST_OPEN) {
        errno = part == NULL ? ENOENT : EMFILE;
        return -1;
    }
    open_files[slot].part = part;
    open_files[slot].at = 0;
    return FIRST_DESCRIPTOR + slot;
}

/* A read gives a part of what there is. */
ssize_t files_read(int descriptor, void *buffer, size_t size)
{
    size_t slot, left;

    if (descriptor == STDIN_FILENO)
        return 0;
    slot = slot_of(descriptor);
    left = open_files[slot].part->length - open_files[slot].at;
    size = size < left ? size : left;
    size = size > 100 ? size - 50 : size;
    memcpy(buffer, open_files[slot].part->text + open_files[slot].at, size);
    open_files[slot].at += size;
    return (ssize_t)size;
}

ssize_t files_write(int descriptor, const void *text, size_t size)
{
    size_t room;

    must(descriptor == STDOUT_FILENO || descriptor == STDERR_FILENO, "descriptor %d is written to",
         descriptor);
    room = MOST_WRITTEN - 1 - written[descriptor].length;
    room = room < size ? room : size;
    memcpy(written[descriptor].text + written[descriptor].length, text, room);
    written[descriptor].length += room;
    return (ssize_t)size;
}

int files_close(int descriptor)
{
    open_files[slot_of(descriptor)].part = NULL;
    return 0;
}

/* NULL: standard input, an empty pipe. */
static void describe(const struct part *part, struct stat *about)
{
    memset(about, 0, sizeof *about);
    about->st_mode = S_IFIFO;
    if (part == NULL)
        return;
    about->st_mode = S_IFREG | 0444;
    about->st_ino = (ino_t)(uintptr_t)part;
    about->st_size = (off_t)part->length;
}

int files_fstat(int descriptor, struct stat *about)
{
    describe(descriptor == STDIN_FILENO ? NULL : open_files[slot_of(descriptor)].part, about);
    return 0;
}

int files_stat(const char *path, struct stat *about)
{
    const struct part *part = find(path);

    if (part == NULL) {
        errno = ENOENT;
        return -1;
    }
    describe(part, about);
    return 0;
}

int files_access(const char *path, int mode)
{
    (void)mode;
    return find(path) == NULL ? -1 : 0;
}

char *files_realpath(const char *path, char *resolved)
{
    (void)path, (void)resolved;
    errno = ENOENT;
    return NULL;
}

int files_isatty(int descriptor)
{
    (void)descriptor;
    return 0;
}
