/* report.c - the sizes of the structs of a chain, and which members share
 * storage (--report).
 *
 * Only the C compiler knows sizes. It is given a file that asks for each, as
 * constants in lines of assembler:
 *
 *     __asm__ volatile(".ascii \"->chain 3 %c0 %c1 \"" : : "i"(offsetof(struct x_frame, n)), "i"(sizeof(…)))
 *
 * That is never assembled, so it works for whatever machine it compiles for. */
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "emit/emit.h"

/* A member of a struct, or all of it. */
struct measure {
    struct measure *next;
    const char *type, *member; /* member NULL: the whole struct */
    const char *words;         /* where it comes from; NULL: nothing to say */
    unsigned long offset, size;
};

/* One of a chain's structs. */
struct group {
    struct group *next;
    const char *title, *type;
    const char *times; /* items of an each: C text; NULL: one */
    struct measure *whole, *measures, **last;
};

struct report_chain {
    struct report_chain *next;
    const struct ir_chain *chain;
    struct measure *root, *strand, *all; /* `all` and `root`: NULL for a static chain */
    struct measure *budget;              /* NULL: it has none */
    struct group *groups, **last_group;
};

struct report {
    struct arena *arena;
    const struct program *program;
    struct report_chain *chains, **last_chain;
    struct measure **measures; /* by number */
    size_t count, capacity, read;
};

/* ---- what is measured ---------------------------------------------------- */

static struct measure *measure(struct report *report, const char *type, const char *member,
                               const char *words)
{
    struct measure *made = arena_new(report->arena, struct measure);

    made->type = type;
    made->member = member;
    made->words = words;
    if (report->count == report->capacity) {
        struct measure **old = report->measures;
        report->capacity = 2 * report->capacity + 64;
        report->measures = arena_alloc(report->arena, report->capacity * sizeof *report->measures);
        if (report->count != 0)
            memcpy(report->measures, old, report->count * sizeof *old);
    }
    report->measures[report->count++] = made;
    return made;
}

static void add(struct report *report, struct group *group, const char *member, const char *words)
{
    *group->last = measure(report, group->type, member, words);
    group->last = &(*group->last)->next;
}

static struct group *group_new(struct report *report, struct report_chain *of, const char *title,
                               const char *type)
{
    struct group *group = arena_new(report->arena, struct group);

    group->title = title;
    group->type = type;
    group->last = &group->measures;
    group->whole = measure(report, type, NULL, NULL);
    *of->last_group = group;
    of->last_group = &group->next;
    return group;
}

static const char *line_words(struct report *report, struct span span)
{
    return span.begin == 0 ? NULL
                           : arena_format(report->arena, "line %d",
                                          source_place(report->program->sources, span.begin).line);
}

static const char *add_line(struct report *report, const char *words, struct span span)
{
    const char *line = line_words(report, span);

    if (words == NULL || line == NULL)
        return words == NULL ? line : words;
    return strstr(words, line) != NULL
               ? words
               : arena_format(report->arena, "%s, %s", words, line + strlen("line "));
}

/* The steps that wait for an operation on a strand. */
static const char *steps_of(struct report *report, const struct ir_chain *chain,
                            const struct ir_strand *strand, const struct symbol *op)
{
    const char *words = NULL;

    for (const struct ir_block *block = chain->blocks; block != NULL; block = block->next) {
        bool waits = block->end == IR_START || block->end == IR_CALL || block->end == IR_DELAY;
        if (waits && block->strand == strand && block->op == op)
            words = add_line(report, words, block->end_span);
        for (const struct ir_instr *instr = block->instrs; instr != NULL; instr = instr->next)
            if ((instr->kind == IR_BRANCH_OP || instr->kind == IR_BRANCH_DELAY)
                && instr->strand == strand && instr->op == op)
                words = add_line(report, words, instr->span);
    }
    return words;
}

/* `u`: how to come to the union of what a strand waits for; the failure of a
 * frame may stand beside it. */
static void add_storage(struct report *report, struct group *group, const struct ir_chain *chain,
                        const struct ir_strand *strand, const char *u)
{
    struct arena *arena = report->arena;
    bool apart = strand->parent == NULL && chain->frame->overlaid;

    add(report, group, apart ? "failure" : arena_format(arena, "%s.failure", u), NULL);
    for (enum member id = MEMBER_FAILURE + 1; id < MEMBER_COUNT; id++)
        if (ir_strand_has(strand, id))
            add(report, group, arena_format(arena, "%s.%s", u, reserved_members[id]), NULL);
    if (strand->carries)
        add(report, group, arena_format(arena, "%s.chain__rejected", u), "carried");
    for (const struct ir_storage *storage = strand->storage; storage != NULL;
         storage = storage->next) {
        add(report, group, arena_format(arena, "%s.%s", u, storage->member),
            steps_of(report, chain, strand, storage->op));
        if (storage->op != NULL && !ctype_is_void(storage->op->value))
            add(report, group, arena_format(arena, "%s.%s", u, storage->value), NULL);
    }
    if (strand->parent == NULL && !ctype_is_void(chain->symbol->value))
        add(report, group, arena_format(arena, "%s.value", u), "the chain's own");
}

static const struct ir_strand *slot_around(const struct field *field)
{
    return field->scope->strand == NULL ? NULL : field->scope->strand->slot;
}

/* The variables of the frame, or of the items of an each. */
static void add_variables(struct report *report, struct group *group, const struct ir_chain *chain,
                          const struct ir_strand *slot)
{
    for (const struct field *field = chain->frame->fields; field != NULL; field = field->next)
        for (const struct field_part *part = field->parts;
             part != NULL && slot_around(field) == slot; part = part->next)
            add(report, group, arena_format(report->arena, "%s%s", field->scope->path, part->field),
                line_words(report, part->variable->span));
}

static void add_branches(struct report *report, struct group *group, const struct ir_chain *chain,
                         const struct ir_strand *slot)
{
    struct arena *arena = report->arena;

    for (const struct ir_strand *strand = chain->strands; strand != NULL; strand = strand->next) {
        bool here = (strand->is_slot ? strand->parent->slot : strand->slot) == slot;
        if (here && strand->is_slot)
            add(report, group, strand->field, line_words(report, strand->span));
        else if (here && strand->parent != NULL) {
            add(report, group,
                arena_format(arena, "%s.%s", strand->field, emit_header_of(strand)->member),
                line_words(report, strand->span));
            add_storage(report, group, chain, strand, arena_format(arena, "%s.u", strand->field));
        }
        for (const struct ir_storage *callee = strand->callees;
             callee != NULL && (strand->is_slot ? strand == slot : here); callee = callee->next)
            add(report, group, c_names_callee_member(arena, strand, callee->op),
                steps_of(report, chain, strand, callee->op));
    }
}

static void add_slot(struct report *report, struct report_chain *of, const struct ir_strand *slot)
{
    struct arena *arena = report->arena;
    struct group *group =
        group_new(report, of, arena_format(arena, "an item of %s", slot->field),
                  arena_format(arena, "struct %s_%s", of->chain->c_name, slot->field));

    group->times = slot->limit;
    add(report, group, "strand", NULL);
    add_storage(report, group, of->chain, slot, "u");
    add(report, group, "chain__frame", NULL);
    if (slot->parent->slot != NULL)
        add(report, group, "chain__outer", NULL);
    add_variables(report, group, of->chain, slot);
    add_branches(report, group, of->chain, slot);
}

static void add_chain(struct report *report, const struct ir_chain *chain)
{
    struct arena *arena = report->arena;
    struct report_chain *made = arena_new(arena, struct report_chain);
    struct group *group;

    made->chain = chain;
    made->last_group = &made->groups;
    made->strand = measure(report, "struct chain_strand", NULL, NULL);
    if (emit_chain_budget(chain) != NULL)
        made->budget =
            measure(report, arena_format(arena, "char[%s]", emit_chain_budget(chain)->text), NULL,
                    NULL);
    if (!chain->symbol->is_static) {
        made->all = measure(report, arena_format(arena, "struct %s", chain->c_name), NULL, NULL);
        made->root = measure(report, "struct chain_root", NULL, NULL);
    }
    group = group_new(report, made, "frame", arena_format(arena, "struct %s_frame", chain->c_name));
    add_storage(report, group, chain, chain->strands, "u");
    add(report, group, "caller", NULL);
    if (chain->has_branches)
        add(report, group, "branches", NULL);
    if (chain->checked->spawns != NULL)
        add(report, group, "nursery", NULL);
    add_variables(report, group, chain, NULL);
    if (chain->has_branches) {
        group = group_new(report, made, "branches",
                          arena_format(arena, "struct %s_branches", chain->c_name));
        add(report, group, "frame", NULL);
        add_branches(report, group, chain, NULL);
    }
    for (const struct ir_strand *strand = chain->strands; strand != NULL; strand = strand->next)
        if (strand->is_slot)
            add_slot(report, made, strand);
    *report->last_chain = made;
    report->last_chain = &made->next;
}

struct report *report_new(const struct program *program, const struct ir_chain *chains)
{
    struct report *report = arena_new(program->arena, struct report);

    report->arena = program->arena;
    report->program = program;
    report->last_chain = &report->chains;
    for (; chains != NULL; chains = chains->next)
        add_chain(report, chains);
    return report;
}

/* ---- asking the C compiler ----------------------------------------------- */

void report_probe(struct writer *w, const struct report *report)
{
    writer_put(w, "void chain__probe(void);\nvoid chain__probe(void)\n{\n");
    for (size_t i = 0; i < report->count; i++) {
        const struct measure *asked = report->measures[i];
        if (asked->member == NULL)
            writer_putf(
                w,
                "    __asm__ volatile(\".ascii \\\"->chain %zu 0 %%c0 \\\"\" : : \"i\"(sizeof(%s)));\n",
                i, asked->type);
        else
            writer_putf(
                w,
                "    __asm__ volatile(\".ascii \\\"->chain %zu %%c0 %%c1 \\\"\" : : \"i\"(offsetof(%s, %s)), \"i\"(sizeof(((%s *)0)->%s)));\n",
                i, asked->type, asked->member, asked->type, asked->member);
    }
    writer_put(w, "}\n");
}

/* A number, whatever stands before it: immediates are "$8" or "#8" on some machines. */
static unsigned long next_number(const char **text)
{
    char *end;
    unsigned long number;

    *text += strcspn(*text, "0123456789\n");
    number = strtoul(*text, &end, 10);
    *text = end;
    return number;
}

/* By offset; what stands at the same one stays in its order. */
static void sort(struct group *group)
{
    struct measure *sorted = NULL, *next;

    for (struct measure *m = group->measures; m != NULL; m = next) {
        struct measure **at = &sorted;
        next = m->next;
        while (*at != NULL && (*at)->offset <= m->offset)
            at = &(*at)->next;
        m->next = *at;
        *at = m;
    }
    group->measures = sorted;
}

bool report_read(struct report *report, const char *assembler)
{
    static const char mark[] = "->chain ";

    while ((assembler = strstr(assembler, mark)) != NULL) {
        size_t i;
        assembler += sizeof mark - 1;
        i = next_number(&assembler);
        if (i >= report->count)
            return false;
        report->measures[i]->offset = next_number(&assembler);
        report->measures[i]->size = next_number(&assembler);
        report->read++;
    }
    for (struct report_chain *of = report->chains; of != NULL; of = of->next)
        for (struct group *group = of->groups; group != NULL; group = group->next)
            sort(group);
    return report->read == report->count;
}

/* ---- printing ------------------------------------------------------------ */

static bool overlap(const struct measure *a, const struct measure *b)
{
    return a != b && a->offset < b->offset + b->size && b->offset < a->offset + a->size;
}

/* The union of what is waited for that a member stands in, "branch_1.u." of
 * "branch_1.u.delay", as a length; 0: in none. A failure beside `u` counts as
 * in it. */
static size_t union_of(const char **member)
{
    const char *u;

    if (strcmp(*member, "failure") == 0)
        *member = "u.failure";
    u = strncmp(*member, "u.", 2) == 0 ? *member : strstr(*member, ".u.");
    return u == NULL ? 0 : (size_t)(u - *member) + (u == *member ? 2 : 3);
}

/* True if the names of these two show that they share storage. */
static bool in_one_union(const struct measure *a, const struct measure *b)
{
    const char *first = a->member, *second = b->member;
    size_t length = union_of(&first);
    return length != 0 && length == union_of(&second) && strncmp(first, second, length) == 0;
}

static void print_shares(struct writer *w, const struct group *group, const struct measure *of)
{
    const char *before = of->words == NULL ? "  shares storage with " : "; shares storage with ";

    for (const struct measure *other = group->measures; other != NULL; other = other->next)
        if (overlap(of, other) && !in_one_union(of, other)) {
            writer_putf(w, "%s%s", before, other->member);
            before = ", ";
        }
}

static void print_group(struct writer *w, const struct group *group)
{
    writer_putf(w, "  %s: %lu bytes%s%s\n    offset    size\n", group->title, group->whole->size,
                group->times == NULL ? "" : ", times ", group->times == NULL ? "" : group->times);
    for (const struct measure *m = group->measures; m != NULL; m = m->next) {
        writer_putf(w, "  %8lu%8lu  %s", m->offset, m->size, m->member);
        if (m->words != NULL)
            writer_putf(w, "  %s", m->words);
        print_shares(w, group, m);
        writer_put(w, "\n");
    }
}

/* What counts for the budget: what the chain takes in its caller, or after its
 * root. Items stand in the branches. */
static unsigned long used_by(const struct report_chain *of)
{
    unsigned long used = 0;

    for (const struct group *group = of->groups; group != NULL && group->times == NULL;
         group = group->next)
        used += group->whole->size;
    return used;
}

static void print_budget(struct writer *w, const struct report_chain *of)
{
    unsigned long used = used_by(of), budget = of->budget->size;

    writer_putf(w, "  budget: %lu of %lu bytes used", used, budget);
    if (used > budget)
        writer_putf(w, ", %lu too many", used - budget);
    writer_put(w, "\n");
}

static void print_chain(struct writer *w, const struct report *report,
                        const struct report_chain *of)
{
    struct place place = source_place(report->program->sources, of->chain->symbol->span.begin);

    writer_putf(w, "%s%s:%d: %s", of == report->chains ? "" : "\n",
                emit_output_name(place.source->path), place.line, of->chain->symbol->name);
    if (of->all != NULL)
        writer_putf(w, ": %lu bytes: root %lu, strand %lu", of->all->size,
                    of->root->size - of->strand->size, of->strand->size);
    else
        writer_put(w, ": only called");
    for (const struct group *group = of->groups; group != NULL && group->times == NULL;
         group = group->next)
        writer_putf(w, ", %s %lu", group->title, group->whole->size);
    writer_put(w, "\n");
    if (of->budget != NULL)
        print_budget(w, of);
    for (const struct group *group = of->groups; group != NULL; group = group->next)
        print_group(w, group);
}

/* Names are of C and need no escape; a path may have anything in it. */
static void put_json_string(struct writer *w, const char *text)
{
    writer_put(w, "\"");
    for (; *text != '\0'; text++)
        if (*text == '"' || *text == '\\')
            writer_putf(w, "\\%c", *text);
        else if ((unsigned char)*text < 0x20)
            writer_putf(w, "\\u%04x", (unsigned)(unsigned char)*text);
        else
            writer_put_bytes(w, text, 1);
    writer_put(w, "\"");
}

static void json_measure(struct writer *w, const struct group *group, const struct measure *m)
{
    const char *comma = "";

    writer_putf(w, "          { \"member\": \"%s\", \"offset\": %lu, \"size\": %lu, \"from\": ",
                m->member, m->offset, m->size);
    put_json_string(w, m->words == NULL ? "" : m->words);
    writer_put(w, ", \"shares\": [");
    for (const struct measure *other = group->measures; other != NULL; other = other->next)
        if (overlap(m, other)) {
            writer_putf(w, "%s\"%s\"", comma, other->member);
            comma = ", ";
        }
    writer_putf(w, "] }%s\n", m->next == NULL ? "" : ",");
}

static void json_group(struct writer *w, const struct group *group)
{
    writer_putf(w, "      { \"struct\": \"%s\", \"size\": %lu, \"times\": ",
                group->type + strlen("struct "), group->whole->size);
    put_json_string(w, group->times == NULL ? "1" : group->times);
    writer_put(w, ", \"members\": [\n");
    for (const struct measure *m = group->measures; m != NULL; m = m->next)
        json_measure(w, group, m);
    writer_putf(w, "      ] }%s\n", group->next == NULL ? "" : ",");
}

static void json_chain(struct writer *w, const struct report *report, const struct report_chain *of)
{
    struct place place = source_place(report->program->sources, of->chain->symbol->span.begin);

    writer_putf(w, "    { \"chain\": \"%s\", \"line\": %d, \"size\": ", of->chain->symbol->name,
                place.line);
    if (of->all != NULL)
        writer_putf(w, "%lu, \"root\": %lu", of->all->size, of->root->size - of->strand->size);
    else
        writer_put(w, "null, \"root\": null");
    writer_putf(w, ", \"strand\": %lu, \"used\": %lu, \"budget\": ", of->strand->size, used_by(of));
    if (of->budget != NULL)
        writer_putf(w, "%lu", of->budget->size);
    else
        writer_put(w, "null");
    writer_put(w, ", \"structs\": [\n");
    for (const struct group *group = of->groups; group != NULL; group = group->next)
        json_group(w, group);
    writer_putf(w, "    ] }%s\n", of->next == NULL ? "" : ",");
}

void report_print(struct writer *w, const struct report *report, bool json)
{
    if (json) {
        writer_put(w, "{ \"file\": ");
        put_json_string(w, emit_output_name(report->program->units->path));
        writer_put(w, ", \"chains\": [\n");
    }
    for (const struct report_chain *chain = report->chains; chain != NULL; chain = chain->next)
        (json ? json_chain : print_chain)(w, report, chain);
    if (json)
        writer_put(w, "] }\n");
}
