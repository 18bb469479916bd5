/* chain/private/codes.h - tables that the linker makes for a program of those of
 * its files: codes of `codes` declarations, and sizes of pools of threads.
 * Private: everything here may change with CHAIN_ABI.
 *
 * Each generated file has a table of its own in one section; the linker puts
 * the tables of all files side by side, and chain_code_name() looks there. */
#ifndef CHAIN_PRIVATE_CODES_H
#define CHAIN_PRIVATE_CODES_H

#ifdef __cplusplus
extern "C" {
#endif

struct chain__code_text {
    int code;
    const char *name;
    const char *text; /* may be NULL */
};

/* Nobody mentions a table: `used` keeps it in its object. From a program GNU ld
 * never removes a section whose begin is asked for; lld does, but for `retain`,
 * which gcc takes and then warns of where the assembler does not know it. The
 * alignment is that of its
 * rows, so that there are no gaps between the tables. */
#ifdef __clang__
#if __has_attribute(retain)
#define CHAIN__ROWS_RETAINED , retain
#endif
#endif
#ifndef CHAIN__ROWS_RETAINED
#define CHAIN__ROWS_RETAINED
#endif
#define CHAIN__ROWS(name, type) \
    __attribute__((used, section(name), aligned(__alignof__(type)) CHAIN__ROWS_RETAINED))
#define CHAIN__CODES CHAIN__ROWS("chain_codes", struct chain__code_text)

/* How many threads a pool has at most, as `on NAME N` says: such a table, too.
 * A program that is linked without a reactor does not look at it. */
struct chain__pool_threads {
    const char *pool;
    unsigned most;
};
#define CHAIN__THREADS CHAIN__ROWS("chain_threads", struct chain__pool_threads)

#ifdef __cplusplus
}
#endif

#endif
