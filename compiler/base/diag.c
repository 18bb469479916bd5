/* diag.c - collecting and printing diagnostics. */
#include "base/diag.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "base/message.h"
#include "base/writer.h"

struct diag_info {
    enum diag_severity severity;
    const char *category, *format;
};

static const struct diag_info infos[] = {
#define DIAG(name, severity, category, format) { severity, category, format },
#include "base/diag.def"
#include "base/diag_check.def"
#undef DIAG
};

/* Counts it; says whether it is to be kept. */
static bool count(struct diags *diags, enum diag_code code)
{
    unsigned limit = diags->error_limit ? diags->error_limit : 20;

    if (diags->silenced[code])
        return false;
    if (infos[code].severity == DIAG_WARNING && !diags->warnings_are_errors)
        return ++diags->warnings <= limit * 8;
    return ++diags->errors <= limit;
}

static void keep(struct diags *diags, struct diag *diag)
{
    if (!diags->last)
        diags->last = &diags->first;
    *diags->last = diag;
    diags->last = &diag->next;
}

struct diag *diag_report(struct diags *diags, enum diag_code code, struct span span, ...)
{
    struct diag *diag = arena_new(diags->arena, struct diag);
    va_list args;

    diag->code = code;
    diag->span = span;
    if (!count(diags, code))
        return diag;
    va_start(args, span);
    diag->text = arena_vformat(diags->arena, infos[code].format, args);
    va_end(args);
    keep(diags, diag);
    return diag;
}

bool diag_is_kept(const struct diag *diag)
{
    return diag->text != NULL;
}

void diag_note(struct diags *diags, struct diag *diag, struct span span, const char *format, ...)
{
    va_list args;

    va_start(args, format);
    diag->note_span = span;
    diag->note = arena_vformat(diags->arena, format, args);
    va_end(args);
}

void diag_help(struct diags *diags, struct diag *diag, const char *format, ...)
{
    va_list args;

    va_start(args, format);
    diag->help = arena_vformat(diags->arena, format, args);
    va_end(args);
}

bool diag_silence(struct diags *diags, const char *category)
{
    bool found = false;

    for (size_t code = 0; code < DIAG_CODES; code++) {
        if (*infos[code].category == '\0' || strcmp(infos[code].category, category) != 0)
            continue;
        diags->silenced[code] = true;
        found = true;
    }
    return found;
}

static bool is_first_of_category(size_t code)
{
    for (size_t earlier = 0; earlier < code; earlier++)
        if (strcmp(infos[earlier].category, infos[code].category) == 0)
            return false;
    return true;
}

void diag_list_categories(struct writer *out)
{
    for (size_t code = 0; code < DIAG_CODES; code++)
        if (*infos[code].category != '\0' && is_first_of_category(code))
            writer_putf(out, "  -Wno-%s\n", infos[code].category);
}

/* ---- printing ------------------------------------------------------------ */

enum { WIDEST_LINE = 160, LONGEST_CHARACTER = 4 };

static bool is_continuation(char byte)
{
    return ((unsigned char)byte & 0xc0) == 0x80;
}

/* The part of a long line to show: around the caret, cut between characters. */
static void choose_window(const char *text, size_t length, size_t caret, size_t *begin, size_t *end)
{
    *begin = 0;
    *end = length;
    if (length <= WIDEST_LINE)
        return;
    *begin = caret > WIDEST_LINE / 2 ? caret - WIDEST_LINE / 2 : 0;
    for (int i = 0; i < LONGEST_CHARACTER - 1 && *begin > 0 && *begin < length
                    && is_continuation(text[*begin]);
         i++)
        --*begin;
    if (*end - *begin > WIDEST_LINE)
        *end = *begin + WIDEST_LINE;
    for (int i = 0; i < LONGEST_CHARACTER - 1 && *end < length && is_continuation(text[*end]); i++)
        ++*end;
}

/* SGR sequences of ECMA-48, as gcc and clang use them; nothing without color. */
static const char *paint(const struct diags *diags, const char *sequence)
{
    return diags->color ? sequence : "";
}

static const char *paint_of(const struct diags *diags, const char *severity)
{
    return paint(diags, severity[0] == 'e'   ? "\33[1;31m"
                        : severity[0] == 'w' ? "\33[1;35m"
                                             : "\33[1;36m");
}

/* How many bytes the character has, and how many columns it takes. A tab stays one. */
static size_t measure(const char *text, size_t at, size_t end, size_t *columns)
{
    char shown[VISIBLE_SIZE];
    size_t size = message_visible_next(text + at, end - at, shown, columns);

    if (text[at] == '\t')
        *columns = 1;
    return size;
}

/* Blanks, and tabs under tabs, up to the character with the caret. Returns where that is. */
static size_t put_blanks(struct writer *out, const char *text, size_t at, size_t caret, size_t end)
{
    size_t columns, size;

    for (; at < caret && at + (size = measure(text, at, end, &columns)) <= caret; at += size)
        if (text[at] == '\t')
            writer_put(out, "\t");
        else
            while (columns-- > 0)
                writer_put(out, " ");
    return at;
}

/* The caret, and what is marked after it. */
static void put_marks(struct writer *out, const char *text, size_t at, size_t last, size_t end)
{
    const char *mark = "^";
    size_t columns = 1;

    do {
        at += at < end ? measure(text, at, end, &columns) : 1;
        for (; columns > 0; columns--, mark = "~")
            writer_put(out, mark);
    } while (at < last && at < end);
}

static void put_source_line(const struct diags *diags, struct writer *out,
                            const struct place *place, size_t span_length)
{
    const char *text = place->line_text;
    size_t caret = (size_t)place->column - 1, begin, end;

    if (caret > place->line_length)
        caret = place->line_length;
    choose_window(text, place->line_length, caret, &begin, &end);
    writer_put(out, begin > 0 ? " ..." : " ");
    message_visible_put(out, text + begin, end - begin);
    writer_put(out, end < place->line_length ? "...\n" : "\n");
    writer_put(out, begin > 0 ? "    " : " ");
    begin = put_blanks(out, text, begin, caret, end);
    writer_put(out, paint(diags, "\33[1;32m"));
    put_marks(out, text, begin, caret + span_length, end);
    writer_putf(out, "%s\n", paint(diags, "\33[m"));
}

static void put_message(const struct diags *diags, struct writer *out, struct span span,
                        const char *severity, const char *text, const char *tag)
{
    struct place place = source_place(diags->sources, span.begin);

    writer_put(out, paint(diags, "\33[1m"));
    if (place.source) {
        message_visible_put(out, place.source->path, strlen(place.source->path));
        writer_putf(out, ":%d:%d: ", place.line, place.column);
    } else
        writer_put(out, "chainc: ");
    writer_putf(out, "%s%s: %s", paint_of(diags, severity), severity, paint(diags, "\33[m"));
    message_visible_put(out, text, strlen(text));
    writer_putf(out, "%s\n", tag);
    if (place.source)
        put_source_line(diags, out, &place, span.end > span.begin ? span.end - span.begin : 1);
}

static void put_diag(const struct diags *diags, const struct diag *diag, struct writer *out)
{
    const struct diag_info *info = &infos[diag->code];
    bool is_error = info->severity == DIAG_ERROR || diags->warnings_are_errors;
    char tag[64] = "";

    if (info->category[0])
        snprintf(tag, sizeof tag, " [-W%s%s]",
                 info->severity == DIAG_WARNING && is_error ? "error=" : "", info->category);
    put_message(diags, out, diag->span, is_error ? "error" : "warning", diag->text, tag);
    if (diag->note)
        put_message(diags, out, diag->note_span, "note", diag->note, "");
    if (diag->help) {
        writer_put(out, "help: ");
        message_visible_put(out, diag->help, strlen(diag->help));
        writer_put(out, "\n");
    }
}

struct ranked {
    const struct diag *diag;
    size_t rank;
};

static int by_position(const void *a, const void *b)
{
    const struct ranked *x = a, *y = b;

    if (x->diag->span.begin != y->diag->span.begin)
        return x->diag->span.begin < y->diag->span.begin ? -1 : 1;
    return x->rank < y->rank ? -1 : x->rank > y->rank;
}

static size_t list_length(const struct diag *first)
{
    size_t length = 0;

    for (; first; first = first->next)
        length++;
    return length;
}

void diag_print(const struct diags *diags, struct writer *out)
{
    unsigned limit = diags->error_limit ? diags->error_limit : 20;
    size_t total = list_length(diags->first), i = 0;
    struct ranked *sorted = arena_alloc(diags->arena, (total + 1) * sizeof *sorted);

    for (const struct diag *diag = diags->first; diag; diag = diag->next, i++)
        sorted[i] = (struct ranked){ diag, i };
    qsort(sorted, total, sizeof *sorted, by_position);
    for (i = 0; i < total; i++)
        put_diag(diags, sorted[i].diag, out);
    if (diags->errors > limit)
        writer_putf(out, "too many errors (%u more not shown)\n", diags->errors - limit);
}
