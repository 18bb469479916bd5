/* token.h - the properties of each token; bison assigns its number. */
#ifndef TOKEN_H
#define TOKEN_H

#include <stdbool.h>

#include "chain.tab.h"

struct arena;

enum token_group {
    GROUP_NONE,
    GROUP_STEP,
    GROUP_CLAUSE,
    GROUP_TAIL,
    GROUP_ITEM,
    GROUP_OPCLAUSE,
    GROUP_VALUE
};

struct token_info {
    const char *name;  /* "LBRACE" */
    const char *shown; /* "'{'" */
    enum token_group group;
};

enum token_index {
#define TOKEN(name, shown, group) TOKEN_##name,
#include "tokens.def"
#undef TOKEN
    TOKEN_COUNT
};

/* Tables index by TOKEN_…, bison counts T_… from T_NAME in the order of its
 * %token lines: they must agree. */
#define TOKEN(name, shown, group)                                    \
    _Static_assert((int)T_##name == (int)T_NAME + (int)TOKEN_##name, \
                   "order of " #name " in chain.y");
#include "tokens.def"
#undef TOKEN

/* Of T_NAME …; not of the end of the file. */
const struct token_info *token_info(int token);

/* The token of a word of the language; 0: it is none. Those from T_ON on are words of pipelines. */
int token_of_word(const char *begin, const char *end);

/* Also of those that are words only in their place, as `export` and `until`. */
bool token_can_be_word(const char *word);

/* Messages show words in 'quotes'; `catch CODE:` is no word. */
bool token_is_word(int token);

/* Without the quotes. */
const char *token_word(struct arena *arena, int token);

static inline enum token_group token_group(int token)
{
    return token < T_NAME ? GROUP_NONE : token_info(token)->group;
}

#endif
