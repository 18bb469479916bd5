/* slip.h - syntax errors in words. */
#ifndef SLIP_H
#define SLIP_H

#include "ast.h"
#include "token.h"

struct scanner;
struct token;

/* "expected X after Y, found Z", given the tokens that could have followed. */
void report_syntax(struct scanner *scan, const int *expected, int count);

/* What is wrong but clear. */
void slip_missing_semicolon(struct scanner *scan, struct span behind);
void slip_no_type(struct scanner *scan, const struct ast_name *name);
void slip_semicolon(struct scanner *scan, struct span semicolon, const struct ast_step *next);
void slip_do_while(struct scanner *scan, struct span keyword);
void slip_value(struct scanner *scan, struct span span, const struct ast_c *c);
void slip_first_operator(struct scanner *scan, const struct ast_c *c);
void slip_operator(struct scanner *scan, const struct ast_name *name, const struct ast_c *rest, const struct ast_c *c);

/* ---- between slip.c and help.c ---- */

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

const char *slip_source(const struct scanner *scan, struct span span); /* where it begins */
const char *slip_shown(struct scanner *scan, const struct token *token);

/* What was probably meant by what was found; NULL: no idea. */
const char *help_with_syntax(struct scanner *scan, const struct expected *expected);

#endif
