/* carry.c - rejections that carry a text or causes (rules 123-132).
 *
 *     failure { message: chain__carries, info: --> [ head | causes … | … texts ] }
 *
 * What a failure has no room for stands in a place that begins with a struct
 * chain__carried: the records of the causes follow it, and texts fill the place
 * from its end. The failure leads there, and so moves as any other does. All
 * pointers inside the place lead to static data or into the place, so a copy is
 * made by moving these.
 *
 * Only chains whose rejections carry something call this. */
#include "cancel.h"
#include "core.h"
#include "mailbox.h"
#include "settle.h"

/* Without the C library. The two may overlap. */
static void move(void *to, const void *from, size_t size)
{
    unsigned char *t = to;
    const unsigned char *f = from;

    if ((uintptr_t)t <= (uintptr_t)f)
        for (size_t i = 0; i < size; i++)
            t[i] = f[i];
    else
        while (size-- > 0)
            t[size] = f[size];
}

static struct chain_error *records(struct chain__carried *head)
{
    return (struct chain_error *)(void *)(head + 1);
}

static char *texts(struct chain__carried *head)
{
    return (char *)head + head->texts;
}

static uint32_t records_end(const struct chain__carried *head)
{
    return (uint32_t)(sizeof *head + head->count * sizeof(struct chain_error));
}

static struct chain__carried *head_of(const struct chain_failure *failure)
{
    return (struct chain__carried *)failure->info;
}

static void clear(struct chain__carried *head, size_t room)
{
    head->message = NULL;
    head->info = 0;
    head->causes = NULL;
    head->room = head->texts = (uint32_t)room;
    head->count = 0;
    head->of_any = false;
}

/* ---- copies -------------------------------------------------------------- */

/* How far the two parts of a place have been moved. */
struct moved {
    uintptr_t begin, texts, end; /* where they were */
    uintptr_t records_by, texts_by;
};

static const void *moved_to(const struct moved *moved, const void *pointer)
{
    uintptr_t at = (uintptr_t)pointer;

    if (at < moved->begin || at >= moved->end)
        return pointer; /* static data */
    return (const void *)(at + (at < moved->texts ? moved->records_by : moved->texts_by));
}

static void move_pointers(const struct moved *moved, struct chain_error *error)
{
    error->message = moved_to(moved, error->message);
    error->causes = moved_to(moved, error->causes);
}

/* Adds all that `from` has to `to`, and makes what leads there from `error`
 * lead here. There is room for it: chainc has counted. */
static void append(struct chain__carried *to, const struct chain__carried *from,
                   struct chain_error *error)
{
    uint32_t length = from->room - from->texts, end = records_end(to);
    size_t bytes = from->count * sizeof(struct chain_error);
    struct moved moved;

    CHAIN__CHECK(to->texts >= end + bytes + length);
    to->texts -= length;
    moved.begin = (uintptr_t)from;
    moved.texts = moved.begin + from->texts;
    moved.end = moved.begin + from->room;
    moved.records_by = (uintptr_t)to + end - (moved.begin + sizeof *from);
    moved.texts_by = (uintptr_t)to + to->texts - moved.texts;
    move((char *)to + end, from + 1, bytes);
    move(texts(to), (const char *)from + from->texts, length);
    for (unsigned i = to->count; i < to->count + from->count; i++)
        move_pointers(&moved, records(to) + i);
    to->count += from->count;
    move_pointers(&moved, error);
}

/* Two places of one chain may overlap if the first is not needed any more; then
 * they have one size. */
static void move_whole(struct chain__carried *to, struct chain__carried *from)
{
    uintptr_t by = (uintptr_t)to - (uintptr_t)from;
    struct moved moved = { (uintptr_t)from, (uintptr_t)from + from->texts,
                           (uintptr_t)from + from->room, by, by };

    move(to, from, from->room);
    to->message = moved_to(&moved, to->message);
    to->causes = moved_to(&moved, to->causes);
    for (unsigned i = 0; i < to->count; i++)
        move_pointers(&moved, records(to) + i);
}

/* Whether the two places of that size share memory. */
static bool overlap(const struct chain__carried *to, const struct chain__carried *from)
{
    uintptr_t a = (uintptr_t)to, b = (uintptr_t)from;

    return a < b + from->room && b < a + from->room;
}

static void copy(struct chain__carried *to, size_t room, struct chain__carried *from)
{
    struct chain_error error = { 0, 0, from->message, 0, NULL, from->causes };

    if (from->room == room && overlap(to, from)) {
        move_whole(to, from);
        return;
    }
    clear(to, room);
    append(to, from, &error);
    to->message = error.message;
    to->info = from->info;
    to->causes = error.causes;
    to->of_any = from->of_any;
}

void chain__carry(int code, struct chain_failure *failure, struct chain__carried *to, size_t room)
{
    if (code <= 0 || failure->message != chain__carries)
        return;
    if (head_of(failure) != to)
        copy(to, room, head_of(failure));
    failure->info = (intptr_t)to;
}

struct chain_error chain__error_kept(const struct chain_op *op, const struct chain_failure *failure,
                                     struct chain__carried *to, size_t room)
{
    struct chain_error error = chain__error(op, failure);
    struct chain_failure kept = *failure;

    if (kept.message != chain__carries) {
        to->room = 0;
        return error;
    }
    chain__carry(op->code, &kept, to, room);
    error.message = to->message;
    error.causes = to->causes;
    return error;
}

void chain__carry_again(struct chain_op *op, struct chain__carried *from, struct chain__carried *to,
                        size_t room)
{
    struct chain_failure *failure = chain__failure(op);

    if (op->code <= 0 || from->room == 0)
        return;
    failure->message = chain__carries;
    failure->info = (intptr_t)from;
    chain__carry(op->code, failure, to, room);
}

/* ---- texts --------------------------------------------------------------- */

static bool is_within_character(const char *text)
{
    return ((unsigned char)*text & 0xc0) == 0x80;
}

/* The bytes of a text that fit, cut before a character that does not. */
static size_t fitting(const char *text, size_t size)
{
    size_t length = 0;

    while (length < size - 1 && text[length] != '\0')
        length++;
    if (text[length] != '\0')
        while (length > 0 && is_within_character(text + length))
            length--;
    return length;
}

/* The text may stand where the place is: the struct of an operation has become
 * that of its failure. So it moves before anything else is written. */
void chain__say(struct chain__carried *to, size_t room, size_t size, const char *text)
{
    char *end = (char *)to + room, *begin = NULL;

    if (text != NULL) {
        size_t length = fitting(text, size);
        begin = end - length - 1;
        move(begin, text, length);
        end[-1] = '\0';
    }
    clear(to, room);
    to->message = begin;
    if (begin != NULL)
        to->texts = (uint32_t)(begin - (char *)to);
}

/* Where an operation's own text stands: after what the runtime may write while
 * the failure is under way. */
static struct chain__carried *say_after(struct chain_deferred done, const char *text, size_t size,
                                        intptr_t info)
{
    struct chain__rejected *rejected = chain__storage(done.op);

    chain__say(&rejected->head, sizeof rejected->head + size, size, text);
    rejected->head.info = info;
    return &rejected->head;
}

enum chain_settled chain__reject_text(struct chain_deferred done, int code, const char *text,
                                      intptr_t info, size_t size)
{
    if (chain__claim(done) == NULL)
        return chain__late(done);
    return chain__reject(done, code, chain__carries, (intptr_t)say_after(done, text, size, info));
}

enum chain_settled chain__shared_reject_text(struct chain_deferred done, int code, const char *text,
                                             intptr_t info, size_t size)
{
    if (chain__shared_claim(done) == NULL)
        return chain__late(done);
    chain__settle_rejected(done, code, chain__carries, (intptr_t)say_after(done, text, size, info));
    return CHAIN_OK;
}

enum chain_settled chain__post_reject_text(struct chain_deferred done, int code, const char *text,
                                           intptr_t info, size_t size)
{
    if (chain__post_begin(done) == NULL)
        return chain__post_late(done);
    return chain__post_rejected(done, code, chain__carries,
                                (intptr_t)say_after(done, text, size, info));
}

int chain__raise_saying(struct chain_op *op, struct chain__carried *to, size_t room, size_t size,
                        int code, const char *message, intptr_t info, const char *text)
{
    (void)message;
    chain__say(to, room, size, text);
    to->info = info;
    return chain__raise(op, code, chain__carries, (intptr_t)to);
}

/* ---- causes -------------------------------------------------------------- */

/* Of CHAIN_EALL the info is the number of causes (rule 129). */
static void hang(struct chain__carried *to, const struct chain_error *cause,
                 const struct chain__carried *of_cause, int code)
{
    struct chain_error *record = records(to);

    *record = *cause;
    to->count = 1;
    if (of_cause->room != 0)
        append(to, of_cause, record);
    to->causes = record;
    if (code == CHAIN_EALL)
        to->info = 1;
}

int chain__raise_because(struct chain_op *op, struct chain__carried *to, size_t room,
                         const struct chain_error *cause, const struct chain__carried *of_cause,
                         int code, const char *message, intptr_t info)
{
    clear(to, room);
    to->message = message;
    to->info = info;
    hang(to, cause, of_cause, code);
    return chain__raise(op, code, chain__carries, (intptr_t)to);
}

int chain__raise_saying_because(struct chain_op *op, struct chain__carried *to, size_t room,
                                const struct chain_error *cause,
                                const struct chain__carried *of_cause, size_t size, int code,
                                const char *message, intptr_t info, const char *text)
{
    (void)message;
    chain__say(to, room, size, text);
    to->info = info;
    hang(to, cause, of_cause, code);
    return chain__raise(op, code, chain__carries, (intptr_t)to);
}

void chain__gather(struct chain__carried *to, size_t room, unsigned count)
{
    clear(to, room);
    to->count = (uint16_t)count;
}

struct chain_error chain__cause_kept(const struct chain_op *op, const struct chain_failure *failure,
                                     struct chain__carried *to)
{
    struct chain_error error = chain__cause(op, failure);

    if (op->code > 0 && failure->message == chain__carries)
        append(to, head_of(failure), &error);
    return error;
}
