/* codes.c - names of codes, and texts where no library has one. */
#include "core.h"

#include "chain/private/codes.h"

/* ---- codes of `codes` declarations --------------------------------------- */

/* The tables of all files that are linked: where the linker has put them. NULL
 * if there are none. */
extern const struct chain__code_text __start_chain_codes[] __attribute__((weak));
extern const struct chain__code_text __stop_chain_codes[] __attribute__((weak));

static const struct chain__code_text *declared(int code)
{
    for (const struct chain__code_text *row = __start_chain_codes; row != __stop_chain_codes; row++)
        if (row->code == code)
            return row;
    return NULL;
}

/* ---- codes of errno.h and of the core ------------------------------------ */

#define NAME(code) \
    case code: return #code

static const char *builtin_name(int code)
{
    switch (code) {
#ifdef E2BIG
        NAME(E2BIG);
#endif
#ifdef EACCES
        NAME(EACCES);
#endif
#ifdef EADDRINUSE
        NAME(EADDRINUSE);
#endif
#ifdef EADDRNOTAVAIL
        NAME(EADDRNOTAVAIL);
#endif
#ifdef EAFNOSUPPORT
        NAME(EAFNOSUPPORT);
#endif
#ifdef EAGAIN
        NAME(EAGAIN);
#endif
#ifdef EALREADY
        NAME(EALREADY);
#endif
#ifdef EBADF
        NAME(EBADF);
#endif
#ifdef EBADMSG
        NAME(EBADMSG);
#endif
#ifdef EBUSY
        NAME(EBUSY);
#endif
#ifdef ECANCELED
        NAME(ECANCELED);
#endif
#ifdef ECHILD
        NAME(ECHILD);
#endif
#ifdef ECONNABORTED
        NAME(ECONNABORTED);
#endif
#ifdef ECONNREFUSED
        NAME(ECONNREFUSED);
#endif
#ifdef ECONNRESET
        NAME(ECONNRESET);
#endif
#ifdef EDEADLK
        NAME(EDEADLK);
#endif
#ifdef EDESTADDRREQ
        NAME(EDESTADDRREQ);
#endif
#ifdef EDOM
        NAME(EDOM);
#endif
#ifdef EDQUOT
        NAME(EDQUOT);
#endif
#ifdef EEXIST
        NAME(EEXIST);
#endif
#ifdef EFAULT
        NAME(EFAULT);
#endif
#ifdef EFBIG
        NAME(EFBIG);
#endif
#ifdef EHOSTDOWN
        NAME(EHOSTDOWN);
#endif
#ifdef EHOSTUNREACH
        NAME(EHOSTUNREACH);
#endif
#ifdef EIDRM
        NAME(EIDRM);
#endif
#ifdef EILSEQ
        NAME(EILSEQ);
#endif
#ifdef EINPROGRESS
        NAME(EINPROGRESS);
#endif
#ifdef EINTR
        NAME(EINTR);
#endif
#ifdef EINVAL
        NAME(EINVAL);
#endif
#ifdef EIO
        NAME(EIO);
#endif
#ifdef EISCONN
        NAME(EISCONN);
#endif
#ifdef EISDIR
        NAME(EISDIR);
#endif
#ifdef ELOOP
        NAME(ELOOP);
#endif
#ifdef EMFILE
        NAME(EMFILE);
#endif
#ifdef EMLINK
        NAME(EMLINK);
#endif
#ifdef EMSGSIZE
        NAME(EMSGSIZE);
#endif
#ifdef EMULTIHOP
        NAME(EMULTIHOP);
#endif
#ifdef ENAMETOOLONG
        NAME(ENAMETOOLONG);
#endif
#ifdef ENETDOWN
        NAME(ENETDOWN);
#endif
#ifdef ENETRESET
        NAME(ENETRESET);
#endif
#ifdef ENETUNREACH
        NAME(ENETUNREACH);
#endif
#ifdef ENFILE
        NAME(ENFILE);
#endif
#ifdef ENOBUFS
        NAME(ENOBUFS);
#endif
#ifdef ENODATA
        NAME(ENODATA);
#endif
#ifdef ENODEV
        NAME(ENODEV);
#endif
#ifdef ENOENT
        NAME(ENOENT);
#endif
#ifdef ENOEXEC
        NAME(ENOEXEC);
#endif
#ifdef ENOLCK
        NAME(ENOLCK);
#endif
#ifdef ENOLINK
        NAME(ENOLINK);
#endif
#ifdef ENOMEM
        NAME(ENOMEM);
#endif
#ifdef ENOMSG
        NAME(ENOMSG);
#endif
#ifdef ENOPROTOOPT
        NAME(ENOPROTOOPT);
#endif
#ifdef ENOSPC
        NAME(ENOSPC);
#endif
#ifdef ENOSR
        NAME(ENOSR);
#endif
#ifdef ENOSTR
        NAME(ENOSTR);
#endif
#ifdef ENOSYS
        NAME(ENOSYS);
#endif
#ifdef ENOTCONN
        NAME(ENOTCONN);
#endif
#ifdef ENOTDIR
        NAME(ENOTDIR);
#endif
#ifdef ENOTEMPTY
        NAME(ENOTEMPTY);
#endif
#ifdef ENOTRECOVERABLE
        NAME(ENOTRECOVERABLE);
#endif
#ifdef ENOTSOCK
        NAME(ENOTSOCK);
#endif
#ifdef ENOTSUP
        NAME(ENOTSUP);
#endif
#ifdef ENOTTY
        NAME(ENOTTY);
#endif
#ifdef ENXIO
        NAME(ENXIO);
#endif
#if defined(EOPNOTSUPP) && EOPNOTSUPP != ENOTSUP
        NAME(EOPNOTSUPP);
#endif
#ifdef EOVERFLOW
        NAME(EOVERFLOW);
#endif
#ifdef EOWNERDEAD
        NAME(EOWNERDEAD);
#endif
#ifdef EPERM
        NAME(EPERM);
#endif
#ifdef EPIPE
        NAME(EPIPE);
#endif
#ifdef EPROTO
        NAME(EPROTO);
#endif
#ifdef EPROTONOSUPPORT
        NAME(EPROTONOSUPPORT);
#endif
#ifdef EPROTOTYPE
        NAME(EPROTOTYPE);
#endif
#ifdef ERANGE
        NAME(ERANGE);
#endif
#ifdef EROFS
        NAME(EROFS);
#endif
#ifdef ESPIPE
        NAME(ESPIPE);
#endif
#ifdef ESRCH
        NAME(ESRCH);
#endif
#ifdef ESTALE
        NAME(ESTALE);
#endif
#ifdef ETIME
        NAME(ETIME);
#endif
#ifdef ETIMEDOUT
        NAME(ETIMEDOUT);
#endif
#ifdef ETXTBSY
        NAME(ETXTBSY);
#endif
#ifdef EXDEV
        NAME(EXDEV);
#endif
        NAME(CHAIN_EABANDONED);
        NAME(CHAIN_ECLOSED);
        NAME(CHAIN_EEND);
        NAME(CHAIN_EALL);
    default: return NULL;
    }
}

const char *chain_code_name(int code)
{
    const struct chain__code_text *own = declared(code);

    return own != NULL ? own->name : builtin_name(code);
}

const char *chain_code_text(int code)
{
    const struct chain__code_text *own = declared(code);
    const char *name;

    if (own != NULL)
        return own->text != NULL ? own->text : own->name;
    switch (code) {
    case CHAIN_EABANDONED: return "Given up without an outcome";
    case CHAIN_ECLOSED: return "The loop has finished";
    case CHAIN_EEND: return "No more items";
    case CHAIN_EALL: return "All alternatives failed";
    default: break;
    }
    name = builtin_name(code);
    return name != NULL ? name : "Unknown code";
}
