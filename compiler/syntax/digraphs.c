/* digraphs.c - other spellings of brackets and '#': a<:0:> is a[0]. */
#include "syntax/digraphs.h"

#include <stdbool.h>
#include <string.h>

#include "base/arena.h"
#include "base/source.h"

static const struct {
    const char *digraph, *usual;
} spellings[] = {
    { "%:%:", "##  " }, { "<:", "[ " }, { ":>", " ]" },
    { "<%", "{ " },     { "%>", " }" }, { "%:", "# " },
};

/* The text after a comment; `p` itself if there is none. */
static const char *skip_comment(const char *p)
{
    if (p[0] == '/' && p[1] == '*') {
        const char *end = strstr(p + 2, "*/");
        return end == NULL ? p + strlen(p) : end + 2;
    }
    if (p[0] == '/' && p[1] == '/')
        while (*p != '\0' && *p != '\n')
            p += p[0] == '\\' && p[1] != '\0' ? 2 : 1;
    return p;
}

/* The text after a string or character constant. A quote that is not closed on
 * its line is an apostrophe. */
static const char *skip_quoted(const char *p)
{
    const char *begin = p;
    char quote = *p;

    if (quote != '"' && quote != '\'')
        return p;
    for (p++; *p != '\0' && *p != '\n'; p++)
        if (*p == quote)
            return p + 1;
        else if (*p == '\\' && p[1] != '\0')
            p++;
    return begin + 1;
}

static size_t replace(char *text)
{
    for (size_t i = 0; i < sizeof spellings / sizeof *spellings; i++) {
        size_t length = strlen(spellings[i].digraph);
        if (strncmp(text, spellings[i].digraph, length) == 0) {
            memcpy(text, spellings[i].usual, length);
            return length;
        }
    }
    return 1;
}

static bool has_any(const char *text)
{
    for (size_t i = 0; i < sizeof spellings / sizeof *spellings; i++)
        if (strstr(text, spellings[i].digraph) != NULL)
            return true;
    return false;
}

const char *digraphs_replaced(struct arena *arena, const struct source *source)
{
    char *text, *p;

    if (!has_any(source->text))
        return source->text;
    text = arena_copy(arena, source->text, source->length);
    for (p = text; *p != '\0';) {
        const char *after = skip_quoted(skip_comment(p));
        p += after != p ? (size_t)(after - p) : replace(p);
    }
    return text;
}
