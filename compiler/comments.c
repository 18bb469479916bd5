#include "comments.h"

#include "ast.h"

void attach_comments(struct ast_file *file, struct ast_comment *comments)
{
    file->comments = comments;
}
