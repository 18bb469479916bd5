/* Addresses, as runtime/ops/net.c reads them. No interface has a name, so that
 * nobody asks the system. */
#define _GNU_SOURCE
#include <net/if.h>
#define if_nametoindex(name) ((void)(name), 0u)
#include "../../../runtime/ops/net.c"
#include "../fuzzer.h"
#include "../wire.h"

void address_feed(const uint8_t *data, size_t size)
{
    char host[256];
    union address address;
    socklen_t length;

    size = size < sizeof host ? size : sizeof host - 1;
    memcpy(host, data, size);
    host[size] = '\0';
    length = parse_address(&address, host, 4000);
    must(length == 0 || length == sizeof address.v4 || length == sizeof address.v6,
         "an address of %u bytes", (unsigned)length);
    must(length == 0 || address.any.sa_family == (length == sizeof address.v4 ? AF_INET : AF_INET6),
         "of another family");
    must(length != sizeof address.v4 || address.v4.sin_port == htons(4000), "another port");
}
