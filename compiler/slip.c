/* slip.c - syntax errors in words: what was expected, what was found, and what was probably meant. */
#include "slip.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "scan.h"

enum { LONGEST_SHOWN = 30, MOST_LISTED = 4 };

static bool is_quiet(const struct scanner *scan)
{
    return scan->last[0].span.begin <= scan->quiet_until;
}

static const char *source_of(const struct scanner *scan, struct span span)
{
    return scan->source->text + (span.begin - scan->source->base);
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
    bool end_of_file;
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

/* Groups stand for their tokens, and what only a slip would allow is left out. */
static void choose_words(struct expected *expected)
{
    bool *group = expected->group;

    if (group[GROUP_CLAUSE] || expects(expected, T_SEMICOLON))
        group[GROUP_STEP] = group[GROUP_ITEM] = false;
    if (expects(expected, T_RBRACE) && expects(expected, T_VAR) == false)
        group[GROUP_STEP] = false;
    bool lists_names = group[GROUP_STEP] || group[GROUP_ITEM];
    if (group[GROUP_ITEM])
        add_words(expected, "an item");
    if (group[GROUP_STEP])
        add_words(expected, expects(expected, T_DO) ? "a step" : expects(expected, T_CEXPR) ? "a name or '('" : "a name");
    if (group[GROUP_CLAUSE])
        add_words(expected, "'then'");
    if (group[GROUP_OPCLAUSE] && expects(expected, T_FAILS))
        add_words(expected, "a clause");
    for (int i = 0; i < TOKEN_COUNT; i++) {
        enum token_group of = token_group(i + T_NAME);
        bool is_value = of == GROUP_VALUE && (group[GROUP_STEP] || group[GROUP_CLAUSE]);
        bool is_slip = i + T_NAME == T_OPERATOR || (group[GROUP_CLAUSE] && (i + T_NAME == T_WHILE || i + T_NAME == T_ARGS));
        if (!expected->has[i] || is_value || is_slip || of == GROUP_ITEM || of == GROUP_CLAUSE || of == GROUP_TAIL)
            continue;
        if (of == GROUP_STEP || (of == GROUP_OPCLAUSE && (expects(expected, T_FAILS) || group[GROUP_STEP])))
            continue;
        if (lists_names && (i + T_NAME == T_VAR || i + T_NAME == T_RBRACE))
            continue;
        add_words(expected, token_info(i + T_NAME)->shown);
    }
    if (expected->end_of_file && expected->count == 0)
        add_words(expected, "the end of the file");
}

static struct expected gather(const int *tokens, int count)
{
    struct expected expected = { .count = 0 };

    for (int i = 0; i < count; i++) {
        if (tokens[i] < T_NAME) {
            expected.end_of_file = true;
            continue;
        }
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

void report_syntax(struct scanner *scan, const int *tokens, int count)
{
    const struct token *found = &scan->last[0], *before = &scan->last[1];

    if (is_quiet(scan))
        return;
    struct expected expected = gather(tokens, count);
    const char *after = before->kind ? arena_format(scan->arena, " after %s", shown(scan, before)) : "";
    const char *text = arena_format(scan->arena, "expected %s%s, found %s", join_words(scan, &expected), after, shown(scan, found));
    diag_report(scan->diags, D_SYNTAX, found->span, text);
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
    struct diag *diag = diag_report(scan->diags, D_MISSING_TYPE, name->span, name->name);

    diag_help(scan->diags, diag, "`void` if it has no value");
}

void slip_semicolon(struct scanner *scan, struct span semicolon, const struct ast_step *next)
{
    if (is_quiet(scan))
        return;
    struct diag *diag = diag_report(scan->diags, D_STEPS_JOINED, semicolon);

    if (next->form->kind == AST_CALL)
        diag_help(scan->diags, diag, "write `then %s%s`", next->form->u.call.name, next->form->u.call.bare ? "" : "(...)");
}

void slip_do_while(struct scanner *scan, struct span keyword)
{
    struct diag *diag = diag_report(scan->diags, D_DO_WHILE, keyword);

    diag_help(scan->diags, diag, "loops are `while (condition) { steps }` and `loop { steps }`");
}

void slip_value(struct scanner *scan, struct span span, const struct ast_c *c)
{
    if (is_quiet(scan))
        return;
    struct diag *diag = diag_report(scan->diags, D_BARE_C, span);

    diag_help(scan->diags, diag, "write `(%s)`", c->text);
}

void slip_operator(struct scanner *scan, const struct ast_name *name, const struct ast_c *rest, const struct ast_c *c)
{
    if (rest->text[0] != '=' || rest->text[1] == '=') {
        slip_value(scan, c->span, c);
        return;
    }
    struct diag *diag = diag_report(scan->diags, D_ASSIGNMENT, c->span);
    diag_help(scan->diags, diag, "name a step's value with `step as %s`; assign in `do { %s; }`", name->name, c->text);
}
