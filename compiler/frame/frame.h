/* frame.h - the layout of a chain's frame: which variables share a field, which
 * fields share storage, and which variables need no field. */
#ifndef FRAME_H
#define FRAME_H

#include "machine/ir.h"

/* [liveness] Where values are needed. */
struct liveness {
    size_t words; /* of a set of variables */
    /* such a set for each block: those that are needed when it is entered */
    uint64_t *live_in;
    struct life *lives; /* by variable */
};

struct life {
    const struct ir_strand *strand; /* the one that mentions it; NULL: none does */
    bool many_strands;
    /* VARIABLE_RESULT, VARIABLE_IT that is never waited over: stays where values settle */
    bool in_storage;
    unsigned writes;              /* VARIABLE_IT: how many instructions write it */
    const struct symbol *settled; /* VARIABLE_IT in storage: the operation whose value it is */
};

/* The variables that are needed when the block is entered. */
static inline uint64_t *liveness_in(const struct liveness *live, const struct ir_block *block)
{
    return live->live_in + block->index * live->words;
}

/* [assigned] Where values may be there. */
struct assigned {
    size_t words;
    /* such a set for each block: what may have been given a value when it is
     * entered, and when it ends */
    uint64_t *in, *out;
};

/* The variables that share a place, and those that are needed when one of them is, by index. */
struct sharing {
    uint64_t *members, *conflicts; /* NULL: the place has no sharing */
};

/* Variables of one scope that are never needed at the same time: one field, or
 * a union of fields. */
struct field {
    struct field *next, *next_in_scope;
    struct scope *scope;
    const struct ir_strand *strand; /* of the variables, if they may share */
    struct sharing sharing;         /* [layout] */
    /* a failure may overwrite all of them: it stands in one place with that */
    bool gives_way;
    struct field_part *parts, **last_part;
};

/* One name and type of a field; several variables may share it. */
struct field_part {
    struct field_part *next;
    struct ctype type;
    const char *name;          /* as written */
    const char *field;         /* [name] */
    struct variable *variable; /* the first */
};

/* What is never needed after a wait stands in a struct of the resume function:
 * variables of one name and type, of which no two are needed at the same time,
 * in one member. */
struct local {
    struct local *next;
    struct ctype type;
    struct variable *variable; /* the first */
    struct sharing sharing;    /* [layout] */
    const char *name;          /* [name] */
};

/* Where a variable is kept. Nowhere: nothing needs it, or it is a part of another. */
struct frame_place {
    bool in_storage;               /* where values settle, */
    const struct symbol *settled;  /* VARIABLE_IT: as the value of this operation */
    struct field_part *part;       /* in this field */
    struct local *local;           /* in this member of the resume function's struct */
    const struct variable *shares; /* the next variable of the same field or member */
};

struct frame {
    struct frame_place *places; /* by variable */
    struct field *fields, **last_field;
    struct local *locals, **last_local;
    bool overlaid; /* some fields give way */
};

static inline struct frame_place *frame_place(const struct frame *frame,
                                              const struct variable *variable)
{
    return &frame->places[variable->index];
}

/* Whether it is what one item of an each keeps: that stands in its slot, not in
 * the scope around it. */
bool frame_scope_is_item(const struct scope *scope);

/* Whether a block keeps anything, itself or inside. */
bool frame_scope_is_empty(struct scope *scope);

/* How many blocks of a strand directly inside this one keep something: more
 * than one share storage, in a union. */
unsigned frame_scope_siblings(const struct scope *scope, const struct ir_strand *strand);

/* The name of that union. */
const char *frame_scope_union(const struct scope *scope, const struct ir_strand *strand);

/* The member for the branches of a called chain. */
const char *c_names_callee_member(struct arena *arena, const struct ir_strand *strand,
                                  const struct symbol *op);

void frame_dump(struct writer *writer, const struct ir_chain *chain);

#endif
