/* emit_c.c - the C file: user code, tables, the functions of do blocks, one
 * resume function per chain. */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "base/arena.h"
#include "ctext/ctext.h"
#include "emit/emit.h"

/* ---- tables -------------------------------------------------------------- */

/* "HEAD { a, b };" on one line if there is room. */
static void emit_braces(struct emitter *emitter, const char *head, const char *words)
{
    bool fits = strchr(words, '\n') == NULL && strlen(head) + strlen(words) <= 100;

    writer_putf(emitter->writer, fits ? "%s { %s };\n" : "%s {\n%s\n};\n", head,
                fits ? words + strspn(words, " ") : words);
}

static void emit_site(struct emitter *emitter, struct packed *packed, struct span span,
                      const char *step)
{
    struct place place = source_place(emitter->program->sources, span.begin);
    const char *path = emit_output_name(place.source->path);
    struct writer text;

    writer_init(&text, emitter->arena);
    writer_put(&text, "{ ");
    writer_put_c_string(&text, path, strlen(path));
    writer_putf(&text, ", %d, %d, ", place.line, place.column);
    writer_put_c_string(&text, step, strlen(step));
    writer_put(&text, " }");
    emit_packed(packed, writer_text(&text));
}

static struct span state_span(const struct ir_chain *chain, const struct ir_block *state)
{
    if (state->waiter != NULL && state->waiter->end_span.begin != 0)
        return state->waiter->end_span;
    return state->span.begin != 0 ? state->span : chain->symbol->span;
}

/* Here and not in the header, so that no name of another file can be in their way. */
static void emit_states(struct emitter *emitter)
{
    const struct ir_chain *chain = emitter->chain;
    struct writer words;
    struct packed packed = { &words, "    ", ",", 0 };

    writer_init(&words, emitter->arena);
    for (const struct ir_block *block = chain->blocks; block != NULL; block = block->next)
        if (block->is_state)
            emit_packed(&packed, block->state);
    writer_putf(emitter->writer, "/* Where %s can be resumed%s. */\n", chain->c_name,
                chain->sites != NULL ? ", and its steps that can reject" : "");
    emit_braces(emitter, arena_format(emitter->arena, "enum %s_state", chain->c_name),
                writer_text(&words));
}

/* Names for the places of a table that no state has. */
static void emit_site_names(struct emitter *emitter)
{
    const struct ir_chain *chain = emitter->chain;
    struct writer words;
    struct packed packed = { &words, "    ", ",", 0 };

    writer_init(&words, emitter->arena);
    for (const struct ir_site *site = chain->sites; site != NULL; site = site->next)
        emit_packed(&packed, site != chain->sites ? site->name
                                                  : arena_format(emitter->arena, "%s = %u",
                                                                 site->name, chain->state_count));
    if (chain->sites != NULL)
        emit_braces(emitter, "enum", writer_text(&words));
}

/* For origins of rejections, traces, dumps and debuggers: the states, then the
 * steps that a rejection can come from. */
static void emit_sites(struct emitter *emitter)
{
    const struct ir_chain *chain = emitter->chain;
    struct packed packed = { emitter->writer, "    ", ",", 0 };

    writer_putf(emitter->writer, "static const struct chain_site %s_sites[] = {\n", chain->c_name);
    for (const struct ir_block *block = chain->blocks; block != NULL; block = block->next)
        if (block->is_state)
            emit_site(emitter, &packed, state_span(chain, block), block->state);
    for (const struct ir_site *site = chain->sites; site != NULL; site = site->next)
        emit_site(emitter, &packed, site->span, site->step);
    if (emitter->options->debug)
        emit_packed(&packed, emit_debug_site(emitter));
    writer_put(emitter->writer, "\n};\n");
}

/* Where the chain goes on after each of its calls. */
static void emit_callers(struct emitter *emitter)
{
    const struct ir_chain *chain = emitter->chain;

    if (chain->call_count != 0 && chain->symbol->is_static && !chain->symbol->is_spawned)
        writer_putf(emitter->writer, "%sconst struct chain_type %s_type;\n", emitter->linkage,
                    chain->c_name);
    for (const struct ir_block *block = chain->blocks; block != NULL; block = block->next)
        if (block->end == IR_CALL)
            writer_putf(emitter->writer,
                        "static const struct chain_caller %s = { &%s_type, %s };\n", block->call,
                        chain->c_name, block->to->state);
    writer_put(emitter->writer, "\n");
}

/* The members, side by side. */
static void emit_type(struct emitter *emitter)
{
    struct writer *w = emitter->writer;
    struct arena *arena = emitter->arena;
    const struct ir_chain *chain = emitter->chain;
    const char *name = chain->c_name;
    struct packed packed = { w, "    ", ",", 0 };

    writer_putf(w, "%sconst struct chain_type %s_type = {\n", emitter->linkage, name);
    emit_packed(&packed, arena_format(arena, ".name = \"%s\"", chain->symbol->name));
    emit_packed(&packed, arena_format(arena, ".resume = %s_resume", name));
    if (emit_has_cancel(chain))
        emit_packed(&packed, arena_format(arena, ".cancel = %s_cancel_step", name));
    emit_packed(&packed, arena_format(arena, ".sites = %s_sites", name));
    emit_packed(&packed,
                arena_format(arena, ".states = sizeof %s_sites / sizeof *%s_sites", name, name));
    emit_packed(&packed, arena_format(arena, ".caller = offsetof(struct %s_frame, caller)", name));
    if (chain->checked->spawns != NULL)
        emit_packed(&packed,
                    arena_format(arena, ".nursery = offsetof(struct %s_frame, nursery)%s", name,
                                 emit_has_promises(chain) ? " | CHAIN__STARTS" : ""));
    else if (emit_has_promises(chain))
        emit_packed(&packed, ".nursery = CHAIN__STARTS");
    writer_put(w, "\n};\n\n");
}

/* ---- do ------------------------------------------------------------------ */

static void emit_do_function(struct emitter *emitter, const struct ir_function *function)
{
    struct writer *w = emitter->writer;
    const struct ir_chain *chain = emitter->chain;
    const struct node *node = function->node;
    bool rejects = node->u.do_.rejects, homes;
    const char *type = !ctype_is_void(node->type) ? node->type.before : rejects ? "int" : "void";

    if (!ctype_is_void(node->type))
        emit_type_line(emitter, node->type);
    writer_put(w, "static ");
    emit_at(emitter, node->type.at);
    writer_putf(w, "%s %s(", type, function->name);
    homes = emit_homes(emitter, node->u.do_.body, true);
    if (rejects)
        writer_putf(w, "%sstruct chain_strand *%s", homes ? ", " : "", chain->local.strand);
    if (rejects && node->resource != NULL)
        writer_putf(w, ", int *%s", emit_own_name(emitter, OWN_REJECTED));
    writer_put(w, homes || rejects ? ")\n" : "void)\n");
    emit_line_back(emitter);
    writer_put(w, "{\n");
    emit_line(emitter, node->u.do_.body->span);
    emitter->do_node = node;
    writer_put(w, "    ");
    emit_text(emitter, node->u.do_.body);
    writer_put_line_end(w);
    if (rejects && ctype_is_void(node->type))
        writer_put(w, "    return 0;\n");
    writer_put(w, "}\n");
    emit_line_back(emitter);
    writer_put(w, "\n");
}

/* ---- starting ------------------------------------------------------------ */

/* "(struct x_frame *frame, struct x_branches *branches, int n)" */
static void emit_start_head(struct emitter *emitter, const char *frame, const char *branches)
{
    const struct ir_chain *chain = emitter->chain;

    writer_putf(emitter->writer, "%svoid %s_start(struct %s_frame *%s", emitter->linkage,
                chain->c_name, chain->c_name, frame);
    if (chain->has_branches)
        writer_putf(emitter->writer, ", struct %s_branches *%s", chain->c_name, branches);
    emit_parameters(emitter, chain->symbol, true);
    writer_put(emitter->writer, ")");
}

/* Side by side, unless C may have something against a type. */
static void emit_parameters_kept(struct emitter *emitter, struct packed *packed, const char *frame)
{
    struct writer *w = emitter->writer;
    const struct parameter *param = emitter->chain->symbol->params;

    for (const struct variable *v = emitter->chain->checked->variables; v != NULL; v = v->next) {
        const char *text;
        if (v->kind != VARIABLE_PARAMETER)
            continue;
        text = arena_format(emitter->arena, "%s->%s = %s;", frame,
                            frame_place(emitter->chain->frame, v)->part->field, param->local);
        param = param->next;
        if (!emit_type_has_line(emitter, v->type)) {
            emit_packed(packed, text);
            continue;
        }
        emit_packed_end(packed);
        emit_type_line(emitter, v->type);
        writer_putf(w, "    %s\n", text);
        emit_line_back(emitter);
    }
}

static void emit_start_function(struct emitter *emitter)
{
    struct writer *w = emitter->writer;
    const struct ir_chain *chain = emitter->chain;
    const char *frame = emit_own_parameter(emitter, chain->symbol, OWN_FRAME_GIVEN);
    const char *branches = emit_own_parameter(emitter, chain->symbol, OWN_BRANCHES_GIVEN);
    struct packed packed = { w, "    ", "", 0 };

    emit_start_head(emitter, frame, branches);
    writer_put(w, "\n{\n");
    if (!chain->has_branches && chain->symbol->params == NULL && chain->checked->spawns == NULL)
        emit_packed(&packed, arena_format(emitter->arena, "(void)%s;", frame));
    if (chain->has_branches)
        emit_packed(&packed, arena_format(emitter->arena, "%s->branches = %s; %s->frame = %s;",
                                          frame, branches, branches, frame));
    if (chain->checked->spawns != NULL)
        emit_packed(&packed,
                    arena_format(emitter->arena, "chain__nursery_init(&%s->nursery);", frame));
    emit_parameters_kept(emitter, &packed, frame);
    emit_packed_end(&packed);
    writer_put(w, "}\n\n");
}

static const char run_text[] =
    "int ${name}_run(struct ${name} *${u}, struct chain_loop *${loop}${parameters})\n"
    "{\n"
    "    int ${problem} = chain__may_run(&${u}->root, ${loop});\n"
    "    if (${problem} != 0) return ${problem};\n"
    "    ${name}_start(&${u}->frame${branches}${arguments});\n"
    "    return chain__run(&${u}->root, ${loop}, &${name}_type, &${u}->frame.caller);\n"
    "}\n"
    "\n";

static void emit_run(struct emitter *emitter)
{
    const struct ir_chain *chain = emitter->chain;
    const char *u = emit_own_parameter(emitter, chain->symbol, OWN_USE);
    struct writer parameters, arguments;

    if (chain->symbol->is_static)
        return;
    writer_init(&parameters, emitter->arena);
    writer_init(&arguments, emitter->arena);
    for (const struct parameter *param = chain->symbol->params; param != NULL;
         param = param->next) {
        writer_putf(&parameters, ", %s", ctype_declare(emitter->arena, param->type, param->local));
        writer_putf(&arguments, ", %s", param->local);
    }
    writer_put_template(emitter->writer, run_text, "name", chain->c_name, "u", u, "loop",
                        emit_own_parameter(emitter, chain->symbol, OWN_LOOP_GIVEN), "parameters",
                        writer_text(&parameters), "arguments", writer_text(&arguments), "problem",
                        emit_own_parameter(emitter, chain->symbol, OWN_PROBLEM), "branches",
                        chain->has_branches ? arena_format(emitter->arena, ", &%s->branches", u)
                                            : "",
                        NULL);
}

/* ---- main ---------------------------------------------------------------- */

static const char main_text[] =
    "static int main_chain_begin(struct chain_root *${root}, struct chain_loop *${loop}, int ${argc}, char **${argv})\n"
    "{\n"
    "    struct main_chain *${u} = (struct main_chain *)(void *)((char *)${root} - offsetof(struct main_chain, root));\n"
    "${unused}"
    "    return main_chain_run(${u}, ${loop}${arguments});\n"
    "}\n"
    "\n"
    "int main(int ${argc}, char **${argv})\n"
    "{\n"
    "    static struct main_chain ${u};\n"
    "    return chain__main(&${u}.root, main_chain_begin, ${argc}, ${argv}, &${u}.frame.u.value);\n"
    "}\n";

static void emit_main(struct emitter *emitter)
{
    const char *argc = emit_own_name(emitter, OWN_ARGC), *argv = emit_own_name(emitter, OWN_ARGV);
    bool arguments = emitter->chain->symbol->params != NULL;

    writer_put_template(
        emitter->writer, main_text, "arguments",
        arguments ? arena_format(emitter->arena, ", %s, %s", argc, argv) : "", "unused",
        arguments ? "" : arena_format(emitter->arena, "    (void)%s; (void)%s;\n", argc, argv),
        "argc", argc, "argv", argv, "root", emit_own_name(emitter, OWN_ROOT), "loop",
        emit_own_name(emitter, OWN_LOOP_GIVEN), "u", emit_own_name(emitter, OWN_USE), NULL);
}

/* ---- the file ------------------------------------------------------------ */

static bool needs_string_h(const struct ir_chain *chains)
{
    for (const struct ir_chain *chain = chains; chain != NULL; chain = chain->next)
        for (const struct ir_block *block = chain->blocks; block != NULL; block = block->next)
            for (const struct ir_instr *instr = block->instrs; instr != NULL; instr = instr->next)
                if (emit_needs_copy(instr))
                    return true;
    return false;
}

/* What is missing at its end, a semicolon or a brace, C misses in what follows:
 * so a function does, in the user's text. */
static void emit_prologue(struct emitter *emitter, const struct ast_c *c)
{
    struct writer *w = emitter->writer;

    emit_line(emitter, c->span);
    writer_put(w, c->text);
    writer_put_line_end(w);
    writer_putf(
        w,
        "static inline __attribute__((__unused__)) void chain__after_line_%d(void) {} /* %%} */\n",
        source_place(emitter->program->sources, c->span.end).line);
    emit_line_back(emitter);
    writer_put(w, "\n");
}

static void emit_declarations(struct emitter *emitter)
{
    if (!emitter->chain->symbol->is_static || emitter->chain->symbol->is_spawned)
        return;
    emit_start_head(emitter, emit_own_parameter(emitter, emitter->chain->symbol, OWN_FRAME_GIVEN),
                    emit_own_parameter(emitter, emitter->chain->symbol, OWN_BRANCHES_GIVEN));
    writer_put(emitter->writer, ";\n");
}

static void emit_chain_functions(struct emitter *emitter)
{
    struct writer *w = emitter->writer;
    const struct ir_chain *chain = emitter->chain;

    emit_states(emitter);
    emit_site_names(emitter);
    if (emitter->options->debug)
        emit_debug(emitter);
    emit_sites(emitter);
    emit_declarations(emitter);
    emit_callers(emitter);
    for (const struct ir_function *function = chain->functions; function != NULL;
         function = function->next)
        if (function->reached)
            emit_do_function(emitter, function);
    emit_resume(emitter);
    writer_put(w, "\n");
    if (emit_has_cancel(chain))
        emit_cancel(emitter);
    emit_type(emitter);
    emit_start_function(emitter);
    emit_run(emitter);
    if (chain->checked->is_main)
        emit_main(emitter);
}

/* A static chain that nobody calls has been warned of; it is compiled all the same. */
static const char *linkage_of(const struct symbol *chain)
{
    if (!chain->is_static)
        return "";
    return chain->is_started || chain->is_spawned ? "static "
                                                  : "static __attribute__((__unused__)) ";
}

/* budget N: the bytes of the chain in its caller, or after its root. The check
 * stands in the C file: so it is made once, and --report can measure the header
 * all the same. */
static void emit_budget(struct emitter *emitter)
{
    struct writer *w = emitter->writer;
    const struct ir_chain *chain = emitter->chain;
    const struct ast_number *budget = emit_chain_budget(chain);
    const char *text, *words;

    if (budget == NULL)
        return;
    words = emit_count_words(emitter, budget);
    emit_line(emitter, budget->span);
    writer_putf(w, "_Static_assert((intmax_t)(sizeof(struct %s_frame)", chain->c_name);
    if (chain->has_branches)
        writer_putf(w, " + sizeof(struct %s_branches)", chain->c_name);
    text =
        arena_format(emitter->arena,
                     "the frame%s of %s %s over the budget of %s bytes: chainc --report tells more",
                     chain->has_branches ? " and the branches" : "", chain->symbol->name,
                     chain->has_branches ? "are" : "is", words);
    writer_putf(w, ") <= (%s),\n               ", words);
    writer_put_c_string(w, text, strlen(text));
    writer_put(w, ");\n");
    emit_line_back(emitter);
    writer_put(w, "\n");
}

/* Numbers have been looked at; an expression is C's. Here, so that a compiler
 * names the line where it stands. */
static void emit_limits(struct emitter *emitter)
{
    struct writer *w = emitter->writer;
    intmax_t number;

    for (const struct ir_strand *slot = emitter->chain->strands; slot != NULL; slot = slot->next) {
        if (!slot->is_slot || ctext_number(slot->limit, &number))
            continue;
        emit_line(emitter, slot->limit_span);
        writer_putf(
            w, "_Static_assert((%s) > 0 && (%s) <= 254, \"the limit of an each is 1 to 254\");\n",
            slot->limit, slot->limit);
        emit_line_back(emitter);
        writer_put(w, "\n");
    }
}

void emit_c(struct writer *writer, const struct program *program, const struct ir_chain *chains,
            const struct emit_options *options)
{
    struct emitter emitter = { .writer = writer,
                               .program = program,
                               .options = options,
                               .arena = program->arena,
                               .output = options->c_name };

    writer_putf(writer, "/* Generated by chainc from %s. Do not edit. */\n#include \"%s\"\n\n",
                emit_comment_text(&emitter, options->source_name), options->header_name);
    writer_putf(writer, "#if %s != 0x%08" PRIx32 "\n",
                emit_header_guard(program, options->header_name, options->digest), options->digest);
    writer_put(
        writer,
        "#error \"this file and its header were made by different runs of chainc: run it again\"\n#endif\n\n");
    writer_putf(writer, "#include <errno.h>\n%s\n",
                needs_string_h(chains) ? "#include <string.h>\n" : "");
    for (const struct ir_chain *chain = chains; chain != NULL; chain = chain->next) {
        emitter.chain = chain;
        emit_budget(&emitter);
        emit_limits(&emitter);
    }
    emitter.chain = NULL;
    for (const struct ast_item *item = program->units->file->items; item != NULL; item = item->next)
        if (item->kind == AST_PROLOGUE)
            emit_prologue(&emitter, item->u.c);
    emit_own_codes(&emitter);
    emit_instances(&emitter);
    emit_fails(&emitter, chains);
    emit_blocking_functions(&emitter);
    for (const struct ir_chain *chain = chains; chain != NULL; chain = chain->next) {
        emitter.chain = chain;
        emitter.linkage = linkage_of(chain->symbol);
        emit_chain_functions(&emitter);
    }
}
