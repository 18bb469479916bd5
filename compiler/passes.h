/* passes.h - the table of contents: every pass, in the order main.c calls them.
 *
 * Above each stand what must hold before and what holds after.
 */
#ifndef PASSES_H
#define PASSES_H

#include <stdbool.h>

struct arena;
struct ast_file;
struct diags;
struct names;
struct program;
struct source;
struct sources;
struct writer;

/* parse: bytes -> tree. Reports syntax errors and goes on at the next item; NULL never. The tree of a file with errors is
 * incomplete but well formed. */
struct ast_file *parse(struct arena *arena, struct names *names, struct diags *diags, const struct source *source);

/* The tokens of a file, one a line: "line:col KIND text" (--dump=tokens). */
void dump_tokens(struct writer *writer, struct arena *arena, struct names *names, struct diags *diags, const struct source *source,
                 const struct sources *sources);

#endif
