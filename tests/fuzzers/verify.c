/* verify.c - what must hold of a machine between the passes, and of the generated text. */
#include "drive.h"

#include <ctype.h>
#include <stdio.h>
#include <string.h>

/* ---- the machine --------------------------------------------------------- */

/* What stands in the lists of a chain, by number. */
struct machine {
    const struct ir_chain *chain;
    const struct ir_block **blocks;
    const struct variable **variables;
    bool *reached;
    const struct ir_block **stack; /* that have been reached and not yet followed */
    unsigned depth;
};

static void open_machine(struct machine *m, struct arena *arena, const struct ir_chain *chain)
{
    unsigned count = 0;

    m->chain = chain;
    m->blocks = arena_alloc(arena, (chain->block_count + 1) * sizeof *m->blocks);
    m->reached = arena_alloc(arena, chain->block_count + 1);
    m->stack = arena_alloc(arena, (chain->block_count + 1) * sizeof *m->stack);
    m->depth = 0;
    m->variables = arena_alloc(arena, (chain->checked->variable_count + 1) * sizeof *m->variables);
    for (const struct ir_block *block = chain->blocks; block != NULL; block = block->next) {
        must(block->index == count && count < chain->block_count, "block %u has the number %u",
             count, block->index);
        m->blocks[count++] = block;
    }
    must(count == chain->block_count, "there are %u blocks, not %u", count, chain->block_count);
    count = 0;
    for (const struct variable *v = chain->checked->variables; v != NULL; v = v->next) {
        must(v->index == count && count < chain->checked->variable_count,
             "variable %u has the number %u", count, v->index);
        m->variables[count++] = v;
    }
}

static void verify_target(const struct machine *m, const struct ir_block *from,
                          const struct ir_block *to, const char *which)
{
    must(to != NULL, "block %u, which ends with %d, has no '%s'", from->index, (int)from->end,
         which);
    must(to->index < m->chain->block_count && m->blocks[to->index] == to,
         "block %u leads to a block that is gone", from->index);
}

static void verify_no_target(const struct ir_block *block)
{
    must(block->to == NULL && block->no == NULL && block->cases == NULL,
         "block %u leads on after its end", block->index);
}

static void verify_end(const struct machine *m, const struct ir_block *block)
{
    enum ir_leads leads = ir_end_traits[block->end].leads;

    must(block->to == NULL || !ir_waits(block) || block->to->is_state,
         "block %u waits, but not for a state", block->index);
    switch (block->end) {
    case IR_END:
    case IR_PROMISE_END: verify_no_target(block); return;
    case IR_IF: must(block->text != NULL, "an 'if' without a condition"); break;
    case IR_START:
    case IR_CALL:
    case IR_SPAWN: must(block->op != NULL, "nothing is started"); break;
    case IR_WON:
    case IR_UNDECIDED:
    case IR_MAY_JUMP: must(block->won != NULL, "no branch to ask"); break;
    case IR_AWAIT_PROMISE:
    case IR_AWAIT_CANCELLED:
    case IR_AWAIT_ENDED:
    case IR_OPEN: must(block->won != NULL && block->won->is_promise, "no promise to ask"); break;
    case IR_AWAIT_HANDLE:
    case IR_CANCEL_HANDLE: must(block->text != NULL, "no handle to wait for"); break;
    case IR_SWITCH:
        must(block->variable != NULL && block->cases != NULL, "a switch over nothing");
        break;
    case IR_DELAY: must(block->node != NULL, "a delay without a duration"); break;
    case IR_GOTO:
    case IR_CHECK:
    case IR_CODES:
    case IR_JOIN:
    case IR_AWAIT:
    case IR_CLOSE:
    case IR_BACK:
    case IR_NOBODY:
    case IR_BRANCH_END:
    case IR_BRANCH_LEFT:
    case IR_SOURCE_END: break;
    }
    verify_target(m, block, block->to, "to");
    if (leads == IR_LEADS_EITHER_WAY || leads == IR_LEADS_UNLESS || leads == IR_LEADS_BACK)
        verify_target(m, block, block->no, "no");
    else
        must(block->no == NULL, "block %u has a second way on", block->index);
    for (const struct ir_case *exit = block->cases; exit != NULL; exit = exit->next)
        verify_target(m, block, exit->to, "case");
}

static void verify_strand(const struct machine *m, const struct ir_strand *strand)
{
    const struct ir_strand *known = m->chain->strands;

    while (known != NULL && known != strand)
        known = known->next;
    must(known != NULL, "a strand of another chain");
}

static void verify_variable(void *context, struct variable *variable)
{
    const struct machine *m = context;

    must(variable->index < m->chain->checked->variable_count
             && m->variables[variable->index] == variable,
         "a variable of another chain: %s", variable->name);
}

static void verify_block(struct machine *m, const struct ir_block *block)
{
    const struct ir_variables all = { verify_variable, verify_variable, m };

    verify_strand(m, block->strand);
    for (const struct ir_instr *instr = block->instrs; instr != NULL; instr = instr->next) {
        ir_instr_variables(instr, &all);
        if (instr->strand != NULL)
            verify_strand(m, instr->strand);
        if (instr->to != NULL)
            verify_target(m, block, instr->to, "start");
        must(instr->next != NULL
                 || block->last_instr == &((struct ir_instr *)(uintptr_t)instr)->next,
             "block %u does not know its last instruction", block->index);
    }
    ir_end_variables(block, verify_variable, m);
    verify_end(m, block);
}

static void reach(void *context, struct ir_block *block)
{
    struct machine *m = context;

    if (!m->reached[block->index])
        m->stack[m->depth++] = block;
    m->reached[block->index] = true;
}

/* Once all targets are known to be good. */
static void verify_reached(struct machine *m)
{
    reach(m, m->chain->blocks);
    while (m->depth > 0)
        ir_successors(m->stack[--m->depth], reach, m);
    for (unsigned i = 0; i < m->chain->block_count; i++)
        must(m->reached[i], "block %u is not reached", i);
}

void verify_machine(const struct ir_chain *chain)
{
    struct arena arena = { 0 };
    struct machine m;

    open_machine(&m, &arena, chain);
    for (const struct ir_block *block = chain->blocks; block != NULL; block = block->next)
        verify_block(&m, block);
    verify_reached(&m);
    arena_release(&arena);
}

/* ---- the layout ---------------------------------------------------------- */

static bool is_live(const uint64_t *bits, unsigned index)
{
    return (bits[index / 64] >> index % 64 & 1) != 0;
}

/* What is needed after a wait is in the frame, or where values settle. */
static void verify_state(const struct ir_chain *chain, const struct liveness *live,
                         const struct ir_block *block)
{
    for (const struct variable *v = chain->checked->variables; v != NULL; v = v->next) {
        const struct variable *whole = v->of != NULL ? v->of : v;
        const struct frame_place *place = frame_place(chain->frame, v);
        if (is_live(liveness_in(live, block), v->index))
            must(place->local == NULL
                     && (frame_place(chain->frame, whole)->part != NULL || place->in_storage),
                 "%s is needed after %s, and kept nowhere", v->name, block->hint);
    }
}

/* Whether a use of a value is always on a path from where it was given. What
 * branches give is not seen to be given before their join; a kept outcome, or
 * bits of what is to be undone, guard uses in a way that liveness does not
 * know. */
static bool has_plain_paths(const struct ir_chain *chain)
{
    for (const struct variable *v = chain->checked->variables; v != NULL; v = v->next)
        if (v->kind == VARIABLE_EXIT || v->kind == VARIABLE_KEPT)
            return false;
    return chain->strands->next == NULL && chain->checked->spawns == NULL;
}

/* At the start of a chain no step has given a value. */
static void verify_start(const struct ir_chain *chain, const struct liveness *live)
{
    const struct ir_block *start = chain->blocks;

    for (const struct variable *v = chain->checked->variables; v != NULL; v = v->next)
        if (is_live(liveness_in(live, start), v->index))
            must(v->kind != VARIABLE_BINDING && v->kind != VARIABLE_IT && v->kind != VARIABLE_ERR,
                 "%s is needed before it has a value", v->name);
}

static void verify_unique(const struct ir_chain *chain)
{
    for (const struct ir_block *a = chain->blocks; a != NULL; a = a->next)
        for (const struct ir_block *b = a->next; b != NULL; b = b->next) {
            must(a->label == NULL || b->label == NULL || strcmp(a->label, b->label) != 0,
                 "two labels '%s'", a->label);
            must(a->state == NULL || b->state == NULL || strcmp(a->state, b->state) != 0,
                 "two states '%s'", a->state);
        }
}

void verify_layout(const struct ir_chain *chain, const struct liveness *live)
{
    verify_machine(chain);
    if (has_plain_paths(chain))
        verify_start(chain, live);
    verify_unique(chain);
    for (const struct ir_block *block = chain->blocks; block != NULL; block = block->next)
        if (block->is_state)
            verify_state(chain, live, block);
}

/* ---- the text ------------------------------------------------------------ */

static bool input_mentions(const struct input *input, const char *word)
{
    size_t length = strlen(word);

    for (size_t i = 0; i < input->count; i++)
        for (size_t at = 0; at + length <= input->parts[i].length; at++)
            if (memcmp(input->parts[i].text + at, word, length) == 0)
                return true;
    return false;
}

static void verify_bytes(const char *what, const struct writer *text, const struct input *input)
{
    bool allowed[256] = { ['\n'] = true };

    for (size_t i = 0; i < input->count; i++)
        for (size_t at = 0; at < input->parts[i].length; at++)
            allowed[(unsigned char)input->parts[i].text[at]] = true;
    for (size_t at = 0; at < text->length; at++) {
        unsigned char byte = (unsigned char)text->text[at];
        must((byte >= 0x20 && byte < 0x7f) || allowed[byte], "%s has a byte 0x%02x", what, byte);
    }
}

/* Over a string, a character or a comment that begins here; NULL if it does not end. */
static const char *skip_quoted(const char *at)
{
    char quote = *at;

    if (quote == '/' && at[1] == '*') {
        at = strstr(at + 2, "*/");
        return at == NULL ? NULL : at + 2;
    }
    if (quote == '/' && at[1] == '/')
        return at + strcspn(at, "\n");
    if (quote != '"' && quote != '\'')
        return at + 1;
    for (at++; *at != quote; at++) {
        if (*at == '\\' && at[1] != '\0')
            at++;
        if (*at == '\n' || *at == '\0')
            return NULL;
    }
    return at + 1;
}

static void verify_brackets(const char *what, const char *at)
{
    char open[1024];
    size_t depth = 0;

    while (at != NULL && *at != '\0') {
        if (strchr("([{", *at) != NULL) {
            must(depth < sizeof open, "%s: brackets are too deep", what);
            open[depth++] = *at == '(' ? ')' : *at == '[' ? ']' : '}';
        } else if (strchr(")]}", *at) != NULL)
            must(depth > 0 && open[--depth] == *at, "%s: '%c' closes nothing", what, *at);
        at = skip_quoted(at);
    }
    must(at != NULL, "%s: a string or comment does not end", what);
    must(depth == 0, "%s: '%c' is missing at the end", what, depth > 0 ? open[depth - 1] : ' ');
}

/* The length of the label at `at`; 0: none stands there. */
static size_t label_length(const char *at)
{
    size_t length = strspn(at, "abcdefghijklmnopqrstuvwxyz0123456789_ABCDEFGHIJKLMNOPQRSTUVWXYZ");

    return length > 0 && at[length] == ':' && (at[length + 1] == ' ' || at[length + 1] == '\n')
               ? length
               : 0;
}

/* The label at `at`, or the first one after it: labels stand at the start of a
 * line, before a statement or another label. */
static const char *next_label(const char *at, const char *end)
{
    while (at < end && label_length(at) == 0)
        at = strchr(at, '\n') + 1;
    return at;
}

static const char *after_label(const char *at)
{
    at += label_length(at);
    return at + (at[1] == ' ' ? 2 : 1);
}

static bool has_label(const char *text, const char *end, const char *name, size_t length)
{
    for (const char *at = next_label(text, end); at < end; at = next_label(after_label(at), end))
        if (label_length(at) == length && memcmp(at, name, length) == 0)
            return true;
    return false;
}

/* One resume function: each label is jumped to, and each goto has its label. */
static void verify_jumps(const char *what, const char *text, const char *end)
{
    for (const char *at = next_label(text, end); at < end; at = next_label(after_label(at), end)) {
        char words[512];
        const char *found;
        if (label_length(at) > 400)
            continue;
        snprintf(words, sizeof words, "goto %.*s;", (int)label_length(at), at);
        found = strstr(text, words);
        must(found != NULL && found < end, "%s: nothing jumps to '%.*s'", what,
             (int)label_length(at), at);
    }
    for (const char *jump = text; (jump = strstr(jump, "goto ")) != NULL && jump < end; jump++) {
        size_t length = strcspn(jump + 5, "; ");
        must(has_label(text, end, jump + 5, length), "%s: there is no label '%.*s'", what,
             (int)length, jump + 5);
    }
}

/* After the partner of the brace that begins at `at`; NULL if the user's text hides it. */
static const char *end_of_block(const char *at)
{
    size_t depth = 0;

    do {
        depth += *at == '{' ? 1 : *at == '}' ? (size_t)-1 : 0;
        at = skip_quoted(at);
    } while (at != NULL && *at != '\0' && depth > 0);
    return depth == 0 ? at : NULL;
}

static void verify_functions(const char *what, const char *text)
{
    static const char head[] = "_resume(struct chain_strand *s, struct chain_loop *loop)\n";

    while ((text = strstr(text, head)) != NULL) {
        const char *end;
        text += sizeof head - 1;
        end = end_of_block(text);
        if (end != NULL)
            verify_jumps(what, text, end);
    }
}

void verify_text(const char *what, const struct writer *text, const struct input *input)
{
    verify_bytes(what, text, input);
    /* C text of the user can contain anything in these. */
    if (!input_mentions(input, "#") && !input_mentions(input, "%:") && !input_mentions(input, "%{")
        && !input_mentions(input, "??") && !input_mentions(input, "\\\n")
        && !input_mentions(input, "\\\r"))
        verify_brackets(what, text->text);
    if (!input_mentions(input, "goto") && !input_mentions(input, ":\n")
        && !input_mentions(input, ": "))
        verify_functions(what, text->text);
}

/* ---- messages ------------------------------------------------------------ */

void verify_messages(const struct writer *text)
{
    for (size_t at = 0; at < text->length; at++) {
        unsigned char byte = (unsigned char)text->text[at];
        must((byte >= 0x20 && byte != 0x7f) || byte == '\n' || byte == '\t',
             "a message has a byte 0x%02x", byte);
    }
}
