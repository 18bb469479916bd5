/* text.c - lines of text without a heap or the C library. */
#include "text.h"

void chain__text_char(struct chain__text *line, char c)
{
    if (line->length + 1 < line->size)
        line->text[line->length] = c;
    line->length++;
}

void chain__text_put(struct chain__text *line, const char *text)
{
    while (*text != '\0')
        chain__text_char(line, *text++);
}

void chain__text_word(struct chain__text *line, const char *text)
{
    chain__text_char(line, ' ');
    chain__text_put(line, text);
}

/* Divides by ten and returns the rest; 16 bits at a time, as small processors
 * have no division of 64. */
static unsigned last_digit(uint64_t *number)
{
    uint64_t quotient = 0;
    uint32_t part = 0;

    for (int shift = 48; shift >= 0; shift -= 16) {
        part = part % 10 << 16 | (uint32_t)(*number >> shift & 0xffff);
        quotient |= (uint64_t)(part / 10) << shift;
    }
    *number = quotient;
    return part % 10;
}

void chain__text_number(struct chain__text *line, uint64_t number, unsigned digits,
                        unsigned decimals)
{
    char text[20];
    unsigned count = 0;

    do
        text[count++] = (char)('0' + last_digit(&number));
    while (number != 0);
    while (count < digits)
        text[count++] = '0';
    while (count != 0) {
        chain__text_char(line, text[--count]);
        if (count != 0 && count == decimals)
            chain__text_char(line, '.');
    }
}

void chain__text_seconds(struct chain__text *line, uint64_t ns)
{
    for (int i = 0; i < 6; i++)
        last_digit(&ns);
    chain__text_number(line, ns, 4, 3);
}

void chain__text_end(struct chain__text *line)
{
    if (line->size != 0)
        line->text[line->length < line->size ? line->length : line->size - 1] = '\0';
}
