/* letters.h - which characters a C identifier may have (C11, Annex D), in UTF-8. */
#ifndef LETTERS_H
#define LETTERS_H

#include <stdbool.h>
#include <stdint.h>

enum letter {
    LETTER_FINE,
    LETTER_ILL,      /* this is no UTF-8 */
    LETTER_NONE,     /* the character can stand in no name */
    LETTER_NOT_FIRST /* it cannot begin one */
};

/* What is wrong with a name; with the first such character, from *at on, and its
 * number (of a byte that is no UTF-8: of the byte). */
struct letter_fault {
    enum letter kind;
    const char *at, *end;
    uint32_t number;
};

struct letter_fault letters_check(const char *begin, const char *end);

#endif
