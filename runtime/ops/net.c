/* net.c - TCP: see net.chain and chain_net.h for what each function promises. */
#define _GNU_SOURCE
#include "chain_net.h"

#include <chain/net.h>

#include <arpa/inet.h>
#include <errno.h>
#include <net/if.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

/* The kernel moves at most about 2 GB per call; what is longer must not look like a short read. */
#define LONGEST ((size_t)1 << 30)

static size_t at_most(size_t size)
{
    return size < LONGEST ? size : LONGEST;
}

/* ---- addresses ----------------------------------------------------------- */

union address {
    struct sockaddr any;
    struct sockaddr_in v4;
    struct sockaddr_in6 v6;
};

static bool parse_v4(union address *address, const char *host, uint16_t port)
{
    address->v4.sin_family = AF_INET;
    address->v4.sin_port = htons(port);
    return inet_pton(AF_INET, strcmp(host, "localhost") == 0 ? "127.0.0.1" : host,
                     &address->v4.sin_addr)
           == 1;
}

/* The scope after a % is an interface's name or number; 0 if it is neither. */
static uint32_t parse_scope(const char *text)
{
    char *end;
    unsigned long number;
    unsigned named = if_nametoindex(text);

    if (named != 0)
        return named;
    number = strtoul(text, &end, 10);
    return *end == '\0' && number <= UINT32_MAX ? (uint32_t)number : 0;
}

static bool parse_v6(union address *address, const char *host, uint16_t port)
{
    char number[INET6_ADDRSTRLEN];
    size_t length = strcspn(host, "%");

    if (length >= sizeof number)
        return false;
    memcpy(number, host, length);
    number[length] = '\0';
    address->v6.sin6_family = AF_INET6;
    address->v6.sin6_port = htons(port);
    if (host[length] == '%') {
        address->v6.sin6_scope_id = parse_scope(host + length + 1);
        if (address->v6.sin6_scope_id == 0)
            return false;
    }
    return inet_pton(AF_INET6, number, &address->v6.sin6_addr) == 1;
}

/* The size of the address, 0 if the host is not a numeric one. */
static socklen_t parse_address(union address *address, const char *host, uint16_t port)
{
    memset(address, 0, sizeof *address);
    if (host == NULL)
        return 0;
    if (parse_v4(address, host, port))
        return sizeof address->v4;
    memset(address, 0, sizeof *address);
    return parse_v6(address, host, port) ? sizeof address->v6 : 0;
}

/* ---- listening ----------------------------------------------------------- */

static int set(int socket, int level, int option)
{
    const int on = 1;

    return setsockopt(socket, level, option, &on, sizeof on);
}

static int new_socket(const union address *address)
{
    int made = socket(address->any.sa_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);

    if (made >= 0) {
        chain_io_forget(made);
        set(made, IPPROTO_TCP, TCP_NODELAY);
    }
    return made;
}

static void close_keeping_errno(int socket)
{
    int code = errno;

    chain_io_close(socket);
    errno = code;
}

int tcp_listen(const char *host, uint16_t port)
{
    union address address;
    socklen_t size = parse_address(&address, host, port);
    int listener;

    if (size == 0) {
        errno = EINVAL;
        return -1;
    }
    listener = new_socket(&address);
    if (listener < 0)
        return -1;
    if (set(listener, SOL_SOCKET, SO_REUSEADDR) == 0 && bind(listener, &address.any, size) == 0
        && listen(listener, SOMAXCONN) == 0)
        return listener;
    close_keeping_errno(listener);
    return -1;
}

int tcp_port(int socket)
{
    union address address;
    socklen_t size = sizeof address;

    if (getsockname(socket, &address.any, &size) != 0)
        return -1;
    switch (address.any.sa_family) {
    case AF_INET: return ntohs(address.v4.sin_port);
    case AF_INET6: return ntohs(address.v6.sin6_port);
    default: errno = EAFNOSUPPORT; return -1;
    }
}

int tcp_shutdown_write(int conn)
{
    return shutdown(conn, SHUT_WR);
}

void tcp_close(int socket)
{
    if (socket >= 0)
        chain_io_close(socket);
}

/* ---- accept -------------------------------------------------------------- */

/* Errors of one connection and not of the listener (accept(2), "Error
 * handling"): it is gone, the next one may be there. */
static bool only_this_connection(int code)
{
    switch (code) {
    case EINTR:
    case ECONNABORTED:
    case EPROTO:
    case ENOPROTOOPT:
    case ENETDOWN:
    case ENETUNREACH:
    case EHOSTDOWN:
    case EHOSTUNREACH:
    case ENONET: return true;
    default: return false;
    }
}

static enum chain_io_attempt try_accept(struct chain_io *io, int error)
{
    struct tcp_accept *op = (struct tcp_accept *)(void *)io;
    int conn = -1;

    while (error == 0 && conn < 0) {
        conn = accept4(op->listener, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC);
        if (conn < 0 && errno == EAGAIN)
            return CHAIN_IO_AGAIN;
        if (conn < 0 && !only_this_connection(errno))
            error = errno;
    }
    if (error != 0) {
        tcp_accept_reject(tcp_accept_done(op), error, NULL, 0);
        return CHAIN_IO_ENDED;
    }
    chain_io_forget(conn);
    tcp_accept_resolve(tcp_accept_done(op), conn);
    return CHAIN_IO_ENDED;
}

void tcp_accept_start(struct tcp_accept *op, int listener)
{
    int code;

    op->io.attempt = try_accept;
    op->listener = listener;
    code = chain_io_start(chain_loop_of(op), &op->io, listener, CHAIN_IO_READ);
    if (code != 0)
        tcp_accept_reject(tcp_accept_done(op), code, NULL, 0);
}

void tcp_accept_cancel(struct tcp_accept *op)
{
    chain_io_stop(&op->io);
    tcp_accept_cancelled(tcp_accept_done(op));
}

/* ---- connect ------------------------------------------------------------- */

/* The connection's error; EINPROGRESS while there is no outcome yet, which a
 * stray event can be about. */
static int outcome_of_connect(int conn)
{
    union address peer;
    socklen_t size = sizeof peer;
    int code = 0;
    socklen_t code_size = sizeof code;

    if (getsockopt(conn, SOL_SOCKET, SO_ERROR, &code, &code_size) != 0)
        return errno;
    if (code == 0 && getpeername(conn, &peer.any, &size) != 0)
        return errno == ENOTCONN ? EINPROGRESS : errno;
    return code;
}

static void reject_connect(struct tcp_connect *op, int code)
{
    chain_io_close(op->conn);
    tcp_connect_reject(tcp_connect_done(op), code, NULL, 0);
}

static enum chain_io_attempt try_connect(struct chain_io *io, int error)
{
    struct tcp_connect *op = (struct tcp_connect *)(void *)io;

    if (error == 0)
        error = outcome_of_connect(op->conn);
    if (error == EINPROGRESS)
        return CHAIN_IO_AGAIN;
    if (error != 0)
        reject_connect(op, error);
    else
        tcp_connect_resolve(tcp_connect_done(op), op->conn);
    return CHAIN_IO_ENDED;
}

static void start_connect(struct tcp_connect *op, const union address *address, socklen_t size)
{
    int code = connect(op->conn, &address->any, size) == 0 ? 0 : errno;

    if (code == EINPROGRESS || code == EINTR) {
        code = chain_io_wait(chain_loop_of(op), &op->io, op->conn, CHAIN_IO_WRITE);
        if (code != 0)
            reject_connect(op, code);
    } else if (code != 0) {
        reject_connect(op, code);
    } else {
        tcp_connect_resolve(tcp_connect_done(op), op->conn);
    }
}

void tcp_connect_start(struct tcp_connect *op, const char *host, uint16_t port)
{
    union address address;
    socklen_t size = parse_address(&address, host, port);

    if (size == 0) {
        tcp_connect_reject(tcp_connect_done(op), EINVAL, "not a numeric address", 0);
        return;
    }
    op->io.attempt = try_connect;
    op->conn = new_socket(&address);
    if (op->conn < 0)
        tcp_connect_reject(tcp_connect_done(op), errno, NULL, 0);
    else
        start_connect(op, &address, size);
}

void tcp_connect_cancel(struct tcp_connect *op)
{
    chain_io_stop(&op->io);
    chain_io_close(op->conn);
    tcp_connect_cancelled(tcp_connect_done(op));
}

/* ---- read ---------------------------------------------------------------- */

static enum chain_io_attempt reject_read(struct tcp_read *op, int code)
{
    tcp_read_reject(tcp_read_done(op), code, NULL, 0);
    return CHAIN_IO_ENDED;
}

static enum chain_io_attempt try_read(struct chain_io *io, int error)
{
    struct tcp_read *op = (struct tcp_read *)(void *)io;
    ssize_t n;

    if (error != 0)
        return reject_read(op, error);
    do
        n = recv(op->conn, op->buffer, op->size, MSG_DONTWAIT);
    while (n < 0 && errno == EINTR);
    if (n < 0)
        return errno == EAGAIN ? CHAIN_IO_AGAIN : reject_read(op, errno);
    tcp_read_resolve(tcp_read_done(op), (size_t)n);
    return CHAIN_IO_ENDED;
}

void tcp_read_start(struct tcp_read *op, int conn, void *buffer, size_t size)
{
    int code;

    if (size == 0) { /* recv(2) would wait for data */
        tcp_read_resolve(tcp_read_done(op), 0);
        return;
    }
    op->io.attempt = try_read;
    op->conn = conn;
    op->buffer = buffer;
    op->size = at_most(size);
    code = chain_io_start(chain_loop_of(op), &op->io, conn, CHAIN_IO_READ);
    if (code != 0)
        reject_read(op, code);
}

void tcp_read_cancel(struct tcp_read *op)
{
    chain_io_stop(&op->io);
    tcp_read_cancelled(tcp_read_done(op));
}

/* ---- write --------------------------------------------------------------- */

static enum chain_io_attempt reject_write(struct tcp_write *op, int code)
{
    tcp_write_reject(tcp_write_done(op), code, NULL, (intptr_t)op->sent);
    return CHAIN_IO_ENDED;
}

/* A short send does not mean that there is no room: only EAGAIN does. */
static enum chain_io_attempt try_write(struct chain_io *io, int error)
{
    struct tcp_write *op = (struct tcp_write *)(void *)io;

    if (error != 0)
        return reject_write(op, error);
    while (op->sent < op->size) {
        size_t size = at_most(op->size - op->sent);
        ssize_t n = send(op->conn, op->data + op->sent, size, MSG_NOSIGNAL | MSG_DONTWAIT);
        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0)
            return errno == EAGAIN ? CHAIN_IO_AGAIN : reject_write(op, errno);
        op->sent += (size_t)n;
    }
    tcp_write_resolve(tcp_write_done(op));
    return CHAIN_IO_ENDED;
}

void tcp_write_start(struct tcp_write *op, int conn, const void *data, size_t size)
{
    int code;

    if (size == 0) {
        tcp_write_resolve(tcp_write_done(op));
        return;
    }
    op->io.attempt = try_write;
    op->conn = conn;
    op->data = data;
    op->size = size;
    op->sent = 0;
    code = chain_io_start(chain_loop_of(op), &op->io, conn, CHAIN_IO_WRITE);
    if (code != 0)
        reject_write(op, code);
}

void tcp_write_cancel(struct tcp_write *op)
{
    chain_io_stop(&op->io);
    tcp_write_cancelled(tcp_write_done(op));
}
