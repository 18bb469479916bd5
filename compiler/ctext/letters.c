/* letters.c - the characters of identifiers (C11, Annex D).
 *
 * C23 and C++23 allow fewer, those of Unicode's XID classes; what they refuse
 * the compiler of the generated C says. */
#include "ctext/letters.h"

#include <stddef.h>

struct range {
    uint32_t first, last;
};

/* D.1 */
static const struct range allowed[] = {
    { 0xa8, 0xa8 },       { 0xaa, 0xaa },       { 0xad, 0xad },       { 0xaf, 0xaf },
    { 0xb2, 0xb5 },       { 0xb7, 0xba },       { 0xbc, 0xbe },       { 0xc0, 0xd6 },
    { 0xd8, 0xf6 },       { 0xf8, 0xff },       { 0x100, 0x167f },    { 0x1681, 0x180d },
    { 0x180f, 0x1fff },   { 0x200b, 0x200d },   { 0x202a, 0x202e },   { 0x203f, 0x2040 },
    { 0x2054, 0x2054 },   { 0x2060, 0x206f },   { 0x2070, 0x218f },   { 0x2460, 0x24ff },
    { 0x2776, 0x2793 },   { 0x2c00, 0x2dff },   { 0x2e80, 0x2fff },   { 0x3004, 0x3007 },
    { 0x3021, 0x302f },   { 0x3031, 0x303f },   { 0x3040, 0xd7ff },   { 0xf900, 0xfd3d },
    { 0xfd40, 0xfdcf },   { 0xfdf0, 0xfe44 },   { 0xfe47, 0xfffd },   { 0x10000, 0x1fffd },
    { 0x20000, 0x2fffd }, { 0x30000, 0x3fffd }, { 0x40000, 0x4fffd }, { 0x50000, 0x5fffd },
    { 0x60000, 0x6fffd }, { 0x70000, 0x7fffd }, { 0x80000, 0x8fffd }, { 0x90000, 0x9fffd },
    { 0xa0000, 0xafffd }, { 0xb0000, 0xbfffd }, { 0xc0000, 0xcfffd }, { 0xd0000, 0xdfffd },
    { 0xe0000, 0xefffd }
};

/* D.2: not as the first one */
static const struct range later[] = {
    { 0x300, 0x36f }, { 0x1dc0, 0x1dff }, { 0x20d0, 0x20ff }, { 0xfe20, 0xfe2f }
};

static bool is_in(const struct range *ranges, size_t count, uint32_t number)
{
    for (size_t i = 0; i < count; i++)
        if (number >= ranges[i].first && number <= ranges[i].last)
            return true;
    return false;
}

/* The character at `at` as UTF-8: how many bytes it has; 0: it is none. Neither
 * a longer form than needed nor a half of a surrogate pair is one. */
static size_t decode(const unsigned char *at, const unsigned char *end, uint32_t *number)
{
    static const uint32_t least[] = { 0, 0, 0x80, 0x800, 0x10000 };
    size_t length = *at < 0x80 ? 1 : *at < 0xc2 ? 0 : *at < 0xe0 ? 2 : *at < 0xf0 ? 3 : 4;

    if (length == 0 || *at > 0xf4 || (size_t)(end - at) < length)
        return 0;
    *number = length == 1 ? *at : *at & (0xffu >> (length + 1));
    for (size_t i = 1; i < length; i++) {
        if ((at[i] & 0xc0) != 0x80)
            return 0;
        *number = *number << 6 | (at[i] & 0x3fu);
    }
    return *number < least[length] || *number > 0x10ffff || (*number >> 11) == 0x1b ? 0 : length;
}

static enum letter kind_of(uint32_t number, bool is_first)
{
    if (!is_in(allowed, sizeof allowed / sizeof *allowed, number))
        return LETTER_NONE;
    return is_first && is_in(later, sizeof later / sizeof *later, number) ? LETTER_NOT_FIRST
                                                                          : LETTER_FINE;
}

struct letter_fault letters_check(const char *begin, const char *end)
{
    struct letter_fault fault = { LETTER_FINE, begin, begin, 0 };

    for (const char *at = begin; at < end && fault.kind == LETTER_FINE; at = fault.end) {
        size_t length =
            decode((const unsigned char *)at, (const unsigned char *)end, &fault.number);
        fault.at = at;
        fault.end = at + (length == 0 ? 1 : length);
        if (length == 0) {
            fault.kind = LETTER_ILL;
            fault.number = (unsigned char)*at;
        } else if (length > 1)
            fault.kind = kind_of(fault.number, at == begin);
    }
    return fault;
}
