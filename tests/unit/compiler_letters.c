/* Every character, and every sequence of bytes that could be one, in a name: as C11, Annex D, says. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "ctext/letters.h"

enum { CHARACTERS = 0x110000 };

/* As the standard prints them. */
static const char may_be_part[] =
    "00A8, 00AA, 00AD, 00AF, 00B2-00B5, 00B7-00BA, 00BC-00BE, 00C0-00D6, 00D8-00F6, 00F8-00FF, "
    "0100-167F, 1681-180D, 180F-1FFF, 200B-200D, 202A-202E, 203F-2040, 2054, 2060-206F, "
    "2070-218F, 2460-24FF, 2776-2793, 2C00-2DFF, 2E80-2FFF, 3004-3007, 3021-302F, 3031-303F, "
    "3040-D7FF, F900-FD3D, FD40-FDCF, FDF0-FE44, FE47-FFFD, 10000-1FFFD, 20000-2FFFD, "
    "30000-3FFFD, 40000-4FFFD, 50000-5FFFD, 60000-6FFFD, 70000-7FFFD, 80000-8FFFD, 90000-9FFFD, "
    "A0000-AFFFD, B0000-BFFFD, C0000-CFFFD, D0000-DFFFD, E0000-EFFFD";
static const char not_first[] = "0300-036F, 1DC0-1DFF, 20D0-20FF, FE20-FE2F";

static unsigned char is_part[CHARACTERS], is_later[CHARACTERS];

static void mark(unsigned char *set, const char *ranges)
{
    char *end;

    for (const char *at = ranges; *at != '\0'; at = *end == ',' ? end + 2 : end) {
        unsigned long first = strtoul(at, &end, 16), last = first;
        if (*end == '-')
            last = strtoul(end + 1, &end, 16);
        memset(set + first, 1, last - first + 1);
    }
}

/* The shortest form; 0 for half of a surrogate pair, which has none. */
static size_t encode(unsigned char *out, uint32_t number)
{
    if (number >= 0xd800 && number < 0xe000)
        return 0;
    if (number < 0x80)
        return (out[0] = (unsigned char)number, 1);
    if (number < 0x800) {
        out[0] = (unsigned char)(0xc0 + number / 64);
        out[1] = (unsigned char)(0x80 + number % 64);
        return 2;
    }
    if (number < 0x10000) {
        out[0] = (unsigned char)(0xe0 + number / 4096);
        out[1] = (unsigned char)(0x80 + number / 64 % 64);
        out[2] = (unsigned char)(0x80 + number % 64);
        return 3;
    }
    out[0] = (unsigned char)(0xf0 + number / 262144);
    out[1] = (unsigned char)(0x80 + number / 4096 % 64);
    out[2] = (unsigned char)(0x80 + number / 64 % 64);
    out[3] = (unsigned char)(0x80 + number % 64);
    return 4;
}

static void every_character(void **state)
{
    unsigned char name[16] = "ab";

    (void)state;
    for (uint32_t c = 0x80; c < CHARACTERS; c++) {
        size_t length = encode(name + 2, c);
        struct letter_fault first, later;
        if (length == 0)
            continue;
        name[2 + length] = 'z';
        first = letters_check((char *)name + 2, (char *)name + 3 + length);
        later = letters_check((char *)name, (char *)name + 3 + length);
        assert_int_equal(later.kind, is_part[c] ? LETTER_FINE : LETTER_NONE);
        assert_int_equal(first.kind, !is_part[c]   ? LETTER_NONE
                                     : is_later[c] ? LETTER_NOT_FIRST
                                                   : LETTER_FINE);
        if (later.kind != LETTER_FINE) {
            assert_int_equal(later.number, c);
            assert_ptr_equal(later.at, name + 2);
            assert_ptr_equal(later.end, name + 2 + length);
        }
    }
}

/* All sequences of up to three bytes, with each lead byte of four before them. */
static void every_sequence(void **state)
{
    static unsigned char valid[4][1 << 24];
    static const unsigned char leads[] = { 0xf0, 0xf1, 0xf4, 0xf5 };
    unsigned char bytes[8];
    size_t counted = 0;

    (void)state;
    for (uint32_t c = 0x80; c < CHARACTERS; c++) {
        size_t length = encode(bytes, c);
        uint32_t key = 0;
        for (size_t i = length == 4 ? 1 : 0; i < length; i++)
            key = key << 8 | bytes[i];
        if (length == 2 || length == 3)
            valid[length - 2][key] = 1;
        else if (length == 4 && bytes[0] == 0xf4)
            valid[2][key] = 1;
        else if (length == 4 && bytes[0] == 0xf0)
            valid[3][key] = 1;
    }
    for (uint32_t a = 0x80; a < 0x100; a++)
        for (uint32_t b = 0; b < 0x100; b++)
            for (uint32_t c = 0x7f; c < 0xc1; c++) {
                bool is_good = valid[0][a << 8 | b] || valid[1][a << 16 | b << 8 | c];
                struct letter_fault fault;
                bytes[0] = 'x', bytes[1] = (unsigned char)a, bytes[2] = (unsigned char)b;
                bytes[3] = (unsigned char)c;
                if (a >= 0xf0)
                    continue;
                fault = letters_check((char *)bytes, (char *)bytes + 4);
                if (is_good)
                    assert_false(fault.kind == LETTER_ILL && fault.at == (char *)bytes + 1);
                else
                    assert_true(fault.kind == LETTER_ILL && fault.at == (char *)bytes + 1);
                counted++;
            }
    for (size_t lead = 0; lead < sizeof leads; lead++)
        for (uint32_t key = 0; key < 1 << 24; key += 61) {
            bool is_good = leads[lead] == 0xf1
                               ? (key & 0xc0c0c0) == 0x808080
                               : leads[lead] != 0xf5 && valid[leads[lead] == 0xf4 ? 2 : 3][key];
            bytes[0] = leads[lead], bytes[1] = (unsigned char)(key >> 16);
            bytes[2] = (unsigned char)(key >> 8), bytes[3] = (unsigned char)key;
            assert_true((letters_check((char *)bytes, (char *)bytes + 4).kind != LETTER_ILL)
                        == is_good);
            counted++;
        }
    assert_true(counted > 1000000);
}

static void every_end(void **state)
{
    static const char whole[] = "\xf0\x9f\x98\x80\xe5\xa4\x89\xc3\xa9";

    (void)state;
    for (size_t length = 1; length < sizeof whole - 1; length++)
        assert_int_equal(letters_check(whole + 4, whole + 4 + length % 6).kind,
                         length % 6 == 0 || length % 6 == 3 || length % 6 == 5 ? LETTER_FINE
                                                                               : LETTER_ILL);
}

int main(void)
{
    const struct CMUnitTest tests[] = { cmocka_unit_test(every_character),
                                        cmocka_unit_test(every_sequence),
                                        cmocka_unit_test(every_end) };

    mark(is_part, may_be_part);
    mark(is_later, not_first);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
