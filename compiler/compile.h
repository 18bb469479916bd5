/* compile.h - one source from text to text: the passes in their order. Nothing is written, and
 * nothing ends the program, so that tests can do it as often as they like.
 *
 *     struct compilation compilation;
 *     compile_begin(&compilation, &options, &settings);
 *     if (compile_text(&compilation, "NAME.chain", text, length))
 *         … compilation.diags, compilation.c, compilation.h …
 *     compile_end(&compilation);
 */
#ifndef COMPILE_H
#define COMPILE_H

#include "base/arena.h"
#include "base/diag.h"
#include "base/intern.h"
#include "base/source.h"
#include "base/writer.h"
#include "check/symbol.h"
#include "driver/options.h"
#include "passes.h"

struct compilation {
    struct arena arena; /* of everything that is made; must not move */
    struct names names;
    struct sources sources; /* what was read: the input and its imports */
    struct diags diags;
    struct program program;
    const struct options *options;
    struct emit_options emit; /* what the outputs are called */
    struct writer c, h;       /* the texts; a dump, a report or a skeleton is in `c` */
    const char *problem;      /* why there is no report; NULL: none */
};

/* `settings` says which messages are wanted; both live as long as the compilation. */
void compile_begin(struct compilation *compilation, const struct options *options,
                   const struct diags *settings);

/* Compiles as the options say, with messages in `diags`. To be called under a guard of the arena.
 */
void compile(struct compilation *compilation, const struct source *source);

/* The same for a text in memory, under a guard of its own. False if memory ran out: then there are
 * no texts. */
bool compile_text(struct compilation *compilation, const char *path, const char *text,
                  size_t length);

/* Whether there are messages that keep the outputs from being written. */
bool compile_has_errors(const struct compilation *compilation);

void compile_end(struct compilation *compilation);

#endif
