/* emit_skeleton.c - a test of the chains of a file: stubs for its operations, and a table of the places where its chains wait.
 *
 * What runs the chains and tells what went wrong is in libchain (chain_explore.h). */
#include <stdio.h>
#include <string.h>

#include "arena.h"
#include "emit.h"

enum { CODES_MAX = 8 }; /* as many as the engine tells apart */

struct code_names {
    const char *names[CODES_MAX];
    unsigned count;
};

static const char head_text[] =
    "/* A test of ${source}, written by chainc --skeleton. What it does is told by docs/simulation.md, and by\n"
    " *\n"
    " *     chainc ${source}\n"
    " *     cc -DCHAIN_TRACE ${main}-c ${c}\n"
    " *     cc -DCHAIN_TRACE ${output} ${o} -lchain-trace -o ${program}\n"
    " *     ./${program} --help\n"
    " *\n"
    " * The operations are simulated, other functions are the real ones: link them, too. If their file has the operations as well,\n"
    " * add -Wl,-z,muldefs: the first definition, the one here, counts. Values are zero, and some others where they are numbers.\n"
    " * ${values} is included if there is one; it may define the macros below and say otherwise. */\n"
    "#ifndef CHAIN_TRACE\n"
    "#error \"compile this, and what chainc has written, with -DCHAIN_TRACE\"\n"
    "#endif\n"
    "\n"
    "#include \"${header}\"\n"
    "\n"
    "#include <chain_explore.h>\n"
    "#include <string.h>\n"
    "\n"
    "#ifdef __has_include\n"
    "#if __has_include(\"${values}\")\n"
    "#include \"${values}\"\n"
    "#endif\n"
    "#endif\n"
    "\n";

static const char room_text[] =
    "/* What pointers point to, one for each parameter; all zero at the start of each run. */\n"
    "static union {\n"
    "    max_align_t most_aligned;\n"
    "    unsigned char bytes[4096];\n"
    "} room[${rooms}];\n"
    "#define ROOM(n) ((void *)&room[n])\n"
    "\n";

/* ---- which codes ---- */

static void add_code(struct code_names *codes, const char *name)
{
    for (unsigned i = 0; i < codes->count; i++)
        if (strcmp(codes->names[i], name) == 0)
            return;
    if (codes->count < CODES_MAX)
        codes->names[codes->count++] = name;
}

/* The operation gives the items of an each: it says when there are no more. */
static bool is_pulled(const struct ir_chain *chains, const struct symbol *op)
{
    for (const struct ir_chain *chain = chains; chain != NULL; chain = chain->next)
        for (const struct ir_block *block = chain->blocks; block != NULL; block = block->next)
            if (block->waiter != NULL && block->waiter->op == op && block->end == IR_CHECK && block->no->end == IR_CODES
                && block->no->codes != NULL && strcmp(block->no->codes->name, "CHAIN_EEND") == 0)
                return true;
    return false;
}

/* What it declares; else one for all, and those that the chains of the file look for. */
static struct code_names codes_of(const struct ir_chain *chains, const struct symbol *op)
{
    struct code_names codes = { { NULL }, 0 };

    if (is_pulled(chains, op))
        add_code(&codes, "CHAIN_EEND");
    if (op->raises != NULL) {
        for (const struct ast_name *code = op->raises->codes; code != NULL; code = code->next)
            add_code(&codes, code->name);
        return codes;
    }
    add_code(&codes, "EIO");
    for (const struct ir_chain *chain = chains; chain != NULL; chain = chain->next)
        for (const struct ir_block *block = chain->blocks; block != NULL; block = block->next)
            if (block->end == IR_CODES)
                for (const struct ast_name *code = block->codes; code != NULL; code = code->next)
                    add_code(&codes, code->name);
    return codes;
}

/* ---- stubs ---- */

static const char *last_part(const char *path)
{
    const char *slash = strrchr(path, '/');
    return slash == NULL ? path : slash + 1;
}

static int line_of(const struct emitter *emitter, struct span span)
{
    return source_place(emitter->program->sources, span.begin).line;
}

static bool is_number(struct ctype type)
{
    return ctype_is_scalar(type) && strchr(type.before, '*') == NULL && *type.after == '\0';
}

/* A value of a type: zero; for a pointer, one of the rooms. */
static const char *zero_of(struct arena *arena, struct ctype type, unsigned number)
{
    if (is_number(type))
        return "0";
    if (*type.after == '\0' && strchr(type.before, '*') != NULL)
        return arena_format(arena, "ROOM(%u)", number);
    return arena_format(arena, "(%s%s){ 0 }", type.before, type.after);
}

/* As far as one can see; -1 would be a very large number. */
static bool is_unsigned(struct ctype type)
{
    return strstr(type.before, "unsigned") != NULL || strstr(type.before, "uint") != NULL
           || strstr(type.before, "size_t") == type.before;
}

/* VALUE_name is a function of a number where the values differ, and VARIES_name says whether they do. */
static void emit_value_macros(struct emitter *emitter, const struct symbol *op)
{
    struct writer *w = emitter->writer;
    bool varies = is_number(op->value);
    const char *format = is_unsigned(op->value) ? "(%s)((n) < 0 ? 2 : (n))" : "(%s)(n)";
    const char *value = varies ? arena_format(emitter->arena, format, op->value.before) : zero_of(emitter->arena, op->value, 0);

    putf(w, "#ifndef VALUE_%s /* n is 0, 1 or -1 */\n#define VALUE_%s(n) (%s)\n", op->name, op->name, value);
    if (!varies)
        putf(w, "#define VARIES_%s 0\n", op->name);
    putf(w, "#endif\n#ifndef VARIES_%s\n#define VARIES_%s CHAIN_EXPLORE_VARIES\n#endif\n", op->name, op->name);
}

static void emit_description(struct emitter *emitter, const struct ir_chain *chains, const struct symbol *op)
{
    struct writer *w = emitter->writer;
    struct code_names codes = codes_of(chains, op);
    bool is_void = ctype_is_void(op->value);

    putf(w, "CHAIN_SIM_%s%sOPERATION(%s", op->posted ? "POSTED_" : "", is_void ? "VOID_" : "", op->name);
    if (!is_void)
        putf(w, ", VALUE_%s(value)", op->name);
    for (unsigned i = 0; i < codes.count; i++)
        putf(w, ", %s", codes.names[i]);
    put(w, codes.count == 0 ? ", 0)\n\n" : ")\n\n");
}

static void emit_operation_stub(struct emitter *emitter, const struct ir_chain *chains, const struct symbol *op)
{
    struct writer *w = emitter->writer;
    const char *self = own_parameter(emitter->arena, op, "op");

    putf(w, "/* line %d of %s; define OWN_%s to link one of your own */\n", line_of(emitter, op->span), last_part(op->unit->path), op->name);
    if (!ctype_is_void(op->value))
        emit_value_macros(emitter, op);
    putf(w, "#ifdef OWN_%s\n#define SIMULATED_%s NULL\n#else\n#define SIMULATED_%s &%s_operation\n", op->name, op->name, op->name, op->name);
    emit_description(emitter, chains, op);
    putf(w, "void %s_start(struct %s *%s", op->name, op->name, self);
    emit_parameters(emitter, op, true);
    put(w, ")\n{\n");
    for (const struct parameter *param = op->params; param != NULL; param = param->next)
        putf(w, "    (void)%s;\n", param->name);
    putf(w, "    chain_sim_start(%s, &%s_operation);\n}\n", self, op->name);
    if (!op->uncancellable)
        putf(w, "\nvoid %s_cancel(struct %s *op)\n{\n    chain_sim_cancel(op);\n}\n", op->name, op->name);
    put(w, "#endif\n\n");
}

/* A function of an installed module: the real one wants a real system. */
static void emit_function_stub(struct emitter *emitter, const struct symbol *op)
{
    struct writer *w = emitter->writer;
    bool is_void = ctype_is_void(op->value);

    putf(w, "%s(", is_void ? arena_format(emitter->arena, "void %s", op->name) : ctype_declare(emitter->arena, op->value, op->name));
    emit_parameters(emitter, op, false);
    put(w, op->params == NULL ? "void)\n{\n" : ")\n{\n");
    for (const struct parameter *param = op->params; param != NULL; param = param->next)
        putf(w, "    (void)%s;\n", param->name);
    if (!is_void)
        putf(w, "    return %s;\n", zero_of(emitter->arena, op->value, 0));
    put(w, "}\n\n");
}

static void emit_stubs(struct emitter *emitter, const struct ir_chain *chains)
{
    put(emitter->writer, "/* ---- operations ---- */\n\n");
    for (const struct symbol *op = emitter->program->symbols; op != NULL; op = op->next) {
        if (op->kind != SYMBOL_OPERATION)
            continue;
        if (op->proto_kind == AST_ASYNC)
            emit_operation_stub(emitter, chains, op);
        else if (op->proto_kind == AST_SYNC && op->unit->installed && !op->variadic)
            emit_function_stub(emitter, op);
    }
}

/* ---- where the chains wait ---- */

static bool has_timeout_around(const struct ir_chain *chain, struct span span)
{
    for (const struct ir_block *block = chain->blocks; block != NULL; block = block->next)
        for (const struct ir_instr *instr = block->instrs; instr != NULL; instr = instr->next)
            if (instr->kind == IR_TIMEOUT && instr->span.begin <= span.begin && span.end <= instr->span.end)
                return true;
    return false;
}

static void emit_point(struct emitter *emitter, const char *state, struct span span, const struct symbol *op, const char *step,
                       const char *events)
{
    struct writer *w = emitter->writer;
    bool is_simulated = op != NULL && op->proto_kind == AST_ASYNC;

    putf(w, "    { %s, %d, \"%s\", ", state, line_of(emitter, span), step);
    if (is_simulated)
        putf(w, "SIMULATED_%s", op->name);
    else
        put(w, "NULL");
    putf(w, ", %s", events);
    if (is_simulated)
        putf(w, "%s%s", ctype_is_void(op->value) ? "" : arena_format(emitter->arena, " | VARIES_%s", op->name),
             op->uncancellable ? " | CHAIN_EXPLORE_STAYS" : "");
    if (has_timeout_around(emitter->chain, span))
        put(w, " | CHAIN_EXPLORE_TIMEOUT");
    put(w, " },\n");
}

static const char operation_events[] = "CHAIN_EXPLORE_OPERATION", delay_events[] = "CHAIN_EXPLORE_DELAY", join_events[] = "CHAIN_EXPLORE_JOIN";

/* A settle is never rejected. */
static const char *events_of_join(const struct ir_instr *fork)
{
    return fork->kind == IR_FORK && fork->fork_kind == AST_SETTLE ? delay_events : join_events;
}

static const char *word_of_join(const struct ir_block *block, const struct ir_instr *fork)
{
    for (const struct ir_instr *instr = block->instrs; instr != NULL; instr = instr->next)
        if (instr->kind == IR_TIMEOUT)
            return "timeout";
    if (fork->kind == IR_EACH)
        return "each";
    return fork->fork_kind == AST_ANY ? "any" : fork->fork_kind == AST_RACE ? "race" : fork->fork_kind == AST_SETTLE ? "settle" : "all";
}

/* The wait for branches, and those of them that are single operations. */
static void emit_join_points(struct emitter *emitter, const struct ir_block *waiter, const char *state)
{
    for (const struct ir_instr *instr = waiter->instrs; instr != NULL; instr = instr->next) {
        if (instr->kind == IR_FORK || instr->kind == IR_EACH)
            emit_point(emitter, state, instr->span, NULL, word_of_join(waiter, instr), events_of_join(instr));
        else if (instr->kind == IR_BRANCH_OP || instr->kind == IR_BRANCH_DELAY)
            emit_point(emitter, arena_format(emitter->arena, "%u", emitter->chain->state_count + instr->number - 1), instr->span, instr->op,
                       instr->op != NULL ? instr->op->name : "delay",
                       instr->op != NULL && instr->op->proto_kind == AST_ASYNC ? operation_events : delay_events);
    }
}

static void emit_points_of(struct emitter *emitter, const struct ir_block *state)
{
    const struct ir_block *waiter = state->waiter;

    if (waiter == NULL)
        return;
    if (waiter->end == IR_START)
        emit_point(emitter, state->state, waiter->end_span, waiter->op, waiter->op->name,
                   waiter->op->proto_kind == AST_ASYNC ? operation_events : delay_events);
    else if (waiter->end == IR_SPAWN) /* only a pool can be full */
        emit_point(emitter, state->state, waiter->end_span, NULL, "spawn", waiter->op->pool != NULL ? delay_events : "CHAIN_EXPLORE_VALUE");
    else if (waiter->end == IR_AWAIT)
        emit_point(emitter, state->state, waiter->end_span, NULL, "join", delay_events);
    else if (waiter->end == IR_CLOSE)
        emit_point(emitter, state->state, waiter->end_span, NULL, "instances", "CHAIN_EXPLORE_VALUE");
    else if (waiter->end == IR_DELAY)
        emit_point(emitter, state->state, waiter->end_span, NULL, waiter->node->kind == NODE_RETRY ? "pause" : "delay", delay_events);
    else if (waiter->end == IR_JOIN)
        emit_join_points(emitter, waiter, state->state);
}

static void emit_points(struct emitter *emitter)
{
    struct writer *w = emitter->writer;
    const struct ir_chain *chain = emitter->chain;

    putf(w, "/* line %d: chain %s */\nstatic const struct chain_explore_point %s_points[] = {\n", line_of(emitter, chain->symbol->span),
         chain->symbol->name, chain->c_name);
    for (const struct ir_block *block = chain->blocks; block != NULL; block = block->next)
        if (block->is_state)
            emit_points_of(emitter, block);
    put(w, "    { 0, 0, NULL, NULL, 0 },\n};\n\n");
}

/* ---- running them ---- */

static const char run_text[] =
    "static struct ${name} ${name}_tested;\n"
    "\n"
    "static int run_${name}(struct chain_loop *loop)\n"
    "{\n"
    "    memset(room, 0, sizeof room);\n"
    "    return ${name}_run(&${name}_tested, loop${arguments});\n"
    "}\n"
    "\n";

static void emit_run(struct emitter *emitter)
{
    struct writer *w = emitter->writer;
    const struct ir_chain *chain = emitter->chain;
    const char *arguments = "";
    unsigned number = 0;

    if (chain->symbol->proto->is_static)
        return;
    for (const struct parameter *param = chain->symbol->params; param != NULL; param = param->next) {
        putf(w, "#ifndef ARGUMENT_%s_%s\n#define ARGUMENT_%s_%s (%s)\n#endif\n", chain->c_name, param->name, chain->c_name, param->name,
             zero_of(emitter->arena, param->type, ++number));
        arguments = arena_format(emitter->arena, "%s, ARGUMENT_%s_%s", arguments, chain->c_name, param->name);
    }
    put_template(w, run_text, "name", chain->c_name, "arguments", arguments, NULL);
}

static void emit_chains_table(struct emitter *emitter, const struct ir_chain *chains)
{
    struct writer *w = emitter->writer;

    put(w, "static const struct chain_explore_chain chains[] = {\n");
    for (const struct ir_chain *chain = chains; chain != NULL; chain = chain->next) {
        const char *name = chain->c_name;
        putf(w, "    { \"%s\", \"%s\", %s_points, ", chain->symbol->name, emitter->options->source_name, name);
        if (chain->symbol->proto->is_static)
            put(w, "NULL, NULL, 0 },\n");
        else
            putf(w, "run_%s, &%s_tested.root, sizeof %s_tested },\n", name, name, name);
    }
    put(w, "    { NULL, NULL, NULL, NULL, NULL, 0 },\n};\n\n");
}

/* ---- the file ---- */

/* "x_test.c" -> "x_test" */
static const char *without_ending(struct arena *arena, const char *name)
{
    const char *dot = strrchr(name, '.');
    return dot == NULL ? name : arena_format(arena, "%.*s", (int)(dot - name), name);
}

static bool has_main(const struct ir_chain *chains)
{
    for (; chains != NULL; chains = chains->next)
        if (chains->checked->is_main)
            return true;
    return false;
}

static bool can_be_run(const struct ir_chain *chains)
{
    for (; chains != NULL; chains = chains->next)
        if (!chains->symbol->proto->is_static)
            return true;
    return false;
}

static unsigned most_parameters(const struct ir_chain *chains)
{
    unsigned most = 0;

    for (; chains != NULL; chains = chains->next)
        if (chains->symbol->param_count > most)
            most = chains->symbol->param_count;
    return most;
}

static void emit_head(struct emitter *emitter, const struct ir_chain *chains)
{
    const struct emit_options *options = emitter->options;
    const char *stem = without_ending(emitter->arena, options->header_name), *program = without_ending(emitter->arena, options->c_name);

    put_template(emitter->writer, head_text, "source", options->source_name, "output", options->c_name, "program", program, "header",
                 options->header_name, "c", arena_format(emitter->arena, "%s.c", stem), "o", arena_format(emitter->arena, "%s.o", stem),
                 "values", arena_format(emitter->arena, "%s_values.h", last_part(program)), "main", has_main(chains) ? "-Dmain=program_main " : "",
                 NULL);
    if (can_be_run(chains))
        put_template(emitter->writer, room_text, "rooms", arena_format(emitter->arena, "%u", most_parameters(chains) + 1), NULL);
}

void emit_skeleton(struct writer *writer, const struct program *program, const struct ir_chain *chains, const struct emit_options *options)
{
    struct emitter emitter = { .writer = writer, .program = program, .options = options, .arena = program->arena };

    emit_head(&emitter, chains);
    emit_stubs(&emitter, chains);
    put(writer, "/* ---- chains ---- */\n\n");
    for (const struct ir_chain *chain = chains; chain != NULL; chain = chain->next) {
        emitter.chain = chain;
        emit_points(&emitter);
        emit_run(&emitter);
    }
    emit_chains_table(&emitter, chains);
    put(writer, "int main(int argc, char **argv)\n{\n    return chain_explore_main(argc, argv, chains);\n}\n");
}
