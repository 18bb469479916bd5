/* diag.h - diagnostics: messages about the input, collected by the passes,
 * printed at the end in source order.
 *
 * Every diagnostic has a code from diag.def, the text of which is the format of
 * the message, so that all messages can be read in one place. A pass reports
 * and goes on; nobody exits. */
#ifndef DIAG_H
#define DIAG_H

#include <stdbool.h>

#include "base/source.h"

struct writer;

enum diag_severity { DIAG_ERROR, DIAG_WARNING };

/* DIAG(name, severity, "category", "format") */
enum diag_code {
#define DIAG(name, severity, category, format) D_##name,
#include "base/diag.def"
#include "base/diag_check.def"
#undef DIAG
    DIAG_CODES
};

struct diag {
    struct diag *next;
    enum diag_code code;
    struct span span;
    const char *text;
    struct span note_span; /* begin 0: no note */
    const char *note;
    const char *help; /* a suggestion, printed as "help: …"; may be NULL */
};

struct diags {
    struct arena *arena;
    const struct sources *sources;
    struct diag *first, **last;
    unsigned errors, warnings;
    unsigned error_limit; /* reports after this many errors are counted and not kept; 0: 20 */
    bool warnings_are_errors;
    bool color;
    bool silenced[DIAG_CODES]; /* -Wno-… */
};

/* Arguments are those of the code's format. The result may be given a note or
 * help; it is never NULL. */
struct diag *diag_report(struct diags *diags, enum diag_code code, struct span span, ...);
/* false: it is over the limit, and a help would not be seen */
bool diag_is_kept(const struct diag *diag);
void diag_note(struct diags *diags, struct diag *diag, struct span span, const char *format, ...)
    __attribute__((format(printf, 4, 5)));
void diag_help(struct diags *diags, struct diag *diag, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

/* -Wno-CATEGORY: false if no warning has that name. */
bool diag_silence(struct diags *diags, const char *category);
void diag_list_categories(struct writer *out);

/* All of them in source order: "file:line:col: error: text", the line, a caret;
 * notes likewise. Tabs and UTF-8 are kept in the shown line, what a terminal
 * would obey is made visible (message.h), and the caret stands under the right
 * column; a line longer than 160 bytes is shown around the caret. */
void diag_print(const struct diags *diags, struct writer *out);

#endif
