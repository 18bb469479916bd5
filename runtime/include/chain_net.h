/* chain_net.h - the plain C functions of net.chain, usable without it. Errors as -1 and errno. */
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
 * tcp_port(). The caller owns it: tcp_close(). Errors: EINVAL if `host` is NULL
 * or anything else; those of socket(2), bind(2), listen(2). Thread: any. */
int tcp_listen(const char *host, uint16_t port);

/* The local port of a socket. Errors: those of getsockname(2); EAFNOSUPPORT if
 * it is not an internet socket. Thread: any. */
int tcp_port(int socket);

/* Ends sending; receiving goes on. 0, or an error of shutdown(2). */
int tcp_shutdown_write(int conn);

/* Closes a socket; what still waits for it rejects with ECANCELED. Thread: that
 * of the loop it was used on. A number that is no open descriptor is ignored. */
void tcp_close(int socket);

#ifdef __cplusplus
}
#endif

#endif
