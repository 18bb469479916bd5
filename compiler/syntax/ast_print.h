/* ast_print.h - the parts of the printer of trees as source.
 *
 * The printer can measure a node before it prints it: the same functions write
 * one line to another writer, `flat`. A node that does not fit, or cannot stand
 * on one line, is then printed in lines, and each of these is measured
 * again. */
#ifndef PRINT_H
#define PRINT_H

#include "base/writer.h"
#include "syntax/ast.h"

enum {
    WIDEST = 100,        /* of a line that can be broken */
    WIDEST_BRACKETS = 80 /* of one with steps, branches, codes or C statements in brackets */
};

struct print {
    struct writer *writer;
    const struct source *source;
    struct writer line;                 /* that is measured */
    const struct ast_comment *trailing; /* to be put at the end of this line */
    pos list_end;                       /* of the list that is printed: its closing bracket */
    pos kept_until;                     /* what begins before it has been printed as it stands */
    size_t after;                       /* columns needed after a step: its comma */
    bool flat;                          /* all of this goes on one line */
    bool is_measured;                   /* to find out whether it does */
    bool is_broken;                     /* it does not */
    bool has_brackets;                  /* with steps, branches, codes or C statements */
};

/* ---- ast_print_line.c: lines and their lengths --------------------------- */

size_t ast_print_column(const struct print *print); /* of the next byte, from 0 */

/* Another printer for the same line, from where this one is. */
struct print ast_print_measure(struct print *print);
/* what was printed there, and so many columns after it, fit on this line */
bool ast_print_fits(const struct print *print, const struct print *measured, size_t after);
bool ast_print_is_given_up(const struct print *measured);

/* ---- ast_print_text.c: C text, names, numbers ---------------------------- */

void ast_print_text(struct print *print, struct span span);     /* as it stands in the file */
void ast_print_kept(struct print *print, struct span span);     /* its indentation, too */
void ast_print_raw(struct print *print, const struct ast_c *c); /* copied by scan_raw_text() */
void ast_print_c(struct print *print, const struct ast_c *c);   /* with room for what follows */
void ast_print_bracketed(struct print *print, const struct ast_c *c);
void ast_print_braced(struct print *print, const struct ast_c *c, bool are_statements);
void ast_print_typed(struct print *print, const struct ast_c *type, const char *name);
void ast_print_names(struct print *print, const struct ast_name *name);
void ast_print_args(struct print *print, const struct ast_args *args);
void ast_print_count(struct print *print, const struct ast_number *number);
void ast_print_duration(struct print *print, const char *before,
                        const struct ast_duration *duration);

/* ---- ast_print_comments.c ------------------------------------------------ */

void ast_print_end_line(struct print *print);   /* with the comments at its end */
void ast_print_start_line(struct print *print); /* ends what has been begun */

/* An empty line, if there was one before a node and its comments. */
void ast_print_keep_gap(struct print *print, const struct ast_comment *comments, pos begin);
/* Starts a line for a member of a list. */
void ast_print_start_member(struct print *print, const struct ast_comment *comments, pos begin,
                            bool is_first);

/* Those before a node, each on a line of its own; gives those after it, for
 * ast_print_trailing(). `begin` is the node's. */
const struct ast_comment *ast_print_before(struct print *print, const struct ast_comment *comment,
                                           pos begin);
/* Those before a closing bracket, or the end of the file. */
void ast_print_last(struct print *print, const struct ast_comment *comment, bool has_before);
void ast_print_trailing(struct print *print, const struct ast_comment *comment);

/* Whether a node stands between `// format off` and `// format on`, and has
 * been printed as it is. */
bool ast_print_is_kept(const struct print *print, pos begin);
/* the comma after a node, if it is not among what was printed */
void ast_print_comma(struct print *print, pos node_end);

/* ---- ast_print_steps.c --------------------------------------------------- */

/* a chain's: never on one line */
void ast_print_body(struct print *print, const struct ast_block *block);

#endif
