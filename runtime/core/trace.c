/* trace.c - events of a traced build, and their text.
 *
 * Every use of an operation has a number, which is kept in the generation of
 * its header: there a number of the whole loop serves as well as one of the
 * header, as both only grow (rule 4). So a late settle still knows its number,
 * and nothing needs a field. What has ended has the generation 2 * number + 2,
 * what is pending 2 * number + 1.
 *
 * A loop goes on where those before it in the process have ended, so that
 * generations grow in frames that are used again, and tells its own numbers
 * from 1. */
#include "trace.h"

#include "core.h"
#include "handle.h"
#include "text.h"

static uint64_t generation(uint64_t tag)
{
    return tag >> 16;
}

/* Of what is pending, or was last; 0 if nothing ever was. */
static uint64_t number_of(uint64_t tag)
{
    uint64_t twice = generation(tag) & ~(uint64_t)1;

    if ((tag & CHAIN__GENERATION) != 0)
        return twice / 2;
    return twice == 0 ? 0 : twice / 2 - 1;
}

/* The number that a trace shows. */
static uint64_t told(const struct chain_loop *loop, uint64_t number)
{
    return number > loop->no_number ? number - loop->no_number : 0;
}

uint64_t chain__trace_number(const struct chain_loop *loop, uint64_t tag)
{
    return told(loop, number_of(tag));
}

/* The next number, greater than what the generation of this header stands for. */
static uint64_t next_number(struct chain_loop *loop, uint64_t tag)
{
    uint64_t least = generation(tag) / 2;

    loop->numbers = loop->numbers + 1 < least ? least : loop->numbers + 1;
    return loop->numbers;
}

static void set_generation(struct chain_op *op, uint64_t generation)
{
    chain__set_tag(op, (chain__tag(op) & CHAIN__LOW) | generation << 16);
}

static void tell(struct chain_loop *loop, struct chain_event *event)
{
    event->time = loop->now;
    if (loop->on_trace != NULL)
        loop->on_trace(loop, event);
}

/* The chain and the state of a header. */
static void find_place(struct chain_event *event, const struct chain_op *op,
                       const struct chain_loop *loop)
{
    if ((chain__tag(op) & CHAIN__BRANCH) != 0) {
        event->type = chain__strand_of(chain__parent_of((struct chain_op *)op))->type;
        /* a step without a mark: beyond all sites */
        event->state = ((unsigned)op->flags | (unsigned)op->site_high << 8) - 1;
    } else {
        event->type = chain__strand_of((struct chain_op *)op)->type;
        event->state =
            op->at == CHAIN__STARTING || op->at == CHAIN__SETTLED_AT_ONCE ? loop->starting : op->at;
    }
}

/* An event of a header whose tag is, or was, `tag`. */
static void tell_of(enum chain_event_kind kind, uint64_t tag, const struct chain_op *op, int code,
                    uint64_t after)
{
    struct chain_loop *loop = chain__loop_of_tag(tag);
    struct chain_event event = { 0 };

    if (loop == NULL)
        return;
    event.kind = kind;
    event.code = code;
    event.number = told(loop, number_of(tag));
    event.after = told(loop, after);
    find_place(&event, op, loop);
    tell(loop, &event);
}

/* ---- what the inline functions call -------------------------------------- */

static void start(struct chain_op *op, uint64_t after)
{
    struct chain_loop *loop = chain__loop_of_tag(chain__tag(op));

    if (loop == NULL)
        return;
    set_generation(op, 2 * next_number(loop, chain__tag(op)) + 1);
    tell_of(CHAIN_EVENT_START, chain__tag(op), op, 0, after);
}

void chain__trace_start(struct chain_op *op, unsigned at)
{
    struct chain_loop *loop = chain__loop_of_tag(chain__tag(op));

    if (loop != NULL)
        loop->starting = (uint16_t)at;
    start(op, number_of(chain__tag(op) - CHAIN__GENERATION));
}

void chain__trace_branch(struct chain_op *op)
{
    start(op, number_of(chain__tag(chain__parent_of(op))));
}

void chain__trace_settled(uint64_t tag, const struct chain_op *op, int code)
{
    enum chain_event_kind kind = code > 0 ? CHAIN_EVENT_REJECTION : CHAIN_EVENT_VALUE;

    tell_of(op->code < 0 ? CHAIN_EVENT_ACKNOWLEDGED : kind, tag, op, code, 0);
}

void chain__trace_event(enum chain_event_kind kind, const struct chain_op *op, int code)
{
    tell_of(kind, chain__tag(op), op, code, 0);
}

void chain__trace_retry(const struct chain_op *op, unsigned at)
{
    struct chain_loop *loop = chain__loop_of_tag(chain__tag(op));
    struct chain_event event = { 0 };

    if (loop == NULL)
        return;
    event.kind = CHAIN_EVENT_RETRY;
    event.code = op->code;
    event.number = told(loop, number_of(chain__tag(op)));
    event.type = chain__strand_of((struct chain_op *)op)->type;
    event.state = at;
    tell(loop, &event);
}

/* ---- what the core calls ------------------------------------------------- */

void chain__trace_begin(enum chain_event_kind kind, struct chain_op *op,
                        const struct chain_op *parent)
{
    struct chain_loop *loop = chain__loop_of_tag(chain__tag(op));

    if (loop == NULL)
        return;
    set_generation(op, 2 * next_number(loop, chain__tag(op)) + 2);
    tell_of(kind, chain__tag(op), op, 0, parent == NULL ? 0 : number_of(chain__tag(parent)));
}

/* The header of a request to cancel is not used. */
void chain__trace_posted(const struct chain_strand *strand)
{
    if (number_of(chain__tag(&strand->op)) != 0)
        chain__trace_settled(chain__tag(&strand->op), &strand->op, strand->op.code);
}

void chain__trace_late(uint64_t tag)
{
    struct chain_loop *loop = chain__loop_of_tag(tag);
    struct chain_event event = { .kind = CHAIN_EVENT_LATE };

    if (loop == NULL)
        return;
    event.number = told(loop, number_of(tag));
    tell(loop, &event);
}

void chain__trace_suppressed(struct chain_loop *loop, const struct chain_error *error)
{
    struct chain_event event = { .kind = CHAIN_EVENT_SUPPRESSED };

    event.code = error->code;
    event.origin = error->origin;
    tell(loop, &event);
}

/* ---- chains that C code runs, and spawned ones --------------------------- */

/* A number has 47 bits, as half of a generation. Roots and instances keep it in
 * what they have room for. */
static uint64_t number_told(const struct chain_op *op)
{
    return told(chain__loop_of_tag(chain__tag(op)), number_of(chain__tag(op)));
}

static uint64_t number_of_root(const struct chain_root *root)
{
    return (uint64_t)root->number_high << 32 | root->number_low;
}

void chain__trace_run(struct chain_root *root)
{
    uint64_t number;

    chain__trace_begin(CHAIN_EVENT_RUN, &root->strand.op, NULL);
    number = number_told(&root->strand.op);
    root->number_low = (uint32_t)number;
    root->number_high = (unsigned)(number >> 32) & 0xffffff;
}

void chain__trace_spawn(struct chain__instance *instance, const struct chain_strand *spawner)
{
    uint64_t number;

    chain__trace_begin(CHAIN_EVENT_SPAWN, &instance->strand.op, &spawner->op);
    number = number_told(&instance->strand.op);
    chain__number_instance(instance, number);
}

void chain__trace_cancel(const struct chain_root *root)
{
    struct chain_loop *loop = chain__loop_of_tag(chain__tag(&root->strand.op));
    struct chain_event event = { .kind = CHAIN_EVENT_CANCEL, .code = CHAIN_CODE_CANCELLED };

    event.number = number_of_root(root);
    find_place(&event, &root->strand.op, loop);
    tell(loop, &event);
}

/* Its strand is the root's or the instance's own again; which chain it was is
 * known from chain__end(). */
static void tell_done(const struct chain_op *op, uint64_t number)
{
    struct chain_loop *loop = chain__loop_of_tag(chain__tag(op));
    struct chain_event event = { .kind = CHAIN_EVENT_DONE,
                                 .code = op->code,
                                 .type = loop->last_chain };

    event.number = number;
    loop->last_chain = NULL;
    tell(loop, &event);
}

void chain__trace_root_done(const struct chain_root *root)
{
    tell_done(&root->strand.op, number_of_root(root));
}

void chain__trace_instance_done(const struct chain__instance *instance)
{
    tell_done(&instance->strand.op, (uint64_t)instance->number_high << 32 | instance->number_low);
}

void chain__trace_end(const struct chain_strand *strand, struct chain_loop *loop,
                      const struct chain_caller *caller)
{
    if (caller == &chain__root_caller || caller == &chain__instance_caller
        || caller == &chain__handled_caller)
        loop->last_chain = strand->type;
}

/* ---- loops --------------------------------------------------------------- */

static uint64_t highest; /* of all loops that have ended */

void chain__trace_open(struct chain_loop *loop)
{
    loop->numbers = loop->no_number = chain__load_tag(&highest, __ATOMIC_RELAXED);
}

void chain__trace_close(const struct chain_loop *loop)
{
    uint64_t before = chain__load_tag(&highest, __ATOMIC_RELAXED);

    while (before < loop->numbers
           && !chain__claim_tag(&highest, &before, loop->numbers, __ATOMIC_RELAXED))
        continue;
}

bool chain_trace_is_linked(void)
{
#ifdef CHAIN_TRACE
    return true;
#else
    return false;
#endif
}

/* ---- text ---------------------------------------------------------------- */

static void put_code(struct chain__text *line, int code)
{
    const char *name = code == 0                      ? "value"
                       : code == CHAIN_CODE_CANCELLED ? "cancelled"
                                                      : chain_code_name(code);

    chain__text_word(line, name != NULL ? name : "");
    if (name == NULL)
        chain__text_number(line, (uint64_t)(unsigned)code, 1, 0);
}

static void put_place(struct chain__text *line, const struct chain_event *event)
{
    const struct chain_site *site = event->origin;

    if (event->type != NULL && event->type->sites != NULL && event->state < event->type->states)
        site = &event->type->sites[event->state];
    chain__text_word(line, event->type != NULL ? event->type->name : "-");
    chain__text_word(line, site != NULL ? site->step : "-");
    chain__text_word(line, site != NULL ? site->file : "-");
    if (site != NULL) {
        chain__text_char(line, ':');
        chain__text_number(line, (uint64_t)(unsigned)site->line, 1, 0);
    }
}

static void put_rest(struct chain__text *line, const struct chain_event *event)
{
    switch (event->kind) {
    case CHAIN_EVENT_RUN:
    case CHAIN_EVENT_SPAWN:
    case CHAIN_EVENT_BRANCH:
    case CHAIN_EVENT_START:
        if (event->after != 0) {
            chain__text_word(line, "after #");
            chain__text_number(line, event->after, 1, 0);
        }
        break;
    case CHAIN_EVENT_REJECTION:
    case CHAIN_EVENT_ACKNOWLEDGED:
    case CHAIN_EVENT_RETRY:
    case CHAIN_EVENT_SUPPRESSED:
    case CHAIN_EVENT_DONE: put_code(line, event->code); break;
    case CHAIN_EVENT_VALUE:
    case CHAIN_EVENT_CANCEL:
    case CHAIN_EVENT_LATE:
    case CHAIN_EVENT_TIMEOUT: break;
    }
}

const char *chain_trace_kind(enum chain_event_kind kind)
{
    switch (kind) {
    case CHAIN_EVENT_RUN: return "run";
    case CHAIN_EVENT_SPAWN: return "spawn";
    case CHAIN_EVENT_BRANCH: return "branch";
    case CHAIN_EVENT_START: return "start";
    case CHAIN_EVENT_VALUE: return "value";
    case CHAIN_EVENT_REJECTION: return "rejection";
    case CHAIN_EVENT_CANCEL: return "cancel";
    case CHAIN_EVENT_ACKNOWLEDGED: return "acknowledged";
    case CHAIN_EVENT_LATE: return "late";
    case CHAIN_EVENT_RETRY: return "retry";
    case CHAIN_EVENT_TIMEOUT: return "timeout";
    case CHAIN_EVENT_SUPPRESSED: return "suppressed";
    case CHAIN_EVENT_DONE: return "done";
    }
    return "-";
}

size_t chain_trace_text(const struct chain_event *event, char *text, size_t size)
{
    struct chain__text line = { text, size, 0 };

    chain__text_number(&line, event->time, 7, 6);
    chain__text_word(&line, "#");
    chain__text_number(&line, event->number, 1, 0);
    chain__text_word(&line, chain_trace_kind(event->kind));
    put_place(&line, event);
    put_rest(&line, event);
    chain__text_end(&line);
    return line.length;
}
