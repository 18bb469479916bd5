/* redis.c - see redis.chain: hiredis on chain_poll. */
#define _POSIX_C_SOURCE 200809L
#include "redis.h"

#include <chain_reactor.h>

#include <errno.h>
#include <hiredis/async.h>
#include <stdlib.h>
#include <string.h>

struct redis_connection {
    struct chain_poll poll;     /* first */
    redisAsyncContext *context; /* NULL: lost */
    redis_connect_deferred done;
    bool is_refused;
};

/* ---- what hiredis asks for ----------------------------------------------- */

/* One direction at a time, as hiredis may free everything in each call; the other one is reported
 * again. */
static void on_ready(struct chain_poll *poll, unsigned what, int error)
{
    redisAsyncContext *context = ((struct redis_connection *)(void *)poll)->context;

    if ((what & CHAIN_POLL_WRITE) != 0)
        redisAsyncHandleWrite(context);
    else
        redisAsyncHandleRead(context);
    (void)error; /* which the system call has found */
}

static void want(void *connection, unsigned more, unsigned less)
{
    struct chain_poll *poll = &((struct redis_connection *)connection)->poll;

    (void)chain_poll_change(poll, (poll->wanted | more) & ~less);
}

static void add_read(void *connection)
{
    want(connection, CHAIN_POLL_READ, 0);
}

static void delete_read(void *connection)
{
    want(connection, 0, CHAIN_POLL_READ);
}

static void add_write(void *connection)
{
    want(connection, CHAIN_POLL_WRITE, 0);
}

static void delete_write(void *connection)
{
    want(connection, 0, CHAIN_POLL_WRITE);
}

/* The context is about to be freed, and its socket to be closed. */
static void clean_up(void *of_context)
{
    struct redis_connection *connection = of_context;

    chain_poll_stop(&connection->poll);
    connection->context = NULL;
    if (connection->is_refused)
        free(connection); /* it has never been anybody's */
}

/* ---- connecting ---------------------------------------------------------- */

/* After a refusal hiredis frees the context, and calls clean_up(). */
static void on_connect(const redisAsyncContext *context, int status)
{
    struct redis_connection *connection = context->data;

    if (connection == NULL) /* it is being closed */
        return;
    connection->is_refused = status != REDIS_OK;
    if (connection->is_refused)
        redis_connect_reject(connection->done, REDIS_LOST, "it was refused", 0);
    else
        redis_connect_resolve(connection->done, connection);
}

static struct redis_connection *open_connection(struct chain_loop *loop, const char *host, int port)
{
    struct redis_connection *connection = calloc(1, sizeof *connection);
    redisAsyncContext *context = connection == NULL ? NULL : redisAsyncConnect(host, port);

    if (context == NULL || context->err != 0
        || (connection->poll.ready = on_ready,
            chain_poll_start(loop, &connection->poll, context->c.fd, 0) != 0)) {
        if (context != NULL)
            redisAsyncFree(context);
        free(connection);
        return NULL;
    }
    connection->context = context;
    context->data = connection;
    context->ev.data = connection;
    context->ev.addRead = add_read;
    context->ev.delRead = delete_read;
    context->ev.addWrite = add_write;
    context->ev.delWrite = delete_write;
    context->ev.cleanup = clean_up;
    return connection;
}

void redis_connect_start(struct redis_connect *op, const char *host, int port)
{
    struct redis_connection *connection = open_connection(chain_loop_of(op), host, port);

    if (connection == NULL) {
        redis_connect_reject(redis_connect_done(op), REDIS_LOST, "there is no way to it", 0);
        return;
    }
    op->connection = connection;
    connection->done = redis_connect_done(op);
    redisAsyncSetConnectCallback(connection->context, on_connect);
}

void redis_connect_cancel(struct redis_connect *op)
{
    redis_connect_deferred done = redis_connect_done(op);

    redis_close(op->connection);
    redis_connect_cancelled(done);
}

/* hiredis calls whoever still waits, without a reply. */
void redis_close(struct redis_connection *connection)
{
    if (connection != NULL && connection->context != NULL) {
        connection->context->data = NULL;
        redisAsyncFree(connection->context);
    }
    free(connection);
}

/* ---- commands ------------------------------------------------------------ */

void redis_free(char *text)
{
    free(text);
}

static void on_reply(redisAsyncContext *context, void *from, void *of_command)
{
    redis_command_deferred done = *(redis_command_deferred *)of_command;
    const redisReply *reply = from;
    char *text = NULL, number[24];

    (void)context;
    free(of_command);
    if (reply == NULL) {
        redis_command_reject(done, REDIS_LOST, NULL, 0);
        return;
    }
    if (reply->type == REDIS_REPLY_ERROR) {
        redis_command_reject(done, REDIS_SAID, NULL, 0);
        return;
    }
    snprintf(number, sizeof number, "%lld", reply->integer);
    if (reply->type != REDIS_REPLY_NIL)
        text = strdup(reply->type == REDIS_REPLY_INTEGER ? number : reply->str);
    if (text == NULL && reply->type != REDIS_REPLY_NIL)
        redis_command_reject(done, ENOMEM, NULL, 0);
    else if (redis_command_resolve(done, text) != CHAIN_OK)
        free(text); /* it comes too late */
}

void redis_command_start(struct redis_command *op, struct redis_connection *connection,
                         const char *name, const char *key, const char *value)
{
    const char *words[] = { name, key, value };
    redis_command_deferred *done = malloc(sizeof *done);

    if (done == NULL || connection->context == NULL) {
        redis_command_reject(redis_command_done(op), done == NULL ? ENOMEM : REDIS_LOST, NULL, 0);
        free(done);
        return;
    }
    *done = redis_command_done(op);
    if (redisAsyncCommandArgv(connection->context, on_reply, done, value == NULL ? 2 : 3, words,
                              NULL)
        != REDIS_OK) {
        free(done);
        redis_command_reject(redis_command_done(op), REDIS_LOST, NULL, 0);
    }
}

/* The reply is dropped when it comes: its deferred is too late then. */
void redis_command_cancel(struct redis_command *op)
{
    redis_command_cancelled(redis_command_done(op));
}
