#!/usr/bin/env python3
"""Builds bench/hosts.c, runs an echo in a loop of its own and in that of each host, and prints the table of bench/README.md.
Status 77: a library is missing."""

import argparse
import os
import re
import shlex
import shutil
import statistics
import subprocess
import sys
from pathlib import Path

HERE = Path(__file__).resolve().parent
HOSTS = ["own", "libuv", "libev", "libevent", "glib", "sd-event"]
PACKAGES = ["libuv", "glib-2.0", "libevent", "libsystemd"]
MESSAGES = 4000  # of the run that is counted, and twice that


def call(*command):
    return subprocess.run([str(word) for word in command], check=True, capture_output=True, text=True)


def packages(what):
    try:
        return shlex.split(call("pkg-config", what, *PACKAGES).stdout)
    except (FileNotFoundError, subprocess.CalledProcessError) as error:
        print(f"bench: {getattr(error, 'stderr', '') or error}")
        sys.exit(77)


def build(options):
    out = options.out or options.build / "bench"
    out.mkdir(parents=True, exist_ok=True)
    cc = shlex.split(os.environ.get("CC", "gcc"))
    flags = ["-std=gnu11", "-Wall", "-Wextra", "-Wshadow", "-Wconversion", "-Werror", *shlex.split(options.cflags)]
    foreign = [re.sub("^-I", "-isystem", word) for word in packages("--cflags")]
    call(options.build / "bin/chainc", HERE / "hosts_echo.chain", "-o", out / "hosts_echo.c")
    call(*cc, *flags, *foreign, f"-I{options.build / 'include'}", f"-I{out}", HERE / "hosts.c", out / "hosts_echo.c",
         options.build / "lib/libchain.a", *packages("--libs"), "-lev", "-pthread", "-o", out / "hosts")
    return out / "hosts"


def times(program, k, options):
    """{host: (CPU time, ratio to a loop of its own)} per message, medians; the hosts take turns within a round."""
    rows = []
    for _ in range(options.rounds):
        rows.append({host: float(call(program, host, k, max(1, options.messages // k)).stdout.split()[0]) for host in HOSTS})
    return {host: (statistics.median(row[host] for row in rows), statistics.median(row[host] / row["own"] for row in rows))
            for host in HOSTS}


def instructions(program, host, k, messages):
    """Of the process that answers, not of its child."""
    result = call("valgrind", "--tool=callgrind", f"--callgrind-out-file={program.with_name('callgrind.%p')}", program, host, k, messages // k)
    number = re.search(r"^==(\d+)==", result.stderr)[1]
    for file in program.parent.glob("callgrind.*"):
        file.unlink()
    return int(re.search(rf"^=={number}== Collected *: *(\d+)", result.stderr, re.M)[1])


def per_message(program, host, k):
    """The difference of two runs, so that beginning and end cancel out."""
    messages = max(MESSAGES, 10 * k)
    return f"{(instructions(program, host, k, 2 * messages) - instructions(program, host, k, messages)) / messages:.1f}"


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--build", type=Path, default=HERE.parent / "build", help="where chainc and libchain are")
    parser.add_argument("--out", type=Path, help="where the program is built (BUILD/bench)")
    parser.add_argument("--cflags", default="-O2 -DNDEBUG", help="how all of it is compiled")
    parser.add_argument("--rounds", type=int, default=21)
    parser.add_argument("--messages", type=int, default=20000, help="of each host in each round")
    parser.add_argument("--smoke", action="store_true", help="run everything briefly")
    options = parser.parse_args()
    options.build = options.build.resolve()
    options.out = options.out and options.out.resolve()
    program = build(options)
    if options.smoke:
        for host in HOSTS:
            call(program, host, 3, 2)
        return
    print("| connections | loop | ns/message | ratio | instr/message |")
    print("| --: | --- | --: | --: | --: |")
    for k in (1, 50, 1000):
        measured = times(program, k, options)
        for host in HOSTS:
            ns, ratio = measured[host]
            # With one connection the number of turns, and so of instructions, is a matter of scheduling.
            counted = per_message(program, host, k) if k > 1 and shutil.which("valgrind") else ""
            print(f"| {k} | {host} | {ns:.0f} | {ratio:.2f} | {counted} |")


if __name__ == "__main__":
    try:
        main()
    except subprocess.CalledProcessError as error:
        sys.exit(f"{shlex.join(map(str, error.cmd))}: status {error.returncode}\n{error.stderr or ''}")
