/* scan_shape.c - C text that is wrong in its place, whatever the macros in it
 * stand for.
 *
 * C text is not parsed: the C compiler reports what is wrong with it, at its
 * line. But some of it would change the meaning of the text around it, `(x;
 * x)`, or would be noticed only after its end, in generated code. So this looks
 * at tokens that no macro can save: those outside of braces and of the
 * arguments of a name, which may be a macro's. */
#include <string.h>

#include "ctext/ctext.h"
#include "ctext/reserved.h"
#include "syntax/scan.h"

static bool is_punct(struct ctoken token, const char *signs)
{
    return token.kind == CTOKEN_PUNCT && token.length == 1 && strchr(signs, *token.text) != NULL;
}

/* Begins a statement, and nothing else. */
static bool is_statement_word(struct ctoken token)
{
    static const char *const words[] = { "if",   "else",   "while", "for",      "do",  "switch",
                                         "case", "return", "break", "continue", "goto" };

    for (size_t i = 0; token.kind == CTOKEN_NAME && i < sizeof words / sizeof *words; i++)
        if (ctoken_is(token, words[i]))
            return true;
    return false;
}

/* What ends here cannot be complete: an operator wants an operand. `i++` is complete. */
static bool wants_more(const char *text, struct ctoken last)
{
    bool is_step = is_punct(last, "+-") && last.text > text && last.text[-1] == *last.text;

    return !is_step && (is_punct(last, "+-*/%&|^=<>!~?:,.") || ctoken_is(last, "->"));
}

static struct diag *refuse_part(struct scanner *scan, const struct ast_c *c, struct ctoken token,
                                const char *whole)
{
    return diag_report(scan->diags, D_NO_PART, ast_c_span(c, token.text, token.length),
                       arena_copy(scan->arena, token.text, token.length), whole);
}

static void refuse_end(struct scanner *scan, const struct ast_c *c, struct ctoken last,
                       const char *what)
{
    diag_report(scan->diags, D_EXPECTED_AFTER, ast_c_span(c, last.text, last.length), what);
}

void scan_check_expression(struct scanner *scan, const struct ast_c *c)
{
    struct ctoken token, last = { .kind = CTOKEN_END };

    /* `for (;;)` is an error already */
    if (scan_is_unbalanced(scan, c->span.begin) || c->span.begin <= scan->quiet_until
        || scan->last[0].kind == T_CWORD)
        return;
    for (const char *p = c->text; (token = ctext_next_solid(&p)).kind != CTOKEN_END; last = token) {
        if (is_punct(token, ";") || is_statement_word(token)) {
            if (scan->refused != NULL && ctoken_is(token, scan->refused))
                return;
            struct diag *diag = refuse_part(scan, c, token, "an expression");
            if (is_statement_word(token))
                diag_help(scan->diags, diag, "C statements must be in `do { }`");
            return;
        }
        if (is_punct(token, "=") && *p == '>') {
            token.length = 2;
            diag_help(scan->diags, refuse_part(scan, c, token, "an expression"),
                      "a value is called `it` in the next step, or named with `as`");
            return;
        }
        if (is_punct(token, "{") || (is_punct(token, "(") && last.kind == CTOKEN_NAME))
            ctext_skip_bracket(&p);
    }
    if (last.kind != CTOKEN_END && wants_more(c->text, last))
        refuse_end(scan, c, last, "an operand");
}

void scan_check_arguments(struct scanner *scan, const struct ast_args *args)
{
    struct ctoken token, last = { .kind = CTOKEN_END };

    for (; args != NULL; args = args->next)
        for (const char *p = args->c.text; (token = ctext_next_solid(&p)).kind != CTOKEN_END;
             last = token) {
            if (is_punct(token, ";") && !scan_is_unbalanced(scan, args->c.span.begin)) {
                refuse_part(scan, &args->c, token, "an argument");
                return;
            }
            if (is_punct(token, "{") || (is_punct(token, "(") && last.kind == CTOKEN_NAME))
                ctext_skip_bracket(&p);
        }
}

/* A preprocessor line at the end is complete; a label there is since C23. */
static bool ends_complete(const struct ast_c *c, struct ctoken last)
{
    const char *line = last.text;

    while (line > c->text && line[-1] != '\n')
        line--;
    return line[strspn(line, " \t")] == '#' || is_punct(last, ":");
}

void scan_check_statements(struct scanner *scan, const struct ast_c *c)
{
    struct ctoken token, last = { .kind = CTOKEN_END };

    for (const char *p = c->text; (token = ctext_next_solid(&p)).kind != CTOKEN_END;)
        last = token;
    if (last.kind == CTOKEN_END || ends_complete(c, last)
        || scan_is_unbalanced(scan, c->span.begin))
        return;
    if (wants_more(c->text, last))
        refuse_end(scan, c, last, "an operand");
    else if (is_punct(last, "+-"))
        refuse_end(scan, c, last, "';'");
}

void scan_check_prologue(struct scanner *scan, const char *begin, const char *end)
{
    scan_check_statements(scan, scan_c_text(scan, begin, end));
}

/* Says where something is stored, or that it is no variable. */
static bool is_storage_word(struct ctoken token)
{
    static const char *const words[] = { "static", "extern",    "auto",          "typedef",
                                         "inline", "_Noreturn", "_Thread_local", "__thread" };

    for (size_t i = 0; token.kind == CTOKEN_NAME && i < sizeof words / sizeof *words; i++)
        if (ctoken_is(token, words[i]))
            return true;
    return false;
}

/* Neither a word of C's declarations nor a tag. */
static bool is_plain_name(struct ctoken before, struct ctoken token)
{
    return token.kind == CTOKEN_NAME && !ctoken_is_tag_word(before) && !ctoken_is_tag_word(token)
           && !ctoken_is_type_word(token) && !ctoken_is_qualifier(token)
           && !ctoken_is_bracket_word(token);
}

/* `int do`, `int bool`: a keyword stands where the name is. */
void scan_refuse_keyword(struct scanner *scan, const struct ast_c *c, struct ctoken token)
{
    const char *word = arena_copy(scan->arena, token.text, token.length);

    diag_report(scan->diags, D_C_KEYWORD_NAME, ast_c_span(c, token.text, token.length), word,
                reserved_standard(word));
    scan->refused = word;
}

/* Whether a declaration ends here, or its value follows. */
static bool is_last(const char *at)
{
    struct ctoken next = ctext_next_solid(&at);

    return next.kind == CTOKEN_END || is_punct(next, "=,[");
}

/* Words, stars and brackets: what declares one thing, up to its value. `whole`:
 * what it is called. */
static void check_declaration(struct scanner *scan, const struct ast_c *c, const char *whole,
                              bool is_variable)
{
    struct ctoken token, before = { .kind = CTOKEN_END };
    bool has_type = false, has_name = false;

    if (scan_is_unbalanced(scan, c->span.begin)
        || (c->span.begin <= scan->quiet_until && scan->quiet_until < c->span.end))
        return;
    for (const char *p = c->text;
         (token = ctext_next_solid(&p)).kind != CTOKEN_END && !is_punct(token, "=,");
         before = token) {
        bool is_attribute = is_punct(token, "[") && *p == '[',
             aligns = ctoken_is(token, "_Alignas") || ctoken_is(token, "alignas");
        if (is_storage_word(token) || is_attribute || (aligns && !is_variable)
            || (token.kind != CTOKEN_NAME && !is_punct(token, is_variable ? "*^([{" : "*^(["))) {
            token.length += is_attribute;
            refuse_part(scan, c, token, whole);
            return;
        }
        if (has_type && !has_name && (is_statement_word(token) || ctoken_is_bracket_word(token))
            && is_last(p)) {
            scan_refuse_keyword(scan, c, token);
            return;
        }
        if (is_statement_word(token)
            || (has_name && (ctoken_is_tag_word(token) || ctoken_is_type_word(token)))) {
            diag_help(scan->diags, refuse_part(scan, c, token, whole),
                      "a `,`, `;` or `then` may be missing before it");
            return;
        }
        has_name = has_name || (has_type && (is_punct(token, "*") || is_plain_name(before, token)));
        has_type = has_type || ctoken_is_tag_word(token) || ctoken_is_type_word(token);
        if (is_punct(token, "([{"))
            ctext_skip_bracket(&p);
    }
}

/* `void name` is nothing; `void *name` and `void (*name)(void)` are. */
static void check_void(struct scanner *scan, const struct ast_c *c, const char *whole)
{
    struct ctoken token, found = { .kind = CTOKEN_END };

    for (const char *p = c->text;
         (token = ctext_next_solid(&p)).kind != CTOKEN_END && !is_punct(token, "=");)
        if (token.kind == CTOKEN_PUNCT)
            return;
        else if (ctoken_is(token, "void"))
            found = token;
    if (found.kind != CTOKEN_END && !scan_is_unbalanced(scan, c->span.begin))
        refuse_part(scan, c, found, whole);
}

void scan_check_parameter(struct scanner *scan, const struct ast_c *c)
{
    check_void(scan, c, "a parameter");
    check_declaration(scan, c, "a parameter", false);
}

void scan_check_variable(struct scanner *scan, const struct ast_c *c)
{
    check_void(scan, c, "a variable of a chain");
    check_declaration(scan, c, "a variable of a chain", true);
}

void scan_check_type(struct scanner *scan, const struct ast_c *c)
{
    check_declaration(scan, c, "this type", false);
}
