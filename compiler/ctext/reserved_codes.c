/* reserved_codes.c - the codes that need no declaration: those of errno.h and of the runtime. */
#include <string.h>

#include "base/nearest.h"
#include "ctext/reserved.h"

static const char *const codes[] = { "CHAIN_EABANDONED",
                                     "CHAIN_EALL",
                                     "CHAIN_ECLOSED",
                                     "CHAIN_EEND",
                                     "E2BIG",
                                     "EACCES",
                                     "EADDRINUSE",
                                     "EADDRNOTAVAIL",
                                     "EAFNOSUPPORT",
                                     "EAGAIN",
                                     "EALREADY",
                                     "EBADF",
                                     "EBADMSG",
                                     "EBUSY",
                                     "ECANCELED",
                                     "ECHILD",
                                     "ECONNABORTED",
                                     "ECONNREFUSED",
                                     "ECONNRESET",
                                     "EDEADLK",
                                     "EDESTADDRREQ",
                                     "EDOM",
                                     "EDQUOT",
                                     "EEXIST",
                                     "EFAULT",
                                     "EFBIG",
                                     "EHOSTDOWN",
                                     "EHOSTUNREACH",
                                     "EIDRM",
                                     "EILSEQ",
                                     "EINPROGRESS",
                                     "EINTR",
                                     "EINVAL",
                                     "EIO",
                                     "EISCONN",
                                     "EISDIR",
                                     "ELOOP",
                                     "EMFILE",
                                     "EMLINK",
                                     "EMSGSIZE",
                                     "EMULTIHOP",
                                     "ENAMETOOLONG",
                                     "ENETDOWN",
                                     "ENETRESET",
                                     "ENETUNREACH",
                                     "ENFILE",
                                     "ENOBUFS",
                                     "ENODATA",
                                     "ENODEV",
                                     "ENOENT",
                                     "ENOEXEC",
                                     "ENOLCK",
                                     "ENOLINK",
                                     "ENOMEM",
                                     "ENOMSG",
                                     "ENOPROTOOPT",
                                     "ENOSPC",
                                     "ENOSR",
                                     "ENOSTR",
                                     "ENOSYS",
                                     "ENOTCONN",
                                     "ENOTDIR",
                                     "ENOTEMPTY",
                                     "ENOTRECOVERABLE",
                                     "ENOTSOCK",
                                     "ENOTSUP",
                                     "ENOTTY",
                                     "ENXIO",
                                     "EOPNOTSUPP",
                                     "EOVERFLOW",
                                     "EOWNERDEAD",
                                     "EPERM",
                                     "EPIPE",
                                     "EPROTO",
                                     "EPROTONOSUPPORT",
                                     "EPROTOTYPE",
                                     "ERANGE",
                                     "EROFS",
                                     "ESPIPE",
                                     "ESRCH",
                                     "ESTALE",
                                     "ETIME",
                                     "ETIMEDOUT",
                                     "ETXTBSY",
                                     "EWOULDBLOCK",
                                     "EXDEV" };

bool reserved_is_code(const char *name)
{
    for (size_t i = 0; i < sizeof codes / sizeof *codes; i++)
        if (strcmp(name, codes[i]) == 0)
            return true;
    return false;
}

void reserved_offer_codes(struct nearest *nearest)
{
    for (size_t i = 0; i < sizeof codes / sizeof *codes; i++)
        nearest_offer(nearest, codes[i]);
}
