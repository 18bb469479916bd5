/* chain/private/codes.h - the codes that `codes` declarations give a program.
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
#define CHAIN__CODES_RETAINED , retain
#endif
#endif
#ifndef CHAIN__CODES_RETAINED
#define CHAIN__CODES_RETAINED
#endif
#define CHAIN__CODES                             \
    __attribute__((used, section("chain_codes"), \
                   aligned(__alignof__(struct chain__code_text)) CHAIN__CODES_RETAINED))

#ifdef __cplusplus
}
#endif

#endif
