/* scan_declare.c - declarations: the type and the name after `as` or in a
 * prototype. */
#include <string.h>

#include "base/nearest.h"
#include "ctext/ctext.h"
#include "ctext/reserved.h"
#include "syntax/scan.h"

/* ---- types and the names after them -------------------------------------- */

/* Words and stars: `struct report`, `const char *name`. */
struct type_words {
    const char *begin, *end; /* of all */
    const char *last;        /* the last one, if it is a word */
    const char *before_last; /* end of what is before it */
};

/* Whether a name must follow. */
static bool is_declaring_word(const char *begin, const char *end)
{
    struct ctoken word = { CTOKEN_NAME, begin, (size_t)(end - begin) };

    return ctoken_is_type_word(word) || ctoken_is_tag_word(word) || ctoken_is_qualifier(word);
}

enum words_of { OF_OPERATION, OF_BINDING, OF_DO, OF_RESOURCE };

/* Whether a row of words ends before this one. An operation may have been given
 * any name: that is reported later. */
static bool ends_words(const char *begin, const char *end, enum words_of place)
{
    static const char *const releases[] = { "releases", NULL }, *const do_[] = { "do", NULL };

    switch (place) {
    case OF_OPERATION: return false;
    case OF_BINDING:
        return scan_word_is_reserved(begin, end) || scan_word_begins_statement(begin, end);
    case OF_DO: return scan_word_is_reserved(begin, end) || scan_word_is_one_of(begin, end, do_);
    case OF_RESOURCE:
        return scan_word_is_reserved(begin, end) || scan_word_is_one_of(begin, end, releases);
    }
    return false;
}

/* Those of a binding end with a line that has a word which can be the name: on
 * the next one a step begins, and its `then` is missing. */
static struct type_words read_words(const char *at, enum words_of place)
{
    struct type_words words = { .begin = at, .end = at, .before_last = at };

    for (;;) {
        const char *end = *at == '*' ? at + 1 : scan_word_end(at);
        if (*at != '*' && (!scan_word_starts(*at) || ends_words(at, end, place)))
            return words;
        words.last = *at == '*' ? NULL : at;
        words.before_last = words.end;
        words.end = end;
        at = scan_look_past_blanks(end);
        if (place == OF_BINDING && words.last && !is_declaring_word(words.last, end)
            && memchr(end, '\n', (size_t)(at - end)))
            return words;
    }
}

static struct token ctype_token(struct scanner *scan, const char *begin, const char *end)
{
    struct token token = scan_new_token(scan, T_CTYPE, begin, end);

    scan->cursor = end;
    token.value.c = scan_c_text(scan, begin, end);
    scan_check_type(scan, token.value.c);
    return token;
}

/* ---- declarators, which go around a name: no place for a type takes one ---- */

/* After `(*name)(…)[…]`, a row of brackets. */
static const char *look_past_declarator(const char *at)
{
    const char *end = at;

    for (at = scan_look_past_blanks(at); *at == '(' || *at == '[';
         at = scan_look_past_blanks(end)) {
        end = at + 1;
        ctext_skip_bracket(&end);
    }
    return end;
}

static bool is_declarator(const char *at)
{
    at = scan_look_past_blanks(at);
    return *at == '(' && *scan_look_past_blanks(at + 1) == '*';
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

    diag_help(scan->diags, diag,
              "declare it before: `typedef int (*callback)(int);`, and use that name");
}

/* `async int (*op(int x))(int)`: where its parts belong is plain, but not to
 * the parser. The item is given up. */
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
    scan->cursor = scan_look_past_blanks(at);
    scan_be_quiet_until(scan, scan->cursor);
    return scan_lex(scan);
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
        scan->ahead = scan_name_token(scan, T_NAME, name, name + length);
        scan->has_ahead = true;
    }
    scan->cursor = end;
    return token;
}

/* Says why the name of a binding, operation, code or resource is none. `what`:
 * what it would name; `first`: the words from this token on cannot name such a
 * thing. */
static bool refuse_name(struct scanner *scan, const struct token *token, const char *what,
                        int first)
{
    const char *name = token->value.name->name, *end = name + strlen(name);

    if (scan_is_unbalanced(scan, token->span.begin))
        return false;
    if (reserved_is(name, RESERVED_KEYWORD, NULL))
        diag_report(scan->diags, D_C_KEYWORD_NAME, token->span, name, reserved_standard(name));
    else if (what != NULL && token_of_word(name, end) >= first)
        diag_report(scan->diags, D_OPERATION_WORD, token->span, name, what);
    else
        return false;
    scan_note_refused(scan, name, end);
    return true;
}

/* After this token comes a code or a resource, which pipelines and prototypes
 * mention among their own words. */
void scan_refuse_word(struct scanner *scan, const struct token *token, const char *what)
{
    refuse_name(scan, token, what, T_NAME);
}

/* ---- which word after `as` is the name ----------------------------------- */

enum { MOST_WORDS = 3 };

/* What the words of a binding are, up to its name. */
struct binding_words {
    bool has_type; /* `int`, `struct s`, `foo *`: the next word is the name */
    /* words that may be a type's name or the binding's, after that the first ones */
    struct ctoken plain[MOST_WORDS];
    int count;
};

/* `__int128` and the like are of a type, unless no other word is left for the name. */
static bool is_compilers(struct ctoken token)
{
    return token.length > 2 && token.text[0] == '_' && token.text[1] == '_';
}

static struct binding_words sort_words(struct type_words words)
{
    struct binding_words sorted = { .count = 0 };
    struct ctoken token;

    for (const char *p = words.begin; p < words.end;) {
        token = ctext_next_solid(&p);
        if (token.text >= words.end)
            break;
        if (ctoken_is_tag_word(token))
            ctext_next_solid(&p);
        if (token.kind == CTOKEN_PUNCT || ctoken_is_tag_word(token) || ctoken_is_type_word(token)) {
            sorted.has_type = true;
            sorted.count = 0; /* what was before this belongs to the type */
        } else if (!ctoken_is_qualifier(token)
                   && (token.text + token.length == words.end || !is_compilers(token))
                   && sorted.count < MOST_WORDS)
            sorted.plain[sorted.count++] = token;
    }
    return sorted;
}

/* A keyword with a slip, `thne`, or a word that begins a step: after a name, not after a type. */
static bool goes_on(struct ctoken word)
{
    const char *end = word.text + word.length;
    char text[16] = "";
    struct nearest nearest = { text, NULL, 0 };

    if (scan_word_begins_step(word.text, end) && !scan_word_begins_statement(word.text, end))
        return true;
    if (word.length < 3 || word.length >= sizeof text)
        return false;
    memcpy(text, word.text, word.length);
    for (const char *const *clause = scan_reserved_words; *clause != NULL; clause++)
        nearest_offer(&nearest, *clause);
    return nearest.best != NULL && nearest.distance == 1;
}

/* Whether no binding can end before this: arguments, a number, a block, a statement of C. */
static bool is_no_end(const struct scanner *scan, const char *end)
{
    const char *at = scan_look_past_blanks(end);

    return *at == '(' || (*at >= '0' && *at <= '9')
           || (*at == '{' && scan->open[scan->depth - 1].sign == '{')
           || (scan_word_starts(*at) && scan_word_begins_statement(at, scan_word_end(at)));
}

/* `as bool`, `as int restrict`: a keyword that no type goes on with stands for the name. */
static struct ctoken last_keyword(struct type_words words)
{
    static const char *const of_types[] = { "char",  "short",  "int",      "long",
                                            "float", "double", "signed",   "unsigned",
                                            "void",  "const",  "volatile", NULL };
    struct ctoken none = { .kind = CTOKEN_END };

    if (words.last == NULL || scan_word_is_one_of(words.last, words.end, of_types))
        return none;
    return (struct ctoken){ CTOKEN_NAME, words.last, (size_t)(words.end - words.last) };
}

/* The name among the words after `as`. What follows it is none of the
 * binding's: `as n thne (n)`, `as int n parse(n)`. */
static struct ctoken name_among(const struct scanner *scan, struct type_words words)
{
    struct binding_words sorted = sort_words(words);

    if (sorted.count == 0)
        return last_keyword(words);
    if (sorted.has_type || sorted.count == 1)
        return sorted.plain[0];
    if (sorted.count == 2 && !is_no_end(scan, words.end))
        return sorted.plain[1];
    if (goes_on(sorted.plain[1]) || (sorted.count == 2 && *words.end == '('))
        return sorted.plain[0];
    return sorted.plain[1];
}

/* `as TYPE NAME`: the name comes with the next call. Without one it is missing,
 * which the parser says. */
static bool bound_token(struct scanner *scan, struct token *token)
{
    struct type_words words = read_words(scan->cursor, OF_BINDING);
    struct ctoken name;

    if (words.begin == words.end)
        return false;
    if (is_declarator(words.end) || *scan_look_past_blanks(words.end) == '[') {
        *token = declarator_token(scan, words);
        return true;
    }
    name = name_among(scan, words);
    if (name.kind == CTOKEN_END) {
        *token = ctype_token(scan, words.begin, words.end);
        scan_note_refused(scan, scan_look_past_blanks(words.end),
                          scan_word_end(scan_look_past_blanks(words.end)));
        return true;
    }
    scan->ahead = scan_name_token(scan, T_NAME, name.text, name.text + name.length);
    if (refuse_name(scan, &scan->ahead, NULL, T_NAME))
        scan_be_quiet_until(scan, scan_at(scan, scan->ahead.span.end));
    scan->has_ahead = scan_look_past_blanks(words.begin) != name.text;
    *token = scan->has_ahead
                 ? ctype_token(scan, words.begin, scan_end_of_code(words.begin, name.text))
                 : scan->ahead;
    if (scan->has_ahead)
        scan_skip_blanks(scan);
    scan->cursor = name.text + name.length;
    return true;
}

/* TYPE NAME of an operation: the last word is the name, what is before it the
 * type. The name comes with the next call. */
static bool declared_token(struct scanner *scan, struct token *token)
{
    struct type_words words = read_words(scan->cursor, OF_OPERATION);

    if (words.begin == words.end)
        return false;
    if (is_declarator(words.end) || is_name_in_parentheses(words.end)) {
        *token = give_up_result(scan, words);
        return true;
    }
    if (!words.last || (words.last == words.begin && is_declaring_word(words.last, words.end))) {
        *token = ctype_token(scan, words.begin, words.end);
        return true;
    }
    struct token name = scan_name_token(scan, T_NAME, words.last, words.end);
    if (refuse_name(scan, &name, scan->last[0].kind == T_CHAIN ? "a chain" : "an operation", T_ON))
        scan_be_quiet_until(scan, scan_at(scan, name.span.end));
    if (words.last == words.begin) {
        *token = name;
    } else {
        *token = ctype_token(scan, words.begin, words.before_last);
        scan_skip_blanks(scan); /* notes the comments before the name */
        scan->ahead = name;
        scan->has_ahead = true;
    }
    scan->cursor = words.end;
    return true;
}

/* do TYPE {: only with a brace after it, else it is something else. */
static bool do_type_token(struct scanner *scan, struct token *token)
{
    struct type_words words = read_words(scan->cursor, OF_DO);
    const char *end = look_past_declarator(words.end);

    if (words.begin == words.end || *scan_look_past_blanks(end) != '{'
        || (end != words.end && !is_declarator(words.end)))
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
    struct type_words words = read_words(scan->cursor, OF_RESOURCE);
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
bool scan_type_token(struct scanner *scan, struct token *token)
{
    switch (scan->last[0].kind) {
    case T_ASYNC:
    case T_SYNC:
    case T_BLOCKING:
    case T_CHAIN: scan_skip_blanks(scan); return declared_token(scan, token);
    case T_AS: scan_skip_blanks(scan); return bound_token(scan, token);
    case T_DO: scan_skip_blanks(scan); return do_type_token(scan, token);
    case T_EQUALS: scan_skip_blanks(scan); return resource_type_token(scan, token);
    default: return false;
    }
}
