/* emit_spawn.c - spawned chains: the struct of an instance, pools, and the
 * steps that spawn and join. */
#include <string.h>

#include "base/arena.h"
#include "ctext/ctext.h"
#include "emit/emit.h"

/* ---- instances and pools ------------------------------------------------- */

static const char instance_text[] =
    "/* ${name} where it is spawned: it is zeroed once, and stays what it is. */\n"
    "struct ${name}_instance {\n"
    "    CHAIN__PAD(sizeof(struct chain__instance), CHAIN__ALIGN(struct ${name}_frame))\n"
    "    struct chain__instance instance;\n"
    "    struct ${name}_frame frame;\n"
    "${branches}"
    "};\n"
    "CHAIN_STATIC_ASSERT(offsetof(struct ${name}_instance, frame)\n"
    "                        == offsetof(struct ${name}_instance, instance) + sizeof(struct chain__instance),\n"
    "                    \"the frame follows its strand: types are aligned to 128 bytes at most\");\n"
    "${distance}"
    "\n";

static void emit_instance(struct emitter *emitter, const struct symbol *chain)
{
    const char *name = chain->c_name, *branches = "", *distance = "";

    if (chain->needs_branches) {
        branches = arena_format(emitter->arena, "    struct %s_branches branches;\n", name);
        distance = arena_format(emitter->arena,
                                "CHAIN_STATIC_ASSERT(sizeof(struct %s_instance) <= 524280, "
                                "\"a branch finds its strand within 512 KB\");\n",
                                name);
    }
    writer_put_template(emitter->writer, instance_text, "name", name, "branches", branches,
                        "distance", distance, NULL);
}

/* What is wrong with the number is reported where it stands. */
static void emit_pool(struct emitter *emitter, const struct symbol *chain)
{
    struct writer *w = emitter->writer;
    const char *name = chain->c_name, *count = emit_count_words(emitter, chain->pool);
    intmax_t number;

    if (!ctext_number(count, &number)) {
        emit_line(emitter, chain->pool->span);
        writer_putf(w, "_Static_assert((%s) > 0, \"a pool has a slot\");\n", count);
        emit_line_back(emitter);
    }
    emit_count_line(emitter, count, chain->pool->span);
    writer_putf(w, "static struct %s_instance %s_instances[%s];\n", name, name, count);
    emit_line_back(emitter);
    writer_put(w, chain->is_static ? "static " : "");
    writer_putf(w, "struct chain__pool %s_pool = CHAIN__POOL(%s_pool, %s_instances);\n\n", name,
                name, name);
}

/* A static chain may be spawned by one that stands before it. */
static void declare_static(struct emitter *emitter, const struct symbol *chain)
{
    struct writer *w = emitter->writer;
    const char *name = chain->c_name;

    writer_putf(w,
                "static const struct chain_type %s_type;\nstatic void %s_start(struct %s_frame *%s",
                name, name, name, emit_own_parameter(emitter, chain, OWN_FRAME_GIVEN));
    if (chain->needs_branches)
        writer_putf(w, ", struct %s_branches *%s", name,
                    emit_own_parameter(emitter, chain, OWN_BRANCHES_GIVEN));
    emit_parameters(emitter, chain, true);
    writer_put(w, ");\n\n");
}

static void emit_spawnable(struct emitter *emitter, const struct symbol *chain)
{
    bool is_ours = chain->unit == emitter->program->units, is_static = chain->is_static;
    bool has_pool = is_ours && chain->pool != NULL && (chain->is_spawned || !is_static);

    if (!chain->is_spawned && !has_pool)
        return;
    emit_instance(emitter, chain);
    if (has_pool)
        emit_pool(emitter, chain);
    if (is_static)
        declare_static(emitter, chain);
}

/* Of all chains that the file spawns, and of those whose pools are here. */
void emit_instances(struct emitter *emitter)
{
    for (const struct symbol *chain = emitter->program->chains; chain != NULL;
         chain = chain->next_chain)
        if (chain->proto->body != NULL)
            emit_spawnable(emitter, chain);
}

/* ---- steps --------------------------------------------------------------- */

static const char *nursery_path(const struct emitter *emitter)
{
    return arena_format(emitter->arena, "&%s->nursery", emitter->chain->local.frame);
}

void emit_instances_start(struct emitter *emitter, const struct ir_block *block,
                          const char *storage)
{
    struct writer *w = emitter->writer;

    bool retries = emitter->chain->symbol->retries;

    if (block->end == IR_CLOSE)
        writer_putf(w, "%s(&%s.join, %s);", retries ? "chain__close_retried" : "chain__close_start",
                    storage, nursery_path(emitter));
    else if (block->end == IR_AWAIT)
        writer_putf(w, "chain__join_start(&%s.join%s, %s);", storage, retries ? ".wait" : "",
                    nursery_path(emitter));
    else if (block->op->pool != NULL)
        writer_putf(w, "chain__spawn_pooled(&%s.spawn, &%s_pool);", storage, block->op->c_name);
    else
        writer_putf(w, "CHAIN__SPAWN_ALLOCATED(&%s.spawn, &%s_type, struct %s_instance);", storage,
                    block->op->c_name, block->op->c_name);
}

bool emit_waits_for_handle(const struct ir_block *block)
{
    return block->end == IR_AWAIT_HANDLE || block->end == IR_CANCEL_HANDLE;
}

void emit_handle_start(struct emitter *emitter, const struct ir_block *block, const char *storage)
{
    writer_putf(emitter->writer, "chain__handle_%s(&%s.handle_wait, ",
                block->end == IR_AWAIT_HANDLE ? "await" : "end", storage);
    emit_text(emitter, block->text);
    writer_put(emitter->writer, ");");
}

/* A chain without a pool is never waited for. */
void emit_instances_cancel(struct emitter *emitter, const struct ir_block *block)
{
    const char *storage = emit_storage_path(emitter, block->strand);

    if (block->end == IR_AWAIT)
        writer_putf(emitter->writer, " chain__join_cancel(&%s.join%s, %s);", storage,
                    emitter->chain->symbol->retries ? ".wait" : "", nursery_path(emitter));
    else if (block->op->pool != NULL)
        writer_putf(emitter->writer, " chain__spawn_cancel(&%s.spawn);", storage);
}

void emit_spawned(struct emitter *emitter, const struct ir_instr *instr)
{
    struct writer *w = emitter->writer;
    const struct ir_chain *chain = emitter->chain;
    bool handled = instr->variable != NULL;
    const char *name = instr->op->c_name, *storage = emit_storage_path(emitter, instr->strand),
               *spawned = emit_own_name(emitter, OWN_SPAWNED);

    writer_putf(
        w,
        "    {\n        struct %s_instance *%s =\n            (struct %s_instance *)(void *)((char *)%s.spawn.instance"
        " - offsetof(struct %s_instance, instance));\n",
        name, spawned, name, storage, name);
    emit_line(emitter, instr->span);
    writer_putf(w, "        %s_start(&%s->frame", name, spawned);
    if (instr->op->needs_branches)
        writer_putf(w, ", &%s->branches", spawned);
    writer_put(w, instr->args != NULL ? ", " : "");
    emit_arguments(emitter, instr->args);
    writer_put(w, ");\n");
    emit_line_back(emitter);
    writer_putf(w, "        %s->frame.caller = &chain__%s_caller;\n        ", spawned,
                handled ? "handled" : "instance");
    if (handled)
        writer_putf(w, "%s = ", emit_variable_path(emitter, instr->variable));
    writer_putf(w, "chain__spawned%s(%s, %s, &%s.spawn, %s, &%s_type);\n    }\n",
                handled ? "_as" : "", chain->local.strand, chain->local.loop, storage,
                nursery_path(emitter), name);
}
