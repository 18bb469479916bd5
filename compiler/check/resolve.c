/* resolve.c - loads imported files, declares the names at file level, and finds
 * the declaration of every call.
 *
 *     import "net.chain";                     units:   k_users -> net
 *     async int tcp_connect(…);               symbols: tcp_connect, k_users, …
 *     chain … { tcp_connect(…) then parse }   call.op: -> the symbols */
#include <ctype.h>
#include <string.h>

#include "base/arena.h"
#include "base/diag.h"
#include "base/intern.h"
#include "base/nearest.h"
#include "check/resolve.h"
#include "ctext/ctext.h"
#include "passes.h"
#include "syntax/ast_walk.h"

/* ---- imports ------------------------------------------------------------- */

static struct unit *unit_find(const struct program *program, const struct source *source)
{
    for (struct unit *unit = program->units; unit != NULL; unit = unit->next)
        if (unit->file->source == source)
            return unit;
    return NULL;
}

/* "dir/net.chain": net. Standard input is "stdin", as its header is stdin.h. */
static const char *base_of(struct arena *arena, const char *path)
{
    const char *slash = strrchr(path, '/');
    const char *file = strcmp(path, "<stdin>") == 0 ? "stdin" : slash == NULL ? path : slash + 1;

    return arena_copy(arena, file, strcspn(file, "."));
}

/* "07_three-states" as a word of C that libchain does not use:
 * "file_07_three_states". */
static const char *stem_of(struct arena *arena, const char *base)
{
    char *stem = arena_copy(arena, base, strlen(base));

    for (char *p = stem; *p != '\0'; p++)
        if (!isalnum((unsigned char)*p))
            *p = '_';
    return isdigit((unsigned char)*stem) || reserved_is_ours(stem)
               ? arena_format(arena, "file_%s", stem)
               : stem;
}

static struct unit *unit_add(struct program *program, struct ast_file *file, const char *path)
{
    struct unit *unit = arena_new(program->arena, struct unit);
    unit->file = file;
    unit->path = path;
    unit->base = base_of(program->arena, path);
    unit->stem = stem_of(program->arena, unit->base);
    unit->last_import = &unit->imports;
    *program->last_unit = unit;
    program->last_unit = &unit->next;
    return unit;
}

/* "dir/net.chain" with the folder of another file's path. */
static const char *beside(struct arena *arena, const char *path, const char *name)
{
    const char *slash = strrchr(path, '/');
    if (name[0] == '/' || slash == NULL)
        return name;
    return arena_format(arena, "%.*s%s", (int)(slash - path + 1), path, name);
}

/* What an import leads to. `path` is where it was looked for last. */
struct found {
    const struct source *source;
    const char *path, *problem;
    bool installed;
};

/* False: it is not there, so it may be elsewhere. A file that is there and
 * cannot be read is not looked for any further. */
static bool find_at(const struct program *program, const char *path, struct found *found)
{
    found->path = path;
    found->source = source_import(program->sources, path, &found->problem);
    return found->source != NULL || found->problem != NULL;
}

static bool find_import(const struct program *program, const char *from, const char *name,
                        struct found *found)
{
    if (find_at(program, beside(program->arena, from, name), found))
        return true;
    for (const char *const *dir = program->include_dirs; *dir != NULL; dir++)
        if (find_at(program, arena_format(program->arena, "%s/%s", *dir, name), found))
            return true;
    found->installed = true;
    found->path = name;
    found->problem = program->data_problem;
    if (program->data_dir == NULL)
        return found->problem != NULL;
    return find_at(program, arena_format(program->arena, "%s/%s", program->data_dir, name), found);
}

static const char *header_of(struct arena *arena, const char *name)
{
    size_t length = strlen(name);
    if (length > 6 && strcmp(name + length - 6, ".chain") == 0)
        length -= 6;
    return arena_format(arena, "%.*s.h", (int)length, name);
}

static struct unit *unit_import(struct program *program, const struct found *found,
                                const char *name)
{
    unsigned errors = program->diags->errors;
    struct ast_file *file = parse(program->arena, program->names, program->diags, found->source);
    struct unit *unit = unit_add(program, file, found->path);

    program->incomplete |= program->diags->errors != errors;
    unit->name = name;
    unit->installed = found->installed;
    unit->include = arena_format(program->arena, found->installed ? "<chain/%s>" : "\"%s\"",
                                 header_of(program->arena, name));
    return unit;
}

/* The folders of -I, as they were given. */
static const char *searched(const struct program *program)
{
    const char *text = "";

    for (const char *const *dir = program->include_dirs; *dir != NULL; dir++)
        text = arena_format(program->arena, "%s in %s,", text, *dir);
    return *text == '\0' ? " in -I folders" : text;
}

/* `import "time"`, and names that are nearly those of an installed module. */
static void import_missing(struct program *program, const struct unit *from, struct span span,
                           const char *name)
{
    const char *with_ending = arena_format(program->arena, "%s.chain", name);
    struct diag *diag =
        diag_report(program->diags, D_IMPORT_MISSING, span, name, searched(program));
    struct nearest nearest = { .wanted = name };
    struct found found = { 0 };

    if (find_import(program, from->path, with_ending, &found)) {
        diag_help(program->diags, diag, "write `import \"%s\";`", with_ending);
        return;
    }
    for (size_t i = 0; i < symbol_module_count; i++)
        nearest_offer(&nearest, symbol_modules[i].name);
    if (nearest.best != NULL && nearest.distance == 1)
        diag_help(program->diags, diag, "did you mean \"%s\"?", nearest.best);
}

static void add_import(struct program *program, struct unit *from, const struct ast_item *item)
{
    const struct ast_name *as = item->u.string.as;
    struct import *import = arena_new(program->arena, struct import);

    import->unit = item->u.string.unit;
    import->is_export = item->u.string.is_export;
    import->qualifier =
        as != NULL ? as->name
                   : ast_import_qualifier(program->names, arena_format(program->arena, "\"%s\"",
                                                                       item->u.string.text));
    *from->last_import = import;
    from->last_import = &import->next;
}

static void import(struct program *program, struct unit *from, struct ast_item *item)
{
    const char *name = item->u.string.text;
    struct span span = item->u.string.text_span;
    struct found found = { 0 };
    struct unit *unit;

    if (!reserved_can_include(name))
        diag_report(program->diags, D_IMPORT_NAME, span);
    else if (!find_import(program, from->path, name, &found))
        import_missing(program, from, span, name);
    else if (found.source == NULL)
        diag_report(program->diags, D_IMPORT_UNREADABLE, span, found.path, found.problem);
    program->incomplete |= found.source == NULL;
    if (found.source != NULL) {
        unit = unit_find(program, found.source);
        item->u.string.unit = unit != NULL ? unit : unit_import(program, &found, name);
        add_import(program, from, item);
    }
}

/* ---- declaring ----------------------------------------------------------- */

static bool is_clash(const struct symbol *a, const struct symbol *b)
{
    if (a->kind != SYMBOL_OPERATION || b->kind != SYMBOL_OPERATION)
        return true;
    if (symbol_is_same_function(a, b))
        return false;
    return a->proto_kind != AST_CHAIN || b->proto_kind != AST_CHAIN
           || (a->proto->body != NULL && b->proto->body != NULL) || a->param_count != b->param_count
           || !ctype_same(a->value, b->value);
}

/* A chain may be declared and then defined; the definition is what counts. */
static void merge(struct symbol *old, const struct symbol *new)
{
    if (new->proto->body == NULL)
        return;
    old->proto = new->proto;
    old->params = new->params;
    old->span = new->span;
    old->unit = new->unit;
    if (new->raises != NULL)
        old->raises = new->raises;
    if (new->pool != NULL)
        old->pool = new->pool;
}

/* Of an imported file, no other file sees what is static. */
static void add(struct program *program, struct unit *unit, struct symbol *symbol)
{
    struct arena *arena = program->arena;
    bool hidden = symbol->is_static && unit != program->units;

    HASH_ADD_KEYPTR(hh, unit->own, symbol->name, strlen(symbol->name), symbol);
    if (!hidden || symbol->proto_kind != AST_SYNC) /* the compiled file does not call that */
        symbol_add_c_name(program, symbol);
    if (hidden)
        return;
    *program->last_symbol = symbol;
    program->last_symbol = &symbol->next;
}

static void declare(struct program *program, struct unit *unit, struct symbol *symbol)
{
    struct symbol *old = symbol_own(unit, symbol->name);

    if (old == NULL)
        add(program, unit, symbol);
    else if (is_clash(old, symbol) || old->is_static != symbol->is_static) {
        struct diag *diag = diag_report(program->diags, D_REDECLARED, symbol->span, symbol->name);
        diag_note(program->diags, diag, old->span, "declared here before");
    } else
        merge(old, symbol);
}

/* `module db;` puts db_ before the names that are made for a file. What is static
 * has the file's own name there, since headers have it beside that of others. */
static const char *c_name(struct arena *arena, const struct unit *unit, const char *name,
                          bool is_static)
{
    if (unit->module != NULL)
        return arena_format(arena, "%s_%s", unit->module->name, name);
    return is_static ? arena_format(arena, "%s_%s", unit->stem, name) : name;
}

static struct symbol *symbol_new(struct program *program, struct unit *unit, enum symbol_kind kind,
                                 const struct ast_name *name, bool is_static)
{
    struct symbol *symbol = arena_new(program->arena, struct symbol);
    symbol->kind = kind;
    symbol->is_static = is_static;
    symbol->c_name = c_name(program->arena, unit, name->name, is_static);
    symbol->name = name->name;
    symbol->span = name->span;
    symbol->unit = unit;
    return symbol;
}

static void declare_codes(struct program *program, struct unit *unit, const struct ast_item *item)
{
    for (const struct ast_code *codes = item->u.codes; codes != NULL; codes = codes->next) {
        struct symbol *symbol =
            symbol_new(program, unit, SYMBOL_CODE, codes->name, item->is_static);
        symbol->code = codes;
        declare(program, unit, symbol);
    }
}

static void take_clause(struct symbol *symbol, const struct ast_opclause *clause)
{
    switch (clause->kind) {
    case AST_FAILS:
        symbol->fails = clause->condition;
        symbol->fails_code = clause->code;
        symbol->fails_message = clause->message;
        symbol->fails_info = clause->info;
        symbol->says = clause->says;
        break;
    case AST_RAISES: symbol->raises = clause; break;
    case AST_STATE: symbol->state = clause->state; break;
    case AST_POSTED: symbol->posted = true; break;
    case AST_UNCANCELLABLE: symbol->uncancellable = true; break;
    case AST_POOL: symbol->pool = clause->count; break;
    case AST_TEXT: symbol->text = clause->count; break;
    case AST_ON:
        symbol->threads = clause->name->name;
        symbol->most = clause->count;
        break;
    case AST_BUDGET: break;
    }
}

/* Constants, since they are evaluated where no chain runs. */
static void check_count(struct program *program, const struct symbol *symbol,
                        const struct ast_opclause *clause)
{
    const char *at = clause->count->text;
    struct ctoken name;
    intmax_t count;

    if (clause->kind == AST_POOL && ctext_number(at, &count) && count < 1)
        diag_report(program->diags, D_POOL_ZERO, clause->span, at);
    if (clause->kind == AST_ON && ctext_number(at, &count) && (count < 1 || count > INT32_MAX))
        diag_report(program->diags, D_THREADS_COUNT, clause->count->span, at);
    if (clause->kind == AST_TEXT && ctext_number(at, &count) && (count < 1 || count > MOST_TEXT))
        diag_report(program->diags, D_TEXT_RANGE, clause->count->span, at, MOST_TEXT);
    while ((name = ctext_next_name(&at)).kind != CTOKEN_END)
        for (const struct parameter *param = symbol->params; param != NULL; param = param->next)
            if (ctoken_is(name, param->name))
                diag_report(program->diags, D_COUNT_PARAMETER, clause->count->span, param->name,
                            ast_opclause_traits[clause->kind].word);
}

static void report_no_text(struct program *program, const struct symbol *symbol, struct span span)
{
    struct diag *diag = diag_report(program->diags, D_SAYS_WITHOUT_TEXT, span, symbol->name);

    diag_help(program->diags, diag, "write `text 120` after its other clauses");
}

static void take_clauses(struct program *program, struct symbol *symbol)
{
    unsigned seen = 0;

    for (const struct ast_opclause *clause = symbol->proto->clauses; clause != NULL;
         clause = clause->next) {
        const struct ast_opclause_traits *traits = &ast_opclause_traits[clause->kind];
        if ((traits->of >> symbol->proto_kind & 1) == 0)
            diag_report(program->diags, D_CLAUSE_KIND, clause->span, traits->word,
                        ast_proto_words[symbol->proto_kind]);
        else if ((seen >> clause->kind & 1) != 0)
            diag_report(program->diags, D_CLAUSE_TWICE, clause->span, traits->word);
        else
            take_clause(symbol, clause);
        if (clause->count != NULL)
            check_count(program, symbol, clause);
        seen |= 1u << clause->kind;
    }
    if (symbol->fails != NULL && symbol->raises != NULL && symbol->raises->codes == NULL)
        diag_report(program->diags, D_CLAUSES_CONFLICT, symbol->raises->span);
    if (symbol->says && symbol->text == NULL)
        report_no_text(program, symbol, symbol->fails_message->span);
}

static void declare_operation(struct program *program, struct unit *unit,
                              const struct ast_proto *proto)
{
    struct symbol *symbol =
        symbol_new(program, unit, SYMBOL_OPERATION, proto->name, proto->is_static);

    symbol->proto = proto;
    if (proto->kind == AST_SYNC)
        symbol->c_name = symbol->name; /* nothing is made for it */
    else if (proto->kind == AST_CHAIN && strcmp(symbol->name, "main") == 0)
        symbol->c_name = "main_chain";
    symbol->proto_kind = proto->kind;
    symbol->value = ctype_of_text(program->arena, proto->type);
    if (!resolve_is_shown(program, symbol))
        symbol->value.at = 0;
    symbol->variadic = proto->variadic;
    resolve_parameters(program, symbol);
    if (proto->body == NULL) /* those of a body are names of its block */
        resolve_parameters_twice(program, proto);
    if (symbol->variadic && proto->kind != AST_SYNC)
        diag_report(program->diags, D_VARIADIC, symbol->span, symbol->name);
    take_clauses(program, symbol);
    declare(program, unit, symbol);
}

static void declare_resource(struct program *program, struct unit *unit,
                             const struct ast_item *item)
{
    struct symbol *symbol =
        symbol_new(program, unit, SYMBOL_RESOURCE, item->u.resource.name, item->is_static);

    symbol->resource = item;
    symbol->value = ctype_of_text(program->arena, item->u.resource.type);
    declare(program, unit, symbol);
}

/* Before the names that it changes. */
static void take_module(struct program *program, struct unit *unit, const struct ast_item *item)
{
    const struct ast_name *name = item->u.module;

    if (unit->module != NULL)
        diag_note(program->diags, diag_report(program->diags, D_MODULE_TWICE, name->span),
                  unit->module->span, "it is here before");
    else if (unit->own != NULL)
        diag_note(program->diags, diag_report(program->diags, D_MODULE_LATE, name->span),
                  unit->own->span, "'%s' is declared before it", unit->own->name);
    else
        unit->module = name;
}

static void declare_item(struct program *program, struct unit *unit, struct ast_item *item)
{
    switch (item->kind) {
    case AST_IMPORT: import(program, unit, item); break;
    case AST_REQUIRE:
        if (strcmp(item->u.string.text, "1") != 0)
            diag_report(program->diags, D_REQUIRE, item->u.string.text_span, item->u.string.text);
        break;
    case AST_MODULE: take_module(program, unit, item); break;
    case AST_CODES: declare_codes(program, unit, item); break;
    case AST_RESOURCE: declare_resource(program, unit, item); break;
    case AST_PROTO: declare_operation(program, unit, item->u.proto); break;
    case AST_CDECL:
        if (item->is_static)
            diag_help(program->diags, diag_report(program->diags, D_STATIC_DECLARATION, item->span),
                      "C that only this file needs must be between `%%{` and `%%}`");
        break;
    case AST_CPP:
    case AST_PROLOGUE: break;
    }
}

/* ---- finding what is called ---------------------------------------------- */

struct resolver {
    struct program *program;
    struct unit *unit;
    struct symbol *chain; /* NULL outside of bodies */
};

/* A name that is no operation is left alone: `return NAME` may mean a name of
 * the chain, which check knows. */
static void resolve_call(struct resolver *resolver, struct ast_form *form)
{
    struct program *program = resolver->program;
    struct symbol *symbol = symbol_find_in(program, resolver->unit, form->u.call.name);

    symbol_check_clear(program, resolver->unit, form->u.call.name, form->u.call.name_span);
    if (symbol != NULL && symbol->kind == SYMBOL_OPERATION)
        form->u.call.op = symbol;
}

static void name_codes(void *context, struct ast_name *codes)
{
    const struct resolver *resolver = context;
    struct program *program = resolver->program;

    for (; codes != NULL; codes = codes->next) {
        struct symbol *symbol = symbol_find_in(program, resolver->unit, codes->name);
        struct nearest nearest = { codes->name, NULL, 0 };
        struct diag *diag;
        codes->c_name = codes->name;
        if (reserved_is_code(codes->name))
            continue;
        symbol_check_clear(program, resolver->unit, codes->name, codes->span);
        if (symbol != NULL && symbol->kind == SYMBOL_CODE) {
            codes->c_name = intern_string(program->names, symbol->c_name);
            continue;
        }
        if (!misspelt_is_new(program, codes->name)
            || misspelt_declaration(program, codes->name, codes->span, SYMBOL_CODE))
            continue;
        diag = diag_report(program->diags, D_UNKNOWN_CODE, codes->span, codes->name);
        if (symbol_help_hidden(program, resolver->unit, codes->name, diag))
            continue;
        reserved_offer_codes(&nearest);
        for (symbol = program->symbols; symbol != NULL && diag_is_kept(diag); symbol = symbol->next)
            if (symbol->kind == SYMBOL_CODE)
                nearest_offer(&nearest, symbol->name);
        if (islower((unsigned char)*codes->name))
            diag_help(
                program->diags, diag,
                "the rejection is called 'err' in its handler; one for all codes is `catch step`");
        else if (nearest.best != NULL)
            diag_help(program->diags, diag, "did you mean '%s'?", nearest.best);
        else
            diag_help(program->diags, diag, "codes of one's own are declared with 'codes { %s };'",
                      codes->name);
    }
}

static void find_codes(void *context, struct ast_name *codes)
{
    const struct resolver *resolver = context;

    name_codes(context, codes);
    resolve_codes_twice(resolver->program, codes);
}

static void resolve_form(void *context, struct ast_form *form)
{
    struct resolver *resolver = context;
    if (form->kind == AST_CALL || form->kind == AST_SPAWN)
        resolve_call(resolver, form);
    resolver->chain->needs_branches |= ast_form_is(form, FORM_FORKS);
}

static void resolve_chain(struct program *program, struct symbol *chain)
{
    struct resolver resolver = { program, chain->unit, chain };
    struct ast_visitor visitor = { .form = resolve_form,
                                   .codes = find_codes,
                                   .context = &resolver };
    ast_walk_block(&visitor, chain->proto->body);
}

/* ---- the pass ------------------------------------------------------------ */

static bool is_chain(const struct symbol *symbol)
{
    return symbol->kind == SYMBOL_OPERATION && symbol->proto_kind == AST_CHAIN;
}

/* Also those that only their file knows: the chains of an imported file call them. */
static void for_each_chain(struct program *program,
                           void (*pass)(struct program *program, struct symbol *chain))
{
    for (struct symbol *symbol = program->symbols; symbol != NULL; symbol = symbol->next)
        if (is_chain(symbol))
            pass(program, symbol);
    for (struct unit *unit = program->units; unit != NULL; unit = unit->next)
        for (struct symbol *symbol = unit->own; symbol != NULL && unit != program->units;
             symbol = symbol->hh.next)
            if (symbol->is_static && is_chain(symbol))
                pass(program, symbol);
}

static void resolve_raises(struct program *program, struct unit *unit)
{
    struct resolver resolver = { program, unit, NULL };

    for (const struct ast_item *item = unit->file->items; item != NULL; item = item->next) {
        if (item->kind != AST_PROTO)
            continue;
        for (const struct ast_opclause *clause = item->u.proto->clauses; clause != NULL;
             clause = clause->next)
            if (clause->kind == AST_RAISES)
                find_codes(&resolver, clause->codes);
    }
}

bool resolve(struct program *program, struct ast_file *file)
{
    unit_add(program, file, file->source->path);
    for (struct unit *unit = program->units; unit != NULL; unit = unit->next)
        for (struct ast_item *item = unit->file->items; item != NULL; item = item->next)
            declare_item(program, unit, item);
    if (program->incomplete)
        return false;
    resolve_imports(program);
    symbol_use_c_words(program);
    resolve_names(program);
    resolve_resources(program);
    resolve_codes(program);
    resolve_pools(program);
    for (struct unit *unit = program->units; unit != NULL; unit = unit->next)
        resolve_raises(program, unit);
    for_each_chain(program, resolve_chain);
    for_each_chain(program, resolve_calls);
    return true;
}
