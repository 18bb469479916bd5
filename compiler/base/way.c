/* way.c - the names on a path, as messages show them. */
#include "base/way.h"
#include "base/writer.h"

void way_add(struct way *way, const char *name)
{
    if (way->count < WAY_END)
        way->first[way->count] = name;
    way->last[way->count % WAY_END] = name;
    way->count++;
}

static const char *name_at(const struct way *way, size_t i)
{
    return i < WAY_END ? way->first[i] : way->last[i % WAY_END];
}

const char *way_text(const struct way *way, struct arena *arena)
{
    struct writer writer;

    writer_init(&writer, arena);
    for (size_t i = 0; i < way->count; i++) {
        if (i == WAY_END && way->count > 2 * WAY_END) {
            writer_putf(&writer, " -> ... %zu more ...", way->count - 2 * WAY_END);
            i = way->count - WAY_END;
        }
        writer_putf(&writer, "%s%s", i == 0 ? "" : " -> ", name_at(way, i));
    }
    return writer_text(&writer);
}
