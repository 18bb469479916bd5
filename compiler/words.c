/* words.c - names, types, numbers, and what `catch` is followed by. */
#include <ctype.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "ctext.h"
#include "reserved.h"
#include "scan.h"
#include "symbol.h"

struct token new_token(struct scanner *scan, int kind, const char *begin, const char *end)
{
    return (struct token){ .kind = kind, .span = scan_span(scan, begin, end) };
}

struct token name_token(struct scanner *scan, int kind, const char *begin, const char *end)
{
    struct token token = new_token(scan, kind, begin, end);

    token.value.name = new_name(scan->arena, token.span, intern(scan->names, begin, (size_t)(end - begin)));
    return token;
}

static bool is_name_start(char c)
{
    return isalpha((unsigned char)c) || c == '_';
}

static const char *end_of_name(const char *at)
{
    while (isalnum((unsigned char)*at) || *at == '_')
        at++;
    return at;
}

static bool is_one_of(const char *begin, const char *end, const char *const *words)
{
    size_t length = (size_t)(end - begin);

    for (; *words; words++)
        if (strncmp(*words, begin, length) == 0 && (*words)[length] == '\0')
            return true;
    return false;
}

/* The only words that are never names. */
static bool is_reserved(const char *begin, const char *end)
{
    static const char *const words[] = { "then", "else", "catch", "finally", "undo", NULL };

    return is_one_of(begin, end, words);
}

/* ---- types and the names behind them ---- */

/* Words and stars: `struct report`, `const char *name`. */
struct type_words {
    const char *begin, *end;  /* of all */
    const char *last;         /* the last one, if it is a word */
    const char *before_last;  /* end of what is before it */
};

/* Whether a name must follow. */
static bool is_declaring_word(const char *begin, const char *end)
{
    struct ctoken word = { CTOKEN_NAME, begin, (size_t)(end - begin) };

    return ctoken_is_type_word(word) || ctoken_is_tag_word(word) || ctoken_is_qualifier(word);
}

/* Up to `stop_word`, if there is one. With `in_line` up to the end of a line with a word that can be the name: on the next one a
 * step begins, and its `then` is missing. */
static struct type_words read_words(const char *at, const char *stop_word, bool in_line)
{
    struct type_words words = { .begin = at, .end = at, .before_last = at };

    for (;;) {
        const char *end = *at == '*' ? at + 1 : end_of_name(at);
        if (*at != '*' && (!is_name_start(*at) || is_reserved(at, end)))
            return words;
        if (stop_word && (size_t)(end - at) == strlen(stop_word) && memcmp(at, stop_word, (size_t)(end - at)) == 0)
            return words;
        words.last = *at == '*' ? NULL : at;
        words.before_last = words.end;
        words.end = end;
        at = look_past_blanks(end);
        if (in_line && words.last && !is_declaring_word(words.last, end) && memchr(end, '\n', (size_t)(at - end)))
            return words;
    }
}

static struct token ctype_token(struct scanner *scan, const char *begin, const char *end)
{
    struct token token = new_token(scan, T_CTYPE, begin, end);

    scan->cursor = end;
    token.value.c = c_text(scan, begin, end);
    check_type(scan, token.value.c);
    return token;
}

/* ---- declarators, which go around a name: no place for a type takes one ---- */

/* Behind `(*name)(…)[…]`, a row of brackets. */
static const char *look_past_declarator(const char *at)
{
    const char *end = at;

    for (at = look_past_blanks(at); *at == '(' || *at == '['; at = look_past_blanks(end)) {
        end = at + 1;
        ctext_skip_bracket(&end);
    }
    return end;
}

static bool is_declarator(const char *at)
{
    at = look_past_blanks(at);
    return *at == '(' && *look_past_blanks(at + 1) == '*';
}

/* `int (name)(int n)`: a name in parentheses, and the parameters. */
static bool is_name_in_parentheses(const char *at)
{
    return ctoken_is(ctext_next_solid(&at), "(") && ctext_next_solid(&at).kind == CTOKEN_NAME
           && ctoken_is(ctext_next_solid(&at), ")") && ctoken_is(ctext_next_solid(&at), "(");
}

static void report_declarator(struct scanner *scan, const char *begin, const char *end)
{
    struct diag *diag = diag_report(scan->diags, D_DECLARATOR, scan_span(scan, begin, end));

    diag_help(scan->diags, diag, "declare it before: `typedef int (*callback)(int);`, and use that name");
}

/* `async int (*op(int x))(int)`: where its parts belong is plain, but not to the parser. The item is given up. */
static struct token give_up_result(struct scanner *scan, struct type_words words)
{
    const char *at = look_past_declarator(words.end);
    struct ctoken token;

    report_declarator(scan, words.begin, at);
    do {
        token = ctext_next_solid(&at);
        if (ctoken_is(token, "{"))
            ctext_skip_bracket(&at);
    } while (token.kind != CTOKEN_END && !ctoken_is(token, "{") && !ctoken_is(token, ";"));
    scan->cursor = look_past_blanks(at);
    be_quiet_until(scan, scan->cursor);
    return lex(scan);
}

/* `as int (*name)(int)` or `as int name[3]`: the name comes with the next call. */
static struct token declarator_token(struct scanner *scan, struct type_words words)
{
    const char *end = look_past_declarator(words.end), *name;
    char *text = arena_copy(scan->arena, words.begin, (size_t)(end - words.begin));
    struct token token = ctype_token(scan, words.begin, words.end);
    size_t length;

    report_declarator(scan, words.begin, end);
    if (ctext_declared_name(text, (const char **)&name, &length)) {
        name = words.begin + (name - text);
        scan->ahead = name_token(scan, T_NAME, name, name + length);
        scan->has_ahead = true;
    }
    scan->cursor = end;
    return token;
}

static void check_declared_name(struct scanner *scan, const struct token *token, bool is_operation)
{
    static const char *const our_words[] = {
        "var", "as", "do", "all", "settle", "any", "race", "each", "in", "from", "limit", "loop", "timeout", "retry",
        "backoff", "to", "jitter", "on", "delay", "spawn", "join", "reject", NULL
    };
    const char *name = token->value.name->name, *end = name + strlen(name);

    bool is_c = reserved_is(name, RESERVED_KEYWORD, NULL);

    if ((!is_c && !(is_operation && is_one_of(name, end, our_words))) || is_unbalanced(scan, token->span.begin))
        return;
    if (is_c)
        diag_report(scan->diags, D_C_KEYWORD_NAME, token->span, name);
    else
        diag_report(scan->diags, D_OPERATION_WORD, token->span, name);
    be_quiet_until(scan, scan_at(scan, token->span.end));
}

/* TYPE NAME: the last word is the name, what is before it the type. The name comes with the next call. */
static bool declared_token(struct scanner *scan, struct token *token, bool is_operation)
{
    struct type_words words = read_words(scan->cursor, NULL, !is_operation);

    if (words.begin == words.end)
        return false;
    if (is_operation && (is_declarator(words.end) || is_name_in_parentheses(words.end))) {
        *token = give_up_result(scan, words);
        return true;
    }
    if (!is_operation && (is_declarator(words.end) || *look_past_blanks(words.end) == '[')) {
        *token = declarator_token(scan, words);
        return true;
    }
    if (!words.last) {
        *token = ctype_token(scan, words.begin, words.end);
        return true;
    }
    struct token name = name_token(scan, T_NAME, words.last, words.end);
    check_declared_name(scan, &name, is_operation);
    if (words.last == words.begin) {
        *token = name;
    } else {
        *token = ctype_token(scan, words.begin, words.before_last);
        scan->ahead = name;
        scan->has_ahead = true;
    }
    scan->cursor = words.end;
    return true;
}

/* do TYPE {: only with a brace behind it, else it is something else. */
static bool do_type_token(struct scanner *scan, struct token *token)
{
    struct type_words words = read_words(scan->cursor, "do", false);
    const char *end = look_past_declarator(words.end);

    if (words.begin == words.end || *look_past_blanks(end) != '{' || (end != words.end && !is_declarator(words.end)))
        return false;
    *token = ctype_token(scan, words.begin, words.end);
    if (end != words.end)
        report_declarator(scan, words.begin, end);
    scan->cursor = end;
    return true;
}

static bool resource_type_token(struct scanner *scan, struct token *token)
{
    if (scan->last[2].kind != T_RESOURCE)
        return false;
    struct type_words words = read_words(scan->cursor, "releases", false);
    if (words.begin == words.end)
        return false;
    *token = ctype_token(scan, words.begin, words.end);
    if (look_past_declarator(words.end) != words.end) {
        scan->cursor = look_past_declarator(words.end);
        report_declarator(scan, words.begin, scan->cursor);
    }
    return true;
}

/* Where a type may begin. */
bool type_token(struct scanner *scan, struct token *token)
{
    switch (scan->last[0].kind) {
    case T_ASYNC: case T_SYNC: case T_BLOCKING: case T_CHAIN:
        skip_blanks(scan);
        return declared_token(scan, token, true);
    case T_AS:
        skip_blanks(scan);
        return declared_token(scan, token, false);
    case T_DO:
        skip_blanks(scan);
        return do_type_token(scan, token);
    case T_EQUALS:
        skip_blanks(scan);
        return resource_type_token(scan, token);
    default:
        return false;
    }
}

/* ---- numbers ---- */

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
        if (strlen(units[i].name) == (size_t)(end - begin) && memcmp(units[i].name, begin, (size_t)(end - begin)) == 0)
            return i;
    return -1;
}

/* Half of what 64 bits hold, so that a sum of two never overflows. */
static bool duration_fits(const char *digits, const char *end, int64_t ns, int64_t *total)
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

static struct token duration_token(struct scanner *scan, const char *begin, const char *letters, const char *end, int unit)
{
    struct token token = new_token(scan, T_DUR, begin, end);

    token.value.duration = new_duration(scan->arena, token.span, NULL, units[unit].unit);
    if (!duration_fits(begin, letters, units[unit].ns, &token.value.duration->ns))
        diag_report(scan->diags, D_LONG_DURATION, token.span, arena_copy(scan->arena, begin, (size_t)(end - begin)));
    return token;
}

static struct token plain_number_token(struct scanner *scan, const char *begin, const char *end)
{
    struct token token = new_token(scan, T_NUM, begin, end);

    token.value.number = new_number(scan->arena, token.span, intern(scan->names, begin, (size_t)(end - begin)));
    return token;
}

/* It begins with a 0, so it is octal to C, and to us. */
static void report_octal(struct scanner *scan, const struct token *token)
{
    struct diag *diag = diag_report(scan->diags, D_BAD_NUMBER, token->span, token->value.number->text);

    diag_help(scan->diags, diag, "a number that begins with 0 is octal, as in C: its digits are 0 to 7");
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

static void help_number(struct scanner *scan, struct diag *diag, const char *letters)
{
    if (*letters == '.')
        diag_help(scan->diags, diag, "a duration must be a whole number: 1500ms, not 1.5s");
    else
        diag_help(scan->diags, diag, "the units are us, ms, s, m (minutes) and h");
}

/* A number that is no good is taken for what was meant, going by its letters. */
static struct token bad_number_token(struct scanner *scan, const char *begin, const char *letters, const char *end)
{
    const char *text = arena_copy(scan->arena, begin, (size_t)(end - begin));
    struct diag *diag = diag_report(scan->diags, D_BAD_NUMBER, scan_span(scan, begin, end), text);

    help_number(scan, diag, letters);
    if (isalpha((unsigned char)end[-1])) {
        struct token token = new_token(scan, T_DUR, begin, end);
        token.value.duration = new_duration(scan->arena, token.span, NULL, AST_S);
        return token;
    }
    return plain_number_token(scan, begin, end);
}

struct token number_token(struct scanner *scan, const char *begin, const char *end)
{
    const char *letters = begin;

    while (letters < end && isdigit((unsigned char)*letters))
        letters++;
    if (letters == end || is_hexadecimal(begin, end))
        return whole_number_token(scan, begin, end);
    int unit = find_unit(letters, end);
    if (unit >= 0)
        return duration_token(scan, begin, letters, end, unit);
    return bad_number_token(scan, begin, letters, end);
}

/* (expression) ms */
static bool wants_unit(const struct scanner *scan)
{
    if (scan->last[0].kind != T_CEXPR)
        return false;
    switch (scan->last[1].kind) {
    case T_DELAY: case T_TIMEOUT: case T_BACKOFF: case T_TO: return true;
    default: return false;
    }
}

static void make_unit(const struct scanner *scan, struct token *token)
{
    int unit = find_unit(scan_at(scan, token->span.begin), scan_at(scan, token->span.end));

    if (unit < 0)
        return;
    token->kind = T_UNIT;
    token->value.unit = units[unit].unit;
}

/* ---- catch ---- */

/* Behind NAME, NAME, …; NULL if there is no name. */
static const char *look_past_names(const char *at)
{
    for (;;) {
        const char *end = end_of_name(at);
        if (!is_name_start(*at) || is_reserved(at, end))
            return NULL;
        at = look_past_blanks(end);
        if (*at != ',')
            return at;
        at = look_past_blanks(at + 1);
    }
}

static bool is_step_word(const char *at)
{
    static const char *const tails[] = { "as", NULL };
    const char *end = end_of_name(at);

    return is_name_start(*at) && !is_reserved(at, end) && !is_one_of(at, end, tails);
}

static void report_missing_colon(struct scanner *scan, const char *names, const char *at)
{
    struct diag *diag = diag_report(scan->diags, D_MISSING_COLON, scan_span(scan, at, at + 1));
    const char *end = at;

    while (end > names && isspace((unsigned char)end[-1]))
        end--;
    diag_help(scan->diags, diag, "write `catch %.*s: step`", (int)(end - names), names);
}

static bool are_builtin(struct scanner *scan, const char *at)
{
    const char *end;

    for (; is_name_start(*at); at = look_past_blanks(*end == ',' ? end + 1 : end)) {
        end = end_of_name(at);
        if (!code_is_builtin(intern(scan->names, at, (size_t)(end - at))))
            return false;
        end = look_past_blanks(end);
    }
    return true;
}

/* What stands at `at` behind names makes them codes for sure: `catch A step`, `catch A, B (expression)`. */
static bool are_codes(struct scanner *scan, const char *names, const char *at)
{
    bool in_block = scan->open[scan->depth - 1].sign == '{';

    if (!isupper((unsigned char)*names)) /* codes are written in capitals; `catch do {` is a step */
        return false;
    if (*at == '(')
        return are_builtin(scan, names) || (in_block && memchr(names, ',', (size_t)(at - names)) != NULL);
    return is_step_word(at) || (*at == '{' && in_block);
}

/* `catch (A, B): step`: behind the colon; NULL if this is something else. */
static const char *look_past_codes_in_brackets(const char *at)
{
    at = *at == '(' ? look_past_names(look_past_blanks(at + 1)) : NULL;
    at = at != NULL && *at == ')' ? look_past_blanks(at + 1) : NULL;
    return at != NULL && *at == ':' ? at + 1 : NULL;
}

static struct token codes_in_brackets(struct scanner *scan, const char *begin, const char *names, const char *end)
{
    struct token token = new_token(scan, T_CATCH, begin, scan->cursor);
    struct diag *diag = diag_report(scan->diags, D_CODES_IN_BRACKETS, scan_span(scan, names, names + 1));
    const char *close = memchr(names, ')', (size_t)(end - names));

    diag_help(scan->diags, diag, "write `catch %.*s: step`", (int)(close - names - 1), names + 1);
    scan->cursor = end;
    return token;
}

/* `catch A, B: step` or `catch step`: the colon decides. `catch A step` is taken for the former. */
struct token catch_token(struct scanner *scan, const char *begin)
{
    const char *names = look_past_blanks(scan->cursor), *at = look_past_names(names);

    if (look_past_codes_in_brackets(names) != NULL)
        return codes_in_brackets(scan, begin, names, look_past_codes_in_brackets(names));
    if (at && *at == ':')
        return new_token(scan, T_CATCHF, begin, scan->cursor);
    if (!at || !are_codes(scan, names, at))
        return new_token(scan, T_CATCH, begin, scan->cursor);
    if (!is_unbalanced(scan, scan_pos(scan, at)))
        report_missing_colon(scan, names, at);
    scan->colon_at = at;
    return new_token(scan, T_CATCHF, begin, scan->cursor);
}

/* ---- tokens in their places ---- */

/* Behind `return` and in `each (` stand names, whatever they are elsewhere. */
static bool wants_name(const struct scanner *scan)
{
    return scan->last[0].kind == T_RETURN || (scan->last[0].kind == T_LPAREN && scan->last[1].kind == T_EACH);
}

static bool is_word(const struct scanner *scan, const struct token *token)
{
    const char *begin = scan_at(scan, token->span.begin);

    return token->kind != T_CATCHF && token->span.end > token->span.begin && is_name_start(*begin)
        && !is_reserved(begin, begin + (token->span.end - token->span.begin));
}

static struct token word_in_place(struct scanner *scan, struct token token)
{
    if (wants_name(scan) && token.kind != T_NAME && token.kind != T_AS && is_word(scan, &token))
        return name_token(scan, T_NAME, scan_at(scan, token.span.begin), scan_at(scan, token.span.end));
    if (token.kind == T_NAME && wants_unit(scan))
        make_unit(scan, &token);
    return token;
}

static struct token next_token(struct scanner *scan)
{
    struct token token;

    if (scan->has_ahead) {
        scan->has_ahead = false;
        return scan->ahead;
    }
    if (scan->colon_at && look_past_blanks(scan->cursor) >= scan->colon_at) {
        scan->colon_at = NULL;
        return new_token(scan, T_COLON, scan->cursor, scan->cursor);
    }
    if (type_token(scan, &token))
        return token;
    if (scan->last[0].kind == T_VAR) {
        skip_blanks(scan);
        token = declaration_token(scan, scan->cursor);
        check_variable(scan, token.value.c);
        return token;
    }
    if (scan->last[0].kind == T_IN || scan->last[0].kind == T_DOTS)
        return range_token(scan);
    return word_in_place(scan, lex(scan));
}

/* Prefixes and `else if` nest without brackets, up to the end of their step. */
static void count_level(struct scanner *scan, const struct token *token)
{
    switch (token->kind) {
    case T_TIMEOUT: case T_RETRY: case T_ELSE:
        open_level(scan, scan_at(scan, token->span.begin));
        break;
    case T_SEMICOLON:
        scan->semicolon_in = scan->depth ? scan->open[scan->depth - 1].sign : '\0';
        /* fall through */
    case T_THEN: case T_CATCH: case T_CATCHF: case T_FINALLY: case T_COMMA:
        scan->level = scan->depth ? scan->open[scan->depth - 1].level + 1 : 0;
        break;
    default:
        break;
    }
}

struct token scan_token(struct scanner *scan)
{
    struct token token = next_token(scan);

    count_level(scan, &token);
    memmove(scan->last + 1, scan->last, sizeof scan->last - sizeof *scan->last);
    scan->last[0] = token;
    return token;
}

int yylex(YYSTYPE *value, struct span *span, struct scanner *scan)
{
    struct token token = scan_token(scan);

    *value = token.value;
    *span = token.span;
    return token.kind;
}

void scan_init(struct scanner *scan, struct arena *arena, struct names *names, struct diags *diags, const struct source *source)
{
    *scan = (struct scanner){ .arena = arena, .names = names, .diags = diags, .source = source };
    scan->cursor = source->text;
    scan->limit = source->text + source->length;
    scan->last_comment = &scan->comments;
    scan->last_unbalanced = &scan->unbalanced;
    if (source->length >= 3 && memcmp(scan->cursor, "\xEF\xBB\xBF", 3) == 0)
        scan->cursor += 3;
    balance_file(scan);
}
