/* ast_print.h - the parts of the printer of trees as source. */
#ifndef PRINT_H
#define PRINT_H

#include "syntax/ast.h"

struct print {
    struct writer *writer;
    const struct sources *sources;
    const struct ast_comment *trailing; /* to be put at the end of this line */
    bool flat;                          /* all of this goes on one line */
};

/* ---- ast_print_text.c: lines and comments -------------------------------- */

bool ast_print_on_one_line(const struct print *print, struct span span);
void ast_print_end_line(struct print *print); /* with the comments at its end */
/* whether an empty line stood before */
bool ast_print_has_gap(const struct print *print, pos at);
pos ast_print_first_pos(const struct ast_comment *comments, pos begin);
void ast_print_keep_gap(struct print *print, const struct ast_comment *comments, pos begin);

/* Those before a node; gives those after it, for print_trailing. `begin` is the
 * node's, 0 for none. */
const struct ast_comment *ast_print_before(struct print *print, const struct ast_comment *comment,
                                           pos begin);
void ast_print_trailing(struct print *print, const struct ast_comment *comment);

/* ---- ast_print_text.c: C text, names, numbers ---------------------------- */

void ast_print_raw(struct print *print, const char *text, size_t length);
void ast_print_c(struct print *print, const char *text); /* with room for what follows */
void ast_print_bracketed(struct print *print, const char *text);
void ast_print_braced(struct print *print, const char *text);
void ast_print_typed(struct print *print, const struct ast_c *type, const char *name);
void ast_print_names(struct print *print, const struct ast_name *name);
void ast_print_args(struct print *print, const struct ast_args *args);
void ast_print_count(struct print *print, const struct ast_number *number);
void ast_print_duration(struct print *print, const char *before,
                        const struct ast_duration *duration);

/* ---- ast_print_steps.c --------------------------------------------------- */

/* a chain's: never on one line */
void ast_print_body(struct print *print, const struct ast_block *block);

#endif
