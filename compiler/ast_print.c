/* ast_print.c - the syntax tree as a .chain file in the one style. */
#include "ast.h"
#include "writer.h"

void ast_print(struct writer *writer, const struct ast_file *file, const struct sources *sources)
{
    (void)writer, (void)file, (void)sources;
}
