/* depfile.c - the dependencies of the outputs, for make and ninja. */
#include "driver/depfile.h"

#include <stddef.h>
#include <string.h>

#include "base/arena.h"
#include "base/writer.h"
#include "check/symbol.h"

/* Backslashes are doubled only where a blank follows: elsewhere make takes them as they are. */
const char *depfile_quote(struct arena *arena, const char *path)
{
    char *quoted = arena_alloc(arena, 2 * strlen(path) + 1), *to = quoted;
    size_t backslashes = 0;

    for (; *path != '\0'; path++) {
        if (*path == ' ' || *path == '\t')
            while (backslashes-- > 0)
                *to++ = '\\';
        if (*path == ' ' || *path == '\t' || *path == '#')
            *to++ = '\\';
        else if (*path == '$')
            *to++ = '$';
        backslashes = *path == '\\' ? backslashes + 1 : 0;
        *to++ = *path;
    }
    return quoted;
}

static bool is_stdin(const struct unit *unit)
{
    return strcmp(unit->path, "<stdin>") == 0;
}

const char *depfile_write(struct writer *writer, struct arena *arena, const char *targets,
                          const struct unit *units, bool phony)
{
    if (strchr(targets, '\n') != NULL)
        return targets;
    for (const struct unit *unit = units; unit != NULL; unit = unit->next)
        if (strchr(unit->path, '\n') != NULL)
            return unit->path;
    writer_putf(writer, "%s:", targets);
    for (const struct unit *unit = units; unit != NULL; unit = unit->next)
        if (!is_stdin(unit))
            writer_putf(writer, " \\\n %s", depfile_quote(arena, unit->path));
    writer_put(writer, "\n");
    for (const struct unit *unit = units->next; phony && unit != NULL; unit = unit->next)
        writer_putf(writer, "\n%s:\n", depfile_quote(arena, unit->path));
    return NULL;
}
