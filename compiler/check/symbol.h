/* symbol.h - the names at file level and their declarations. */
#ifndef SYMBOL_H
#define SYMBOL_H

#include <stdbool.h>
#include <stdint.h>

#include "base/table.h"
#include "check/ctype.h"
#include "ctext/ctext.h"
#include "ctext/reserved.h"
#include "syntax/ast.h"

struct arena;
struct names;
struct diag;
struct diags;

struct parameter {
    struct parameter *next;
    const char *name;
    struct ctype type;
    /* with its `const`: of an array that a typedef names, it is that of the items */
    struct ctype declared;
    struct span span;
    const char *c_name; /* [resolve] in prototypes, and as a member */
    const char *local;  /* [resolve] in definitions */
};

enum symbol_kind { SYMBOL_OPERATION, SYMBOL_CODE, SYMBOL_RESOURCE };

enum { MOST_TEXT = 4096, MOST_CAUSES = 8 }; /* bytes of one text; causes in one line */

enum { FAILS_TEXTS = 4 }; /* the C after `fails`: its condition, and what it rejects with */

struct symbol {
    UT_hash_handle hh, hh_c; /* by name, in its unit; by C name */
    enum symbol_kind kind;
    bool is_static;
    const char *name;
    /* of what is generated for it: with the name of its module, if it has one */
    const char *c_name;
    struct span span;
    struct unit *unit;
    struct symbol *next; /* in order of declaration */

    /* operations */
    enum ast_proto_kind proto_kind;
    const struct ast_proto *proto; /* the one with the body, if any has one */
    struct ctype value;
    struct parameter *params;
    unsigned param_count;
    bool variadic, posted, uncancellable;
    union { /* NULL: not given */
        struct {
            const struct ast_c *fails, *fails_code, *fails_message, *fails_info;
        };
        const struct ast_c *fails_texts[FAILS_TEXTS];
    };
    bool says; /* the message of `fails` is computed, or a step of the chain says one */
    const struct ast_number *text; /* text N; NULL: not given */
    struct carried *carried;       /* [carries] of a chain; NULL: its rejections carry nothing */
    const struct ast_c *state;
    const char *threads;               /* on NAME; NULL if not given */
    const struct ast_number *most;     /* on NAME N; NULL if not given */
    const struct ast_opclause *raises; /* NULL: any code */
    struct symbol *next_chain;         /* [resolve] callees first */
    const struct ast_number *pool;     /* of a chain; NULL: none */
    bool is_spawned, is_called;        /* [check] in the compiled file */
    bool is_started;                   /* [name] by a block of the compiled file that is reached */
    /* [branch_room] a rejection may know an attempt, here or in a chain that it calls */
    bool retries;
    struct branch_room *room; /* [branch_room] */
    /* [resolve] a chain with a combinator in it or in one it calls */
    bool needs_branches;
    struct checked_chain *checked; /* [check] of a chain of the compiled file */
    struct symbol_run *runs;       /* [resolve] what it calls and spawns */
    struct pool_node *pool_node;   /* [pools] */
    char visit;                    /* [resolve] for the search for recursion */

    /* codes */
    const struct ast_code *code;
    int32_t number;             /* [resolve] */
    struct symbol *same_number; /* [resolve] the next code of this number */

    /* resources; `value` is the C type that they are */
    const struct ast_item *resource;
    bool is_tag; /* [resolve] of a struct, too: that has been reported */
    /* [resolve] the operation that ends one; NULL: wrong, and reported */
    struct symbol *release;
};

/* Bytes of texts: a number, and counts that only C knows, each so many times. */
struct text_count {
    struct text_count *next;
    const char *words;
    unsigned times;
};

/* What a place needs that keeps what a rejection carries. */
struct carry_room {
    unsigned causes; /* records */
    uint64_t texts;  /* bytes */
    struct text_count *counts;
};

struct carried {
    struct carry_room leaves; /* with a rejection that leaves the chain */
    struct carry_room most;   /* with any in it */
    unsigned depth;           /* of the causes of one that leaves: the longest line of them */
    const char *type;         /* the struct of the place for `most`: "struct load_carried" */
};

/* A chain that another one calls or spawns. */
struct symbol_run {
    struct symbol_run *next;
    struct symbol *to;
    bool is_spawn;
};

/* What a file imports. */
struct import {
    struct import *next;
    struct unit *unit;
    const char *qualifier; /* interned */
    bool is_export;
};

/* One .chain file of the program. */
struct unit {
    struct unit *next;
    struct ast_file *file;
    const char *path;              /* as found */
    const char *name;              /* as the import says it */
    const char *base;              /* the file's name: net for "dir/net.chain" */
    const char *stem;              /* the same as a word of C, for names made from it */
    const struct ast_name *module; /* NULL: its C names are as they are written */
    const char *include;           /* what to write after #include for its header */
    struct import *imports, **last_import;
    struct symbol *own;      /* uthash, by name: what it declares */
    struct visible *visible; /* [resolve] uthash: what its imports bring, once it has been */
    bool is_filled;          /* asked for */
    bool renames;      /* [resolve] C has another name for some code or resource that it sees */
    unsigned searched; /* [resolve] the last search that came here */
    bool installed;    /* found in the data folder: <…> */
    bool knows_codes;  /* [resolve] it or what it imports declares codes */
    /* [resolve] 1 while its imports are being followed, 2 when all have been; */
    int visit;
    const struct ast_item *followed; /* [resolve] the current one; */
    /* [resolve] which of its importers follows it; NULL: it is the compiled file */
    struct unit *follower;
};

/* A name that is used but not declared, and has been reported. */
struct unknown {
    struct unknown *next;
    const char *name;
};

/* A word of the user's C text. */
struct word_entry {
    UT_hash_handle hh;
    const char *name;
    struct span span; /* where it stands first */
};

struct program {
    struct arena *arena;
    struct names *names;
    struct diags *diags;
    struct sources *sources;
    const char *const *include_dirs; /* -I, NULL-terminated */
    const char *data_dir;            /* installed modules; NULL if none, */
    const char *data_problem;        /* and this is why; NULL: there are to be none */
    /* [resolve] an imported file is missing or has errors, which has been reported */
    bool incomplete;
    struct unit *units, **last_unit; /* the compiled file first, then what it imports */
    struct symbol *c_names;          /* uthash, by C name; of several the first */
    unsigned searches;               /* [resolve] of what imports pass on */
    struct word_entry *words;        /* [resolve] uthash: of the C text at file level */
    /* [resolve] uthash: what is defined there, without and with parameters */
    struct word_entry *macros, *called_macros;
    struct word_entry *headers; /* [resolve] uthash: what is included there */
    /* [resolve] locals of generated functions around those of a chain */
    const char *own[OWN_COUNT];
    struct taken *state_names; /* [name] uthash */
    struct unknown *unknown;
    /* those of the compiled file, and the public ones of what it imports */
    struct symbol *symbols, **last_symbol;
    struct symbol *chains, **last_chain; /* [resolve] callees first */
};

/* symbol_scope.c */

/* A C function that is declared twice in the same words. */
bool symbol_is_same_function(const struct symbol *a, const struct symbol *b);

/* NAME or QUALIFIER.NAME, as a file knows it: its own items come first. */
struct symbol *symbol_find_in(struct program *program, struct unit *unit, const char *name);

/* NAME of `module NAME;`, else the base name of the file. */
const char *symbol_module_name(const struct unit *unit);

/* What the file itself declares. */
struct symbol *symbol_own(const struct unit *unit, const char *name);

/* As the compiled file knows it. */
struct symbol *symbol_find(struct program *program, const char *name);

/* Whether a call can be rejected, as far as the declaration tells. */
bool symbol_may_reject(const struct symbol *op);

/* Whether a file has imported something under the qualifier. */
bool symbol_is_qualifier(const struct unit *unit, const char *name);

/* Whether C has another word for anything that a file mentions without a qualifier. */
bool symbol_renames(struct program *program, struct unit *unit);

/* How the compiled file calls a code that has this C name. */
const char *symbol_shown_code(struct program *program, const char *c_name);

/* Reports a name that may mean two things. */
void symbol_check_clear(struct program *program, struct unit *unit, const char *name,
                        struct span span);

/* Says of a name that is unknown in a file where it is declared, if a file that
 * was read has it. True: no other help fits. */
bool symbol_help_hidden(struct program *program, const struct unit *unit, const char *name,
                        struct diag *diag);

/* C has one name space for the items of all files. */
struct symbol *symbol_of_c_name(const struct program *program, const char *c_name);
void symbol_add_c_name(struct program *program, struct symbol *symbol);

/* symbol_words.c */

/* What symbols say is from here on in the words of C. When all
 * files are loaded and no import is part of a circle. */
void symbol_use_c_words(struct program *program);

/* The item that a word of C text means, if C has another word for it; `at`, which
 * is after the word, then is after QUALIFIER.NAME. NULL: it stays as it is. */
const struct symbol *symbol_of_word(struct program *program, struct unit *unit, struct ctoken token,
                                    const char **at);

/* A type with C's names of codes and resources. `span` is where it is written:
 * a name that may mean two things is reported there, unless it is 0. */
struct ctype symbol_c_type(struct program *program, struct unit *unit, struct ctype type,
                           struct span span);

/* Whether a word of a C declaration, which is followed by `after`, stands where a type does. */
bool symbol_is_type_place(struct ctoken before, const char *after);

/* False if the name has been asked for before: a name is reported as unknown
 * where it occurs first. */
bool misspelt_is_new(struct program *program, const char *name);

/* Reports the declaration of a nearly equal name if that, and not the use, seems to be the slip. */
bool misspelt_declaration(const struct program *program, const char *name, struct span use,
                          enum symbol_kind kind);

/* Reports the type of a chain that is one letter away from `void`, if nothing
 * at `at` gives the value that it asks for. */
bool misspelt_void(struct program *program, const struct symbol *chain, struct ctype type,
                   struct span at);

/* Whether `a` seems to be a slip for `b`. */
bool misspelt_rather(const struct program *program, const char *a, const char *b);

/* Whether a member or local of this name would be replaced, by a macro of the
 * library or of the file, or is a word. */
bool resolve_name_is_replaced(const struct program *program, const char *name);

/* A macro without parameters. */
bool resolve_name_is_macro(const struct program *program, const char *name);

/* A macro of the file or of one that it imports, with or without parameters. */
bool resolve_name_is_users_macro(const struct program *program, const char *name);

/* The next one to be tried in its place: class_ for class, v_Bool for _Bool. */
const char *resolve_name_after(struct arena *arena, const char *name);

/* A word that the C text at file level has. */
bool resolve_word_is_used(const struct program *program, const char *name);

/* Reports C text that is to be a code and says itself that it is not positive:
 * `0`, `-EIO`, `(-1)` (rule 35). */
void symbol_check_positive(struct program *program, struct unit *unit, const struct ast_c *code);

/* The installed modules, and which of them declares an operation; NULL: none. */
struct module {
    const char *name;
    const char *operations; /* with blanks around each */
};
extern const struct module symbol_modules[];
extern const size_t symbol_module_count;
const char *symbol_module_of(const char *operation);

#endif
