/* resolve.h - shared by the parts of resolve: resolve.c loads imports and has
 * names and calls, resolve_imports.c the order of imports, resolve_calls.c the
 * order of chains, resolve_names.c and resolve_made.c names in C,
 * resolve_resources.c release functions, resolve_codes.c the numbers of
 * codes. */
#ifndef RESOLVE_H
#define RESOLVE_H

#include "check/symbol.h"

/* No file imports itself, directly or through others, or that has been
 * reported. When all are loaded. */
void resolve_imports(struct program *program);

/* A chain and what it calls are in program->chains, callees first; a chain that
 * calls itself has been reported. When all calls have been found. */
void resolve_calls(struct program *program, struct symbol *chain);

/* No name is in the way of another in C, or that has been reported; parameters
 * and what generated functions have for themselves have names. When all names
 * are declared. */
void resolve_names(struct program *program);

/* resolve_made.c: what is made from a symbol's C name, MADE_ASYNC …. Then: no C name is made twice, or declared by the C
 * text of the file, too, or that has been reported. When the macros are known. */
unsigned resolve_kinds_of(const struct symbol *symbol);
void resolve_made(struct program *program);

/* Every resource has its release, or that has been reported. When all names are declared. */
void resolve_resources(struct program *program);

/* Every code has a number of its own, or that has been reported. When all names are declared. */
void resolve_codes(struct program *program);

/* resolve_parameters.c: the parameters of an operation, as C passes them; and
 * whether the types in its declaration have a `#line` in what is generated for
 * this file. */
void resolve_parameters(struct program *program, struct symbol *symbol);
bool resolve_is_shown(const struct program *program, const struct symbol *symbol);

/* resolve_twice.c: report what is in a list twice. */
void resolve_parameters_twice(struct program *program, const struct ast_proto *proto);
void resolve_codes_twice(struct program *program, const struct ast_name *codes);
void resolve_pools(struct program *program); /* of threads, with different numbers */

#endif
