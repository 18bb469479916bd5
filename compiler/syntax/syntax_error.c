/* syntax_error.c - messages for syntax errors: the tokens that were expected,
 * the token that was found. */
#include "syntax/syntax_error.h"

#include <ctype.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "ctext/ctext.h"
#include "syntax/scan.h"

static bool is_quiet(const struct scanner *scan)
{
    return scan->last[0].span.begin <= scan->quiet_until
           || scan_is_unbalanced(scan, scan->last[0].span.begin);
}

/* ---- what was expected --------------------------------------------------- */

static void add_words(struct expected *expected, const char *words)
{
    if (expected->count <= MOST_LISTED)
        expected->words[expected->count++] = words;
}

/* Tokens that only a slip allows, or that a shorter word stands for. */
static bool is_left_out(const struct expected *expected, int token)
{
    const bool *group = expected->group;

    switch (token) {
    case T_OPERATOR: return true;
    case T_VAR:
    case T_RBRACE:
        if (expects(expected, T_DO) && !group[GROUP_CLAUSE])
            return true;
        break;
    case T_SEMICOLON:
        if (group[GROUP_CLAUSE] && expects(expected, T_RBRACE))
            return true;
        break;
    case T_ARGS:
    case T_WHILE:
    case T_LBRACE:
        if (group[GROUP_CLAUSE])
            return true;
        break;
    default: break;
    }
    switch (token_group(token)) {
    case GROUP_STEP: return expects(expected, T_DO);
    case GROUP_VALUE: return expects(expected, T_DO) || group[GROUP_CLAUSE];
    case GROUP_OPCLAUSE: return expects(expected, T_FAILS) || expects(expected, T_DO);
    case GROUP_ITEM:
        return !expects(expected, T_CHAIN)
                   ? false
                   : expects(expected, T_SEMICOLON) || expects(expected, T_IMPORT);
    case GROUP_CLAUSE:
    case GROUP_TAIL: return true;
    case GROUP_NONE: break;
    }
    return false;
}

/* Groups stand for their tokens. */
static void choose_words(struct expected *expected)
{
    bool *group = expected->group;
    bool item = group[GROUP_ITEM] && !expects(expected, T_SEMICOLON) && expects(expected, T_CHAIN)
                && expects(expected, T_IMPORT);

    if (item)
        add_words(expected, "an item");
    if (expects(expected, T_DO) && !group[GROUP_CLAUSE]
        && !(expects(expected, T_RBRACE) && !expects(expected, T_VAR)))
        add_words(expected, "a step");
    if (group[GROUP_CLAUSE])
        add_words(expected, "'then'");
    if (expects(expected, T_FAILS))
        add_words(expected, "a clause");
    for (int token = T_NAME; token < T_NAME + TOKEN_COUNT; token++)
        if (expects(expected, token) && (!is_left_out(expected, token)))
            add_words(expected, token_info(token)->shown);
    if (expected->count == 0 && group[GROUP_TAIL] && !expects(expected, T_RBRACE))
        add_words(expected, "'as'");
    if (expected->count == 0)
        add_words(expected, expects(expected, T_RBRACE) ? "'}'"
                            : expects(expected, T_AS)   ? "'as'"
                                                        : "the end of the file");
}

static struct expected gather(const int *tokens, int count)
{
    struct expected expected = { .count = 0 };

    for (int i = 0; i < count; i++) {
        if (tokens[i] < T_NAME)
            continue;
        expected.has[tokens[i] - T_NAME] = true;
        expected.group[token_group(tokens[i])] = true;
    }
    choose_words(&expected);
    return expected;
}

/* "a, b or c" */
static const char *join_words(struct scanner *scan, const struct expected *expected)
{
    const char *text = "";

    for (int i = 0; i < expected->count; i++) {
        const char *between = i == 0 ? "" : i + 1 == expected->count ? " or " : ", ";
        text = arena_format(scan->arena, "%s%s%s", text, between, expected->words[i]);
    }
    return text;
}

/* Whether the end of something stands on a later line than what it is too early
 * for: the line before is to be mended. */
static bool is_missing_before(const struct scanner *scan, const struct expected *expected)
{
    const struct token *found = &scan->last[0], *before = &scan->last[1];
    bool ends = found->kind == T_RBRACE || found->kind == T_RPAREN || found->kind == T_SEMICOLON
                || found->kind == T_COMMA || found->kind == T_YYEOF
                || token_group(found->kind) == GROUP_CLAUSE;

    return ends && before->kind != T_LBRACE && before->kind != T_LPAREN
           && !expected->group[GROUP_CLAUSE] && before->span.end > before->span.begin
           && memchr(scan_at(scan, before->span.end), '\n', found->span.begin - before->span.end)
                  != NULL;
}

/* Whether an `each` is read whose parentheses are open. */
static bool is_head_of_each(const struct scanner *scan)
{
    const char *at = scan->open[scan->depth - 1].at;

    while (at > scan->text && isspace((unsigned char)at[-1]))
        at--;
    return at - scan->text >= 4 && memcmp(at - 4, "each", 4) == 0;
}

/* Up to where a token that is wrong makes wrong what follows it: a statement of
 * C, the parentheses of an `each`. */
static const char *end_of_wrong(const struct scanner *scan, const struct token *found)
{
    const char *begin = syntax_source(scan, found->span), *at = begin;
    struct ctoken token;

    if (found->kind == T_CWORD) {
        do
            token = ctext_next_solid(&at);
        while (token.kind == CTOKEN_NAME || ctoken_is(token, "*") || ctoken_is(token, "="));
        if (ctoken_is(token, "("))
            ctext_skip_bracket(&at);
        at += strcspn(at, ";{}\n");
        return at;
    }
    if (scan->last[1].kind == T_IMPORT)
        return begin + strcspn(begin, "\n");
    if (scan->depth == 0 || scan->open[scan->depth - 1].sign != '(' || !is_head_of_each(scan))
        return begin;
    at = scan->open[scan->depth - 1].at + 1;
    ctext_skip_bracket(&at);
    return at;
}

void syntax_error(struct scanner *scan, const int *tokens, int count)
{
    const struct token *found = &scan->last[0], *before = &scan->last[1];

    if (is_quiet(scan))
        return;
    if (before->kind == T_CDECL) {
        syntax_missing_semicolon(scan, (struct span){ before->span.end, before->span.end });
        return;
    }
    struct expected expected = gather(tokens, count);
    const char *after =
        before->kind ? arena_format(scan->arena, " after %s", syntax_shown(scan, before)) : "";
    const char *text =
        arena_format(scan->arena, "expected %s%s", join_words(scan, &expected), after);
    struct diag *diag;
    if (is_missing_before(scan, &expected))
        diag = diag_report(scan->diags, D_SYNTAX,
                           (struct span){ before->span.end, before->span.end }, text);
    else
        diag =
            diag_report(scan->diags, D_SYNTAX, found->span,
                        arena_format(scan->arena, "%s, found %s", text, syntax_shown(scan, found)));
    const char *help = syntax_help(scan, &expected);
    if (help)
        diag_help(scan->diags, diag, "%s", help);
    scan_be_quiet_until(scan, end_of_wrong(scan, found));
}

/* ---- slips --------------------------------------------------------------- */

void syntax_missing_semicolon(struct scanner *scan, struct span before)
{
    if (is_quiet(scan))
        return;
    diag_report(scan->diags, D_MISSING_SEMICOLON, before, syntax_shown(scan, &scan->last[1]));
    scan_be_quiet_until(scan, syntax_source(scan, scan->last[0].span));
}

void syntax_no_type(struct scanner *scan, const struct ast_name *name)
{
    if (is_quiet(scan) || name->span.begin <= scan->quiet_until)
        return;
    struct diag *diag = diag_report(scan->diags, D_MISSING_TYPE, name->span, name->name);

    diag_help(scan->diags, diag, "write `void` if it has no value");
}

void syntax_semicolon(struct scanner *scan, struct span semicolon, const struct ast_step *next)
{
    if (is_quiet(scan) || semicolon.begin <= scan->quiet_until)
        return;
    if (scan->semicolon_in == '(') {
        diag_report(scan->diags, D_BRANCHES_JOINED, semicolon);
        return;
    }
    struct diag *diag = diag_report(scan->diags, D_STEPS_JOINED, semicolon, ";");

    if (next->form->kind == AST_CALL)
        diag_help(scan->diags, diag, "write `then %s%s`", next->form->u.call.name,
                  next->form->u.call.bare ? "" : "(...)");
}

/* `await fetch(x)`, as other languages have it. */
void syntax_await_call(struct scanner *scan, struct span keyword, struct span span)
{
    if (is_quiet(scan))
        return;
    struct span call = { keyword.end, span.end };
    struct diag *diag = diag_report(scan->diags, D_AWAIT_CALL, keyword);

    diag_help(scan->diags, diag, "a step waits for what it calls: write `%s`",
              scan_text(scan, call)->text);
}

void syntax_do_while(struct scanner *scan, struct span keyword)
{
    if (is_quiet(scan))
        return;
    struct diag *diag = diag_report(scan->diags, D_DO_WHILE, keyword);

    diag_help(scan->diags, diag, "loops are `while (condition) { steps }` and `loop { steps }`");
}

static bool is_returned(const struct scanner *scan, struct span span)
{
    const char *at = syntax_source(scan, span);

    while (at > scan->text && isspace((unsigned char)at[-1]))
        at--;
    return at - scan->text >= 6 && memcmp(at - 6, "return", 6) == 0;
}

/* Text in one line, for a help. */
static const char *in_one_line(struct scanner *scan, const char *text, size_t length)
{
    char *line = arena_copy(scan->arena, text, length), *to = line;

    for (const char *p = text; p < text + length; p++)
        if (!isspace((unsigned char)*p))
            *to++ = *p;
        else if (to > line && to[-1] != ' ')
            *to++ = ' ';
    while (to > line && to[-1] == ' ')
        to--;
    *to = '\0';
    return line;
}

/* `net.fetch(x)` where no import is called net, and `db . next(x)` where one is called db. */
static bool help_with_qualifier(struct scanner *scan, struct diag *diag, const char *text)
{
    const char *p = text;
    struct ctoken first = ctext_next_solid(&p), dot = ctext_next_solid(&p),
                  member = ctext_next_solid(&p), bracket = ctext_next_solid(&p);

    if (first.kind != CTOKEN_NAME || !ctoken_is(dot, ".") || member.kind != CTOKEN_NAME
        || !ctoken_is(bracket, "("))
        return false;
    if (scan_is_qualifier(scan, first.text, first.text + first.length))
        diag_help(scan->diags, diag, "an operation of that import is `%.*s.%.*s`, without blanks",
                  (int)first.length, first.text, (int)member.length, member.text);
    else
        diag_help(scan->diags, diag,
                  "write `(%s)`, or `import \"FILE.chain\" as %.*s;` if '%.*s' is an operation "
                  "of another file",
                  text, (int)first.length, first.text, (int)member.length, member.text);
    return true;
}

/* What is called may be an operation, which is no C. */
static void help_with_calls(struct scanner *scan, struct diag *diag, const char *text,
                            const char *word)
{
    const char *end = text, *p;
    struct ctoken name, other;

    if (help_with_qualifier(scan, diag, text))
        return;
    if (!ctext_next_call(&end, &name))
        diag_help(scan->diags, diag, "write `(%s)`", text);
    else if (p = end, ctext_next_call(&p, &other))
        diag_help(
            scan->diags, diag,
            "write `(%s)` if these are C functions; an operation is a step of its own: `%.*s as NAME then %s(...)`",
            text, (int)(end - name.text), name.text, word);
    else
        diag_help(scan->diags, diag,
                  "write `%.*s then %s(%.*sit%s)`, or `(%s)` if '%.*s' is a C function",
                  (int)(end - name.text), name.text, word, (int)(name.text - text), text, end, text,
                  (int)name.length, name.text);
}

void syntax_value(struct scanner *scan, struct span span, const struct ast_c *c)
{
    struct diag *diag;

    if (is_quiet(scan))
        return;
    diag = diag_report(scan->diags, D_BARE_C, span);
    help_with_calls(scan, diag, in_one_line(scan, c->text, strlen(c->text)),
                    is_returned(scan, c->span) ? "return " : "");
}

/* a(x).then(b); `c` is NULL if a step stands before it that cannot be shown. */
static void report_method(struct scanner *scan, const struct ast_c *point, const struct ast_c *c)
{
    struct diag *diag = diag_report(scan->diags, D_STEPS_JOINED, point->span, ".");
    const char *p = syntax_source(scan, point->span) + 1;
    const char *first =
        c == NULL ? "..." : in_one_line(scan, c->text, point->span.begin - c->span.begin);
    struct ctoken word = ctext_next_solid(&p), bracket = ctext_next_solid(&p);
    const char *end = p;
    struct ctoken name = ctext_next_solid(&p);

    if (ctoken_is(bracket, "(")) {
        ctext_skip_bracket(&end);
        scan_be_quiet_until(scan, end); /* what is in it is of another language, too */
    }
    if (ctoken_is(bracket, "(") && name.kind == CTOKEN_NAME && ctoken_is(ctext_next_solid(&p), ")"))
        diag_help(scan->diags, diag, "write `%s %.*s %.*s`", first, (int)word.length, word.text,
                  (int)name.length, name.text);
    else
        diag_help(scan->diags, diag, "write `%s %.*s step`", first, (int)word.length, word.text);
}

/* x => f(x), f(x) => g: functions of other languages, and what joins them there. */
static void report_arrow(struct scanner *scan, const struct ast_name *name,
                         const struct ast_c *arrow)
{
    const char *text = arrow->text + 2 + strspn(arrow->text + 2, " \t\n");
    struct diag *diag =
        diag_report(scan->diags, D_STEPS_JOINED,
                    (struct span){ arrow->span.begin, arrow->span.begin + 2 }, "=>");

    if (name != NULL)
        diag_help(scan->diags, diag,
                  "the value of a step is named with `as`: `step as %s then step`", name->name);
    else if (scan_word_starts(*text))
        diag_help(scan->diags, diag, "write `then %s`", in_one_line(scan, text, strlen(text)));
}

/* Text that begins with an operator: `*p`, `-1` and the like are C, others are not. */
void syntax_first_operator(struct scanner *scan, const struct ast_c *c)
{
    bool is_prefix = c->text[1] != '\0' && strchr("*-+&!~'", c->text[0]) != NULL
                     && strncmp(c->text, "->", 2) != 0 && strncmp(c->text, "&&", 2) != 0;

    if (is_quiet(scan))
        return;
    if (is_prefix)
        syntax_value(scan, c->span, c);
    else
        diag_report(scan->diags, D_SYNTAX, c->span,
                    arena_format(scan->arena, "expected a step, found '%s'",
                                 in_one_line(scan, c->text, strlen(c->text))));
}

/* `name` is NULL after an expression, and not the first step's if arguments are between. */
void syntax_operator(struct scanner *scan, const struct ast_name *name, const struct ast_c *rest,
                     const struct ast_c *c)
{
    if (is_quiet(scan))
        return;
    if (strncmp(rest->text, "=>", 2) == 0) {
        report_arrow(scan, name != NULL && name->span.end + 1 >= rest->span.begin ? name : NULL,
                     rest);
        return;
    }
    if (name != NULL && strcmp(name->name, "Promise") == 0) {
        diag_help(scan->diags, diag_report(scan->diags, D_BARE_C, c->span),
                  "steps that run at the same time are branches: `all (step, step)`");
        return;
    }
    if (strcmp(rest->text, ".") == 0) {
        report_method(scan, rest, name != NULL ? c : NULL);
        return;
    }
    if (name == NULL || rest->text[0] != '=' || rest->text[1] == '=') {
        syntax_value(scan, c->span, c);
        return;
    }
    struct diag *diag = diag_report(scan->diags, D_ASSIGNMENT, c->span);
    diag_help(scan->diags, diag, "name a step's value with `step as %s`; assign in `do { %s; }`",
              name->name, in_one_line(scan, c->text, strlen(c->text)));
}
