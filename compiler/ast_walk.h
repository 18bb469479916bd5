/* ast_walk.h - one walk over all forms of a chain's body, for passes that look for some of them. */
#ifndef AST_WALK_H
#define AST_WALK_H

#include "ast.h"

/* Called before what is inside; each may be NULL. */
struct ast_visitor {
    void (*form)(void *context, struct ast_form *form);
    void (*codes)(void *context, const struct ast_name *codes); /* of catch and retry */
    void (*type)(void *context, const struct ast_c *type);      /* of do and as */
    void *context;
};

void ast_walk_block(const struct ast_visitor *visitor, struct ast_block *block);

#endif
