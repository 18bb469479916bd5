/* skeleton.c - a test of the chains of a file: stubs for its operations, and a
 * table of the places where its chains wait.
 *
 * The engine that runs the chains and reports what is wrong is in libchain
 * (chain_explore.h). */
#include <stdio.h>
#include <string.h>

#include "base/arena.h"
#include "emit/emit.h"

static const char head_text[] =
    "/* A test of ${source}, written by chainc --skeleton. What it does is told by docs/simulation.md, and by\n"
    " *\n"
    " *     chainc ${source}\n"
    " *     cc -DCHAIN_TRACE ${main}-c ${c}\n"
    " *     cc -DCHAIN_TRACE ${output} ${o} -lchain-trace -o ${program}\n"
    " *     ./${program} --help\n"
    " *\n"
    " * The operations are simulated, other functions are the real ones: link them, too. If their file has the operations as well,\n"
    " * compile that with -O0 and add -Wl,-z,muldefs: the first definition, the one here, counts. Values are zero, and some others\n"
    " * where they are numbers. ${values} is included if there is one; it may define the macros below and say otherwise. */\n"
    "#ifndef CHAIN_TRACE\n"
    "#error \"compile this, and what chainc has written, with -DCHAIN_TRACE\"\n"
    "#endif\n"
    "\n"
    "#include <chain_explore.h>\n"
    "#include <string.h>\n"
    "\n"
    "#include \"${header}\"\n"
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
    "} chain__room[${rooms}];\n"
    "#define CHAIN_TEST_ROOM(n) ((void *)&chain__room[n])\n"
    "\n";

/* ---- where the chains wait ----------------------------------------------- */

static bool has_timeout_around(const struct ir_chain *chain, struct span span)
{
    for (const struct ir_block *block = chain->blocks; block != NULL; block = block->next)
        for (const struct ir_instr *instr = block->instrs; instr != NULL; instr = instr->next)
            if (instr->kind == IR_TIMEOUT && instr->span.begin <= span.begin
                && span.end <= instr->span.end)
                return true;
    return false;
}

/* The variable that the only copy of this one goes to; NULL if there is none, or several. */
static const struct variable *copy_of(const struct ir_chain *chain, const struct variable *variable)
{
    const struct variable *copy = NULL;
    unsigned count = 0;

    for (const struct ir_block *block = chain->blocks; block != NULL; block = block->next)
        for (const struct ir_instr *instr = block->instrs; instr != NULL; instr = instr->next)
            if (instr->kind == IR_COPY && instr->from == variable) {
                copy = instr->variable;
                count++;
            }
    return count == 1 ? copy : NULL;
}

/* What the operation gives that is adopted in this block, from a branch or from
 * the strand itself, is bound and never moved: it is in its turn when the block
 * that binds it ends (rule 42a). Not if the strand that binds it is another. */
static bool is_kept(const struct ir_chain *chain, const struct ir_block *block,
                    const struct ir_strand *branch)
{
    const struct ir_instr *adopt = block->instrs;
    const struct variable *variable;

    while (
        adopt != NULL
        && (adopt->kind != IR_ADOPT || adopt->strand != (branch != NULL ? branch : block->strand)))
        adopt = adopt->next;
    variable = adopt == NULL ? NULL : adopt->variable;
    while (variable != NULL && variable->kind == VARIABLE_IT && variable->moved_at.begin == 0)
        variable = copy_of(chain, variable);
    return variable != NULL && variable->kind == VARIABLE_BINDING && variable->moved_at.begin == 0
           && variable->scope->strand == block->strand;
}

static void emit_point(struct emitter *emitter, const char *state, struct span span,
                       const struct symbol *op, const char *step, const char *events, bool kept)
{
    struct writer *w = emitter->writer;
    bool is_simulated = op != NULL && op->proto_kind == AST_ASYNC;

    writer_putf(w, "    { %s, %d, \"%s\", ", state, skeleton_line_of(emitter, span), step);
    if (is_simulated)
        writer_putf(w, "CHAIN_TEST_SIMULATED_%s", op->c_name);
    else
        writer_put(w, "NULL");
    writer_putf(w, ", %s", events);
    if (is_simulated)
        writer_putf(w, "%s%s",
                    skeleton_varies(emitter, op)
                        ? arena_format(emitter->arena, " | CHAIN_TEST_VARIES_%s", op->c_name)
                        : "",
                    op->uncancellable ? " | CHAIN_EXPLORE_STAYS" : "");
    if (is_simulated && kept && skeleton_counted(emitter, op->value) != NULL)
        writer_put(w, " | CHAIN_EXPLORE_KEPT");
    if (has_timeout_around(emitter->chain, span))
        writer_put(w, " | CHAIN_EXPLORE_TIMEOUT");
    writer_put(w, " },\n");
}

static const char operation_events[] = "CHAIN_EXPLORE_OPERATION",
                  delay_events[] = "CHAIN_EXPLORE_DELAY", join_events[] = "CHAIN_EXPLORE_JOIN";

static const char *events_of_join(const struct ir_instr *fork)
{
    return fork->node->rejects ? join_events : delay_events;
}

static const char *word_of_join(const struct ir_block *block, const struct ir_instr *fork)
{
    for (const struct ir_instr *instr = block->instrs; instr != NULL; instr = instr->next)
        if (instr->kind == IR_TIMEOUT)
            return "timeout";
    if (fork->kind == IR_EACH)
        return "each";
    return ast_form_traits[fork->fork_kind].word;
}

/* The wait for branches, and those of them that are single operations. */
static void emit_join_points(struct emitter *emitter, const struct ir_block *waiter,
                             const struct ir_block *state, const char *at)
{
    bool alone = false; /* of branches that run at the same time the order is not fixed */

    for (const struct ir_instr *instr = waiter->instrs; instr != NULL; instr = instr->next) {
        if (instr->kind == IR_FORK)
            alone = instr->number == 1;
        if (instr->kind == IR_FORK || instr->kind == IR_EACH)
            emit_point(emitter, at, instr->span, NULL, word_of_join(waiter, instr),
                       events_of_join(instr), false);
        else if (instr->kind == IR_BRANCH_OP || instr->kind == IR_BRANCH_DELAY)
            emit_point(emitter,
                       arena_format(emitter->arena, "%u",
                                    emitter->chain->state_count + instr->number - 1),
                       instr->span, instr->op, instr->op != NULL ? instr->op->name : "delay",
                       instr->op != NULL && instr->op->proto_kind == AST_ASYNC ? operation_events
                                                                               : delay_events,
                       alone && is_kept(emitter->chain, state, instr->strand));
    }
}

/* `at`: the number of the state. */
static void emit_points_of(struct emitter *emitter, const struct ir_block *state, const char *at)
{
    const struct ir_block *waiter = state->waiter;

    if (waiter == NULL)
        return;
    if (waiter->end == IR_START)
        emit_point(emitter, at, waiter->end_span, waiter->op, waiter->op->name,
                   waiter->op->proto_kind == AST_ASYNC ? operation_events : delay_events,
                   is_kept(emitter->chain, state, NULL));
    else if (waiter->end == IR_SPAWN) /* only a pool can be full */
        emit_point(emitter, at, waiter->end_span, NULL, "spawn",
                   waiter->op->pool != NULL ? delay_events : "CHAIN_EXPLORE_VALUE", false);
    else if (waiter->end == IR_AWAIT)
        emit_point(emitter, at, waiter->end_span, NULL, "join", delay_events, false);
    else if (emit_waits_for_handle(waiter))
        emit_point(emitter, at, waiter->end_span, NULL,
                   waiter->end == IR_AWAIT_HANDLE ? "await" : "cancel", delay_events, false);
    else if (waiter->end == IR_CLOSE)
        emit_point(emitter, at, waiter->end_span, NULL, "instances", "CHAIN_EXPLORE_VALUE", false);
    else if (waiter->end == IR_DELAY)
        emit_point(emitter, at, waiter->end_span, NULL,
                   waiter->node->kind == NODE_DELAY   ? "delay"
                   : waiter->node->kind == NODE_RETRY ? "pause"
                                                      : "stagger",
                   delay_events, false);
    else if (waiter->end == IR_AWAIT_PROMISE)
        emit_point(emitter, at, waiter->end_span, NULL, "await",
                   waiter->node->rejects ? join_events : delay_events, false);
    else if (waiter->end == IR_AWAIT_CANCELLED)
        emit_point(emitter, at, waiter->end_span, NULL, "cancel", delay_events, false);
    else if (waiter->end == IR_AWAIT_ENDED)
        emit_point(emitter, at, waiter->end_span, NULL, "promises", "CHAIN_EXPLORE_VALUE", false);
    else if (waiter->end == IR_JOIN)
        emit_join_points(emitter, waiter, state, at);
}

static void emit_points(struct emitter *emitter)
{
    struct writer *w = emitter->writer;
    const struct ir_chain *chain = emitter->chain;
    unsigned number = 0;

    writer_putf(
        w, "/* line %d: chain %s */\nstatic const struct chain_explore_point %s_points[] = {\n",
        skeleton_line_of(emitter, chain->symbol->span), chain->symbol->name, chain->c_name);
    for (const struct ir_block *block = chain->blocks; block != NULL; block = block->next)
        if (block->is_state)
            emit_points_of(emitter, block,
                           arena_format(emitter->arena, "%u /* %s */", number++, block->state));
    writer_put(w, "    { 0, 0, NULL, NULL, 0 },\n};\n\n");
}

/* ---- running them -------------------------------------------------------- */

static const char run_text[] = "static struct ${name} ${name}_tested;\n"
                               "\n"
                               "static int ${name}_tested_run(struct chain_loop *${loop})\n"
                               "{\n"
                               "    memset(chain__room, 0, sizeof chain__room);\n"
                               "    return ${name}_run(&${name}_tested, ${loop}${arguments});\n"
                               "}\n"
                               "\n";

/* Of a parameter that is never moved, its line: it is the last to be released
 * (rule 42a). 0: it may be moved. */
static int line_of_kept(struct emitter *emitter, const struct parameter *param)
{
    for (const struct variable *v = emitter->chain->checked->variables; v != NULL; v = v->next)
        if (v->kind == VARIABLE_PARAMETER && v->name == param->name)
            return v->moved_at.begin == 0 ? skeleton_line_of(emitter, emitter->chain->symbol->span)
                                          : 0;
    return 0;
}

/* What the chain is given to own is counted. */
static const char *argument_of(struct emitter *emitter, const struct parameter *param,
                               unsigned number)
{
    const struct symbol *resource = skeleton_counted(emitter, param->type);

    if (resource != NULL)
        return arena_format(emitter->arena, "(%s)chain_explore_given(&%s_owned, %d)",
                            resource->c_name, resource->c_name, line_of_kept(emitter, param));
    return skeleton_zero_of(emitter->arena, param->type, number);
}

static const char taken_text[] =
    "/* Whoever runs the chain owns its value. */\n"
    "static void ${name}_tested_take(void)\n"
    "{\n"
    "    chain_explore_release(&${resource}_owned, (uintptr_t)${name}_value(&${name}_tested));\n"
    "}\n"
    "\n";

static void emit_run(struct emitter *emitter)
{
    struct writer *w = emitter->writer;
    const struct ir_chain *chain = emitter->chain;
    struct writer arguments;
    unsigned number = 0;

    if (chain->symbol->is_static)
        return;
    writer_init(&arguments, emitter->arena);
    for (const struct parameter *param = chain->symbol->params; param != NULL;
         param = param->next) {
        const char *argument =
            arena_format(emitter->arena, "CHAIN_TEST_ARGUMENT_%s__%s", chain->c_name, param->name);
        writer_putf(w, "#ifndef %s\n#define %s (%s)\n#endif\n", argument, argument,
                    argument_of(emitter, param, ++number));
        writer_putf(&arguments, ", %s", argument);
    }
    writer_put_template(w, run_text, "name", chain->c_name, "arguments", writer_text(&arguments),
                        "loop", emit_own_name(emitter, OWN_LOOP_GIVEN), NULL);
    if (skeleton_counted(emitter, chain->symbol->value) != NULL)
        writer_put_template(w, taken_text, "name", chain->c_name, "resource",
                            skeleton_counted(emitter, chain->symbol->value)->name, NULL);
}

static void emit_chains_table(struct emitter *emitter, const struct ir_chain *chains)
{
    struct writer *w = emitter->writer;

    writer_put(w, "static const struct chain_explore_chain chain__chains[] = {\n");
    for (const struct ir_chain *chain = chains; chain != NULL; chain = chain->next) {
        const char *name = chain->c_name;
        writer_putf(w, "    { \"%s\", ", chain->symbol->name);
        writer_put_c_string(w, emitter->options->source_name,
                            strlen(emitter->options->source_name));
        writer_putf(w, ", %s_points, ", name);
        if (chain->symbol->is_static)
            writer_put(w, "NULL, NULL, NULL, 0 },\n");
        else
            writer_putf(
                w,
                "%s_tested_run, %s, &%s_tested.root, sizeof %s_tested - offsetof(struct %s, root) },\n",
                name,
                skeleton_counted(emitter, chain->symbol->value) != NULL
                    ? arena_format(emitter->arena, "%s_tested_take", name)
                    : "NULL",
                name, name, name);
    }
    writer_put(w, "    { NULL, NULL, NULL, NULL, NULL, NULL, 0 },\n};\n\n");
}

/* ---- the file ------------------------------------------------------------ */

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
        if (!chains->symbol->is_static)
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
    const char *stem = without_ending(emitter->arena, options->header_name);
    /* <stdout> */
    const char *output =
        *options->c_name == '<' ? arena_format(emitter->arena, "%s_test.c", stem) : options->c_name;
    const char *program = without_ending(emitter->arena, output);

    writer_put_template(emitter->writer, head_text, "source",
                        emit_comment_text(emitter, options->source_name), "output",
                        emit_comment_text(emitter, output), "program",
                        emit_comment_text(emitter, program), "header", options->header_name, "c",
                        arena_format(emitter->arena, "%s.c", emit_comment_text(emitter, stem)), "o",
                        arena_format(emitter->arena, "%s.o", emit_comment_text(emitter, stem)),
                        "values",
                        arena_format(emitter->arena, "%s_values.h", skeleton_last_part(program)),
                        "main", has_main(chains) ? "-Dmain=program_main " : "", NULL);
    if (can_be_run(chains))
        writer_put_template(emitter->writer, room_text, "rooms",
                            arena_format(emitter->arena, "%u", most_parameters(chains) + 1), NULL);
}

void emit_skeleton(struct writer *writer, const struct program *program,
                   const struct ir_chain *chains, const struct emit_options *options)
{
    struct emitter emitter = {
        .writer = writer, .program = program, .options = options, .arena = program->arena
    };

    emit_head(&emitter, chains);
    skeleton_stubs(&emitter, chains);
    writer_put(writer, "/* ---- chains ---- */\n\n");
    for (const struct ir_chain *chain = chains; chain != NULL; chain = chain->next) {
        emitter.chain = chain;
        emit_points(&emitter);
        emit_run(&emitter);
    }
    emit_imported_codes(&emitter);
    emit_chains_table(&emitter, chains);
    if (has_main(chains)) /* -Dmain=… may be said for all files */
        writer_put(writer, "#undef main\n");
    writer_put_template(writer,
                        "int main(int ${argc}, char **${argv})\n"
                        "{\n"
                        "    return chain_explore_main(${argc}, ${argv}, chain__chains);\n"
                        "}\n",
                        "argc", emit_own_name(&emitter, OWN_ARGC), "argv",
                        emit_own_name(&emitter, OWN_ARGV), NULL);
}
