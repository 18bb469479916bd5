/* fuzz_input.c - the examples that read what others send: HTTP, lines, pings,
 * numbers; and addresses.
 *
 * The first byte chooses the program, the second what the network does, the
 * others are what it sends. Checked: nothing crashes; every connection is
 * closed, once; the loop has nothing left. */
#define _POSIX_C_SOURCE 200809L
#include <stdio.h>

#include "fuzzer.h"
#include "wire.h"

/* What the programs print goes nowhere. */
static FILE *nowhere;
static char unread[1 << 16];

static const struct program *const programs[] = {
    &crawler_program,        &crawler_site_program, &k_users_program,
    &k_users_server_program, &echo_program,         &echo_client_program,
    &keepalive_program,      &server_program,       &numbers_program,
};

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    FILE *out = stdout, *err = stderr;
    size_t count = sizeof programs / sizeof *programs;

    if (size < 2)
        return 0;
    if (nowhere == NULL)
        nowhere = fmemopen(unread, sizeof unread, "w");
    must(nowhere != NULL, "no stream");
    rewind(nowhere);
    stdout = stderr = nowhere;
    if (data[0] % (count + 1) == count)
        address_feed(data + 1, size - 1);
    else
        wire_run(programs[data[0] % (count + 1)], data + 1, size - 1);
    stdout = out;
    stderr = err;
    return 0;
}
