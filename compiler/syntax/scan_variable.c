/* scan_variable.c - C declarations: a variable without its `var`, and where a
 * declaration ends if its `;` is missing. */
#include <string.h>

#include "ctext/ctext.h"
#include "syntax/scan.h"

/* ---- variables ----------------------------------------------------------- */

/* Whether the text up to here names what it declares; between items it may
 * declare no more than a struct. */
static bool is_named(struct scanner *scan, const char *begin, const char *end)
{
    static const char *const typedefs[] = { "typedef", NULL };
    bool is_typedef = scan_word_is_one_of(begin, scan_word_end(begin), typedefs);
    const char *first = is_typedef ? scan_word_end(begin) : begin,
               *text = arena_copy(scan->arena, first, (size_t)(end - first));
    struct ctoken name = { .kind = CTOKEN_NAME };

    return (scan->depth == 0 && !is_typedef)
           || (ctext_declared_name(text, &name.text, &name.length) && scan_is_declared(text, name));
}

/* Where variables stand: after the brace of a block, and after one another. */
static bool is_head_of_block(const struct scanner *scan)
{
    return (scan->last[0].kind == T_LBRACE && !scan->open[scan->depth - 1].codes)
           || (scan->last[0].kind == T_SEMICOLON && scan->last[1].kind == T_CDECL);
}

/* `size_t n = 0`, `let n = 0`, `FILE *f = …`: two names, and what no step is followed by. */
static bool is_declaration(const struct scanner *scan, const struct token *token)
{
    const char *p = scan_at(scan, token->span.begin);
    struct ctoken first = ctext_next_solid(&p), name = ctext_next_solid(&p), next;
    static const char *const as[] = { "as", NULL };
    bool is_pointer = ctoken_is(name, "*");

    if (token->kind == T_CWORD)
        return ctoken_is_type_word(first) || ctoken_is_tag_word(first)
               || ctoken_is_qualifier(first);
    while (ctoken_is(name, "*"))
        name = ctext_next_solid(&p);
    if (token->kind != T_NAME || name.kind != CTOKEN_NAME
        || scan_word_is_reserved(name.text, name.text + name.length)
        || scan_word_is_one_of(name.text, name.text + name.length, as))
        return false;
    next = ctext_next_solid(&p);
    return (ctoken_is(next, "=") && *p != '=')
           || (!is_pointer && (ctoken_is(next, ";") || ctoken_is(next, "[")));
}

/* The text after this word and blanks; the whole text if it begins with another word. */
static const char *without_word(const char *text, const char *word)
{
    size_t length = strlen(word);

    return strncmp(text, word, length) == 0 && strchr(" \t\n", text[length]) != NULL
               ? text + length + strspn(text + length, " \t\n")
               : text;
}

/* `let n = 0` and `const n = 0` have no type. */
static void help_with_var(struct scanner *scan, struct diag *diag, const char *begin,
                          const char *end)
{
    const char *text = scan_c_text(scan, begin, end)->text,
               *declared = without_word(without_word(text, "let"), "auto"), *value, *call, *step;
    struct ctoken name;
    int length;

    if (!is_named(scan, begin, end))
        declared = without_word(declared, "const");
    value = call = ctext_find(declared, '=');
    if (ctext_find(text, ',') != NULL)
        diag_help(scan->diags, diag, "write a `var` for each variable: `var int a; var int b;`");
    else if (value == NULL || !ctext_next_call(&call, &name))
        diag_help(scan->diags, diag, "write `var %s%s;`", declared == text ? "" : "TYPE ",
                  declared);
    else {
        value += 1 + strspn(value + 1, " \t\n");
        step = without_word(value, "await");
        length = (int)strcspn(declared, "=");
        length -= length > 0 && declared[length - 1] == ' ';
        if (step != value)
            diag_help(scan->diags, diag, "write `%s as %.*s`", step, length, declared);
        else
            diag_help(scan->diags, diag, "write `%s as %.*s` if that is a step, or `var %s%s;`",
                      step, length, declared, declared == text ? "" : "TYPE ", declared);
    }
}

/* `int n = 0;` is read as if it had its `var`. */
bool scan_variable_without_var(struct scanner *scan, struct token *token)
{
    const char *begin = scan_at(scan, token->span.begin), *end;
    struct token var = scan_new_token(scan, T_VAR, begin, begin);

    if (scan->depth == 0 || !is_head_of_block(scan) || !is_declaration(scan, token)
        || scan_is_unbalanced(scan, token->span.begin))
        return false;
    scan->cursor = begin;
    scan_skip_c(scan, scan->depth, ";", NULL);
    end = scan_declaration_end(scan, begin, scan->cursor);
    struct diag *diag = diag_report(scan->diags, D_NO_VAR, token->span);
    if (*scan->cursor == ';' || end != scan->cursor)
        help_with_var(scan, diag, begin, end);
    scan_be_quiet_until(scan, begin);
    scan->cursor = begin;
    *token = var;
    return true;
}

/* `var int then = 0;` */
void scan_refuse_reserved_variable(struct scanner *scan, const char *begin)
{
    const char *word = scan_look_past_blanks(scan->cursor), *end = scan_word_end(word);

    if (!scan_word_is_reserved(word, end) || is_named(scan, begin, scan->cursor)
        || scan_is_unbalanced(scan, scan_pos(scan, begin)))
        return;
    diag_report(scan->diags, D_RESERVED_WORD, scan_span(scan, word, end),
                arena_copy(scan->arena, word, (size_t)(end - word)));
    scan_note_refused(scan, word, end);
    scan_be_quiet_until(scan, end);
    scan->cursor = end;
    scan_skip_c(scan, scan->depth, ";", NULL);
}

/* ---- where a declaration ends -------------------------------------------- */

/* Whether a declaration can be complete with this. */
static bool can_be_last(struct ctoken before, struct ctoken token)
{
    if (token.kind == CTOKEN_NAME)
        return !ctoken_is_tag_word(before) && !ctoken_is_tag_word(token)
               && !ctoken_is_type_word(token) && !ctoken_is_qualifier(token)
               && !ctoken_is_bracket_word(token) && !ctoken_is(token, "sizeof")
               && !ctoken_is(token, "typedef");
    return token.kind == CTOKEN_NUMBER || token.kind == CTOKEN_STRING
           || (token.kind == CTOKEN_PUNCT && strchr(")]}", *token.text) != NULL);
}

/* A word that begins a declaration or a step, and cannot stand inside of one. */
static bool begins_anew(const struct scanner *scan, struct ctoken token)
{
    static const char *const items[] = { "import", "resource", "codes",   "struct",
                                         "union",  "enum",     "typedef", NULL };
    const char *end = token.text + token.length;

    if (scan->depth == 0)
        return ctoken_is(token, "#") || ctoken_is(token, "%")
               || (token.kind == CTOKEN_NAME && scan_word_is_one_of(token.text, end, items));
    return token.kind == CTOKEN_NAME
           && (scan_word_begins_statement(token.text, end) || scan_word_begins_step(token.text, end)
               || ctoken_is(token, "var"));
}

/* What may stand on a new line where the `;` is missing. Without a `;` further
 * on, any word or bracket. */
static bool goes_on_without(const struct scanner *scan, struct ctoken before, struct ctoken token,
                            bool has_semicolon)
{
    if (begins_anew(scan, token))
        return true;
    if (has_semicolon || scan->depth == 0)
        return false;
    return token.kind == CTOKEN_NAME || token.kind == CTOKEN_NUMBER
           || (token.kind == CTOKEN_STRING && before.kind != CTOKEN_STRING) || ctoken_is(token, "(")
           || ctoken_is(token, "{");
}

/* `var int x get(n)`, all in one line. */
static bool is_word_after_name(struct ctoken before, struct ctoken token)
{
    return before.kind == CTOKEN_NAME
           && ((token.kind == CTOKEN_NAME && *token.text != '_') || ctoken_is(token, "{"));
}

/* `__attribute__((packed))`: its bracket is no end of a declaration, as what it
 * is about may follow it. */
static void skip_brackets(struct ctoken token, const char **at)
{
    const char *p = *at;

    if (ctoken_is_bracket_word(token) && ctoken_is(ctext_next_solid(&p), "("))
        *at = p;
    else if (token.kind != CTOKEN_PUNCT || strchr("([{", *token.text) == NULL)
        return;
    ctext_skip_bracket(at);
}

/* `var int x` without its `;`: the next line is not a part of it. */
const char *scan_declaration_end(struct scanner *scan, const char *begin, const char *end)
{
    struct ctoken token, before = { CTOKEN_END, begin, 0 }, before_that = before;
    const char *after = begin;
    bool has_semicolon = *end == ';', has_value = false;

    if (scan_is_unbalanced(scan, scan_pos(scan, begin)))
        return end;
    for (const char *p = begin;
         token = ctext_next_solid(&p), token.kind != CTOKEN_END && token.text < end; after = p) {
        bool apart = before.kind != CTOKEN_END
                     && (memchr(after, '\n', (size_t)(token.text - after)) != NULL
                         || (!has_semicolon && !has_value && is_word_after_name(before, token)));
        if (apart && ctoken_is(before, ",") && before_that.kind == CTOKEN_END && scan->depth > 0)
            return after;
        if (apart && ctoken_is(before, ",") && before_that.kind != CTOKEN_END
            && goes_on_without(scan, before, token, has_semicolon)
            && is_named(scan, begin, before_that.text + before_that.length))
            return before_that.text + before_that.length;
        if (apart && can_be_last(before_that, before)
            && goes_on_without(scan, before, token, has_semicolon) && is_named(scan, begin, after))
            return after;
        has_value = has_value || ctoken_is(token, "=");
        skip_brackets(token, &p);
        if (ctoken_is_bracket_word(token))
            continue;
        before_that = before;
        before = token.text + token.length == p ? token : (struct ctoken){ CTOKEN_PUNCT, p - 1, 1 };
    }
    return end;
}
