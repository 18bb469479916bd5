/* c_names.c - gives fields, states, labels and branches their C names.
 *
 *     the block after http_get     ->     state K_USERS_AFTER_HTTP_GET, label after_http_get; the second one …_2
 */
#include <ctype.h>
#include <string.h>

#include "base/arena.h"
#include "base/intern.h"
#include "ctext/ctext.h"
#include "frame/frame.h"
#include "passes.h"

struct taken {
    UT_hash_handle hh;
    const char *name;
    unsigned count;
};

struct naming {
    struct arena *arena;
    const struct program *program;
    struct taken *taken; /* uthash */
    struct taken *types; /* the same, of the names of types: release() leaves them */
};

static struct taken *find(struct naming *naming, const char *name)
{
    struct taken *entry;
    HASH_FIND_STR(naming->taken, name, entry);
    if (entry == NULL)
        HASH_FIND_STR(naming->types, name, entry);
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

/* The name itself if it is free, else with a number after it. */
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

const char *c_names_upper(struct arena *arena, const char *text)
{
    char *copy = arena_copy(arena, text, strlen(text));
    for (char *p = copy; *p != '\0'; p++)
        *p = (char)toupper((unsigned char)*p);
    return copy;
}

/* The same for what is no word and no macro. */
static const char *unique_safe(struct naming *naming, const char *name)
{
    const char *made;

    while (resolve_name_is_replaced(naming->program, name))
        name = resolve_name_after(naming->arena, name);
    do
        made = unique(naming, name);
    while (resolve_name_is_replaced(naming->program, made));
    return made;
}

/* ---- the frame ----------------------------------------------------------- */

static void reserve_words(struct naming *naming, const char *words)
{
    struct ctoken token;

    while ((token = ctext_next_solid(&words)).kind != CTOKEN_END)
        if (token.kind == CTOKEN_NAME
            && find(naming, arena_copy(naming->arena, token.text, token.length)) == NULL)
            reserve(naming, arena_copy(naming->arena, token.text, token.length));
}

/* A member that has the name of a type would hide it in C++, where the type is
 * named without struct. */
static void reserve_type(struct naming *naming, struct ctype type)
{
    const char *tag = type.before == NULL ? NULL : strstr(type.before, "struct ");

    if (type.before != NULL && tag == NULL && strstr(type.before, "union ") == NULL
        && strstr(type.before, "enum ") == NULL)
        reserve_words(naming, type.before);
}

static void reserve_types(struct naming *naming, const struct ir_chain *chain)
{
    reserve_type(naming, chain->symbol->value);
    for (const struct variable *v = chain->checked->variables; v != NULL; v = v->next)
        reserve_type(naming, v->type);
    for (const struct ir_strand *strand = chain->strands; strand != NULL; strand = strand->next)
        for (const struct ir_storage *storage = strand->storage; storage != NULL;
             storage = storage->next)
            if (storage->op != NULL)
                reserve_type(naming, storage->op->value);
}

const char *c_names_callee_member(struct arena *arena, const struct ir_strand *strand,
                                  const struct symbol *op)
{
    return arena_format(arena, "%s_%s", strand->parent == NULL ? "in" : strand->field, op->c_name);
}

/* Those of the struct of an item stand beside the fields of that item. */
static void reserve_members(struct naming *naming, const struct ir_chain *chain)
{
    reserve_words(naming, "u failure caller branches");
    if (chain->checked->spawns != NULL)
        reserve(naming, "nursery");
    if (chain->each_count != 0)
        reserve_words(naming, "strand chain__frame chain__outer");
    for (const struct ir_strand *strand = chain->strands; strand != NULL; strand = strand->next) {
        if (strand->parent != NULL)
            reserve_words(naming, strand->field);
        for (const struct ir_storage *callee = strand->callees; callee != NULL;
             callee = callee->next)
            reserve_words(naming, c_names_callee_member(naming->arena, strand, callee->op));
    }
}

static void name_fields(struct naming *naming, struct ir_chain *chain)
{
    for (struct field *field = chain->frame->fields; field != NULL; field = field->next)
        for (struct field_part *part = field->parts; part != NULL; part = part->next)
            part->field = unique_safe(naming, part->name);
    release(naming);
    for (struct local *local = chain->frame->locals; local != NULL; local = local->next)
        local->name = unique_safe(naming, local->variable->name);
    release(naming);
}

/* What a strand waits for, beside what is always there. */
static void name_storage(struct naming *naming, struct ir_strand *strand)
{
    for (int id = 0; id < MEMBER_COUNT; id++)
        reserve(naming, reserved_members[id]);
    reserve_words(naming, "delay value");
    for (struct ir_storage *storage = strand->storage; storage != NULL; storage = storage->next)
        storage->member = storage->op == NULL ? "delay" : unique_safe(naming, storage->op->name);
    for (struct ir_storage *storage = strand->storage; storage != NULL; storage = storage->next)
        storage->value =
            unique_safe(naming, arena_format(naming->arena, "%s_value", storage->member));
    release(naming);
}

/* Blocks that stand alone are part of the struct around them, so unions of
 * several blocks may come to stand in one struct. */
static const char *name_union(struct naming *unions, struct scope *scope,
                              const struct ir_strand *strand)
{
    struct scope_union *made = arena_new(unions->arena, struct scope_union);

    made->strand = strand;
    made->name = unique(unions, strand->parent == NULL
                                    ? "block"
                                    : arena_format(unions->arena, "block_%s", strand->field));
    made->next = scope->unions;
    scope->unions = made;
    return made->name;
}

/* Blocks that share storage are named after their lines. One that is empty may
 * have items, which stand elsewhere. */
static void name_scopes(struct naming *unions, const struct program *program,
                        const struct ir_chain *chain, struct scope *scope)
{
    struct arena *arena = unions->arena;

    if (scope->children == NULL)
        return;
    for (const struct ir_strand *strand = chain->strands; strand != NULL; strand = strand->next) {
        bool shared = frame_scope_siblings(scope, strand) > 1;
        const char *name = shared ? name_union(unions, scope, strand) : NULL;
        struct naming members = { arena, unions->program, NULL, NULL };
        for (struct scope *child = scope->children; child != NULL; child = child->next) {
            if (child->strand != strand)
                continue;
            child->path = frame_scope_is_item(child) ? "" : scope->path;
            if (shared && !frame_scope_is_item(child) && !frame_scope_is_empty(child)) {
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
    unsigned number = 0, promises = 0;

    for (struct ir_strand *child = parent->children; child != NULL; child = child->next_child) {
        const char *prefix = parent->parent == NULL ? "branch"
                             : parent->is_slot      ? "item"
                                                    : parent->field;
        child->field = arena_format(arena, "%s_%u", prefix, ++number);
        name_strands(arena, child);
    }
    for (struct ir_strand *child = parent->promises; child != NULL; child = child->next_child) {
        bool is_outer = parent->parent == NULL || parent->is_slot;
        child->field = arena_format(arena, "%s%spromise_%u", is_outer ? "" : parent->field,
                                    is_outer ? "" : "_", ++promises);
        name_strands(arena, child);
    }
}

/* ---- states and labels --------------------------------------------------- */

static void add_state(struct ir_block *state)
{
    struct ir_strand *strand = state->strand;

    if (strand->states == NULL)
        strand->states = state;
    else
        strand->last_state->next_state = state;
    strand->last_state = state;
}

/* Words of C++ are labels like any other. */
static const char *unique_label(struct naming *naming, const struct ir_block *block)
{
    const char *name = block->hint, *made;

    if (block->apart != NULL && find(naming, name) != NULL)
        name = arena_format(naming->arena, "%s_%s", name, block->apart);
    while (resolve_name_is_macro(naming->program, name))
        name = resolve_name_after(naming->arena, name);
    do
        made = unique(naming, name);
    while (resolve_name_is_macro(naming->program, made));
    return made;
}

/* No macro and no name of the user's: v_X_START for a chain `_x`, since _X… is the compiler's. */
static bool state_is_taken(const struct program *program, const char *name)
{
    return resolve_name_is_replaced(program, name) || resolve_word_is_used(program, name)
           || symbol_of_c_name(program, name) != NULL;
}

static const char *name_state(struct naming *states, const char *name)
{
    const char *made;

    while (state_is_taken(states->program, name))
        name = resolve_name_after(states->arena, name);
    do
        made = unique(states, name);
    while (state_is_taken(states->program, made));
    return made;
}

/* A place in a table, after its step: "TRIP_SITE_SPAWN_HEAT". */
static const char *name_place(struct naming *states, const char *prefix, const char *table,
                              const char *step)
{
    char *name = arena_copy(states->arena, step, strlen(step));

    for (char *p = name; *p != '\0'; p++)
        *p = *p == ' ' ? '_' : *p;
    return name_state(states, arena_format(states->arena, "%s_%s_%s", prefix, table,
                                           c_names_upper(states->arena, name)));
}

/* Labels are names of the function; an enumerator is a name of the whole file:
 * the chains `job` and `Job`, or `x` and `x_after`, may come to the same one. */
static void name_blocks(struct naming *naming, struct naming *states, struct ir_chain *chain)
{
    const char *prefix = c_names_upper(naming->arena, chain->c_name);

    for (struct ir_block *block = chain->blocks; block != NULL; block = block->next)
        if (block->end == IR_CALL || block->end == IR_START) {
            block->op->is_started = true;
            if (block->end == IR_CALL)
                chain->call_count++;
        }
    for (struct ir_block *block = chain->blocks; block != NULL; block = block->next)
        block->label = unique_label(naming, block);
    for (struct ir_block *block = chain->blocks; block != NULL; block = block->next)
        if (block->is_state) {
            block->state =
                name_state(states, arena_format(naming->arena, "%s_%s", prefix,
                                                c_names_upper(naming->arena, block->label)));
            add_state(block);
            chain->state_count++;
        }
    release(naming);
    for (struct ir_block *block = chain->blocks; block != NULL; block = block->next)
        if (block->end == IR_CALL)
            block->call = name_state(states, arena_format(naming->arena, "%s_calls_%s",
                                                          chain->c_name, block->op->name));
    for (struct ir_site *site = chain->sites; site != NULL; site = site->next)
        site->name = name_place(states, prefix, "SITE", site->step);
}

/* After their lines. */
static void name_functions(struct naming *naming, struct ir_chain *chain)
{
    for (struct ir_function *function = chain->functions; function != NULL;
         function = function->next)
        if (function->reached) {
            int line = source_place(naming->program->sources, function->node->span.begin).line;
            function->name =
                unique(naming, arena_format(naming->arena, "%s_do_%d", chain->c_name, line));
        }
    release(naming);
}

/* ---- the generated function's own names ---------------------------------- */

static void note_name(struct naming *naming, const char *name)
{
    if (find(naming, name) == NULL)
        reserve(naming, name);
}

static void note_names(struct naming *naming, const char *text)
{
    struct ctoken token;

    while ((token = ctext_next_name(&text)).kind != CTOKEN_END)
        if (token.length <= 16) /* ours are shorter */
            note_name(naming, arena_copy(naming->arena, token.text, token.length));
}

/* `it` of the declaration is the one that is declared around it. */
static void note_fails(struct naming *naming, const struct symbol *op)
{
    struct ctoken token;

    if (op == NULL)
        return;
    note_name(naming, op->c_name);
    for (int i = 0; i < FAILS_TEXTS; i++)
        for (const char *p = op->fails_texts[i] == NULL ? "" : op->fails_texts[i]->text;
             (token = ctext_next_name(&p)).kind != CTOKEN_END;)
            if (!ctoken_is(token, "it"))
                note_name(naming, arena_copy(naming->arena, token.text, token.length));
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
        note_fails(naming, block->op);
        for (const struct ast_name *code = block->codes; code != NULL; code = code->next)
            note_name(naming, code->c_name);
        for (const struct ir_instr *instr = block->instrs; instr != NULL; instr = instr->next) {
            note_text(naming, instr->text);
            note_text(naming, instr->args);
            if (instr->kind == IR_DO)
                note_text(naming, instr->node->u.do_.body);
            note_fails(naming, instr->op);
        }
    }
}

/* A name that no C text of the chain uses, and none at file level. */
static const char *own_name(struct naming *naming, const char *name)
{
    const char *own = name;

    for (unsigned number = 1;
         find(naming, own) != NULL || resolve_word_is_used(naming->program, own)
         || symbol_of_c_name(naming->program, own) != NULL;
         number++)
        own = arena_format(naming->arena, "chain__%s%.0u", name, number == 1 ? 0 : number);
    return own;
}

static void name_locals(struct naming *naming, struct ir_chain *chain)
{
    unsigned items = 0;

    note_chain(naming, chain);
    for (int id = 0; id < OWN_COUNT; id++)
        chain->own[id] = own_name(naming, reserved_own_words[id]);
    chain->local.frame = chain->own[OWN_FRAME];
    chain->local.strand = chain->own[OWN_STRAND];
    chain->local.loop = chain->own[OWN_LOOP];
    chain->local.at = chain->own[OWN_AT];
    chain->local.branches = chain->own[OWN_BRANCHES];
    chain->local.variables = chain->own[OWN_LOCAL];
    for (struct ir_strand *strand = chain->strands; strand != NULL; strand = strand->next)
        if (strand->is_slot)
            strand->local = arena_format(naming->arena, "chain__item_%u", ++items);
    for (struct ir_strand *strand = chain->strands; items == 1 && strand != NULL;
         strand = strand->next)
        if (strand->is_slot && strcmp(chain->own[OWN_ITEM], reserved_own_words[OWN_ITEM]) == 0)
            strand->local = chain->own[OWN_ITEM];
    release(naming);
}

void c_names(struct arena *arena, struct program *program, struct ir_chain *chain)
{
    struct naming naming = { arena, program, NULL, NULL },
                  states = { arena, program, program->state_names, NULL };

    chain->c_name = chain->symbol->c_name;
    name_strands(arena, chain->strands);
    for (struct ir_strand *strand = chain->strands; strand != NULL; strand = strand->next)
        if (strand->is_slot)
            name_strands(arena, strand);
    reserve_types(&naming, chain);
    naming.types = naming.taken;
    release(&naming);
    for (struct ir_strand *strand = chain->strands; strand != NULL; strand = strand->next)
        name_storage(&naming, strand);
    reserve_members(&naming, chain);
    chain->checked->scope->path = "";
    name_scopes(&naming, program, chain, chain->checked->scope);
    name_fields(&naming, chain);
    name_blocks(&naming, &states, chain);
    name_functions(&naming, chain);
    program->state_names = states.taken;
    name_locals(&naming, chain);
}
