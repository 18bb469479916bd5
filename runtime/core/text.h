/* text.h - lines of text without a heap or the C library: for traces and dumps. */
#ifndef CHAIN_CORE_TEXT_H
#define CHAIN_CORE_TEXT_H

#include <stddef.h>
#include <stdint.h>

/* What does not fit into `size` - 1 characters is counted and not kept. */
struct chain__text {
    char *text;
    size_t size, length;
};

void chain__text_char(struct chain__text *line, char c);
void chain__text_put(struct chain__text *line, const char *text);

/* After a blank. */
void chain__text_word(struct chain__text *line, const char *text);

/* At least `digits`; a point before the last `decimals`, if any. */
void chain__text_number(struct chain__text *line, uint64_t number, unsigned digits,
                        unsigned decimals);

/* A time in ns, as seconds: "1.200". */
void chain__text_seconds(struct chain__text *line, uint64_t ns);

/* Ends the text with a 0. */
void chain__text_end(struct chain__text *line);

#endif
