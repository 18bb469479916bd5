/* name.c - gives fields, states, labels and branches their C names.
 *
 *     the block after http_get     ->     state K_USERS_AFTER_HTTP_GET, label after_http_get; the second one …_2
 */
#include <ctype.h>
#include <string.h>

#include "arena.h"
#include "ctext.h"
#include "frame.h"
#include "intern.h"
#include "passes.h"

struct taken {
    UT_hash_handle hh;
    const char *name;
    unsigned count;
};

struct naming {
    struct arena *arena;
    struct taken *taken; /* uthash */
};

static struct taken *find(struct naming *naming, const char *name)
{
    struct taken *entry;
    HASH_FIND_STR(naming->taken, name, entry);
    return entry;
}

static struct taken *reserve(struct naming *naming, const char *name)
{
    struct arena *arena = naming->arena;
    struct taken *entry = arena_new(arena, struct taken);

    entry->name = name;
    entry->count = 1;
    HASH_ADD_KEYPTR(hh, naming->taken, entry->name, strlen(entry->name), entry);
    return entry;
}

/* The name itself if it is free, else with a number behind it. */
static const char *unique(struct naming *naming, const char *name)
{
    struct taken *entry = find(naming, name);
    const char *numbered;

    if (entry == NULL)
        return reserve(naming, name)->name;
    do
        numbered = arena_format(naming->arena, "%s_%u", name, ++entry->count);
    while (find(naming, numbered) != NULL);
    return reserve(naming, numbered)->name;
}

static void release(struct naming *naming)
{
    naming->taken = NULL;
}

const char *upper(struct arena *arena, const char *text)
{
    char *copy = arena_copy(arena, text, strlen(text));
    for (char *p = copy; *p != '\0'; p++)
        *p = (char)toupper((unsigned char)*p);
    return copy;
}

const char *field_name(struct arena *arena, const char *name)
{
    return ctext_is_cpp_word(name) ? arena_format(arena, "%s_", name) : name;
}

/* ---- the frame ---- */

static void name_fields(struct naming *naming, struct ir_chain *chain)
{
    static const char *const own[] = { "u", "failure", "caller", "branches", "block" };

    for (size_t i = 0; i < sizeof own / sizeof *own; i++)
        reserve(naming, own[i]);
    if (chain->checked->spawns != NULL)
        reserve(naming, "nursery");
    for (struct field *field = chain->frame->fields; field != NULL; field = field->next)
        for (struct field_part *part = field->parts; part != NULL; part = part->next)
            part->field = unique(naming, field_name(naming->arena, part->name));
    release(naming);
    for (struct local *local = chain->frame->locals; local != NULL; local = local->next) /* <stdbool.h> has macros of such names */
        local->name = unique(naming, field_name(naming->arena, local->variable->name));
    release(naming);
}

/* Blocks that stand alone are part of the struct around them, so unions of several blocks may come to stand in one struct. */
static const char *name_union(struct naming *unions, struct scope *scope, const struct ir_strand *strand)
{
    struct scope_union *made = arena_new(unions->arena, struct scope_union);

    made->strand = strand;
    made->name = unique(unions, strand->parent == NULL ? "block" : arena_format(unions->arena, "block_%s", strand->field));
    made->next = scope->unions;
    scope->unions = made;
    return made->name;
}

/* Blocks that share storage are named after their lines. */
static void name_scopes(struct naming *unions, const struct program *program, const struct ir_chain *chain, struct scope *scope)
{
    struct arena *arena = unions->arena;

    if (scope->children == NULL)
        return;
    for (const struct ir_strand *strand = chain->strands; strand != NULL; strand = strand->next) {
        bool shared = scope_siblings(scope, strand) > 1;
        const char *name = shared ? name_union(unions, scope, strand) : NULL;
        struct naming members = { arena, NULL };
        for (struct scope *child = scope->children; child != NULL; child = child->next) {
            if (child->strand != strand || scope_is_empty(child))
                continue;
            child->path = scope_is_item(child) ? "" : scope->path;
            if (shared && !scope_is_item(child)) {
                int line = source_place(program->sources, child->span.begin).line;
                child->member = unique(&members, arena_format(arena, "line_%d", line));
                child->path = arena_format(arena, "%s%s.%s.", scope->path, name, child->member);
            }
            name_scopes(unions, program, chain, child);
        }
        release(&members);
    }
}

static void name_strands(struct arena *arena, struct ir_strand *parent)
{
    unsigned number = 0;

    for (struct ir_strand *child = parent->children; child != NULL; child = child->next_child) {
        const char *prefix = parent->parent == NULL ? "branch" : parent->is_slot ? "item" : parent->field;
        child->field = arena_format(arena, "%s_%u", prefix, ++number);
        name_strands(arena, child);
    }
}

/* ---- states and labels ---- */

static void add_state(struct ir_block *state)
{
    struct ir_strand *strand = state->strand;

    if (strand->states == NULL)
        strand->states = state;
    else
        strand->last_state->next_state = state;
    strand->last_state = state;
}

/* Labels are names of the function; an enumerator is a name of the whole file: the chains `job` and `Job`, or `x` and
 * `x_after`, may come to the same one. */
static void name_blocks(struct naming *naming, struct naming *states, struct ir_chain *chain)
{
    const char *prefix = upper(naming->arena, chain->c_name);

    reserve(naming, "start");
    for (struct ir_block *block = chain->blocks; block != NULL; block = block->next)
        if (block->end == IR_CALL || block->end == IR_START) {
            block->op->is_started = true;
            if (block->end == IR_CALL)
                block->call = chain->call_count++;
        }
    for (struct ir_block *block = chain->blocks; block != NULL; block = block->next)
        block->label = block == chain->blocks ? "start" : unique(naming, block->hint);
    for (struct ir_block *block = chain->blocks; block != NULL; block = block->next)
        if (block->is_state) {
            block->state = unique(states, arena_format(naming->arena, "%s_%s", prefix, upper(naming->arena, block->label)));
            add_state(block);
            chain->state_count++;
        }
    release(naming);
}

/* ---- the generated function's own names ---- */

static void note_names(struct naming *naming, const char *text)
{
    struct ctoken token;

    while ((token = ctext_next_solid(&text)).kind != CTOKEN_END) {
        const char *name;
        if (token.kind != CTOKEN_NAME || token.length > 8) /* ours are shorter */
            continue;
        name = arena_copy(naming->arena, token.text, token.length);
        if (find(naming, name) == NULL)
            reserve(naming, name);
    }
}

static void note_text(struct naming *naming, const struct text *text)
{
    for (; text != NULL; text = text->next)
        for (const struct piece *piece = text->pieces; piece != NULL; piece = piece->next)
            if (piece->kind == PIECE_TEXT)
                note_names(naming, arena_copy(naming->arena, piece->text, piece->length));
}

static void note_chain(struct naming *naming, const struct ir_chain *chain)
{
    for (const struct ir_block *block = chain->blocks; block != NULL; block = block->next) {
        note_text(naming, block->text);
        note_text(naming, block->args);
        if (block->op != NULL && block->op->fails != NULL)
            note_names(naming, block->op->fails->text);
        for (const struct ir_instr *instr = block->instrs; instr != NULL; instr = instr->next) {
            note_text(naming, instr->text);
            note_text(naming, instr->args);
            if (instr->kind == IR_DO)
                note_text(naming, instr->node->u.do_.body);
            if (instr->op != NULL && instr->op->fails != NULL) {
                note_names(naming, instr->op->fails->text);
                note_names(naming, instr->op->fails_code->text);
            }
        }
    }
}

/* The names that macros of the file may have, and of those that it imports, as they are in their headers. Once for all chains. */
static struct naming macros_of(struct program *program)
{
    struct naming macros = { program->arena, program->macro_names };

    if (macros.taken != NULL)
        return macros;
    reserve(&macros, ""); /* then it is not empty */
    for (const struct unit *unit = program->units; unit != NULL; unit = unit->next)
        for (const struct ast_item *item = unit->file->items; item != NULL; item = item->next)
            if (item->kind == AST_CPP || (item->kind == AST_PROLOGUE && unit == program->units))
                note_names(&macros, item->u.c->text);
    program->macro_names = macros.taken;
    return macros;
}

/* Whether C text of the chain, or of a macro, uses it. */
static bool is_used(struct naming *naming, struct naming *macros, const char *name)
{
    return find(naming, name) != NULL || find(macros, name) != NULL;
}

static void name_locals(struct naming *naming, struct program *program, struct ir_chain *chain)
{
    const struct {
        const char **local, *name, *longer;
    } locals[] = {
        { &chain->local.frame, "f", "chain__f" },
        { &chain->local.strand, "s", "chain__s" },
        { &chain->local.loop, "loop", "chain__loop" },
        { &chain->local.at, "at", "chain__at" },
        { &chain->local.branches, "b", "chain__b" },
        { &chain->local.variables, "local", "chain__local" },
    };
    struct naming macros = macros_of(program);
    unsigned items = 0;

    note_chain(naming, chain);
    for (size_t i = 0; i < sizeof locals / sizeof *locals; i++)
        *locals[i].local = is_used(naming, &macros, locals[i].name) ? locals[i].longer : locals[i].name;
    for (struct ir_strand *strand = chain->strands; strand != NULL; strand = strand->next)
        if (strand->is_slot)
            strand->local = arena_format(naming->arena, "chain__item_%u", ++items);
    if (items == 1 && !is_used(naming, &macros, "item"))
        for (struct ir_strand *strand = chain->strands; strand != NULL; strand = strand->next)
            if (strand->is_slot)
                strand->local = "item";
    release(naming);
}

void name(struct arena *arena, struct program *program, struct ir_chain *chain)
{
    struct naming naming = { arena, NULL }, states = { arena, program->state_names };

    chain->c_name = chain->symbol->c_name;
    name_fields(&naming, chain);
    name_strands(arena, chain->strands);
    for (struct ir_strand *strand = chain->strands; strand != NULL; strand = strand->next)
        if (strand->is_slot)
            name_strands(arena, strand);
    chain->checked->scope->path = "";
    name_scopes(&naming, program, chain, chain->checked->scope);
    release(&naming);
    name_blocks(&naming, &states, chain);
    program->state_names = states.taken;
    name_locals(&naming, program, chain);
}
