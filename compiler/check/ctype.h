/* ctype.h - C types. Only the words are known: what a typedef names, the C compiler knows. */
#ifndef CTYPE_H
#define CTYPE_H

#include <stdbool.h>
#include <stddef.h>

#include "syntax/ast.h"

struct arena;
struct program;
struct symbol;

/* A C type around a hole for the name: "const char *" "", "char " "[512]",
 * "void (*" ")(int)". Void: before is NULL. */
struct ctype {
    const char *before, *after;
    pos at; /* where it is written; 0: nowhere, or in a file whose own header has it */
};

bool ctype_is_void(struct ctype type);

/* The same words, blanks aside. */
bool ctype_same(struct ctype a, struct ctype b);

/* Spelled with arithmetic, <stdint.h> or pointer types: such a value has no
 * inside that a pointer could keep (reference.md, Storage). */
bool ctype_is_scalar(struct ctype type);

/* Whether a value may have to stand at an address that malloc() and the place
 * after a header do not give: `long double`, and everything of which only the C
 * compiler knows. */
bool ctype_may_be_overaligned(struct ctype type);

/* Whether the value may be a pointer to data: it is spelled as one, or as one
 * word of which only the C compiler knows. */
bool ctype_may_be_pointer(struct ctype type);

/* `struct chain_handle`, or one word of which only the C compiler knows what it is. */
bool ctype_may_be_handle(struct ctype type);

/* Spelled with struct or union, and no pointer. */
bool ctype_is_struct(struct ctype type);

/* The resource that a type is the name of; NULL if it is none. */
const struct symbol *ctype_resource(const struct program *program, struct ctype type);

/* "const char *" + "api" + "" */
const char *ctype_declare(struct arena *arena, struct ctype type, const char *name);

/* The type of a declaration, with its name taken out, one blank between words,
 * without a `const` that would forbid assigning to a field of that type. */
struct ctype ctype_of_declaration(struct arena *arena, const char *declaration, const char *name_at,
                                  size_t name_length);

/* The same, with the `const`. */
struct ctype ctype_as_declared(struct arena *arena, const char *declaration, const char *name_at,
                               size_t name_length);

struct ctype ctype_of_words(struct arena *arena, const char *words);
struct ctype ctype_of_text(struct arena *arena, const struct ast_c *c);

/* As a parameter: an array or a function is a pointer to what it holds or is.
 * The same `after` if it was neither. */
struct ctype ctype_adjusted(struct arena *arena, struct ctype type);

/* Whether C has nothing to say against it, whatever is declared: arithmetic
 * types, and pointers to them and to void. */
bool ctype_is_certain(struct ctype type);

/* Whether C can assign a value of that type, whatever is declared: those, and
 * whatever ends as a pointer. */
bool ctype_is_assignable(const struct program *program, struct ctype type);

#endif
