/* frame_dump.c - the place of every variable, for --dump=frame. */
#include "base/writer.h"
#include "frame/frame.h"

static void dump_field(struct writer *w, const struct frame *frame, const struct field *field)
{
    writer_put(w, "  field");
    for (const struct field_part *part = field->parts; part != NULL; part = part->next)
        writer_putf(w, "%s %s%s%s", part == field->parts ? "" : " |",
                    ctype_is_void(part->type) ? "void" : part->type.before, part->type.after, "");
    writer_put(w, ":");
    for (const struct variable *v = field->parts->variable; v != NULL;
         v = frame_place(frame, v)->shares) {
        writer_put(w, " ");
        ir_dump_variable(w, v);
        writer_putf(w, " as %s", frame_place(frame, v)->part->field);
    }
    writer_put(w, field->gives_way ? " gives way\n" : "\n");
}

static void dump_local(struct writer *w, const struct frame *frame, const struct local *local)
{
    writer_putf(w, "  local %s%s:", local->type.before, local->type.after);
    for (const struct variable *v = local->variable; v != NULL; v = frame_place(frame, v)->shares) {
        writer_put(w, " ");
        ir_dump_variable(w, v);
    }
    writer_putf(w, " as %s\n", local->name);
}

void frame_dump(struct writer *w, const struct ir_chain *chain)
{
    writer_putf(w, "frame %s\n", chain->symbol->name);
    for (const struct ir_strand *strand = chain->strands; strand != NULL; strand = strand->next) {
        writer_putf(w, "  %s %s:", strand->is_strand ? "strand" : "operation",
                    ir_strand_name(strand));
        for (const struct ir_storage *storage = strand->storage; storage != NULL;
             storage = storage->next)
            writer_putf(w, " %s", storage->op == NULL ? "delay" : storage->op->name);
        writer_put(w, "\n");
    }
    if (chain->checked->result != NULL
        && frame_place(chain->frame, chain->checked->result)->in_storage)
        writer_put(w, "  result in storage\n");
    for (const struct field *field = chain->frame->fields; field != NULL; field = field->next)
        dump_field(w, chain->frame, field);
    for (const struct local *local = chain->frame->locals; local != NULL; local = local->next)
        dump_local(w, chain->frame, local);
    writer_put(w, "\n");
}
