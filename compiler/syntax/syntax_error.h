/* syntax_error.h - syntax errors in words. */
#ifndef SLIP_H
#define SLIP_H

#include "syntax/ast.h"
#include "syntax/token.h"

struct scanner;
struct token;

/* "expected X after Y, found Z", given the tokens that could have followed. */
void syntax_error(struct scanner *scan, const int *expected, int count);

/* What is wrong but clear. */
void syntax_missing_semicolon(struct scanner *scan, struct span before);
void syntax_no_type(struct scanner *scan, const struct ast_name *name);
void syntax_semicolon(struct scanner *scan, struct span semicolon, const struct ast_step *next);
void syntax_await_call(struct scanner *scan, struct span keyword, struct span span);
void syntax_do_while(struct scanner *scan, struct span keyword);
void syntax_value(struct scanner *scan, struct span span, const struct ast_c *c);
void syntax_first_operator(struct scanner *scan, const struct ast_c *c);
void syntax_operator(struct scanner *scan, const struct ast_name *name, const struct ast_c *rest,
                     const struct ast_c *c);

/* ---- between syntax_error.c and syntax_help.c ---------------------------- */

enum { MOST_LISTED = 4 };

/* The tokens that the parser could have gone on with, and what messages call them. */
struct expected {
    bool has[TOKEN_COUNT];
    bool group[GROUP_VALUE + 1];
    const char *words[MOST_LISTED + 1];
    int count;
};

static inline bool expects(const struct expected *expected, int token)
{
    return expected->has[token - T_NAME];
}

const char *syntax_source(const struct scanner *scan, struct span span); /* where it begins */
const char *syntax_shown(struct scanner *scan, const struct token *token);

/* What was probably meant by what was found; NULL: no idea. */
const char *syntax_help(struct scanner *scan, const struct expected *expected);

#endif
