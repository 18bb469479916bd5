/* cdecl.h - which names C text declares itself: variables, members, parameters,
 * labels.
 *
 * It gets the tokens one after the other and knows only their order: it guesses
 * types that are not C's own words from the tokens after them. */
#ifndef CDECL_H
#define CDECL_H

#include "ctext/ctext.h"

struct arena;

/* What a name is in its place. */
enum cname {
    CNAME_USED,     /* a variable, a function, a macro: whatever is known by this name */
    CNAME_DECLARED, /* declared here */
    CNAME_OTHER     /* a word of C, a type, a tag, a member, a parameter or a label */
};

enum cdecl_state {
    CDECL_START,
    CDECL_TYPE,
    CDECL_NAME,
    CDECL_NAMED,
    CDECL_VALUE,
    CDECL_CASE,
    CDECL_EXPRESSION
};

struct cdecl_level;
struct cdecl_local;

struct cdecl {
    struct arena *arena;
    enum cdecl_state state;
    struct ctoken before, before_that; /* solid tokens */
    struct cdecl_level *level;         /* the innermost bracket; NULL: none */
    struct cdecl_local *locals;        /* known here, the last one first */
    /* a preprocessor line declares nothing up to here; NULL: there was none */
    const char *directive_end;
    /* outside of all brackets are statements, not an expression */
    bool statements;
    /* set by the caller: the name before may be an operator, `MINUS n` */
    bool after_macro;
    /* a bracket was closed that may hold the type of a compound literal */
    bool literal_may_follow;
};

void cdecl_init(struct cdecl *text, struct arena *arena, bool statements);

/* Takes the next token, which ends at `after`. `is_variable`: the name is known
 * to be one, from elsewhere. Without meaning for what is no name. */
enum cname cdecl_take(struct cdecl *text, struct ctoken token, const char *rest, bool is_variable);

/* Whether the text has declared it, in a block that is still open. */
bool cdecl_is_local(const struct cdecl *text, struct ctoken name);

/* Whether what is declared next is known outside of all blocks and parameters;
 * whether it is an enumerator. */
bool cdecl_is_outside(const struct cdecl *text);
bool cdecl_is_enumerators(const struct cdecl *text);

#endif
