/* scan_words.c - names, numbers and durations. */
#include <ctype.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "ctext/ctext.h"
#include "ctext/letters.h"
#include "ctext/reserved.h"
#include "syntax/digraphs.h"
#include "syntax/scan.h"

struct token scan_new_token(struct scanner *scan, int kind, const char *begin, const char *end)
{
    return (struct token){ .kind = kind, .span = scan_span(scan, begin, end) };
}

/* C's compilers would not take it. */
static void check_letters(struct scanner *scan, const char *begin, const char *end)
{
    struct letter_fault fault = letters_check(begin, end);
    struct span span = scan_span(scan, fault.at, fault.end);

    if (fault.kind == LETTER_FINE)
        return;
    if (fault.kind == LETTER_ILL)
        diag_report(scan->diags, D_ILL_FORMED, span, (unsigned)fault.number);
    else
        diag_report(scan->diags, D_LETTER, span, (unsigned)fault.number,
                    fault.kind == LETTER_NONE ? "be part of" : "begin");
    scan_be_quiet_until(scan, end);
}

struct token scan_name_token(struct scanner *scan, int kind, const char *begin, const char *end)
{
    struct token token = scan_new_token(scan, kind, begin, end);

    check_letters(scan, begin, end);
    token.value.name =
        ast_new_name(scan->arena, token.span, intern(scan->names, begin, (size_t)(end - begin)));
    return token;
}

bool scan_word_starts(char c)
{
    return isalpha((unsigned char)c) || c == '_' || (unsigned char)c >= 0x80;
}

const char *scan_word_end(const char *at)
{
    while (scan_word_starts(*at) || isdigit((unsigned char)*at))
        at++;
    return at;
}

bool scan_word_is_one_of(const char *begin, const char *end, const char *const *words)
{
    size_t length = (size_t)(end - begin);

    for (; *words; words++)
        if (strncmp(*words, begin, length) == 0 && (*words)[length] == '\0')
            return true;
    return false;
}

bool scan_word_begins_statement(const char *begin, const char *end)
{
    static const char *const words[] = { "do",      "if",     "while", "for",      "switch", "case",
                                         "default", "return", "break", "continue", "goto",   NULL };
    return scan_word_is_one_of(begin, end, words);
}

bool scan_word_begins_step(const char *begin, const char *end)
{
    return token_group(token_of_word(begin, end)) == GROUP_STEP;
}

const char *const scan_reserved_words[] = { "then", "else", "catch", "finally", "undo", NULL };

bool scan_word_is_reserved(const char *begin, const char *end)
{
    return scan_word_is_one_of(begin, end, scan_reserved_words);
}

/* ---- qualifiers ---------------------------------------------------------- */

bool scan_is_qualifier(const struct scanner *scan, const char *begin, const char *end)
{
    const struct ast_name *known = scan->qualifiers;
    size_t length = (size_t)(end - begin);

    while (known != NULL
           && (strncmp(known->name, begin, length) != 0 || known->name[length] != '\0'))
        known = known->next;
    return known != NULL;
}

const char *scan_name_end(const struct scanner *scan, const char *at)
{
    const char *end = scan_word_end(at);

    return *end == '.' && scan_word_starts(end[1]) && scan_is_qualifier(scan, at, end)
               ? scan_word_end(end + 1)
               : end;
}

/* What is declared here belongs to this file. */
static bool is_declared_here(const struct scanner *scan)
{
    int last = scan->last[0].kind;

    return last == T_RESOURCE || last == T_MODULE || last == T_AS
           || (last == T_LPAREN && scan->last[1].kind == T_EACH);
}

struct token scan_qualified_token(struct scanner *scan, const char *begin, const char *end)
{
    scan->cursor = is_declared_here(scan) ? end : scan_name_end(scan, begin);
    return scan_name_token(scan, T_NAME, begin, scan->cursor);
}

/* ---- numbers ------------------------------------------------------------- */

static const struct {
    const char *name;
    enum ast_unit unit;
    int64_t ns;
} units[] = {
    { "us", AST_US, 1000 },
    { "ms", AST_MS, 1000000 },
    { "s", AST_S, 1000000000 },
    { "m", AST_M, 60 * INT64_C(1000000000) },
    { "h", AST_H, 3600 * INT64_C(1000000000) },
};

static int find_unit(const char *begin, const char *end)
{
    for (int i = 0; i < (int)(sizeof units / sizeof *units); i++)
        if (strlen(units[i].name) == (size_t)(end - begin)
            && memcmp(units[i].name, begin, (size_t)(end - begin)) == 0)
            return i;
    return -1;
}

/* Half of what 64 bits hold, so that a sum of two never overflows. */
static bool whole_fits(const char *digits, const char *end, int64_t ns, int64_t *total)
{
    const int64_t most = INT64_MAX / 2 / ns;
    int64_t count = 0;

    for (; digits < end; digits++) {
        count = count * 10 + (*digits - '0');
        if (count > most)
            return false;
    }
    *total = count * ns;
    return true;
}

/* The part after the point, from its last digit to its first: each step of the
 * sum is divided by ten. False if it is no whole number of ns. */
static bool fraction_fits(const char *digits, const char *end, int64_t ns, int64_t *total)
{
    int64_t sum = 0;

    while (end > digits) {
        sum += (*--end - '0') * ns;
        if (sum % 10 != 0)
            return false;
        sum /= 10;
    }
    *total = sum;
    return true;
}

/* `point` is where the digits before it end, `letters` where those after it do. */
static struct token duration_token(struct scanner *scan, const char *begin, const char *point,
                                   const char *letters, const char *end, int unit)
{
    struct token token = scan_new_token(scan, T_DUR, begin, end);
    const char *text = arena_copy(scan->arena, begin, (size_t)(end - begin));
    const int64_t ns = units[unit].ns;
    int64_t whole, fraction = 0;

    token.value.duration = ast_new_duration(scan->arena, token.span, NULL, units[unit].unit);
    if (point < letters && !fraction_fits(point + 1, letters, ns, &fraction))
        diag_report(scan->diags, D_PART_OF_NS, token.span, text);
    else if (!whole_fits(begin, point, ns, &whole) || whole > INT64_MAX / 2 - fraction)
        diag_report(scan->diags, D_LONG_DURATION, token.span, text);
    else
        token.value.duration->ns = whole + fraction;
    return token;
}

static struct token plain_number_token(struct scanner *scan, const char *begin, const char *end)
{
    struct token token = scan_new_token(scan, T_NUM, begin, end);

    token.value.number =
        ast_new_number(scan->arena, token.span, intern(scan->names, begin, (size_t)(end - begin)));
    return token;
}

/* It begins with a 0, so it is octal to C, and to us. */
static void report_octal(struct scanner *scan, const struct token *token)
{
    struct diag *diag =
        diag_report(scan->diags, D_BAD_NUMBER, token->span, token->value.number->text);

    diag_help(scan->diags, diag,
              "a number that begins with 0 is octal, as in C: its digits are 0 to 7");
}

static struct token whole_number_token(struct scanner *scan, const char *begin, const char *end)
{
    struct token token = plain_number_token(scan, begin, end);
    const char *text = token.value.number->text;
    intmax_t number;

    errno = 0;
    if (!ctext_number(text, &number))
        report_octal(scan, &token);
    else if (errno == ERANGE)
        diag_report(scan->diags, D_LARGE_NUMBER, token.span, text);
    return token;
}

static bool is_hexadecimal(const char *begin, const char *end)
{
    if (end - begin < 3 || begin[0] != '0' || (begin[1] != 'x' && begin[1] != 'X'))
        return false;
    for (begin += 2; begin < end; begin++)
        if (!isxdigit((unsigned char)*begin))
            return false;
    return true;
}

static bool wants_count(const struct scanner *scan)
{
    return scan->last[0].kind == T_LIMIT || scan->last[0].kind == T_RETRY;
}

static void help_number(struct scanner *scan, struct diag *diag, const char *begin,
                        const char *letters, const char *end)
{
    if (wants_count(scan))
        diag_help(scan->diags, diag, "write `%s %.*s`",
                  scan->last[0].kind == T_LIMIT ? "limit" : "retry", (int)(letters - begin), begin);
    else if (isdigit((unsigned char)end[-1]))
        diag_help(scan->diags, diag,
                  "a duration must have its unit (us, ms, s, m or h) directly after it: `%.*ss`",
                  (int)(end - begin), begin);
    else
        diag_help(scan->diags, diag, "the units are us, ms, s, m (minutes) and h");
}

/* A number that is no good is taken for what was meant, going by its letters. */
static struct token bad_number_token(struct scanner *scan, const char *begin, const char *letters,
                                     const char *end)
{
    const char *text = arena_copy(scan->arena, begin, (size_t)(end - begin));
    struct diag *diag = diag_report(scan->diags, D_BAD_NUMBER, scan_span(scan, begin, end), text);

    help_number(scan, diag, begin, letters, end);
    scan_be_quiet_until(scan, begin);
    if (isalpha((unsigned char)end[-1]) && !wants_count(scan)) {
        struct token token = scan_new_token(scan, T_DUR, begin, end);
        token.value.duration = ast_new_duration(scan->arena, token.span, NULL, AST_S);
        return token;
    }
    return plain_number_token(scan, begin, end);
}

static const char *digits_end(const char *at, const char *end)
{
    while (at < end && isdigit((unsigned char)*at))
        at++;
    return at;
}

struct token scan_number_token(struct scanner *scan, const char *begin, const char *end)
{
    const char *point = digits_end(begin, end), *letters = point;

    if (point == end || is_hexadecimal(begin, end))
        return whole_number_token(scan, begin, end);
    if (*point == '.' && digits_end(point + 1, end) > point + 1)
        letters = digits_end(point + 1, end);
    int unit = find_unit(letters, end);
    if (unit >= 0)
        return duration_token(scan, begin, point, letters, end, unit);
    return bad_number_token(scan, begin, point, end);
}

bool scan_is_unit(const char *begin, const char *end)
{
    return find_unit(begin, end) >= 0;
}

void scan_make_unit(const struct scanner *scan, struct token *token)
{
    int unit = find_unit(scan_at(scan, token->span.begin), scan_at(scan, token->span.end));

    if (unit < 0)
        return;
    token->kind = T_UNIT;
    token->value.unit = units[unit].unit;
}
