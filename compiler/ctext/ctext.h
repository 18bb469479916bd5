/* ctext.h - C text as a row of C tokens: just enough to find names in it.
 *
 * The text comes from the lexer's capture rule, so brackets match and strings and comments end.
 */
#ifndef CTEXT_H
#define CTEXT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "ctext/ctoken.h"

/* The token at *at, which is moved after it; white space and comments before it
 * are passed over. A punctuator is "->" or one byte. */
struct ctoken ctext_next_solid(const char **at);

/* The same, passing over brackets too: around a number, or a part of it, they
 * change nothing. */
struct ctoken ctext_next_in_brackets(const char **at);

/* The length of C text without the white space and comments at its end: words
 * that are put after a line comment would belong to it. */
size_t ctext_solid_length(const char *text);

/* After the partner of the bracket before *at. */
void ctext_skip_bracket(const char **at);

/* The next name that is no member of something, or the end. */
struct ctoken ctext_next_name(const char **at);

/* The next `name(…)`, moving *at after its bracket. False if there is none. */
bool ctext_next_call(const char **at, struct ctoken *name);

/* Whether the text as a whole assigns, without brackets around. */
bool ctext_assigns(const char *text);

/* Whether the text is a number below 0: one with a minus and without a `u`. */
bool ctext_is_negative(const char *text);

/* Whether the text is a number, and that is 0 however it is written. */
bool ctext_is_zero(const char *text);

/* The value of a text that is one whole number, perhaps with a sign. False: it
 * is something else. What is too large counts as INTMAX_MAX. */
bool ctext_number(const char *text, intmax_t *number);

/* Finds the name that a C declaration declares: `char *argv[]`, `void
 * (*f)(int)`, `int (n)`, `unsigned long n = 3`. Stops at a top-level `=` or
 * `,`. False if there is none. */
bool ctext_declared_name(const char *declaration, const char **name, size_t *length);

/* Where the top-level `wanted` byte stands; NULL if nowhere. */
const char *ctext_find(const char *text, char wanted);

#endif
