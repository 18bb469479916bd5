/* intern.h - names stored once and compared by pointer. */
#ifndef INTERN_H
#define INTERN_H

#include <stddef.h>

struct arena;

struct names {
    struct arena *arena;
    struct name_entry *table; /* uthash */
};

/* The one copy of a name; lives as long as the arena. */
const char *intern(struct names *names, const char *text, size_t length);
const char *intern_string(struct names *names, const char *text);

#endif
