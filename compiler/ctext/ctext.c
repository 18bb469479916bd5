/* ctext.c - C text as a row of C tokens. */
#include "ctext/ctext.h"

#include <ctype.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

static bool is_name_start(char c)
{
    return isalpha((unsigned char)c) || c == '_' || (unsigned char)c >= 0x80;
}

static bool is_name_byte(char c)
{
    return is_name_start(c) || isdigit((unsigned char)c);
}

/* After the blanks and comments at `p`. */
static const char *skip_blanks(const char *p)
{
    for (;;) {
        if (*p != '\0' && strchr(" \t\r\n\f\v", *p) != NULL)
            p++;
        else if (p[0] == '\\' && (p[1] == '\n' || (p[1] == '\r' && p[2] == '\n')))
            p += p[1] == '\n' ? 2 : 3;
        else if (p[0] == '/' && p[1] == '/')
            while (*p != '\0' && *p != '\n')
                p++;
        else if (p[0] == '/' && p[1] == '*') {
            const char *end = strstr(p + 2, "*/");
            p = end == NULL ? p + strlen(p) : end + 2;
        } else
            return p;
    }
}

static const char *skip_quoted(const char *p)
{
    char quote = *p++;
    while (*p != '\0' && *p != quote)
        p += p[0] == '\\' && p[1] != '\0' ? 2 : 1;
    return *p == '\0' ? p : p + 1;
}

/* A preprocessing number: digits, letters, points, exponents' signs, and digit separators. */
static const char *skip_number(const char *p)
{
    while (is_name_byte(*p) || *p == '.' || (*p == '\'' && is_name_byte(p[1]))
           || ((*p == '+' || *p == '-') && strchr("eEpP", p[-1]) != NULL))
        p++;
    return p;
}

static const char *skip_name(const char *p)
{
    while (is_name_byte(*p))
        p++;
    return p;
}

/* The token at *at, which is moved after it. Blanks are white space and
 * comments; a punctuator is "->" or one byte. */
static struct ctoken next_token(const char **at)
{
    const char *p = *at;
    struct ctoken token = { CTOKEN_PUNCT, p, 0 };
    const char *blanks = skip_blanks(p);

    if (*p == '\0') {
        token.kind = CTOKEN_END;
        return token;
    }
    if (blanks != p) {
        token.kind = CTOKEN_BLANK;
        p = blanks;
    } else if (is_name_start(*p)) {
        token.kind = CTOKEN_NAME;
        p = skip_name(p);
        if (*p == '"' || (*p == '\'' && p - token.text <= 2)) { /* L"…", u8"…" */
            token.kind = CTOKEN_STRING;
            p = skip_quoted(p);
        }
    } else if (isdigit((unsigned char)*p) || (*p == '.' && isdigit((unsigned char)p[1]))) {
        token.kind = CTOKEN_NUMBER;
        p = skip_number(p + 1);
    } else if (*p == '"' || *p == '\'') {
        token.kind = CTOKEN_STRING;
        p = skip_quoted(p);
    } else
        p += p[0] == '-' && p[1] == '>' ? 2 : 1;
    token.length = (size_t)(p - token.text);
    *at = p;
    return token;
}

struct ctoken ctext_next_solid(const char **at)
{
    struct ctoken token;
    do
        token = next_token(at);
    while (token.kind == CTOKEN_BLANK);
    return token;
}

struct ctoken ctext_next_in_brackets(const char **at)
{
    struct ctoken token;
    do
        token = ctext_next_solid(at);
    while (ctoken_is(token, "(") || ctoken_is(token, ")"));
    return token;
}

size_t ctext_solid_length(const char *text)
{
    const char *at = text, *end = text;

    while (ctext_next_solid(&at).kind != CTOKEN_END)
        end = at;
    return (size_t)(end - text);
}

struct ctoken ctext_next_name(const char **at)
{
    struct ctoken token = ctext_next_solid(at), before = token;

    while (token.kind != CTOKEN_END
           && (token.kind != CTOKEN_NAME || ctoken_is(before, ".") || ctoken_is(before, "->"))) {
        before = token;
        token = ctext_next_solid(at);
    }
    return token;
}

bool ctext_number(const char *text, intmax_t *number)
{
    char *end;

    *number = strtoimax(text, &end, 0);
    if (end == text)
        return false;
    end += strspn(end, "uUlL");
    return end[strspn(end, " \t\r\n")] == '\0';
}

/* In brackets or not; `-1u` is none. */
bool ctext_is_negative(const char *text)
{
    struct ctoken sign = ctext_next_in_brackets(&text), number = ctext_next_in_brackets(&text);

    return ctoken_is(sign, "-") && number.kind == CTOKEN_NUMBER
           && strtoimax(number.text, NULL, 0) != 0 && strcspn(number.text, "uU") >= number.length
           && ctext_next_in_brackets(&text).kind == CTOKEN_END;
}

bool ctext_is_zero(const char *text)
{
    intmax_t number;

    return ctext_number(text, &number) && number == 0;
}

static int depth_change(struct ctoken token)
{
    if (token.kind != CTOKEN_PUNCT)
        return 0;
    if (strchr("([{", *token.text) != NULL)
        return 1;
    return strchr(")]}", *token.text) != NULL ? -1 : 0;
}

const char *ctext_find(const char *text, char wanted)
{
    int depth = 0;
    struct ctoken token;

    for (const char *p = text; (token = next_token(&p)).kind != CTOKEN_END;) {
        if (depth == 0 && token.kind == CTOKEN_PUNCT && token.length == 1 && *token.text == wanted)
            return token.text;
        depth += depth_change(token);
    }
    return NULL;
}

bool ctext_assigns(const char *text)
{
    const char *p = text, *at;

    while ((at = ctext_find(p, '=')) != NULL) {
        if (at > text && at[1] != '=' && strchr("=!<>+-*/%&|^", at[-1]) == NULL)
            return true;
        p = at + (at[1] == '=' ? 2 : 1);
    }
    return false;
}

void ctext_skip_bracket(const char **at)
{
    int depth = 1;
    struct ctoken token;

    while (depth > 0 && (token = ctext_next_solid(at)).kind != CTOKEN_END)
        depth += depth_change(token);
}

/* The name in `(*name…)`, `(name)`: the first one after brackets, stars and qualifiers. */
static bool name_in_brackets(const char *p, const char **name, size_t *length)
{
    struct ctoken token = ctext_next_solid(&p);
    bool is_pointer = ctoken_is(token, "*") || ctoken_is(token, "^");

    while (ctoken_is(token, "*") || ctoken_is(token, "^") || ctoken_is(token, "(")
           || ctoken_is_qualifier(token))
        token = ctext_next_solid(&p);
    if (token.kind != CTOKEN_NAME || ctoken_is_type_word(token)
        || (!is_pointer && !ctoken_is(ctext_next_solid(&p), ")")))
        return false;
    *name = token.text;
    *length = token.length;
    return true;
}

/* A word that is no declared name for sure; what stands in its brackets is
 * passed over. `_Atomic` may go without. */
static bool skip_word(struct ctoken token, const char **at)
{
    const char *p = *at;
    bool atomic = ctoken_is(token, "_Atomic");

    if (!ctoken_is_bracket_word(token) && !atomic)
        return false;
    if (ctoken_is(ctext_next_solid(&p), "(")) {
        ctext_skip_bracket(&p);
        *at = p;
    }
    return true;
}

/* Brackets that hold the declared name: `(*name)`; `(name)` after a type of C's
 * own or the first word, as `f(int)` is a function. */
static bool holds_name(const char *p, const char *declaration, const char *name, size_t name_length)
{
    struct ctoken before = { CTOKEN_NAME, name, name_length }, first;
    const char *start = declaration, *found;
    size_t length;

    if (!name_in_brackets(p, &found, &length))
        return false;
    do
        first = ctext_next_solid(&start);
    while (ctoken_is_qualifier(first));
    return ctoken_is(ctext_next_solid(&p), "*") || name == NULL || ctoken_is_type_word(before)
           || first.text == name;
}

bool ctext_next_call(const char **at, struct ctoken *name)
{
    while ((*name = ctext_next_name(at)).kind != CTOKEN_END) {
        const char *p = *at;
        int depth = 0;
        struct ctoken token;
        if (ctoken_is(*name, "sizeof") || !ctoken_is(ctext_next_solid(&p), "("))
            continue;
        for (depth = 1; depth > 0 && (token = ctext_next_solid(&p)).kind != CTOKEN_END;)
            depth += depth_change(token);
        *at = p;
        return true;
    }
    return false;
}

bool ctext_declared_name(const char *declaration, const char **name, size_t *length)
{
    int depth = 0;
    struct ctoken token;

    *name = NULL;
    *length = 0;
    for (const char *p = declaration; (token = ctext_next_solid(&p)).kind != CTOKEN_END;) {
        if (depth == 0 && (ctoken_is(token, "=") || ctoken_is(token, ",") || ctoken_is(token, "[")))
            break;
        if (depth == 0 && skip_word(token, &p))
            continue;
        if (depth == 0 && ctoken_is(token, "(") && holds_name(p, declaration, *name, *length))
            return name_in_brackets(p, name, length);
        if (depth == 0 && token.kind == CTOKEN_NAME) {
            *name = token.text;
            *length = token.length;
        }
        depth += depth_change(token);
    }
    return *name != NULL;
}
