#!/usr/bin/env python3
"""Writes compiler/ctext/library.def: what the headers of C and POSIX define and declare on this system (with glibc).

    tools/library.py >compiler/ctext/library.def
"""

import re
import subprocess
import textwrap

# A header stands after those that it includes.
HEADERS = """errno stddef stdint stdbool limits string strings time sys/types sys/time sys/select sched stdlib stdio ctype
    sys/stat fcntl sys/uio sys/socket netinet/in arpa/inet unistd signal math assert complex fenv float inttypes locale setjmp
    stdarg stdatomic stdnoreturn tgmath threads uchar wchar wctype
    aio dirent dlfcn fnmatch ftw getopt glob grp iconv mqueue net/if netdb poll pthread pwd regex search semaphore spawn
    sys/epoll sys/ipc sys/mman sys/msg sys/resource sys/sem sys/shm sys/statvfs sys/sysmacros sys/times sys/un sys/utsname
    sys/wait syslog termios utime utmpx wordexp"""
VIEWS = [["-std=c11"], ["-std=gnu11"], ["-std=c11", "-D_POSIX_C_SOURCE=200809L", "-D_XOPEN_SOURCE=700"]]
ALWAYS = [f"{name}.h" for name in "errno limits stdbool stddef stdint string".split()]  # every generated file includes these
# These stand in reserved.def.
WORDS = set("alignas alignof bool complex errno false linux noreturn static_assert thread_local true unix".split())
HEAD = """\
/* library.def - names of the C library and of POSIX, by the first header that has them.
 *
 *     MACROS         expanded wherever they stand
 *     CALLED_MACROS  expanded before '(' only
 *     DECLARED       functions and variables
 *     TYPES          what typedef gives
 *     TAGS           of structs and unions
 *     INCLUDES       other headers of the list that the header includes
 *     SHARES         names of headers that it does not include, which it has, too
 *
 * Written by tools/library.py from the headers of a system with glibc. */
"""


def output(command, header):
    return subprocess.run(command, input=f"#include <{header}>\n", capture_output=True, text=True, check=True).stdout


def macros(header):
    """(name, whether it has parameters) of each macro, but for those of the implementation."""
    for view in VIEWS:
        text = output(["gcc", *view, "-dM", "-E", "-"], header)
        for name, bracket in re.findall(r"^#define ([A-Za-z]\w*)(\(?)", text, re.M):
            yield name, bracket != ""


def preprocessed(header):
    text = output(["gcc", "-std=gnu11", "-P", "-E", "-"], header)
    while re.search(r"\{[^{}]*\}", text):
        text = re.sub(r"\{[^{}]*\}", " ;body ", text)
    return text


def declared(header):
    text = preprocessed(header)
    yield from re.findall(r"(?:^|;)\s*extern\b[^;(]*?\b([A-Za-z]\w*) \(", text, re.M)
    yield from re.findall(r"(?:^|;)\s*extern\b[^;(]*?\b([A-Za-z]\w*)\s*(?:\[[^];]*\]\s*)*;", text, re.M)


def types(header):
    typedef = r"(?:^|;)\s*(?:__extension__ )?typedef\b[^;(]*?(?: ;body )?[^;(]*?\b([A-Za-z]\w*)(?:\[[^];]*\])?;"
    yield from re.findall(typedef, preprocessed(header), re.M)


def tags(header):
    yield from re.findall(r"\b(?:struct|union)\s+([A-Za-z]\w*)\s+;body", preprocessed(header))


def included(header):
    found = output(["gcc", "-std=gnu11", "-M", "-xc", "-"], header).split()
    return {name for name in known for path in found if path.endswith(f"include/{name}") or path.endswith(f"-linux-gnu/{name}")}


def row(kind, header, names):
    lines = textwrap.wrap(" ".join(sorted(names)), 84)
    quoted = [f'"{line} "' for line in lines[:-1]] + [f'"{lines[-1]}"']
    short = f'{kind}("{header}", {quoted[0]})'
    if len(lines) == 1 and len(short) <= 100:
        return short
    return f'{kind}("{header}",\n    ' + "\n    ".join(quoted) + ")"


known = [f"{name}.h" for name in HEADERS.split()]
print(HEAD, end="")
seen, seen_declared, seen_types, seen_tags = set(WORDS), set(), set(), set()
first = {}
for header in known:
    has = {name for name, _ in macros(header)}
    found = {"MACROS": set(), "CALLED_MACROS": set()}
    for name, called in sorted(macros(header)):
        if name not in seen:
            found["CALLED_MACROS" if called else "MACROS"].add(name)
    for kind, names in found.items():
        seen |= names
        if names:
            print(row(kind, header, names))
    for kind, find, before in ("DECLARED", declared, seen_declared), ("TYPES", types, seen_types), ("TAGS", tags, seen_tags):
        names = {n for n in find(header) if not re.search("_unlocked$|_[lr]$|cvt$|cvt_r$", n)}
        has |= names
        names -= before
        before |= names
        if names:
            print(row(kind, header, names))
    others = included(header) - {header}
    if others:
        print(row("INCLUDES", header, others))
    for name in has - WORDS:
        first.setdefault(name, header)
    shared = {name for name in has - WORDS if first[name] not in {header, *others, *ALWAYS}}
    if shared:
        print(row("SHARES", header, shared))
