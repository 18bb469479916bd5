/* ast_walk.h - one walk over all forms of a chain's body, for passes that look for some of them. */
#ifndef AST_WALK_H
#define AST_WALK_H

#include "syntax/ast.h"

/* Called before what is inside; any may be NULL. `enter` and `leave` are called
 * around what a form runs beside other things: its branches, counted from 0;
 * the form of a timeout, 0; of an each the source, 0, and the body, 1. */
struct ast_visitor {
    void (*form)(void *context, struct ast_form *form);
    void (*codes)(void *context, struct ast_name *codes);  /* of catch and retry */
    void (*type)(void *context, const struct ast_c *type); /* of do and as */
    void (*enter)(void *context, const struct ast_form *form, unsigned number);
    void (*leave)(void *context);
    void *context;
};

void ast_walk_block(const struct ast_visitor *visitor, struct ast_block *block);

#endif
