/* ctoken.h - one token of C text, and the sorts of its words. */
#ifndef CTOKEN_H
#define CTOKEN_H

#include <stdbool.h>
#include <stddef.h>
#include <string.h>

enum ctoken_kind {
    CTOKEN_END,
    CTOKEN_NAME,
    CTOKEN_NUMBER,
    CTOKEN_STRING,
    CTOKEN_BLANK,
    CTOKEN_PUNCT
};

struct ctoken {
    enum ctoken_kind kind;
    const char *text; /* in the scanned text */
    size_t length;
};

/* Inline: the length of a literal is then a constant. */
static inline bool ctoken_is(struct ctoken token, const char *text)
{
    return token.length == strlen(text) && memcmp(token.text, text, token.length) == 0;
}

/* Words of a declaration: `const`; `int`; those followed by brackets with
 * something else than a declared name, `typeof`. */
bool ctoken_is_qualifier(struct ctoken token);
bool ctoken_is_type_word(struct ctoken token);
bool ctoken_is_tag_word(struct ctoken token); /* `struct`, `union`, `enum` */
bool ctoken_is_bracket_word(struct ctoken token);

#endif
