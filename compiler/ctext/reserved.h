/* reserved.h - the names that C, C++, the C library and generated code have for
 * themselves. The lists: reserved.def, library.def. */
#ifndef RESERVED_H
#define RESERVED_H

#include <stdbool.h>
#include <stddef.h>

struct nearest;

enum reserved_kind {
    RESERVED_KEYWORD, /* these are also RESERVED_C */
    RESERVED_C,
    RESERVED_CPP,
    RESERVED_PREDEFINED,
    RESERVED_MEMBER,
    RESERVED_FIELD,
    RESERVED_NUMBERED, /* without its numbers */
    RESERVED_VARIABLE,
    RESERVED_SKELETON,
    /* of a header */
    RESERVED_MACRO,
    RESERVED_CALLED_MACRO, /* only if followed by '(' */
    RESERVED_DECLARED,     /* a function */
    RESERVED_TYPE,         /* a typedef */
    RESERVED_TAG
};

/* Whether a name is one of these; `header`, which may be NULL, is set to where
 * a name of the last four kinds comes from, else to NULL. */
bool reserved_is(const char *name, enum reserved_kind kind, const char **header);

/* The headers that a header of the library includes, in one string; "" if none are known. */
const char *reserved_included(const char *header);

/* Whether a header has a name that reserved_is() finds in another one: wchar.h and FILE. */
bool reserved_shares(const char *header, const char *name);

/* Which C a keyword of it is from: "C", "C23". */
const char *reserved_standard(const char *keyword);

/* What a member or a parameter cannot be called, since it would be replaced or is no identifier. */
bool reserved_is_replaced(const char *name);

/* Names that C leaves to the compiler and its library: __x and _X. */
bool reserved_is_compilers(const char *name);

/* Names that belong to libchain. */
bool reserved_is_ours(const char *name);

/* A header that every generated file includes. */
bool reserved_is_always_there(const char *header);

/* Whether a name can stand in `#include "NAME"`, where nothing can be escaped. */
bool reserved_can_include(const char *name);

/* Whether a header of this name would be taken for one of libchain, or for one
 * that every generated file includes. */
bool reserved_is_header(const char *name);

/* Whether errno.h defines a code of this name, or the runtime. */
bool reserved_is_code(const char *name);
void reserved_offer_codes(struct nearest *nearest);

/* Whether the C library or POSIX has a header of this name. */
bool reserved_is_library(const char *name);

/* Members of the union of what a strand waits for, beside its operations. */
enum member {
#define MEMBER(id, name) MEMBER_##id,
#include "ctext/reserved.def"
    MEMBER_COUNT
};
extern const char *const reserved_members[MEMBER_COUNT];

/* Locals and parameters of generated functions. */
enum own {
#define OWN(id, name) OWN_##id,
#include "ctext/reserved.def"
    OWN_COUNT
};
extern const char *const reserved_own_words[OWN_COUNT];

/* What a name is made from, and what it is, as bits. */
enum made {
    MADE_ASYNC = 1,
    MADE_SYNC = 2,
    MADE_BLOCKING = 4,
    MADE_CHAIN = 8,
    MADE_STATIC = 256, /* a static chain */
    MADE_MAIN = 16,
    MADE_CODE = 32,
    MADE_RESOURCE = 64,
    MADE_MODULE = 128,

    /* what is made of it */
    MADE_NAME = 512,
    MADE_TAG = 1024,
    MADE_FUNCTION = 2048, /* declared for the user, who defines it */
    MADE_SKELETON = 4096  /* in the file that --skeleton writes */
};

struct made_ending {
    const char *text; /* a # stands for a number */
    unsigned kinds;
};
extern const struct made_ending reserved_made_endings[];
extern const size_t reserved_made_count;

/* What is made with such an ending for something of these kinds, MADE_NAME …; 0: nothing. */
unsigned reserved_made_as(unsigned kinds, const char *ending);

#endif
