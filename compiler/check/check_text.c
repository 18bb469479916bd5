/* check_text.c - finds the chain's names in C text.
 *
 *     render(&names, it.count)   ->   "render(&" names ", " it ".count)"
 *
 * The text is never parsed. A name is one of the chain's unless it stands after
 * `.`, `->`, struct/union/enum or goto, or the text declares it: cdecl.c
 * (reference.md, Names). */
#include <string.h>

#include "base/arena.h"
#include "base/intern.h"
#include "check/check.h"
#include "ctext/cdecl.h"
#include "ctext/ctext.h"

struct scan {
    struct checker *checker;
    const struct ast_c *c;
    struct ctype type;    /* what the context asks for, for `it` */
    struct node *do_node; /* NULL outside a do */
    struct piece **last;
    const char *plain;     /* start of text not yet taken over */
    struct cdecl declared; /* what the text declares itself */
    bool address;          /* after an & that takes an address */
    /* of the brackets after such an & and a name, `&_Generic(`; 0: there are none */
    int address_depth;
    bool after_macro;   /* after a macro of the user without arguments */
    bool operand;       /* after a variable of the chain or a number */
    const char *joined; /* after the first & of `operand &&` */
    bool measured;      /* after a sizeof */
    int depth;
    int rejects[16]; /* depths at which a reject( ends */
    int reject_arguments[16];
    const char *reject_codes[16]; /* where their first arguments begin */
    int reject_count;
    bool has_called; /* what only a step can call: said once */
};

static struct piece *add_piece(struct scan *scan, enum piece_kind kind)
{
    struct piece *piece = arena_new(scan->checker->arena, struct piece);
    piece->kind = kind;
    *scan->last = piece;
    scan->last = &piece->next;
    return piece;
}

/* Takes over the text up to `end`; the next begins at `next`. */
static void add_plain(struct scan *scan, const char *end, const char *next)
{
    if (end > scan->plain) {
        struct piece *piece = add_piece(scan, PIECE_TEXT);
        piece->at = scan->c->span.begin + (pos)(scan->plain - scan->c->text);
        piece->text = scan->plain;
        piece->length = (size_t)(end - scan->plain);
    }
    scan->plain = next;
}

static struct ctoken peek(const char *p)
{
    return ctext_next_solid(&p);
}

static void check_set(struct scan *scan, struct variable *variable, struct ctoken token)
{
    struct checker *checker = scan->checker;
    const struct check_note *known;
    struct diag *diag;

    if (variable->kind == VARIABLE_PROMISE)
        check_promise_value(checker, variable, ast_c_span(scan->c, token.text, token.length));
    if (variable->kind != VARIABLE_BINDING || check_assigned_has(&checker->assigned, variable))
        return;
    known = check_note(checker, variable);
    diag =
        diag_report(checker->diags, D_MAYBE_UNSET, ast_c_span(scan->c, token.text, token.length),
                    variable->name,
                    known->unset_why == NULL ? "it is bound in another place" : known->unset_why);
    diag_note(checker->diags, diag, known->unset_at.begin != 0 ? known->unset_at : variable->span,
              known->unset_at.begin != 0 ? "the two paths part here" : "it is bound here");
}

static struct variable *variable_named(const struct scan *scan, struct ctoken token)
{
    return check_variable_visible(scan->checker,
                                  intern(scan->checker->program->names, token.text, token.length));
}

static bool is_assigned(const char *after)
{
    struct ctoken equals = ctext_next_solid(&after);
    return ctoken_is(equals, "=") && *after != '=';
}

/* `n = …`: who sets it may be one of several items. */
static void note_set(struct scan *scan, const struct variable *variable, struct ctoken token,
                     const char *after)
{
    struct item_around *item = &scan->checker->item;

    if (variable->kind == VARIABLE_VAR && variable->index < item->variables && is_assigned(after)
        && item->set.begin == 0)
        item->set = ast_c_span(scan->c, token.text, token.length);
}

/* A variable has a value as soon as the text has assigned one, or taken its
 * address, or a `do` has mentioned it: what C does on which way is not known. */
static void check_var_set(struct scan *scan, struct variable *variable, struct ctoken token,
                          const char *after)
{
    struct check_note *known = check_note(scan->checker, variable);
    bool read =
        scan->do_node == NULL && !scan->address && scan->address_depth == 0 && !is_assigned(after);

    if (!known->no_value || scan->measured)
        return;
    known->no_value = false;
    if (read)
        diag_note(scan->checker->diags,
                  diag_report(scan->checker->diags, D_VAR_UNSET,
                              ast_c_span(scan->c, token.text, token.length), variable->name),
                  variable->span, "it is declared here");
}

/* The variable that a name in the text stands for; NULL if it is none of the chain's. */
static struct variable *variable_meant(struct scan *scan, struct ctoken token)
{
    struct checker *checker = scan->checker;
    struct variable *variable;
    const char *name;

    if (ctoken_is(token, "it"))
        return check_incoming_wanted(checker, scan->type,
                                     ast_c_span(scan->c, token.text, token.length), NULL);
    /* else it has been refused */
    if (ctoken_is(token, "err") && checker->around.err == NULL
        && variable_named(scan, token) == NULL)
        diag_report(checker->diags, D_ERR_UNSET, ast_c_span(scan->c, token.text, token.length));
    if (ctoken_is(token, "err"))
        return checker->around.err;
    if (ctoken_is(token, "attempt") && checker->attempt == NULL
        && variable_named(scan, token) == NULL)
        diag_report(checker->diags, D_ATTEMPT_UNSET, ast_c_span(scan->c, token.text, token.length));
    if (ctoken_is(token, "attempt"))
        return checker->attempt;
    name = intern(checker->program->names, token.text, token.length);
    variable = check_variable_visible(checker, name);
    if (variable != NULL)
        check_set(scan, variable, token);
    else if (check_variable_was_visible(checker, name))
        diag_report(checker->diags, D_OUT_OF_SCOPE, ast_c_span(scan->c, token.text, token.length),
                    name, name);
    return variable != NULL && ctype_is_void(variable->type) ? NULL : variable; /* a promise's */
}

static bool is_chain_name(const struct scan *scan, struct ctoken token)
{
    return ctoken_is(token, "it") || (ctoken_is(token, "err") && scan->checker->around.err != NULL)
           || variable_named(scan, token) != NULL;
}

static void report_shadow(struct scan *scan, struct ctoken token)
{
    struct variable *variable = variable_named(scan, token);

    diag_report(scan->checker->diags, D_LOCAL_SHADOWS,
                ast_c_span(scan->c, token.text, token.length),
                arena_copy(scan->checker->arena, token.text, token.length));
    if (variable != NULL) /* enough has been said of it */
        variable->used = true;
}

/* What waits is called by a step: for C there is no function of that name. */
static void check_called(struct scan *scan, const struct symbol *op, struct ctoken token,
                         const char *after)
{
    const struct checker *checker = scan->checker;
    const char *end = token.text;
    struct ctoken name;
    struct diag *diag;

    if (op->kind != SYMBOL_OPERATION || op->proto_kind == AST_SYNC || !ctoken_is(peek(after), "(")
        || scan->has_called)
        return;
    scan->has_called = true;
    diag = diag_report(checker->diags, D_CALLED_IN_C, ast_c_span(scan->c, token.text, token.length),
                       op->name,
                       op->proto_kind == AST_CHAIN      ? "a chain"
                       : op->proto_kind == AST_BLOCKING ? "a blocking function"
                                                        : "an operation");
    ctext_next_call(&end, &name);
    if (ctype_is_void(op->value))
        diag_help(checker->diags, diag, "write `%.*s` as a step of its own",
                  (int)(end - token.text), token.text);
    else if (scan->do_node != NULL)
        diag_help(checker->diags, diag,
                  "bind its value before the `do`: `%.*s as NAME then do { ... }`",
                  (int)(end - token.text), token.text);
    else
        diag_help(checker->diags, diag, "write `%.*s then ...`, and there `%.*sit%s`",
                  (int)(end - token.text), token.text, (int)(token.text - scan->c->text),
                  scan->c->text, end);
}

/* `drop(d)` in C text: the C function is called, but nothing is moved there. */
static void check_released(struct scan *scan, const struct symbol *op, struct ctoken token,
                           const char *after)
{
    struct ctoken bracket = ctext_next_solid(&after), name = ctext_next_solid(&after);

    if (op->kind == SYMBOL_OPERATION && op->proto_kind == AST_SYNC && ctoken_is(bracket, "(")
        && name.kind == CTOKEN_NAME && ctoken_is(ctext_next_solid(&after), ")"))
        check_own_released(scan->checker, variable_named(scan, name), op,
                           ast_c_span(scan->c, token.text, token.length));
}

static void add_renamed(struct scan *scan, const struct symbol *symbol, struct ctoken token,
                        const char *end)
{
    struct piece *piece;

    add_plain(scan, token.text, end);
    piece = add_piece(scan, PIECE_TEXT);
    piece->at = ast_c_span(scan->c, token.text, token.length).begin;
    piece->text = symbol->c_name;
    piece->length = strlen(symbol->c_name);
}

/* `BUSY`, `db.BUSY`: C may have another word for it. */
static void take_symbol(struct scan *scan, struct ctoken token, const char **at)
{
    struct program *program = scan->checker->program;
    const char *name = intern(program->names, token.text, token.length), *after = *at;
    const struct symbol *op = symbol_find(program, name),
                        *renamed = symbol_of_word(program, program->units, token, at);

    if (op != NULL && op->kind != SYMBOL_OPERATION && *at == after) /* C functions are one in C */
        symbol_check_clear(program, program->units, name,
                           ast_c_span(scan->c, token.text, token.length));
    if (renamed != NULL) {
        add_renamed(scan, renamed, token, *at);
        op = renamed;
        after = *at;
    }
    if (op == NULL)
        return;
    check_called(scan, op, token, after);
    check_released(scan, op, token, after);
}

/* `text a = 3;` in a `do`: the type is a resource. */
static void take_type(struct scan *scan, struct ctoken token, const char *after)
{
    struct program *program = scan->checker->program;
    const char *name = intern(program->names, token.text, token.length);
    const struct symbol *symbol = symbol_find(program, name);

    if (symbol == NULL || symbol->kind != SYMBOL_RESOURCE || symbol->c_name == symbol->name
        || ctoken_is_tag_word(scan->declared.before_that)
        || !symbol_is_type_place(scan->declared.before_that, after))
        return;
    symbol_check_clear(program, program->units, name,
                       ast_c_span(scan->c, token.text, token.length));
    add_renamed(scan, symbol, token, after);
}

static void take_name(struct scan *scan, struct ctoken token, const char **at, enum cname name)
{
    struct variable *variable;
    struct piece *piece;
    const char *after = *at;

    if (name == CNAME_DECLARED && is_chain_name(scan, token))
        report_shadow(scan, token);
    if (name == CNAME_OTHER && !cdecl_is_local(&scan->declared, token))
        take_type(scan, token, after);
    if (name != CNAME_USED || cdecl_is_local(&scan->declared, token))
        return;
    variable = variable_meant(scan, token);
    if (variable == NULL) {
        take_symbol(scan, token, at);
        return;
    }
    check_var_set(scan, variable, token, after);
    note_set(scan, variable, token, after);
    check_own_mention(scan->checker, variable, ast_c_span(scan->c, token.text, token.length));
    variable->used = true;
    scan->operand = true;
    if (scan->address || scan->address_depth > 0 || !ctype_is_scalar(variable->type))
        variable->address_taken = true;
    add_plain(scan, token.text, after);
    piece = add_piece(scan, PIECE_VARIABLE);
    piece->at = ast_c_span(scan->c, token.text, token.length).begin;
    piece->variable = variable;
}

/* ---- reject( … ) and return in a do -------------------------------------- */

/* The bracket is the next token. */
static void open_reject(struct scan *scan, struct ctoken token, const char *after)
{
    struct ctoken bracket = ctext_next_solid(&after);

    if (!ctoken_is(bracket, "(") || scan->reject_count == 16)
        return;
    add_plain(scan, token.text, after);
    add_piece(scan, PIECE_REJECT);
    scan->do_node->u.do_.rejects = true;
    scan->reject_arguments[scan->reject_count] = ctoken_is(peek(after), ")") ? 0 : 1;
    scan->reject_codes[scan->reject_count] = after;
    scan->rejects[scan->reject_count++] = scan->depth;
}

/* The first argument ends here. */
static void check_reject_code(struct scan *scan, struct ctoken end)
{
    const char *begin = scan->reject_codes[scan->reject_count - 1];
    struct ast_c code = { .text =
                              arena_copy(scan->checker->arena, begin, (size_t)(end.text - begin)) };

    code.span.begin = scan->c->span.begin + (pos)(begin - scan->c->text);
    code.span.end = scan->c->span.begin + (pos)(end.text - scan->c->text);
    symbol_check_positive(scan->checker->program, scan->checker->program->units, &code);
}

/* What belongs to a step that rejects. */
static void check_told_in_c(struct scan *scan, const char *after)
{
    struct ctoken word = peek(after);

    if (ctoken_is(word, "says") || ctoken_is(word, "because"))
        diag_report(scan->checker->diags, D_TOLD_IN_C, ast_c_span(scan->c, word.text, word.length),
                    ctoken_is(word, "says") ? "says" : "because");
}

static void close_reject(struct scan *scan, struct ctoken token, const char *after)
{
    int arguments = scan->reject_arguments[scan->reject_count - 1];
    struct ctype type = scan->do_node->type;
    struct piece *piece;

    if (arguments == 1)
        check_reject_code(scan, token);
    scan->reject_count--;
    if (arguments < 1 || arguments > 3)
        diag_report(scan->checker->diags, D_REJECT_ARGUMENTS,
                    ast_c_span(scan->c, token.text, token.length), (unsigned)arguments);
    check_told_in_c(scan, after);
    add_plain(scan, token.text, after);
    piece = add_piece(scan, PIECE_REJECT_END);
    piece->length = (size_t)arguments;
    piece->text =
        ctype_is_void(type) ? ")" : arena_format(scan->checker->arena, ", (%s){ 0 })", type.before);
}

/* An & after an operand is binary. After a bracket it may be either, and counts
 * as unary: `(int *)&x`. */
static void take_ampersand(struct scan *scan, struct ctoken token)
{
    bool is_second = scan->joined != NULL && scan->joined == token.text;

    scan->address = !scan->operand && !is_second;
    scan->joined = scan->operand ? token.text + 1 : NULL;
}

/* A word between an & and the variable whose address it takes: `&_Generic(x,
 * int: x)`, `&__extension__ x`. A macro of the user may have the & itself:
 * `ADDRESS(x)`, `AND x`. */
static void take_word(struct scan *scan, struct ctoken token, const char *after)
{
    bool is_prefix = ctoken_is(token, "__extension__") || ctoken_is(token, "__real__")
                     || ctoken_is(token, "__imag__");
    bool is_macro =
        resolve_name_is_users_macro(scan->checker->program,
                                    arena_copy(scan->checker->arena, token.text, token.length));

    if ((scan->address || is_macro) && scan->address_depth == 0 && ctoken_is(peek(after), "("))
        scan->address_depth = scan->depth + 1;
    scan->after_macro = is_macro && !ctoken_is(peek(after), "(");
    scan->address = (scan->address && is_prefix) || scan->after_macro;
}

static void take_punctuator(struct scan *scan, struct ctoken token, const char *after)
{
    bool in_reject =
        scan->reject_count > 0 && scan->rejects[scan->reject_count - 1] == scan->depth - 1;

    if (strchr("([{", *token.text) != NULL)
        scan->depth++;
    else if (*token.text == ')' && in_reject) {
        scan->depth--;
        close_reject(scan, token, after);
    } else if (strchr(")]}", *token.text) != NULL)
        scan->depth--;
    else if (*token.text == ',' && in_reject
             && ++scan->reject_arguments[scan->reject_count - 1] == 2)
        check_reject_code(scan, token);
    if (scan->depth < scan->address_depth)
        scan->address_depth = 0;
    if (*token.text == '&')
        take_ampersand(scan, token);
    else if (*token.text != '(')
        scan->address = false;
    scan->measured = scan->measured && strchr("(*", *token.text) != NULL;
}

static void take_token(struct scan *scan, struct ctoken token, const char **at)
{
    bool is_variable = token.kind == CTOKEN_NAME && is_chain_name(scan, token);
    enum cname name;

    scan->declared.after_macro = scan->after_macro;
    name = cdecl_take(&scan->declared, token, *at, is_variable);
    scan->after_macro = false;
    if (token.kind == CTOKEN_PUNCT) {
        take_punctuator(scan, token, *at);
        scan->operand = false;
        return;
    }
    scan->operand = token.kind == CTOKEN_NUMBER;
    if (token.kind != CTOKEN_NAME) {
        scan->address = false;
        return;
    }
    if (scan->do_node != NULL && ctoken_is(token, "reject") && name == CNAME_USED)
        open_reject(scan, token, *at);
    else if (scan->do_node != NULL && ctoken_is(token, "return") && ctoken_is(peek(*at), ";")) {
        add_plain(scan, token.text, *at);
        add_piece(scan, PIECE_RETURN);
    } else
        take_name(scan, token, at, name);
    take_word(scan, token, *at);
    scan->measured = ctoken_is(token, "sizeof");
}

struct text *check_text(struct checker *checker, const struct ast_c *c, struct ctype type,
                        bool is_body, struct node *do_node)
{
    struct text *text = arena_new(checker->arena, struct text);
    struct scan scan = { .checker = checker,
                         .c = c,
                         .type = type,
                         .do_node = is_body ? do_node : NULL,
                         .last = &text->pieces,
                         .plain = c->text };
    struct ctoken token;
    const char *p = c->text, *end = p;

    text->span = c->span;
    cdecl_init(&scan.declared, checker->arena, is_body);
    while ((token = ctext_next_solid(&p)).kind != CTOKEN_END) {
        take_token(&scan, token, &p);
        end = p;
    }
    /* a comment to the end of the line would swallow what follows an expression */
    add_plain(&scan, is_body ? p : end, p);
    return text;
}

struct text *check_text_of_variable(struct checker *checker, struct variable *variable,
                                    struct span span)
{
    struct text *text = arena_new(checker->arena, struct text);
    text->span = span;
    text->pieces = arena_new(checker->arena, struct piece);
    text->pieces->kind = PIECE_VARIABLE;
    text->pieces->variable = variable;
    check_own_mention(checker, variable, span);
    variable->used = true;
    if (!ctype_is_scalar(variable->type))
        variable->address_taken = true;
    return text;
}
