/* slip.c - syntax errors in words: what was expected, what was found, and what was probably meant. */
#include "slip.h"

#include <ctype.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "ctext.h"
#include "scan.h"

enum { LONGEST_SHOWN = 30, MOST_LISTED = 4, SHORTEST_MISSPELT = 3 };

static bool is_quiet(const struct scanner *scan)
{
    return scan->last[0].span.begin <= scan->quiet_until || is_unbalanced(scan, scan->last[0].span.begin);
}

static const char *source_of(const struct scanner *scan, struct span span)
{
    return scan_at(scan, span.begin);
}

/* A token as it stands in the file, cut at a line's end and when long. */
static const char *shown(struct scanner *scan, const struct token *token)
{
    const char *text = source_of(scan, token->span);
    size_t length = token->span.end - token->span.begin, end = 0;

    if (token->kind == T_YYEOF)
        return "the end of the file";
    if (length == 0)
        return token->kind < T_NAME ? "this" : token_info(token->kind)->shown;
    while (end < length && end < LONGEST_SHOWN && text[end] != '\n' && text[end] != '\r')
        end++;
    return arena_format(scan->arena, "'%.*s%s'", (int)end, text, end < length ? "..." : "");
}

/* ---- what was expected ---- */

struct expected {
    bool has[TOKEN_COUNT];
    bool group[GROUP_VALUE + 1];
    const char *words[MOST_LISTED + 1];
    int count;
};

static bool expects(const struct expected *expected, int token)
{
    return expected->has[token - T_NAME];
}

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
    case T_VAR: case T_RBRACE: if (expects(expected, T_DO) && !group[GROUP_CLAUSE]) return true; break;
    case T_SEMICOLON: if (group[GROUP_CLAUSE] && expects(expected, T_RBRACE)) return true; break;
    case T_ARGS: case T_WHILE: case T_LBRACE: if (group[GROUP_CLAUSE]) return true; break;
    default: break;
    }
    switch (token_group(token)) {
    case GROUP_STEP: return expects(expected, T_DO);
    case GROUP_VALUE: return expects(expected, T_DO) || group[GROUP_CLAUSE];
    case GROUP_OPCLAUSE: return expects(expected, T_FAILS) || expects(expected, T_DO);
    case GROUP_ITEM: return !expects(expected, T_CHAIN) ? false : expects(expected, T_SEMICOLON) || expects(expected, T_IMPORT);
    case GROUP_CLAUSE: case GROUP_TAIL: return true;
    case GROUP_NONE: break;
    }
    return false;
}

/* Groups stand for their tokens. */
static void choose_words(struct expected *expected)
{
    bool *group = expected->group;
    bool item = group[GROUP_ITEM] && !expects(expected, T_SEMICOLON) && expects(expected, T_CHAIN) && expects(expected, T_IMPORT);

    if (item)
        add_words(expected, "an item");
    if (expects(expected, T_DO) && !group[GROUP_CLAUSE] && !(expects(expected, T_RBRACE) && !expects(expected, T_VAR)))
        add_words(expected, "a step");
    if (group[GROUP_CLAUSE])
        add_words(expected, "'then'");
    if (expects(expected, T_FAILS))
        add_words(expected, "a clause");
    for (int token = T_NAME; token < T_NAME + TOKEN_COUNT; token++)
        if (expects(expected, token) && (!is_left_out(expected, token)))
            add_words(expected, token_info(token)->shown);
    if (expected->count == 0)
        add_words(expected, expects(expected, T_RBRACE) ? "'}'" : "the end of the file");
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

/* ---- what was probably meant ---- */

static bool is_duration_word(int token)
{
    return token == T_DELAY || token == T_TIMEOUT || token == T_BACKOFF || token == T_TO;
}

/* A keyword without quotes. */
static const char *bare(struct scanner *scan, int token)
{
    const char *shown = token_info(token)->shown;
    return arena_copy(scan->arena, shown + 1, strlen(shown) - 2);
}

/* Keywords as messages show them are 'quoted'; `catch CODE:` is no word. */
static bool is_keyword(int token)
{
    const char *shown = token_info(token)->shown;
    return shown[0] == '\'' && isalpha((unsigned char)shown[1]) && token != T_CATCHF;
}

/* The keyword that differs from a token's text by one letter: one of those expected or, without any, one of pipelines. */
static const char *nearest_keyword(struct scanner *scan, const struct token *token, const struct expected *expected)
{
    const char *text = arena_copy(scan->arena, source_of(scan, token->span), token->span.end - token->span.begin);
    struct nearest nearest = { .wanted = text };

    if (strlen(text) < SHORTEST_MISSPELT)
        return NULL;
    for (int other = T_NAME; other < T_NAME + TOKEN_COUNT; other++)
        if (is_keyword(other) && (expected != NULL ? expects(expected, other) : other >= T_VAR && other <= T_REJECT))
            nearest_offer(&nearest, bare(scan, other));
    return nearest.best != NULL && nearest.distance == 1 ? nearest.best : NULL;
}

/* A name that was found, or that what was found follows: `delay 1ms thn`, `dely 1ms`, `wile (n) {`. */
static const char *help_with_misspelt(struct scanner *scan, const struct expected *expected)
{
    const struct token *found = &scan->last[0], *before = &scan->last[1];
    const char *word = found->kind == T_NAME ? nearest_keyword(scan, found, expected) : NULL;

    if (before->kind == T_ARGS)
        before++;
    if (word == NULL && before->kind == T_NAME && scan->depth > 0)
        word = nearest_keyword(scan, before, NULL);
    return word == NULL ? NULL : arena_format(scan->arena, "did you mean `%s`?", word);
}

static const char *help_with_item(struct scanner *scan, const struct token *found)
{
    static const char *const words[] = { "import", "resource", "codes", "async", "sync", "blocking", "static", "chain",
                                         "%require", "struct", "union", "enum", "typedef" };
    const char *text = source_of(scan, found->span), *end = text + 1;

    while (isalnum((unsigned char)*end) || *end == '_') /* `%` is a token of its own */
        end++;
    struct nearest nearest = { .wanted = arena_copy(scan->arena, text, (size_t)(end - text)) };

    for (size_t i = 0; i < sizeof words / sizeof *words; i++)
        nearest_offer(&nearest, words[i]);
    if (nearest.best)
        return arena_format(scan->arena, "did you mean `%s`?", nearest.best);
    return "C must be between `%{` and `%}`";
}

/* Brackets that belong elsewhere, or nowhere. */
static const char *help_with_brackets(struct scanner *scan)
{
    int found = scan->last[0].kind, before = scan->last[1].kind, first = scan->last[2].kind;

    if (found != T_LPAREN && (before == T_ALL || before == T_SETTLE || before == T_ANY || before == T_RACE))
        return arena_format(scan->arena, "branches must be in parentheses, with commas between them: `%s (step, step)`", bare(scan, before));
    if (found == T_LBRACE && first == T_CATCH && (before == T_NAME || before == T_CEXPR))
        return "the rejection is called `err` in every handler: write `catch { ... }`";
    if (before == T_IF || before == T_WHILE)
        return arena_format(scan->arena, "a condition must be in parentheses: `%s (condition) { ... }`", bare(scan, before));
    if (before == T_CEXPR && (first == T_IF || first == T_WHILE))
        return arena_format(scan->arena, "a block must follow the condition: `%s (condition) { ... }`", bare(scan, first));
    return NULL;
}

/* What belongs to a word that stands before it. */
static const char *help_with_prefix(struct scanner *scan)
{
    switch (scan->last[0].kind) {
    case T_BACKOFF: return "`backoff` must be before the step: `retry 3 backoff 10ms step`";
    case T_JITTER: return "`jitter` must be before the step: `retry 3 backoff 10ms jitter 10% step`";
    default: return NULL;
    }
}

static const char *help_with_word(struct scanner *scan, const struct expected *expected)
{
    const struct token *found = &scan->last[0], *before = &scan->last[1];

    if (found->kind == T_NUM && is_duration_word(before->kind))
        return "a duration must have a unit: us, ms, s, m or h";
    if (before->kind == T_RETRY || (found->kind == T_ARGS && scan->last[2].kind == T_RETRY))
        return "`retry` must be followed by the number of attempts in all: `retry 3 step`";
    if (found->kind == T_THEN && before->kind == T_SEMICOLON)
        return "remove the `;` before the `then`";
    if (found->kind == T_RPAREN && before->kind == T_LPAREN)
        return arena_format(scan->arena, "%s needs at least one branch", shown(scan, &scan->last[2]));
    if (expected->group[GROUP_ITEM] && !expects(expected, T_SEMICOLON) && (found->kind == T_NAME || found->kind == T_OPERATOR))
        return help_with_item(scan, found);
    if (found->kind == T_NAME && before->kind == T_REJECT)
        return arena_format(scan->arena, "a code must be in parentheses: `reject(%s)`", found->value.name->name);
    if (expected->group[GROUP_CLAUSE] && help_with_prefix(scan) != NULL)
        return help_with_prefix(scan);
    if (expected->group[GROUP_CLAUSE] && (found->kind == T_CEXPR || token_group(found->kind) == GROUP_STEP))
        return "steps must be joined with `then`";
    return NULL;
}

static const char *help_with(struct scanner *scan, const struct expected *expected)
{
    const char *misspelt = help_with_misspelt(scan, expected);

    if (misspelt != NULL)
        return misspelt;
    switch (scan->last[0].kind) {
    case T_CWORD: return "C statements must be in `do { }`, variables at the head of a block: `var int n = 0;`";
    case T_VAR: return "variables must be at the head of a block, before its first step";
    case T_ELSE: return "`else` must follow a `then` or an `if`: `then step else step`";
    case T_SEMICOLON: return expected->group[GROUP_ITEM] && scan->depth == 0 ? "remove the `;` after the body" : NULL;
    default: break;
    }
    if (help_with_brackets(scan) != NULL)
        return help_with_brackets(scan);
    if (scan->last[1].kind == T_DO)
        return "`do` must be followed by C in braces; loops are `while (condition) { }` and `loop { }`";
    return help_with_word(scan, expected);
}

void report_syntax(struct scanner *scan, const int *tokens, int count)
{
    const struct token *found = &scan->last[0], *before = &scan->last[1];

    if (is_quiet(scan))
        return;
    struct expected expected = gather(tokens, count);
    const char *after = before->kind ? arena_format(scan->arena, " after %s", shown(scan, before)) : "";
    const char *text = arena_format(scan->arena, "expected %s%s, found %s", join_words(scan, &expected), after, shown(scan, found));
    struct diag *diag = diag_report(scan->diags, D_SYNTAX, found->span, text);
    const char *help = help_with(scan, &expected);
    if (help)
        diag_help(scan->diags, diag, "%s", help);
}

/* ---- slips ---- */

void slip_missing_semicolon(struct scanner *scan, struct span behind)
{
    if (is_quiet(scan))
        return;
    diag_report(scan->diags, D_MISSING_SEMICOLON, behind, shown(scan, &scan->last[1]));
}

void slip_no_type(struct scanner *scan, const struct ast_name *name)
{
    if (is_quiet(scan) || name->span.begin <= scan->quiet_until)
        return;
    struct diag *diag = diag_report(scan->diags, D_MISSING_TYPE, name->span, name->name);

    diag_help(scan->diags, diag, "`void` if it has no value");
}

void slip_semicolon(struct scanner *scan, struct span semicolon, const struct ast_step *next)
{
    if (is_quiet(scan))
        return;
    if (scan->semicolon_in == '(') {
        diag_report(scan->diags, D_BRANCHES_JOINED, semicolon);
        return;
    }
    struct diag *diag = diag_report(scan->diags, D_STEPS_JOINED, semicolon, ';');

    if (next->form->kind == AST_CALL)
        diag_help(scan->diags, diag, "write `then %s%s`", next->form->u.call.name, next->form->u.call.bare ? "" : "(...)");
}

void slip_do_while(struct scanner *scan, struct span keyword)
{
    if (is_quiet(scan))
        return;
    struct diag *diag = diag_report(scan->diags, D_DO_WHILE, keyword);

    diag_help(scan->diags, diag, "loops are `while (condition) { steps }` and `loop { steps }`");
}

static bool is_returned(const struct scanner *scan, struct span span)
{
    const char *at = source_of(scan, span);

    while (at > scan->source->text && isspace((unsigned char)at[-1]))
        at--;
    return at - scan->source->text >= 6 && memcmp(at - 6, "return", 6) == 0;
}

/* What is called may be an operation, which is no C. */
static void help_with_calls(struct scanner *scan, struct diag *diag, const struct ast_c *c)
{
    const char *word = is_returned(scan, c->span) ? "return " : "", *end = c->text, *p;
    struct ctoken name, other;

    if (!ctext_next_call(&end, &name))
        diag_help(scan->diags, diag, "write `(%s)`", c->text);
    else if (p = end, ctext_next_call(&p, &other))
        diag_help(scan->diags, diag, "write `(%s)` if these are C functions; an operation is a step of its own: `%.*s as NAME then %s(...)`",
                  c->text, (int)(end - name.text), name.text, word);
    else
        diag_help(scan->diags, diag, "write `%.*s then %s(%.*sit%s)`, or `(%s)` if '%.*s' is a C function", (int)(end - name.text),
                  name.text, word, (int)(name.text - c->text), c->text, end, c->text, (int)name.length, name.text);
}

void slip_value(struct scanner *scan, struct span span, const struct ast_c *c)
{
    if (is_quiet(scan))
        return;
    help_with_calls(scan, diag_report(scan->diags, D_BARE_C, span), c);
}

/* a(x).then(b) */
static void report_method(struct scanner *scan, const struct ast_c *point, const struct ast_c *c)
{
    struct diag *diag = diag_report(scan->diags, D_STEPS_JOINED, point->span, '.');
    const char *p = source_of(scan, point->span) + 1;
    struct ctoken word = ctext_next_solid(&p), bracket = ctext_next_solid(&p), name = ctext_next_solid(&p);
    size_t length = point->span.begin - c->span.begin;

    if (ctoken_is(bracket, "(") && name.kind == CTOKEN_NAME && ctoken_is(ctext_next_solid(&p), ")"))
        diag_help(scan->diags, diag, "write `%.*s %.*s %.*s`", (int)length, c->text, (int)word.length, word.text, (int)name.length, name.text);
    else
        diag_help(scan->diags, diag, "write `%.*s %.*s step`", (int)length, c->text, (int)word.length, word.text);
}

void slip_operator(struct scanner *scan, const struct ast_name *name, const struct ast_c *rest, const struct ast_c *c)
{
    if (is_quiet(scan))
        return;
    if (strcmp(rest->text, ".") == 0) {
        report_method(scan, rest, c);
        return;
    }
    if (rest->text[0] != '=' || rest->text[1] == '=') {
        slip_value(scan, c->span, c);
        return;
    }
    struct diag *diag = diag_report(scan->diags, D_ASSIGNMENT, c->span);
    diag_help(scan->diags, diag, "name a step's value with `step as %s`; assign in `do { %s; }`", name->name, c->text);
}
