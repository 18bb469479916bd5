/* intern.c - the table of names. */
#include "base/intern.h"

#include <string.h>

#include "base/table.h"

struct name_entry {
    UT_hash_handle hh;
    char text[];
};

static struct name_entry *add_entry(struct names *names, const char *text, size_t length)
{
    struct name_entry *entry = arena_alloc(names->arena, sizeof *entry + length + 1);

    memcpy(entry->text, text, length);
    return entry;
}

const char *intern(struct names *names, const char *text, size_t length)
{
    struct arena *arena = names->arena;
    struct name_entry *entry;
    unsigned hash;

    HASH_VALUE(text, length, hash);
    HASH_FIND_BYHASHVALUE(hh, names->table, text, length, hash, entry);
    if (!entry) {
        entry = add_entry(names, text, length);
        HASH_ADD_KEYPTR_BYHASHVALUE(hh, names->table, entry->text, length, hash, entry);
    }
    return entry->text;
}

const char *intern_string(struct names *names, const char *text)
{
    return intern(names, text, strlen(text));
}
