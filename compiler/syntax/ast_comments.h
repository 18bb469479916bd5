/* ast_comments.h - comments find their nodes. */
#ifndef COMMENTS_H
#define COMMENTS_H

struct ast_comment;
struct ast_file;

/* Hangs the comments, which are in source order, at the nodes they belong to. */
void ast_attach_comments(struct ast_file *file, struct ast_comment *comments);

#endif
