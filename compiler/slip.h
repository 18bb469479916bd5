/* slip.h - syntax errors in words. */
#ifndef SLIP_H
#define SLIP_H

#include "ast.h"

struct scanner;

/* "expected X after Y, found Z", given the tokens that could have followed. */
void report_syntax(struct scanner *scan, const int *expected, int count);

/* What is wrong but clear. */
void slip_missing_semicolon(struct scanner *scan, struct span behind);
void slip_no_type(struct scanner *scan, const struct ast_name *name);
void slip_semicolon(struct scanner *scan, struct span semicolon, const struct ast_step *next);
void slip_do_while(struct scanner *scan, struct span keyword);
void slip_value(struct scanner *scan, struct span span, const struct ast_c *c);
void slip_operator(struct scanner *scan, const struct ast_name *name, const struct ast_c *rest, const struct ast_c *c);

#endif
