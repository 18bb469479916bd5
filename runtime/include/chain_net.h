/* chain_net.h - the plain C functions of net.chain, usable without it. An error
 * is -1, with a code in errno. No function blocks; a cancel does not concern
 * them. */
#ifndef CHAIN_NET_H
#define CHAIN_NET_H

#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/* A non-blocking TCP socket, with SO_REUSEADDR and TCP_NODELAY, that listens
 * with the system's longest queue. `host`: a numeric IPv4 or IPv6 address
 * ("0.0.0.0" and "::" are all of this machine, "fe80::1%eth0" has a scope) or
 * "localhost", which is 127.0.0.1. `port` 0: the system chooses, see
 * tcp_port(). The caller owns the socket and closes it with tcp_close().
 * Errors: EINVAL if `host` is NULL or anything else; those of socket(2),
 * bind(2), listen(2). Thread: any. */
int tcp_listen(const char *host, uint16_t port);

/* The local port of a socket. Errors: those of getsockname(2); EAFNOSUPPORT if
 * it is not an internet socket. Thread: any. */
int tcp_port(int socket);

/* Ends sending; receiving goes on. Returns 0. Errors: those of shutdown(2). Thread: any. */
int tcp_shutdown_write(int conn);

/* Closes a socket, as chain_io_close() does: operations that still wait for it
 * are rejected with ECANCELED. A number that is no open descriptor is ignored.
 * Thread: that of the loop on which the socket was used. */
void tcp_close(int socket);

#ifdef __cplusplus
}
#endif

#endif
