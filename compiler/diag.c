/* diag.c - collecting and printing diagnostics. */
#include "diag.h"

#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include "arena.h"

struct diag_info {
    enum diag_severity severity;
    const char *category, *format;
};

static const struct diag_info infos[] = {
#define DIAG(name, severity, category, format) { severity, category, format },
#include "diag.def"
#include "diag_check.def"
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

void diag_list_categories(FILE *out)
{
    for (size_t code = 0; code < DIAG_CODES; code++)
        if (*infos[code].category != '\0' && is_first_of_category(code))
            fprintf(out, "  -Wno-%s\n", infos[code].category);
}

/* ---- printing ---- */

enum { WIDEST_LINE = 160 };

static bool is_continuation(char byte)
{
    return ((unsigned char)byte & 0xc0) == 0x80;
}

/* One column of the caret line for each character of the shown line: tabs stay tabs, UTF-8 counts once. */
static void put_under(FILE *out, const char *text, size_t length, char mark)
{
    for (size_t i = 0; i < length; i++)
        if (!is_continuation(text[i]))
            fputc(text[i] == '\t' && mark == ' ' ? '\t' : mark, out);
}

/* The part of a long line to show: around the caret, cut between characters. */
static void choose_window(const char *text, size_t length, size_t caret, size_t *begin, size_t *end)
{
    *begin = 0;
    *end = length;
    if (length <= WIDEST_LINE)
        return;
    *begin = caret > WIDEST_LINE / 2 ? caret - WIDEST_LINE / 2 : 0;
    while (*begin > 0 && *begin < length && is_continuation(text[*begin]))
        --*begin;
    if (*end - *begin > WIDEST_LINE)
        *end = *begin + WIDEST_LINE;
    while (*end < length && is_continuation(text[*end]))
        ++*end;
}

/* SGR sequences of ECMA-48, as gcc and clang use them; nothing without color. */
static const char *paint(const struct diags *diags, const char *sequence)
{
    return diags->color ? sequence : "";
}

static const char *paint_of(const struct diags *diags, const char *severity)
{
    return paint(diags, severity[0] == 'e' ? "\33[1;31m" : severity[0] == 'w' ? "\33[1;35m" : "\33[1;36m");
}

static void put_source_line(const struct diags *diags, FILE *out, const struct place *place, size_t span_length)
{
    const char *text = place->line_text;
    size_t caret = (size_t)place->column - 1, begin, end;

    if (caret > place->line_length)
        caret = place->line_length;
    choose_window(text, place->line_length, caret, &begin, &end);
    const char *more_before = begin > 0 ? "..." : "", *more_behind = end < place->line_length ? "..." : "";
    fprintf(out, " %s%.*s%s\n %*s", more_before, (int)(end - begin), text + begin, more_behind, (int)strlen(more_before), "");
    put_under(out, text + begin, caret - begin, ' ');
    fprintf(out, "%s^", paint(diags, "\33[1;32m"));
    if (span_length > end - caret)
        span_length = end - caret;
    if (span_length > 1) {
        size_t first = 1;
        while (first < span_length && is_continuation(text[caret + first]))
            first++;
        put_under(out, text + caret + first, span_length - first, '~');
    }
    fprintf(out, "%s\n", paint(diags, "\33[m"));
}

static void put_message(const struct diags *diags, FILE *out, struct span span, const char *severity, const char *text, const char *tag)
{
    struct place place = source_place(diags->sources, span.begin);

    fputs(paint(diags, "\33[1m"), out);
    if (place.source)
        fprintf(out, "%s:%d:%d: ", place.source->path, place.line, place.column);
    else
        fputs("chainc: ", out);
    fprintf(out, "%s%s: %s%s%s\n", paint_of(diags, severity), severity, paint(diags, "\33[m"), text, tag);
    if (place.source)
        put_source_line(diags, out, &place, span.end > span.begin ? span.end - span.begin : 1);
}

static void put_diag(const struct diags *diags, const struct diag *diag, FILE *out)
{
    const struct diag_info *info = &infos[diag->code];
    bool is_error = info->severity == DIAG_ERROR || diags->warnings_are_errors;
    char tag[64] = "";

    if (info->category[0])
        snprintf(tag, sizeof tag, " [-W%s%s]", info->severity == DIAG_WARNING && is_error ? "error=" : "", info->category);
    put_message(diags, out, diag->span, is_error ? "error" : "warning", diag->text, tag);
    if (diag->note)
        put_message(diags, out, diag->note_span, "note", diag->note, "");
    if (diag->help)
        fprintf(out, "help: %s\n", diag->help);
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

void diag_print(const struct diags *diags, FILE *out)
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
        fprintf(out, "too many errors (%u more not shown)\n", diags->errors - limit);
}
