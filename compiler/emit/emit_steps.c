/* emit_steps.c - the lines of a resume function.
 *
 * A debugger moves by lines, and a step of the source is one of its lines. So
 * every line of the function is mapped to that of its step: the function is
 * written into a text of its own, which knows for each line what step it
 * belongs to, and is laid out when it is complete. Statements of one step stand
 * side by side where there is room, each further line has its `#line`, and the
 * first shows the source beside it.
 *
 *     #line 12 "trip.chain" / * road_length("Oslo", city) as there * /
 *         chain__begin(s, TRIP_AFTER_ROAD_LENGTH); road_length_start(...); if (chain__waits(...)) return chain__suspend(loop);
 *     #line 12
 *     after_road_length: if (chain__failed(&s->op, ...)) goto rejected;
 *
 * Without `#line` a statement is a line, and the source stands above it. */
#include <stdint.h>
#include <string.h>

#include "base/arena.h"
#include "emit/emit.h"

/* A line of the text. */
struct step_line {
    pos at;                /* its step; 0: none */
    size_t offset, wanted; /* of the first text of the user in it; 0: it has none */
    bool inside;           /* it begins within the user's text, and is left as it is */
};

struct steps {
    struct writer writer; /* the text */
    struct step_line *lines;
    int capacity, noted; /* lines of which the step is known */
    pos at;              /* the step that is being written */
};

static struct step_line *line_of(struct emitter *emitter, int line)
{
    struct steps *steps = emitter->steps;

    if (line >= steps->capacity) {
        int capacity = 2 * line + 64;
        struct step_line *lines = arena_alloc(emitter->arena, (size_t)capacity * sizeof *lines);
        if (steps->capacity > 0)
            memcpy(lines, steps->lines, (size_t)steps->capacity * sizeof *lines);
        steps->lines = lines;
        steps->capacity = capacity;
    }
    return &steps->lines[line];
}

/* The lines that are complete belong to the step that was being written. */
static void note_lines(struct emitter *emitter)
{
    struct steps *steps = emitter->steps;

    for (; steps->noted < steps->writer.line; steps->noted++)
        line_of(emitter, steps->noted)->at = steps->at;
}

void emit_steps_at(struct emitter *emitter, pos at)
{
    if (at == 0)
        return;
    note_lines(emitter);
    emitter->steps->at = at;
}

void emit_steps_text(struct emitter *emitter, size_t offset, size_t wanted)
{
    struct step_line *line = line_of(emitter, emitter->writer->line);

    line->offset = offset;
    line->wanted = wanted;
}

void emit_steps_inside(struct emitter *emitter, int first)
{
    for (int line = first + 1; emitter->steps != NULL && line <= emitter->writer->line; line++)
        line_of(emitter, line)->inside = true;
}

/* ---- laying out ---------------------------------------------------------- */

struct layout {
    struct emitter *emitter;
    struct writer *w;
    int line;          /* of the source, which the next line of the output is mapped to; 0: none */
    int shown;         /* the source line that was shown last */
    const char *path;  /* the file that lines are mapped to */
    size_t begin;      /* of the last line, */
    size_t statements; /* where they begin in it, */
    pos at;            /* its step, */
    bool has_text;     /* whether it has a text of the user, */
    bool joins;        /* and whether another statement may follow on it */
    const char *label; /* of the next; NULL: it has none */
};

static void show_source(struct layout *layout, struct place place)
{
    const char *text = emit_source_text(layout->emitter, place);

    if (place.line != layout->shown && *text != '\0')
        writer_putf(layout->w, " /* %s */", text);
    layout->shown = place.line;
}

static void put_line(struct layout *layout, struct place place)
{
    const char *path = emit_output_name(place.source->path);

    writer_putf(layout->w, "#line %d", place.line);
    if (layout->path == NULL || strcmp(path, layout->path) != 0) {
        writer_put(layout->w, " ");
        writer_put_c_string(layout->w, path, strlen(path));
    }
    layout->path = path;
    layout->line = place.line;
    show_source(layout, place);
    writer_put(layout->w, "\n");
}

static bool fits(const struct layout *layout, pos at, const char *text)
{
    size_t width = layout->w->length - layout->begin;

    return layout->joins && layout->at == at && width + 1 + strlen(text) <= EMIT_WIDTH;
}

static void put_source(struct layout *layout, struct place place)
{
    const char *text = emit_source_text(layout->emitter, place);

    if (place.line != layout->shown && *text != '\0')
        writer_putf(layout->w, "    /* %d: %s */\n", place.line, text);
    layout->shown = place.line;
}

/* Whether the next line of the output has this place of its own, and there is nothing to show. */
static bool follows(const struct layout *layout, struct place place)
{
    return place.line == layout->line
           && (place.line == layout->shown || *emit_source_text(layout->emitter, place) == '\0');
}

static void begin_line(struct layout *layout, pos at)
{
    struct place place;

    if (at == 0)
        return;
    place = source_place(layout->emitter->program->sources, at);
    if (!layout->emitter->options->lines)
        put_source(layout, place);
    else if (!follows(layout, place))
        put_line(layout, place);
}

/* How many blanks a statement has before it so that the user's text in it stands
 * at its column (decision 57); SIZE_MAX: that is not possible. `before` bytes of
 * the line stand before it, `width` with it. */
static size_t blanks_for(const struct step_line *line, size_t before, size_t width)
{
    size_t column = before + line->offset;

    if (line->offset == 0)
        return 0;
    if (line->wanted < column || width + line->wanted - column > EMIT_WIDTH)
        return SIZE_MAX;
    return line->wanted - column;
}

/* How many there are before a statement that stands on the last line, after
 * others; SIZE_MAX: it stands on a line of its own. */
static size_t blanks_to_join(const struct layout *layout, const struct step_line *line,
                             const char *text, size_t skip)
{
    size_t width = layout->w->length - layout->begin, /* with a line end, as with a blank */
        joined, alone;

    if (!layout->emitter->options->lines || skip == 0 || layout->label != NULL
        || !fits(layout, line->at, text + skip))
        return SIZE_MAX;
    joined = blanks_for(line, width - skip, width + strlen(text + skip));
    alone = blanks_for(line, 0, strlen(text));
    if (joined != SIZE_MAX && !(layout->has_text && line->offset != 0))
        return joined;
    return alone == SIZE_MAX ? 0 : SIZE_MAX;
}

static void join(struct layout *layout, const char *statement, size_t blanks)
{
    struct writer *w = layout->w;

    w->length--; /* the line goes on */
    w->line--;
    writer_insert_blanks(w, layout->statements, blanks);
    writer_putf(w, " %s\n", statement);
}

/* A compiler makes code of a label, so that stands on the line of what follows it. */
static void begin(struct layout *layout, const struct step_line *line, const char *text,
                  size_t skip)
{
    struct writer *w = layout->w;
    const char *label = layout->label;
    bool lines = layout->emitter->options->lines;
    size_t before = label != NULL && lines ? strlen(label) + 1 : skip, blanks;

    if (label != NULL && !lines)
        writer_putf(w, "%s\n", label);
    begin_line(layout, line->at);
    layout->begin = w->length;
    if (label != NULL && lines)
        writer_putf(w, "%s ", label);
    else
        writer_put_bytes(w, text, skip);
    layout->statements = w->length;
    blanks = lines ? blanks_for(line, before - skip, before + strlen(text + skip)) : 0;
    writer_insert_blanks(w, layout->statements, blanks == SIZE_MAX ? 0 : blanks);
    writer_putf(w, "%s\n", text + skip);
    layout->line++;
}

static void put_statement(struct layout *layout, const struct step_line *line, const char *text)
{
    size_t skip = strspn(text, " "), blanks = blanks_to_join(layout, line, text, skip);
    const char *statement = text + skip;

    if (blanks != SIZE_MAX)
        join(layout, statement, blanks);
    else
        begin(layout, line, text, skip);
    layout->has_text = line->offset != 0 || (blanks != SIZE_MAX && layout->has_text);
    layout->label = NULL;
    layout->joins = strcmp(statement, "}") != 0 && statement[strlen(statement) - 1] != '/';
    layout->at = line->at;
}

static void put_inside(struct layout *layout, const char *text)
{
    layout->begin = layout->w->length;
    writer_putf(layout->w, "%s\n", text);
    layout->line++;
}

static void lay_out(struct layout *layout, const struct step_line *line, const char *text)
{
    size_t length = strlen(text);

    if (line->inside)
        put_inside(layout, text);
    else if (length == 0)
        return;
    else if (*text != ' ' && text[length - 1] == ':')
        layout->label = layout->label == NULL
                            ? text
                            : arena_format(layout->emitter->arena, "%s %s", layout->label, text);
    else
        put_statement(layout, line, text);
}

/* ---- the two ends -------------------------------------------------------- */

void emit_steps_begin(struct emitter *emitter)
{
    struct steps *steps = arena_new(emitter->arena, struct steps);

    writer_init(&steps->writer, emitter->arena);
    steps->noted = steps->writer.line;
    emitter->steps = steps;
    emitter->text_line = 0;
    emitter->writer = &steps->writer;
}

void emit_steps_end(struct emitter *emitter, struct writer *writer)
{
    struct steps *steps = emitter->steps;
    struct layout layout = { .emitter = emitter, .w = writer };
    const char *text = writer_text(&steps->writer);

    note_lines(emitter);
    emitter->steps = NULL;
    emitter->text_line = 0;
    emitter->writer = writer;
    for (int line = 1; line < steps->writer.line; line++) {
        const char *end = strchr(text, '\n');
        lay_out(&layout, &steps->lines[line],
                arena_copy(emitter->arena, text, (size_t)(end - text)));
        text = end + 1;
    }
    emitter->in_user_text = layout.path != NULL;
}
