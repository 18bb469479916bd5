/* fuzz_options.c - the command line, one word a line; the further parts are
 * response files ("@NAME").
 *
 * Checked: what is wrong is said once, in one message that a terminal can show,
 * and what is right is said not at all; the same words give the same answer;
 * names of files in a depfile mean to make what they are. */
#define _POSIX_C_SOURCE 200809L /* setenv */
#include "drive.h"

#include <getopt.h>
#include <stdlib.h>
#include <string.h>

#include "driver/depfile.h"

int LLVMFuzzerInitialize(int *argc, char ***argv);

/* So that nobody asks where this program is. */
int LLVMFuzzerInitialize(int *argc, char ***argv)
{
    (void)argc, (void)argv;
    setenv("CHAINC_DATADIR", "share", 1);
    unsetenv("TERM");
    return 0;
}

struct answer {
    struct arena arena;
    struct diags diags;
    struct options options;
    enum status status;
    bool goes_on;
    int argc;
    char **argv;
};

/* A NUL byte ends a word: the system passes none. */
static void take_words(struct answer *answer, const struct part *part)
{
    const char *at = part->text, *end = at + part->length;

    answer->argv = arena_alloc(&answer->arena, (part->length + 3) * sizeof *answer->argv);
    answer->argv[answer->argc++] = arena_copy(&answer->arena, "chainc", 6);
    while (at < end) {
        const char *line_end = memchr(at, '\n', (size_t)(end - at));
        line_end = line_end == NULL ? end : line_end;
        answer->argv[answer->argc++] = arena_copy(&answer->arena, at, (size_t)(line_end - at));
        at = line_end + 1;
    }
}

static void read_options(void *context)
{
    struct answer *answer = context;

    optind = 0; /* for getopt of the GNU C library: begin again */
    answer->goes_on = options_read(answer->argc, answer->argv, &answer->arena, &answer->diags,
                                   &answer->options, &answer->status);
}

static void ask(struct answer *answer, const struct input *input)
{
    *answer = (struct answer){ .diags.arena = &answer->arena };
    take_words(answer, &input->parts[0]);
    must(arena_guard(&answer->arena, read_options, answer), "no memory");
}

/* ---- what must hold ------------------------------------------------------ */

static size_t count_of(const char *const *words)
{
    size_t count = 0;

    while (words[count] != NULL)
        count++;
    return count;
}

static void verify_answer(const struct answer *answer)
{
    size_t said, complained;
    const struct options *options = &answer->options;
    const char *complaint = files_written(2, &complained);

    files_written(1, &said);
    if (answer->goes_on) {
        must(said == 0 && complained == 0, "something is said, and it goes on: %s", complaint);
        must(answer->status == STATUS_OK, "it goes on with status %d", (int)answer->status);
        must(count_of(options->inputs) > 0 || options->runtime_copy != NULL,
             "it goes on without a file");
        count_of(options->include_dirs);
    } else if (answer->status == STATUS_OK)
        must(said > 0 && complained == 0, "it ends well, but: %s", complaint);
    else {
        must(answer->status == STATUS_USAGE && said == 0, "it ends with status %d",
             (int)answer->status);
        must(strncmp(complaint, "chainc: ", 8) == 0, "what is wrong is not said: %s", complaint);
        must(strstr(complaint + 8, "\nchainc: ") == NULL, "two messages: %s", complaint);
    }
}

/* What make takes a quoted name for: a blank may be quoted, `#` may, `$` is
 * doubled; backslashes count only before these. */
static const char *read_as_make(struct arena *arena, const char *quoted)
{
    char *name = arena_alloc(arena, strlen(quoted) + 1), *to = name;

    while (*quoted != '\0') {
        size_t backslashes = strspn(quoted, "\\");
        char next = quoted[backslashes];
        bool counts = next == ' ' || next == '\t';
        must(!counts || backslashes % 2 == 1, "a blank is not quoted");
        must(next != '#' || backslashes > 0, "a '#' is not quoted");
        backslashes = counts ? backslashes / 2 : next == '#' ? backslashes - 1 : backslashes;
        memset(to, '\\', backslashes);
        to += backslashes;
        quoted += strspn(quoted, "\\");
        must(next != '$' || quoted[1] == '$', "a '$' is not doubled");
        if (next != '\0')
            *to++ = next;
        quoted += next == '\0' ? 0 : next == '$' ? 2 : 1;
    }
    return name;
}

static void verify_names(struct answer *answer)
{
    for (const char *const *input = answer->options.inputs; *input != NULL; input++) {
        const char *read = read_as_make(&answer->arena, depfile_quote(&answer->arena, *input));
        must_equal("the name of a file", *input, strlen(*input), read, strlen(read));
    }
}

/* ---- the target ---------------------------------------------------------- */

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct input input;
    struct answer answer, again;
    static char first[4096];
    size_t length;
    const char *text;
    struct writer messages;

    input_split(&input, data, size);
    files_offer(&input);
    ask(&answer, &input);
    verify_answer(&answer);
    if (answer.goes_on)
        verify_names(&answer);
    text = files_written(2, &length);
    writer_init(&messages, &answer.arena);
    writer_put_bytes(&messages, text, length);
    verify_messages(&messages);
    length = length < sizeof first ? length : sizeof first;
    memcpy(first, text, length);
    files_offer(&input);
    ask(&again, &input);
    text = files_written(2, &size);
    must_equal("the answer", first, length, text, size < sizeof first ? size : sizeof first);
    arena_release(&again.arena);
    arena_release(&answer.arena);
    return 0;
}
