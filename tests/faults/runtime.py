#!/usr/bin/env python3
"""Lets each allocation and each system call of libchain fail, one at a time, in every program of examples/ and in those tests
that use the real reactor, threads or slabs. A program whose call failed does as before, or ends with a status other than 0 and
a message that is true, or has a catch for it. It never crashes or hangs, and leaves neither descriptors nor memory.

    tests/faults/runtime.py --build DIR [--seconds N] [PROGRAM…]

--seconds: a sample that takes about so long: every call of every program at least once. Without it everything is tried."""

import argparse
import concurrent.futures
import errno
import os
import re
import shlex
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path

TOP = Path(__file__).resolve().parent.parent.parent
PATIENCE = 60  # seconds: the program hangs

# What each call may plausibly fail with; "short" moves one byte. EAGAIN is missing where it would be a lie: a descriptor that has
# something says it only if it has nothing.
MEMORY = [errno.ENOMEM]
DESCRIPTORS = [errno.EMFILE, errno.ENFILE, errno.ENOMEM]
ERRORS = {
    "malloc": MEMORY, "calloc": MEMORY, "realloc": MEMORY, "aligned_alloc": MEMORY, "mmap": MEMORY, "pthread_atfork": MEMORY,
    "epoll_create1": DESCRIPTORS, "eventfd": DESCRIPTORS, "pipe2": DESCRIPTORS,
    "epoll_add": [errno.ENOMEM, errno.ENOSPC, errno.EPERM], "epoll_mod": MEMORY, "epoll_del": MEMORY,
    "epoll_wait": [errno.EINTR, errno.EBADF, errno.EINVAL],
    "epoll_pwait2": [errno.ENOSYS, errno.EPERM, errno.EINTR, errno.EBADF],
    "read": [errno.EINTR, errno.EIO, errno.EBADF],
    "write": [errno.EINTR, errno.EBADF],
    "socket": [*DESCRIPTORS, errno.EAFNOSUPPORT],
    "setsockopt": [errno.ENOPROTOOPT],
    "getsockopt": [errno.ENOBUFS],
    "getsockname": [errno.ENOBUFS],
    "getpeername": [errno.ENOBUFS],
    "bind": [errno.EADDRINUSE, errno.EACCES],
    "listen": [errno.EADDRINUSE],
    "accept4": [errno.EINTR, errno.ECONNABORTED, errno.EMFILE, errno.ENFILE, errno.ENOMEM, errno.EPERM, errno.EINVAL],
    "connect": [errno.EINTR, errno.ECONNREFUSED, errno.ENETUNREACH, errno.EADDRNOTAVAIL],
    "recv": [errno.EINTR, errno.ECONNRESET, errno.ENOMEM, "short"],
    "send": [errno.EINTR, errno.EPIPE, errno.ENOBUFS, "short"],
    "shutdown": [errno.ENOTCONN],
    "close": [errno.EINTR, errno.EIO],
    "sigaction": [errno.EINVAL],
    "getrlimit": [errno.EINVAL],
    "pthread_create": [errno.EAGAIN, errno.EPERM],
    "pthread_mutex_init": [errno.EAGAIN, errno.ENOMEM],
    "pthread_cond_init": [errno.EAGAIN, errno.ENOMEM],
}
# Without threads or memory for them a step rejects with EAGAIN (rule 104), and chain_reactor_threads() returns ENOMEM.
BECOMES = {"calloc": [errno.EAGAIN], **{name: [errno.EAGAIN, errno.ENOMEM] for name in ERRORS if name.startswith("pthread_")},
           "read": [errno.EBADF]}

# (name, .chain files, arguments) of programs that stand alone; then (client, its files, arguments, server, its files, arguments).
ALONE = [
    *[(p.stem, [f"examples/{p.name}"], []) for p in sorted((TOP / "examples").glob("[0-9]*.chain"))],
    *[(name, [f"examples/{name}.chain"], []) for name in ("hedged", "keepalive", "transfer")],
    # Other tests with a reactor (rules 9, 66, 99 to 104, exec/jobs and so on) are left out: their hosts make threads and memory of
    # their own, and say nothing when that fails, and what they ask of libchain faults/everything asks, too.
    *[(name, [f"tests/{name}.chain"], []) for name in (
        "faults/everything", "exec/signal_waits", "exec/spawns", "exec/owned_on_threads")],
]
# What says it in the words of the program.
OWN_WORDS = {"06_pyramid_or_steps": "something went wrong", "k_users": "no server on port"}
PAIRS = [
    ("echo_client", ["examples/echo_client.chain"], ["$PORT"], "echo", ["examples/echo.chain"], ["0", "3"]),
    ("crawler", ["examples/crawler.chain"], ["$PORT"], "crawler_site", ["examples/crawler_site.chain"], ["0"]),
    ("k_users", ["examples/k_users.chain"], ["$PORT", "quit"], "k_users_server", ["examples/k_users_server.chain"],
     ["0", "examples/data"]),
]


class Bad(Exception):
    """What was wrong in a run."""


# ---- building ------------------------------------------------------------------------------------------------------------

def imports(path):
    found = []
    for name in re.findall(r'^\s*import\s+"([^"]+)"', path.read_text(), re.M):
        other = path.parent / name
        if other.exists():
            found += [other, *imports(other)]
    return found


class Builder:
    def __init__(self, build, work):
        self.build, self.work = build.resolve(), work
        flags = dict(line.split("=", 1) for line in (build / "flags").read_text().splitlines() if "=" in line)
        self.compiler = shlex.split(flags["CC"])
        self.flags = shlex.split(flags["CFLAGS"])

    def preloaded(self):
        made = self.work / "fail.so"
        subprocess.run([*self.compiler, "-std=gnu11", "-O1", "-g", "-Wall", "-Wextra", "-Werror", "-shared", "-fPIC",
                        TOP / "tests/faults/runtime.c", "-o", made], check=True)
        return made

    def program(self, name, sources):
        out = self.work / name.replace("/", "_")
        out.mkdir(exist_ok=True)
        files, folders = [], [out]
        for source in [TOP / s for s in sources]:
            for part in dict.fromkeys([source, *imports(source)]):
                made = out / (part.stem + ".c")
                flags = part.with_suffix(".flags")
                extra = shlex.split(flags.read_text()) if flags.exists() else []
                subprocess.run([self.build / "bin/chainc", *extra, part.name, "-o", made], cwd=part.parent, check=True,
                               stderr=subprocess.DEVNULL)
                files += [made, *part.parent.glob(part.stem + ".c"), *part.parent.glob(part.stem + "_*.c")]
                folders.append(part.parent)
        subprocess.run([*self.compiler, "-std=gnu11", *self.flags, "-O0", "-w", "-pthread", *(f"-I{f}" for f in folders), f"-I{TOP}",
                        f"-I{self.build}/include", *dict.fromkeys(files), self.build / "lib/libchain.a", "-o", out / "program"],
                       check=True)
        return out / "program"


# ---- running -------------------------------------------------------------------------------------------------------------

class Outcome:
    def __init__(self, status, out, err, log):
        self.status, self.out, self.err = status, out, err
        self.ended = log is not None
        self.calls, self.left, self.open = {}, 0, 0
        for line in (log or "").splitlines():
            word, *rest = line.split()
            if word == "call":
                self.calls[rest[0]] = max(self.calls.get(rest[0], 0), int(rest[1])) # a child process counts, too
            elif word == "left":
                self.left = int(rest[0])
            else:
                self.open += 1


class Process:
    def __init__(self, library, command, fault):
        self.log = tempfile.NamedTemporaryFile(prefix="log")
        env = {**os.environ, "LD_PRELOAD": str(library), "FAIL_LOG": self.log.name, "LC_ALL": "C"}
        env.pop("FAIL_CALL", None)
        if fault:
            env["FAIL_CALL"] = fault
        self.err = tempfile.TemporaryFile()
        self.process = subprocess.Popen(command, cwd=TOP, env=env, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=self.err,
                                        start_new_session=True)

    def kill(self):
        """Its children as well: they have its standard output."""
        try:
            os.killpg(self.process.pid, signal.SIGKILL)
        except ProcessLookupError:
            pass
        self.process.communicate()

    def end(self, patience=PATIENCE):
        try:
            out, _ = self.process.communicate(timeout=patience)
        except subprocess.TimeoutExpired:
            self.kill()
            raise Bad("it hangs")
        self.err.seek(0)
        log = Path(self.log.name).read_text()
        return Outcome(self.process.returncode, out, self.err.read(), log or None)


class Program:
    """One that stands alone, or the client or the server of a pair."""

    def __init__(self, name, library, command, server=None, client=None, calls_of_server=False):
        self.name, self.preloaded, self.command, self.server, self.client = name, library, command, server, client
        self.faulty_server = calls_of_server

    def run(self, fault):
        if self.server is None:
            return Process(self.preloaded, self.command, fault).end()
        server = Process(self.preloaded, self.server, fault if self.faulty_server else None)
        try:
            line = server.process.stdout.readline().decode()
            found = re.search(r"(\d+)\s*$", line)
            outcome = None
            if found:
                command = [found[1] if word == "$PORT" else word for word in self.client]
                outcome = Process(self.preloaded, command, None if self.faulty_server else fault).end()
            elif not self.faulty_server:
                raise Bad("the server does not begin")
            return self.end_server(server, line) if self.faulty_server else outcome
        finally:
            server.kill()

    def end_server(self, server, line):
        """It may have ended by itself; else it is told to."""
        try:
            server.process.wait(0.3 if self.baseline_ended() else 0.05)
        except subprocess.TimeoutExpired:
            server.process.send_signal(signal.SIGTERM)
        outcome = server.end()
        outcome.out = line.encode() + outcome.out
        if outcome.status == -signal.SIGTERM:
            outcome.status = "terminated"
        return outcome

    def baseline_ended(self):
        return getattr(self, "usual", None) is None or self.usual.ended

    def learn(self):
        self.usual = None
        self.usual = self.run(None)
        if self.faulty_server:
            self.usual.out = re.sub(rb"\d+", b"N", self.usual.out)


def is_same(program, outcome):
    out = re.sub(rb"\d+", b"N", outcome.out) if program.faulty_server else outcome.out
    return outcome.status == program.usual.status and out == program.usual.out and outcome.err == program.usual.err


def texts(call, code):
    codes = [code, *BECOMES.get(call, [])] if code != "short" else []
    return [t for c in codes for t in (errno.errorcode[c], os.strerror(c))]


def judge(program, call, code, outcome):
    """How a run ended; Bad if it should not have ended so."""
    if call == "write" and outcome.status in (-signal.SIGUSR1, -signal.SIGUSR2):
        return "signal" # one whose pipe is gone has its default
    if isinstance(outcome.status, int) and outcome.status < 0:
        raise Bad(f"signal {-outcome.status}")
    if outcome.status != "terminated":
        if not outcome.ended:
            raise Bad(f"status {outcome.status}, but it did not come to its end")
        if outcome.open > program.usual.open:
            raise Bad(f"{outcome.open} descriptors are left open")
        if outcome.left > program.usual.left:
            raise Bad(f"{outcome.left} pieces of memory are left")
    if is_same(program, outcome):
        return "as before"
    if code == "short":
        return "in pieces" # a program may take what it reads for a message
    words = (outcome.err + outcome.out).decode(errors="replace")
    if any(text in words for text in [*texts(call, code), OWN_WORDS.get(program.name, "\0")]):
        return "true message" if outcome.status != 0 else "handled"
    raise Bad(f"status {outcome.status}, and nothing says why")


# ---- what is tried -------------------------------------------------------------------------------------------------------

def all_faults(programs):
    """The first failure of each call of each program comes first, so that a sample has it."""
    faults = []
    for program in programs:
        for call, count in program.usual.calls.items():
            for number in range(1, count + 1):
                for place, code in enumerate(ERRORS[call]):
                    faults.append((number + place, len(faults), program, call, number, code))
    return [f[2:] for f in sorted(faults, key=lambda f: f[:2])]


def try_one(program, call, number, code):
    fault = f"{call}:{number}:{code if code != 'short' else 'short'}"
    try:
        return judge(program, call, code, program.run(fault)), fault
    except Bad as why:
        return f"BAD {why}", fault


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("programs", nargs="*", help="only these")
    parser.add_argument("--build", type=Path, default=TOP / "build")
    parser.add_argument("--seconds", type=float, help="a sample that takes about so long")
    parser.add_argument("-j", type=int, default=os.cpu_count())
    parser.add_argument("-v", action="store_true", help="say what became of each")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="faults") as work:
        return run(options, Builder(options.build, Path(work)))


def make_programs(options, builder):
    library = builder.preloaded()
    programs = []
    with concurrent.futures.ThreadPoolExecutor(options.j) as pool:
        wanted = lambda *names: not options.programs or any(n in options.programs for n in names)
        alone = [(a, pool.submit(builder.program, a[0], a[1])) for a in ALONE if wanted(a[0])]
        pairs = [(p, pool.submit(builder.program, p[0], p[1]), pool.submit(builder.program, p[3], p[4]))
                 for p in PAIRS if wanted(p[0], p[3])]
        for (name, _, arguments), made in alone:
            programs.append(Program(name, library, [made.result(), *arguments]))
        for pair, client, server in pairs:
            commands = [server.result(), *pair[5]], [client.result(), *pair[2]]
            programs += [Program(pair[0], library, None, *commands), Program(pair[3], library, None, *commands, True)]
        for _ in pool.map(Program.learn, programs):
            pass
    return programs


def run(options, builder):
    programs = make_programs(options, builder)
    faults = all_faults(programs)
    kinds, bad, tried = {}, [], 0
    until = time.monotonic() + options.seconds if options.seconds else None
    with concurrent.futures.ThreadPoolExecutor(options.j) as pool:
        later = lambda f: None if until and time.monotonic() > until else try_one(*f)
        for fault, result in zip(faults, pool.map(later, faults)):
            if result is None:
                continue
            tried += 1
            kind, text = result
            kinds[kind.split()[0] if kind.startswith("BAD") else kind] = kinds.get(kind, 0) + 1
            if options.v:
                print(f"{fault[0].name} {text}: {kind}", flush=True)
            if kind.startswith("BAD"):
                bad.append(f"{fault[0].name}: FAIL_CALL={text}: {kind[4:]}")
    print("\n".join(bad))
    print(f"{len(programs)} programs, {tried} of {len(faults)} faults: "
          + ", ".join(f"{count} {kind}" for kind, count in sorted(kinds.items()) if kind != "BAD") + f", {len(bad)} bad")
    return 1 if bad or not tried else 0


sys.exit(main())
