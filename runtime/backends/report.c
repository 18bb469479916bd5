/* report.c - prints unhandled rejections, the counts of what is left, and events. */
#define _GNU_SOURCE
#include "backend.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* The system has texts for its codes. */
static const char *text_of(int code)
{
    return code >= CHAIN_EABANDONED ? chain_code_text(code) : strerror(code);
}

static void print_code(int code)
{
    const char *name = chain_code_name(code);
    const char *text = name != NULL ? text_of(code) : NULL;

    if (name == NULL)
        fprintf(stderr, "code %d", code);
    else if (strcmp(text, name) == 0)
        fprintf(stderr, "%s", name);
    else
        fprintf(stderr, "%s (%s)", name, text);
}

/* Cut only if they are long and there is no memory. */
static void print_causes(const struct chain_error *error)
{
    char some[1024], *all = some;
    size_t length = chain__causes_text(error, "\n", some, sizeof some) + 1;

    if (length > sizeof some && (all = malloc(length)) != NULL)
        (void)chain__causes_text(error, "\n", all, length);
    fputs(all != NULL ? all : some, stderr);
    if (all != some)
        free(all);
}

void chain__print_unhandled(struct chain_loop *loop, const struct chain_error *error)
{
    (void)loop;
    flockfile(stderr);
    if (error->origin != NULL)
        fprintf(stderr, "%s:%d: ", error->origin->file, error->origin->line);
    fputs("unhandled rejection: ", stderr);
    print_code(error->code);
    if (error->message != NULL)
        fprintf(stderr, ": %s", error->message);
    print_causes(error);
    fputc('\n', stderr);
    funlockfile(stderr);
}

static const char *print_count(const char *separator, size_t count, const char *what)
{
    if (count == 0)
        return separator;
    fprintf(stderr, "%s%zu %s%s", separator, count, what, count == 1 ? "" : "s");
    return ", ";
}

void chain__print_left(struct chain_loop *loop, const struct chain_left *left)
{
    const char *separator = ": ";

    (void)loop;
    flockfile(stderr);
    fputs("left at the end of a loop", stderr);
    separator = print_count(separator, left->roots, "chain");
    separator = print_count(separator, left->instances, "spawned chain");
    separator = print_count(separator, left->strands, "ready strand");
    separator = print_count(separator, left->timers, "timer");
    print_count(separator, left->descriptors, "waiting operation");
    fputc('\n', stderr);
    funlockfile(stderr);
}

void chain__print_failed(struct chain_loop *loop, int code)
{
    (void)loop;
    flockfile(stderr);
    fputs("the loop cannot wait for events, its chains are cancelled: ", stderr);
    print_code(code);
    if (code == EBADF || code == EINVAL)
        fputs(": another part of the program has closed its descriptor", stderr);
    fputc('\n', stderr);
    funlockfile(stderr);
}

void chain_trace_print(struct chain_loop *loop, const struct chain_event *event)
{
    char text[512];

    (void)loop;
    chain_trace_text(event, text, sizeof text);
    fprintf(stderr, "%s\n", text);
}
