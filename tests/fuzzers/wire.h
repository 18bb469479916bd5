/* wire.h - programs of examples/ with a network whose other end is the input.
 *
 * wire.c defines the operations of net.chain. What the program reads comes from
 * the input, in pieces and at times that the input chooses as well; what it
 * writes goes nowhere. The clock is virtual. */
#ifndef WIRE_H
#define WIRE_H

#include <stddef.h>
#include <stdint.h>

struct chain_loop;
struct chain_root;

/* A program: starts its chains with frames of its own, zeroed before. */
struct program {
    const char *name;
    void *frame;
    size_t size;
    struct chain_root *(*start)(struct chain_loop *loop);
    void (*stop)(void); /* after its end; NULL: nothing to do */
};

extern const struct program crawler_program, crawler_site_program, k_users_program,
    k_users_server_program, echo_program, echo_client_program, keepalive_program, server_program,
    numbers_program;

/* An address for tcp_listen() and tcp_connect(), as net.c reads it; it never asks the system. */
void address_feed(const uint8_t *data, size_t size);

/* Text of the input as a string; lives until the next execution. */
const char *wire_text(void);

/* A connection that is open. */
int wire_open(void);

/* Runs a program to its end, against this input. */
void wire_run(const struct program *program, const uint8_t *data, size_t size);

#endif
