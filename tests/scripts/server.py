#!/usr/bin/env python3
"""examples/server over loopback: it serves as many at a time as it has slots, and ends as it says after a signal."""

import os
import shlex
import signal
import socket
import subprocess
import sys
from pathlib import Path

TOP, BUILD = Path(os.environ["TOP"]), Path(os.environ["BUILD"])
PATIENCE = 30  # seconds, for what should take none


def build():
    subprocess.run([os.environ["CHAINC"], TOP / "examples/server.chain", "-o", "server.c"], check=True)
    subprocess.run([*shlex.split(os.environ["CC"]), "-std=gnu11", *shlex.split(os.environ["CFLAGS"]), "-pthread", f"-I{BUILD}/include",
                    "server.c", f"{BUILD}/lib/libchain.a", "-o", "server"], check=True)


class Server:
    def __init__(self, *arguments):
        self.process = subprocess.Popen(["./server", "0", *arguments], stdout=subprocess.PIPE, text=True)
        self.port = int(self.process.stdout.readline().rsplit(" ", 1)[1])

    def connect(self):
        return socket.create_connection(("127.0.0.1", self.port), PATIENCE)

    def stop(self, number=signal.SIGTERM):
        """Returns when nobody is accepted any more."""
        self.process.send_signal(number)
        assert self.process.stdout.readline() == "stopping\n"
        try:
            self.connect().close()
            sys.exit("it still accepts")
        except ConnectionRefusedError:
            pass

    def end(self, last_words):
        rest = self.process.stdout.read()
        self.process.wait(PATIENCE)
        assert (self.process.returncode, rest) == (0, last_words), (self.process.returncode, rest)


def echo(connection, text):
    connection.sendall(text)
    answer = b""
    while len(answer) < len(text):
        part = connection.recv(len(text) - len(answer))
        assert part, "the connection was closed"
        answer += part
    assert answer == text


def serves_and_finishes():
    server = Server()
    first, second = server.connect(), server.connect()
    echo(first, b"one")
    echo(second, b"two")
    third = server.connect()  # in the listener's queue: both slots are taken
    third.sendall(b"three")
    third.settimeout(0.05)
    try:
        third.recv(5)
        sys.exit("three are served at a time")
    except socket.timeout:
        pass
    first.close()
    third.settimeout(PATIENCE)
    assert third.recv(5) == b"three"
    server.stop()
    echo(second, b"still served")  # who is inside may finish
    echo(third, b"and so is this one")
    second.close()
    third.close()
    server.end("all have finished\n")


def runs_out_of_time():
    server = Server("100")
    patient = server.connect()
    echo(patient, b"hello")
    server.stop(signal.SIGINT)
    assert patient.recv(1) == b"", "not closed"
    server.end("time is up\n")


def stops_while_waiting_for_a_slot():
    server = Server()
    inside = [server.connect(), server.connect()]
    for connection in inside:
        echo(connection, b"in")
    waiting = server.connect()
    waiting.sendall(b"x")
    server.stop()
    try:
        assert waiting.recv(1) == b"", "it was served"
    except ConnectionResetError:
        pass
    for connection in inside:
        connection.close()
    server.end("all have finished\n")


def idle():
    server = Server()
    server.stop()
    server.end("all have finished\n")


build()
for test in (idle, serves_and_finishes, runs_out_of_time, stops_while_waiting_for_a_slot):
    test()
