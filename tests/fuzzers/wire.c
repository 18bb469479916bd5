/* wire.c - the operations of net.chain without a network: see wire.h. */
#include "wire.h"

#include <chain/net.h>
#include <chain_sim.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "fuzzer.h"

enum { FIRST_CONNECTION = 100, MOST_CONNECTIONS = 64, LARGEST_INPUT = 8192 };

static struct {
    char text[LARGEST_INPUT + 1];
    size_t size, at;
    uint64_t random;
    bool is_open[MOST_CONNECTIONS];
    int opened;
    const void *starting; /* the operation that is being started */
} wire;

const char *wire_text(void)
{
    return wire.text;
}

static unsigned below(unsigned bound)
{
    wire.random = wire.random * UINT64_C(6364136223846793005) + 1442695040888963407u;
    return (unsigned)(wire.random >> 33) % bound;
}

/* ---- connections --------------------------------------------------------- */

int wire_open(void)
{
    must(wire.opened < MOST_CONNECTIONS, "too many connections");
    wire.is_open[wire.opened] = true;
    return FIRST_CONNECTION + wire.opened++;
}

static bool *connection(int number)
{
    must(number >= FIRST_CONNECTION && number < FIRST_CONNECTION + wire.opened,
         "%d is no connection", number);
    return &wire.is_open[number - FIRST_CONNECTION];
}

int tcp_listen(const char *host, uint16_t port)
{
    (void)host, (void)port;
    return wire_open();
}

int tcp_port(int socket)
{
    must(*connection(socket), "the port of a closed socket");
    return 4000;
}

int tcp_shutdown_write(int conn)
{
    must(*connection(conn), "a closed connection is shut down");
    return 0;
}

void tcp_close(int socket)
{
    if (socket < 0)
        return;
    must(*connection(socket), "a connection is closed twice");
    *connection(socket) = false;
}

/* ---- operations: chain_sim plans when they end; the value of a plan is the operation ---- */

static enum chain_settled accept_settle(struct chain_deferred end, int code, intptr_t value)
{
    tcp_accept_deferred done = { end };

    (void)value;
    if (code == 0)
        return tcp_accept_resolve(done, wire_open());
    return code > 0 ? tcp_accept_reject(done, code, "wire", 0) : tcp_accept_cancelled(done);
}

static enum chain_settled connect_settle(struct chain_deferred end, int code, intptr_t value)
{
    tcp_connect_deferred done = { end };

    (void)value;
    if (code == 0)
        return tcp_connect_resolve(done, wire_open());
    return code > 0 ? tcp_connect_reject(done, code, "wire", 0) : tcp_connect_cancelled(done);
}

/* A piece of the input that ends where one of these ends it, or that is all there is room for. */
static size_t take_piece(void *buffer, size_t size)
{
    size_t left = wire.size - wire.at, most = below(4) == 0 ? 1 + below(16) : left;

    size = size < left ? size : left;
    size = size < most ? size : most;
    memcpy(buffer, wire.text + wire.at, size);
    wire.at += size;
    return size;
}

static enum chain_settled read_settle(struct chain_deferred end, int code, intptr_t value)
{
    tcp_read_deferred done = { end };
    struct tcp_read *op = (struct tcp_read *)value;

    if (code == 0)
        return tcp_read_resolve(done, take_piece(op->buffer, op->size));
    return code > 0 ? tcp_read_reject(done, code, "wire", 0) : tcp_read_cancelled(done);
}

static enum chain_settled write_settle(struct chain_deferred end, int code, intptr_t value)
{
    tcp_write_deferred done = { end };
    struct tcp_write *op = (struct tcp_write *)value;
    volatile unsigned char seen = 0;

    for (size_t i = 0; code == 0 && i < op->size; i++)
        seen = (unsigned char)(seen + op->data[i]); /* a sanitizer looks at all of it */
    if (code == 0)
        return tcp_write_resolve(done);
    return code > 0 ? tcp_write_reject(done, code, "wire", 0) : tcp_write_cancelled(done);
}

static const int no_codes[] = { 0 };
static const struct chain_sim_operation accept_operation = { "accept", accept_settle, no_codes };
static const struct chain_sim_operation connect_operation = { "connect", connect_settle, no_codes };
static const struct chain_sim_operation read_operation = { "read", read_settle, no_codes };
static const struct chain_sim_operation write_operation = { "write", write_settle, no_codes };

static void start(const void *op, const struct chain_sim_operation *operation)
{
    wire.starting = op;
    chain_sim_start(op, operation);
}

void tcp_accept_start(struct tcp_accept *op, int listener)
{
    op->listener = listener;
    start(op, &accept_operation);
}

void tcp_connect_start(struct tcp_connect *op, const char *host, uint16_t port)
{
    (void)host, (void)port;
    start(op, &connect_operation);
}

void tcp_read_start(struct tcp_read *op, int conn, void *buffer, size_t size)
{
    must(*connection(conn), "a closed connection is read from");
    op->buffer = buffer;
    op->size = size;
    start(op, &read_operation);
}

void tcp_write_start(struct tcp_write *op, int conn, const void *data, size_t size)
{
    must(*connection(conn), "a closed connection is written to");
    op->data = data;
    op->size = size;
    start(op, &write_operation);
}

void tcp_accept_cancel(struct tcp_accept *op)
{
    chain_sim_cancel(op);
}

void tcp_connect_cancel(struct tcp_connect *op)
{
    chain_sim_cancel(op);
}

void tcp_read_cancel(struct tcp_read *op)
{
    chain_sim_cancel(op);
}

void tcp_write_cancel(struct tcp_write *op)
{
    chain_sim_cancel(op);
}

/* Now, soon, or after a second; seldom an error, and never again when the input is used up. */
static void decide(struct chain_sim *sim, const struct chain_sim_operation *operation,
                   uint64_t occurrence, struct chain_sim_plan *plan)
{
    static const int64_t times[] = { 0, 1, 1000000, 1000000000 };
    static const int codes[] = { ECONNRESET, EMFILE, EIO, CHAIN_CODE_CANCELLED };

    (void)sim;
    memset(plan, 0, sizeof *plan);
    plan->value = (intptr_t)wire.starting;
    plan->after = times[below(4)];
    if (below(16) == 0)
        plan->code = codes[below(4)];
    if ((operation == &accept_operation || operation == &connect_operation)
        && (wire.at >= wire.size || occurrence > 20))
        plan->code = ECANCELED;
}

/* ---- a run --------------------------------------------------------------- */

static void take_input(const uint8_t *data, size_t size)
{
    wire.random = size > 0 ? data[0] * UINT64_C(0x9e3779b97f4a7c15) : 0;
    size = size > 0 ? size - 1 : 0;
    wire.size = size < LARGEST_INPUT ? size : LARGEST_INPUT;
    wire.at = 0;
    wire.opened = 0;
    memcpy(wire.text, data + (size > 0), wire.size);
    wire.text[wire.size] = '\0';
}

void wire_run(const struct program *program, const uint8_t *data, size_t size)
{
    static const struct chain_sim_options options = {
        .capacity = 16, .memory = 16384, .turns = 100000, .decide = decide
    };
    struct chain_sim_report report;
    struct chain_sim *sim;
    struct chain_root *root;
    char complaint[200];
    bool quiet;

    take_input(data, size);
    memset(program->frame, 0, program->size);
    must(chain_sim_open(&sim, &options) == 0, "no simulation");
    root = program->start(chain_sim_loop(sim));
    if (chain_sim_run(sim) != CHAIN_SIM_QUIET) {
        chain_root_cancel(root);
        chain_sim_run(sim);
    }
    if (program->stop != NULL)
        program->stop();
    chain_root_outcome(root);
    quiet = chain_sim_close(sim, &report);
    must(quiet, "%s: %s", program->name, chain_sim_complaint(&report, complaint, sizeof complaint));
    for (int i = 0; i < wire.opened; i++)
        must(!wire.is_open[i], "%s: connection %d is left open", program->name, i);
}
