/* output.c - files are written whole or not at all, and all of them or none.
 *
 *     look at all paths   ->   make the folder   ->   claim all files   ->   write   ->   streams
 * ->   one rename after the other
 *
 * Every reason to refuse is found before a file is touched. Every action that
 * takes time or room comes before the renames. If one of these fails, the
 * others are undone.
 */
#define _POSIX_C_SOURCE 200809L
#include "driver/output.h"

#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/arena.h"
#include "base/io.h"
#include "base/message.h"
#include "base/source.h"
#include "driver/end_signals.h"
#include "driver/file_set.h"
#include "driver/replace.h"

struct output {
    struct output *next;
    const char *path; /* as given; "-" is standard output */
    const char *text;
    size_t length;
    bool if_changed;
    bool is_stream; /* written in its place */
    bool is_there;  /* and `status` says what it is */
    bool unchanged; /* the file has these bytes already */
    struct stat status;
    struct replacement file;
};

enum { MOST_LINKS = 40 };

static const char same_as_another[] = "this is the same file as another output";

static bool fail(struct outputs *outputs, const char *path, const char *problem)
{
    if (outputs->problem == NULL) {
        outputs->problem = problem;
        outputs->problem_path = path;
    }
    return false;
}

/* True for 0. */
static bool check(struct outputs *outputs, const struct output *output, int error)
{
    return error == 0 || fail(outputs, output->path, strerror(error));
}

static bool is_standard(const char *path)
{
    return strcmp(path, "-") == 0;
}

void output_stage(struct outputs *outputs, const char *path, const char *text, size_t length,
                  bool if_changed)
{
    struct output *output = arena_new(outputs->arena, struct output);

    output->path = path;
    output->text = text;
    output->length = length;
    output->if_changed = if_changed;
    output->file.at = output->file.descriptor = -1;
    output->next = outputs->first;
    outputs->first = output;
}

/* ---- what is there ------------------------------------------------------- */

/* The links there lead to what is open, not to a name. */
static bool is_in_proc(const char *path)
{
    return strncmp(path, "/proc/", 6) == 0;
}

/* Where a path leads through links, to something or not. */
static int follow(struct arena *arena, const char *path, const char **target)
{
    char link[4096];

    for (int links = 0; links < MOST_LINKS; links++) {
        ssize_t length = is_in_proc(path) ? 0 : readlink(path, link, sizeof link);
        const char *slash = strrchr(path, '/');
        if (length == (ssize_t)sizeof link)
            return ENAMETOOLONG;
        *target = path;
        if (length <= 0)
            return length == 0 || errno == EINVAL || errno == ENOENT || errno == ENOTDIR ? 0
                                                                                         : errno;
        path =
            link[0] == '/' || slash == NULL
                ? arena_copy(arena, link, (size_t)length)
                : arena_format(arena, "%.*s%.*s", (int)(slash - path + 1), path, (int)length, link);
    }
    return ELOOP;
}

/* What a path leads to. Nothing is no error. */
static int look(const char *path, struct stat *status, bool *is_there)
{
    *is_there = (is_standard(path) ? fstat(STDOUT_FILENO, status) : stat(path, status)) == 0;
    return *is_there || errno == ENOENT ? 0 : errno;
}

static int look_for_stream(struct arena *arena, const char *path, const struct stat *status,
                           bool is_there, bool *is_stream)
{
    const char *target;
    int error;

    *is_stream =
        is_standard(path) || (is_there && !S_ISREG(status->st_mode) && !S_ISDIR(status->st_mode));
    if (*is_stream || !is_there)
        return 0;
    error = follow(arena, path, &target);
    *is_stream = error == 0 && is_in_proc(target);
    return error;
}

int output_is_stream(struct arena *arena, const char *path, bool *is_stream)
{
    struct stat status;
    bool is_there;
    int error;

    *is_stream = is_standard(path);
    if (*is_stream)
        return 0;
    error = look(path, &status, &is_there);
    return error == 0 ? look_for_stream(arena, path, &status, is_there, is_stream) : error;
}

/* A link stays a link: the file it leads to is replaced. */
static int look_at(struct arena *arena, struct output *output)
{
    const char *target;
    int error = look(output->path, &output->status, &output->is_there);

    if (error != 0)
        return error;
    error =
        look_for_stream(arena, output->path, &output->status, output->is_there, &output->is_stream);
    if (error == 0 && output->is_there && S_ISDIR(output->status.st_mode))
        return EISDIR;
    if (error == 0 && output->is_there && !is_standard(output->path)
        && access(output->path, W_OK) != 0)
        return errno;
    if (error == 0 && !output->is_stream && (error = follow(arena, output->path, &target)) == 0)
        replace_init(&output->file, arena, target);
    return error;
}

/* ---- what must not be written -------------------------------------------- */

static bool is_file(const struct output *output, uint64_t device, uint64_t inode)
{
    return output->is_there && (uint64_t)output->status.st_dev == device
           && (uint64_t)output->status.st_ino == inode;
}

static bool is_read(const struct outputs *outputs, const struct output *output)
{
    for (size_t i = 0; i < sizeof outputs->read / sizeof *outputs->read; i++)
        for (const struct source *source = outputs->read[i]; source != NULL; source = source->next)
            if (source->is_file && is_file(output, source->device, source->inode))
                return true;
    return false;
}

static bool is_one_of(const struct file_set *set, const struct output *output)
{
    return set != NULL && output->is_there
           && file_set_has(set, (uint64_t)output->status.st_dev, (uint64_t)output->status.st_ino);
}

static bool is_same(const struct output *a, const struct output *b)
{
    return strcmp(a->path, b->path) == 0
           || (a->is_there && b->is_there
               && is_file(a, (uint64_t)b->status.st_dev, (uint64_t)b->status.st_ino));
}

/* Looks at all outputs, and refuses what would overwrite an input or another output. */
static bool look_at_all(struct outputs *outputs)
{
    for (struct output *output = outputs->first; output != NULL; output = output->next) {
        if (!check(outputs, output, look_at(outputs->arena, output)))
            return false;
        if (is_read(outputs, output) || is_one_of(outputs->inputs, output))
            return fail(outputs, output->path, "this file is an input");
        if (is_one_of(outputs->written, output))
            return fail(outputs, output->path, same_as_another);
    }
    for (struct output *output = outputs->first; output != NULL; output = output->next)
        for (struct output *other = output->next; other != NULL; other = other->next)
            if (is_same(output, other))
                return fail(outputs, output->path, same_as_another);
    return true;
}

/* ---- folders ------------------------------------------------------------- */

/* The folders from the outermost to the one that is asked for; those that were made are removed
 * after a problem. */
struct folder {
    struct folder *next, *outer;
    const char *path;
    bool made;
};

static struct folder *list_folders(struct arena *arena, const char *path)
{
    struct folder *first = NULL, **last = &first, *outer = NULL;

    for (const char *end = path; path != NULL && *end != '\0'; last = &outer->next) {
        end += strspn(end, "/");
        end += strcspn(end, "/");
        *last = arena_new(arena, struct folder);
        (*last)->path = arena_copy(arena, path, (size_t)(end - path));
        (*last)->outer = outer;
        outer = *last;
    }
    return first;
}

static bool make_folders(struct outputs *outputs, struct folder *folder)
{
    struct stat status;

    for (; folder != NULL; folder = folder->next) {
        sigset_t before;
        int error;
        end_signals_block(&before);
        folder->made = mkdir(folder->path, 0777) == 0;
        error = folder->made ? 0 : errno;
        end_signals_unblock(&before);
        if (error != 0 && stat(folder->path, &status) == 0)
            error = !S_ISDIR(status.st_mode) ? ENOTDIR : 0;
        else if (error == EEXIST)
            error = errno;
        if (error != 0)
            return fail(outputs, folder->path, strerror(error));
    }
    return true;
}

static void remove_folders(const struct folder *folder)
{
    while (folder != NULL && folder->next != NULL)
        folder = folder->next;
    for (; folder != NULL; folder = folder->outer)
        if (folder->made)
            rmdir(folder->path);
}

/* ---- contents ------------------------------------------------------------ */

/* Whether the file has these bytes already. If that cannot be found out, it is written. */
static bool has_text(const struct output *output)
{
    int descriptor = io_open(output->path, false);
    size_t at = 0, length;
    char buffer[16 * 1024];
    bool same = descriptor >= 0;

    do {
        same = same && io_read(descriptor, buffer, sizeof buffer, &length) == 0
               && length <= output->length - at && memcmp(buffer, output->text + at, length) == 0;
        at += same ? length : 0;
    } while (same && length == sizeof buffer);
    if (descriptor >= 0)
        close(descriptor);
    return same && at == output->length;
}

static int write_stream(const struct output *output)
{
    int descriptor = STDOUT_FILENO, error;

    if (is_standard(output->path))
        return io_write(descriptor, output->text, output->length);
    do
        descriptor = open(output->path, O_WRONLY | O_TRUNC | O_NOCTTY | O_CLOEXEC);
    while (descriptor < 0 && errno == EINTR);
    if (descriptor < 0)
        return errno;
    error = io_write(descriptor, output->text, output->length);
    if (close(descriptor) != 0 && error == 0 && errno != EINTR)
        error = errno;
    return error;
}

/* ---- all or none --------------------------------------------------------- */

struct commit {
    struct outputs *outputs;
    struct output **files; /* those that are no streams, in the order in which they are claimed */
    size_t count;
    struct folder *folders;
};

static void sort_files(struct commit *commit)
{
    for (size_t i = 1; i < commit->count; i++)
        for (size_t j = i;
             j > 0 && replace_compare(&commit->files[j - 1]->file, &commit->files[j]->file) > 0;
             j--) {
            struct output *file = commit->files[j];
            commit->files[j] = commit->files[j - 1];
            commit->files[j - 1] = file;
        }
}

static bool open_folders(struct commit *commit)
{
    if (!make_folders(commit->outputs, commit->folders))
        return false;
    for (size_t i = 0; i < commit->count; i++)
        if (!check(commit->outputs, commit->files[i], replace_open_folder(&commit->files[i]->file)))
            return false;
    sort_files(commit);
    for (size_t i = 1; i < commit->count; i++)
        if (replace_compare(&commit->files[i - 1]->file, &commit->files[i]->file) == 0)
            return fail(commit->outputs, commit->files[i]->path, same_as_another);
    return true;
}

/* A file that is to stay as it is need not be in a folder that can be written to. */
static bool claim_all(struct commit *commit)
{
    for (size_t i = 0; i < commit->count; i++) {
        struct output *output = commit->files[i];
        int error = replace_claim(&output->file);
        output->unchanged = error != 0 && output->if_changed && has_text(output);
        if (!output->unchanged && !check(commit->outputs, output, error))
            return false;
    }
    return true;
}

static bool write_all(struct commit *commit)
{
    for (size_t i = 0; i < commit->count; i++) {
        struct output *output = commit->files[i];
        int error = output->unchanged ? 0 : replace_look(&output->file);
        output->unchanged |= error == 0 && output->if_changed && has_text(output);
        if (error == 0 && !output->unchanged)
            error = replace_write(&output->file, output->text, output->length);
        if (!check(commit->outputs, output, error))
            return false;
    }
    return true;
}

/* Before the files come to their places: what has gone into a stream cannot be taken back. */
static bool write_streams(struct outputs *outputs)
{
    for (const struct output *output = outputs->first; output != NULL; output = output->next)
        if (output->is_stream && !check(outputs, output, write_stream(output)))
            return false;
    return true;
}

/* A file that this run has placed already, under a name that differs in upper and lower case, say.
 */
static bool is_placed(const struct commit *commit, const struct output *output)
{
    struct stat status;

    if (stat(output->path, &status) != 0)
        return false;
    for (size_t i = 0; i < commit->count; i++) {
        const struct replacement *file = &commit->files[i]->file;
        if (file->placed && status.st_dev == file->new_status.st_dev
            && status.st_ino == file->new_status.st_ino)
            return true;
    }
    return false;
}

/* The last one is not kept: nothing comes after it that could fail. */
static bool place_all(const struct commit *commit)
{
    size_t left = 0;

    for (size_t i = 0; i < commit->count; i++)
        left += !commit->files[i]->unchanged;
    for (struct output *output = commit->outputs->first; output != NULL; output = output->next) {
        if (output->is_stream || output->unchanged)
            continue;
        if (is_placed(commit, output))
            return fail(commit->outputs, output->path, same_as_another);
        if (!check(commit->outputs, output, replace_place(&output->file, --left > 0)))
            return false;
    }
    return true;
}

static void note_written(const struct commit *commit)
{
    struct file_set *written = commit->outputs->written;

    for (size_t i = 0; written != NULL && i < commit->count; i++) {
        const struct output *output = commit->files[i];
        const struct stat *status = output->unchanged ? &output->status : &output->file.new_status;
        file_set_add(written, (uint64_t)status->st_dev, (uint64_t)status->st_ino);
    }
}

/* Nothing interrupts this. */
static void place_or_undo(struct commit *commit)
{
    if (commit->outputs->problem == NULL && place_all(commit))
        note_written(commit);
    else
        for (size_t i = 0; i < commit->count; i++)
            replace_undo(&commit->files[i]->file);
    for (size_t i = 0; i < commit->count; i++)
        replace_end(&commit->files[i]->file);
    if (commit->outputs->problem != NULL)
        remove_folders(commit->folders);
}

static struct commit *volatile interrupted; /* what a signal finds */

static void clean_and_end(int number)
{
    struct commit *commit = interrupted;

    for (size_t i = 0; i < commit->count; i++)
        replace_remove(&commit->files[i]->file);
    remove_folders(commit->folders);
    end_signals_now(number);
}

/* Without an allocation, as nothing would clean up after it. */
static void carry_out(struct commit *commit)
{
    struct ends ends;
    sigset_t before;

    interrupted = commit;
    end_signals_catch(&ends, clean_and_end);
    (void)(open_folders(commit) && claim_all(commit) && write_all(commit)
           && write_streams(commit->outputs));
    end_signals_block(&before);
    place_or_undo(commit);
    end_signals_release(&ends);
    end_signals_unblock(&before);
}

static bool commit(struct outputs *outputs)
{
    struct commit commit = { .outputs = outputs };

    if (outputs->problem != NULL || !look_at_all(outputs))
        return false;
    for (const struct output *output = outputs->first; output != NULL; output = output->next)
        commit.count += !output->is_stream;
    commit.folders = list_folders(outputs->arena, outputs->folder);
    commit.files = arena_alloc(outputs->arena, (commit.count + 1) * sizeof *commit.files);
    size_t at =
        commit.count; /* in the order in which they were staged, which is that of messages */
    for (struct output *output = outputs->first; output != NULL; output = output->next)
        if (!output->is_stream)
            commit.files[--at] = output;
    carry_out(&commit);
    return outputs->problem == NULL;
}

bool output_is_standard(const char *path)
{
    return strcmp(path, "-") == 0;
}

bool output_write(struct outputs *outputs)
{
    const char *path;

    if (commit(outputs))
        return true;
    path = outputs->problem_path;
    message_print(outputs->arena, output_is_standard(path) ? "standard output" : path,
                  "cannot write: %s", outputs->problem);
    return false;
}
