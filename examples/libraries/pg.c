/* pg.c - see pg.chain: libpq on chain_poll. */
#include "pg.h"

#include <chain_reactor.h>

#include <libpq-fe.h>

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

struct pg_link {
    struct chain_poll poll; /* first */
    PGconn *connection;     /* NULL: ended by a cancel */
    struct chain_loop *loop;
    void (*go_on)(struct pg_link *link); /* what the descriptor is waited for; NULL: nothing */
    pg_connect_deferred connecting;
    pg_query_deferred querying;
    PGresult *rows; /* the last that has come */
};

static const char *reason(const PGconn *connection)
{
    static _Thread_local char text[500];

    snprintf(text, sizeof text, "%s",
             connection == NULL ? "the connection has ended" : PQerrorMessage(connection));
    return text;
}

static void on_ready(struct chain_poll *poll, unsigned what, int error)
{
    struct pg_link *link = (struct pg_link *)(void *)poll;

    (void)what;
    (void)error; /* which the system call will find */
    if (link->go_on != NULL)
        link->go_on(link);
}

/* The socket of a connection that is being made may change from step to step. */
static int want(struct pg_link *link, unsigned wanted)
{
    int fd = PQsocket(link->connection);

    if (chain_poll_change(&link->poll, wanted) == 0 && link->poll.fd == fd)
        return 0;
    chain_poll_stop(&link->poll);
    return chain_poll_start(link->loop, &link->poll, fd, wanted);
}

static void end(struct pg_link *link)
{
    chain_poll_stop(&link->poll);
    PQfinish(link->connection);
    link->connection = NULL;
    link->go_on = NULL;
}

void pg_close(struct pg_link *link)
{
    if (link == NULL)
        return;
    end(link);
    PQclear(link->rows);
    free(link);
}

/* ---- connecting ---------------------------------------------------------- */

static void connect_on(struct pg_link *link)
{
    PostgresPollingStatusType status = PQconnectPoll(link->connection);

    if (status == PGRES_POLLING_OK) {
        link->go_on = NULL;
        PQsetnonblocking(link->connection, 1);
        (void)want(link, 0);
        pg_connect_resolve(link->connecting, link);
    } else if (status == PGRES_POLLING_FAILED
               || want(link, status == PGRES_POLLING_READING ? CHAIN_POLL_READ : CHAIN_POLL_WRITE)
                      != 0) {
        pg_connect_reject(link->connecting, PG_FAILED, reason(link->connection), 0);
        pg_close(link);
    }
}

void pg_connect_start(struct pg_connect *op, const char *parameters)
{
    struct pg_link *link = calloc(1, sizeof *link);

    if (link == NULL || (link->connection = PQconnectStart(parameters)) == NULL) {
        free(link);
        pg_connect_reject(pg_connect_done(op), ENOMEM, NULL, 0);
        return;
    }
    op->link = link;
    link->connecting = pg_connect_done(op);
    link->loop = chain_loop_of(op);
    link->poll.ready = on_ready;
    link->go_on = connect_on;
    if (PQstatus(link->connection) == CONNECTION_BAD || want(link, CHAIN_POLL_WRITE) != 0) {
        pg_connect_reject(link->connecting, PG_FAILED, reason(link->connection), 0);
        pg_close(link);
    }
}

void pg_connect_cancel(struct pg_connect *op)
{
    pg_close(op->link);
    pg_connect_cancelled(pg_connect_done(op));
}

/* ---- queries ------------------------------------------------------------- */

static void finish(struct pg_link *link)
{
    PGresult *rows = link->rows;
    ExecStatusType status = PQresultStatus(rows);

    link->rows = NULL;
    link->go_on = NULL;
    if (link->connection != NULL)
        (void)want(link, 0);
    if (status != PGRES_TUPLES_OK && status != PGRES_COMMAND_OK)
        pg_query_reject(link->querying, PG_FAILED, reason(link->connection), 0);
    else if (pg_query_resolve(link->querying, rows) == CHAIN_OK)
        return;
    PQclear(rows);
}

/* Of several statements in one query the last one's rows are kept. */
static void query_on(struct pg_link *link)
{
    PGresult *rows;
    int unsent = PQflush(link->connection);

    if (unsent < 0 || !PQconsumeInput(link->connection)) {
        PQclear(link->rows);
        link->rows = NULL;
        finish(link);
        return;
    }
    while (!PQisBusy(link->connection)) {
        rows = PQgetResult(link->connection);
        if (rows == NULL) {
            finish(link);
            return;
        }
        PQclear(link->rows);
        link->rows = rows;
    }
    (void)want(link, CHAIN_POLL_READ | (unsent > 0 ? CHAIN_POLL_WRITE : 0));
}

void pg_query_start(struct pg_query *op, struct pg_link *link, const char *sql)
{
    op->link = link;
    if (link->go_on != NULL) {
        pg_query_reject(pg_query_done(op), EBUSY, "the connection has a query already", 0);
        return;
    }
    link->querying = pg_query_done(op);
    if (link->connection == NULL || !PQsendQuery(link->connection, sql)) {
        pg_query_reject(link->querying, PG_FAILED, reason(link->connection), 0);
        return;
    }
    link->go_on = query_on;
    (void)want(link, CHAIN_POLL_READ | CHAIN_POLL_WRITE);
}

void pg_query_cancel(struct pg_query *op)
{
    end(op->link);
    pg_query_cancelled(pg_query_done(op));
}

/* ---- rows ---------------------------------------------------------------- */

void pg_free(struct pg_result *rows)
{
    PQclear(rows);
}

int pg_count(const struct pg_result *rows)
{
    return PQntuples(rows);
}

const char *pg_text(const struct pg_result *rows, int row, int column)
{
    return PQgetvalue(rows, row, column);
}
