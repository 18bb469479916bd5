/* arguments.c - the words of the command line, with those of response files in place of @FILE. */
#include "driver/arguments.h"

#include <stddef.h>
#include <string.h>

#include "base/arena.h"

enum { DEEPEST = 16 }; /* response files within response files: more is a file that names itself */

struct expander {
    struct arena *arena;
    struct arguments *arguments;
    int capacity;
    int depth;
    bool only_files; /* after "--" */
};

static void add(struct expander *expander, char *word)
{
    struct arguments *arguments = expander->arguments;

    if (arguments->count + 1 >= expander->capacity) {
        char **larger =
            arena_alloc(expander->arena, (size_t)(expander->capacity *= 2) * sizeof *larger);
        memcpy(larger, arguments->words, (size_t)arguments->count * sizeof *larger);
        arguments->words = larger;
    }
    arguments->words[arguments->count++] = word;
}

/* -MF FILE is one word for getopt, which knows no option of two letters: -MFFILE. */
static bool wants_joining(const char *word)
{
    return strcmp(word, "-MF") == 0 || strcmp(word, "-MT") == 0 || strcmp(word, "-MQ") == 0;
}

static void expand_file(struct expander *expander, const char *path);

static void expand_word(struct expander *expander, char *word)
{
    struct arguments *arguments = expander->arguments;
    char **last = arguments->count > 1 ? &arguments->words[arguments->count - 1] : NULL;

    if (!expander->only_files && last != NULL && wants_joining(*last)) {
        *last = arena_format(expander->arena, "%s%s", *last, word);
        return;
    }
    expander->only_files |= strcmp(word, "--") == 0;
    if (word[0] == '@' && word[1] != '\0' && !expander->only_files)
        expand_file(expander, word + 1);
    else
        add(expander, word);
}

static bool is_blank(char byte)
{
    return byte == ' ' || (byte >= '\t' && byte <= '\r');
}

/* Moves one word from *text to *to, without its quotes and with a NUL after;
 * false if a quote is not closed. */
static bool take_word(const char **text, const char *end, char **to)
{
    const char *at = *text;
    char quote = '\0';

    for (; at < end && (quote != '\0' || !is_blank(*at)); at++) {
        if (*at == '\\' && quote != '\'' && at + 1 < end)
            *(*to)++ = *++at;
        else if (quote == '\0' && (*at == '"' || *at == '\''))
            quote = *at;
        else if (quote != '\0' && *at == quote)
            quote = '\0';
        else
            *(*to)++ = *at;
    }
    *(*to)++ = '\0';
    *text = at;
    return quote == '\0';
}

/* The words together are never longer than the text, as after each but the last
 * there was a blank. */
static void expand_text(struct expander *expander, const struct source *source)
{
    const char *at = source->raw, *end = at + source->raw_length;
    char *to = arena_alloc(expander->arena, source->raw_length + 1);

    while (expander->arguments->problem == NULL) {
        char *word = to;
        while (at < end && is_blank(*at))
            at++;
        if (at == end)
            break;
        if (take_word(&at, end, &to))
            expand_word(expander, word);
        else {
            expander->arguments->file = source->path;
            expander->arguments->problem = "a quote is not closed";
        }
    }
}

static void expand_file(struct expander *expander, const char *path)
{
    struct arguments *arguments = expander->arguments;
    const struct source *source;

    arguments->file = path;
    if (expander->depth == DEEPEST) {
        arguments->problem = "response files are nested too deeply";
        return;
    }
    source = source_read(&arguments->files, path, &arguments->problem);
    if (source == NULL)
        return;
    if (memchr(source->text, 0, source->length) != NULL) {
        arguments->problem = "found a NUL byte: this is not a text file";
        return;
    }
    arguments->problem = NULL;
    expander->depth++;
    expand_text(expander, source);
    expander->depth--;
}

bool arguments_expand(struct arguments *arguments, struct arena *arena, int argc, char **argv)
{
    struct expander expander = { .arena = arena, .arguments = arguments, .capacity = argc + 2 };

    *arguments = (struct arguments){ .files.arena = arena };
    arguments->words = arena_alloc(arena, (size_t)expander.capacity * sizeof *arguments->words);
    for (int i = 0; i < argc && arguments->problem == NULL; i++)
        if (i == 0)
            add(&expander, argv[i]);
        else
            expand_word(&expander, argv[i]);
    arguments->words[arguments->count] = NULL;
    return arguments->problem == NULL;
}
