"""One process that stands ready to make papers safe: `paper_make`. It forks for every paper and keeps nothing of it.

Starting a program and its picture library takes ten times as long as a photo of a phone; a fork of one that has loaded
them takes a few milliseconds, and each paper still has a process of its own with limits of its own.
"""

from __future__ import annotations

import array
import contextlib
import json
import os
import selectors
import socket
import subprocess
import sys
import tempfile
import threading
import time
from pathlib import Path
from typing import IO

CHILD = Path(__file__).with_name("papers_child.py")
PIECE = 1 << 20


class MakerTooSlow(Exception):  # noqa: N818 - it says what happened
    """The paper was not ready in time; its process ends by itself, see `papers_child.limit`."""


class _Maker:
    """The process that stands ready, started when first needed and again when it is gone."""

    def __init__(self) -> None:
        self.lock = threading.Lock()
        self.owner = 0
        self.line: socket.socket | None = None
        self.process: subprocess.Popen[bytes] | None = None

    def hand_over(self, asked: dict[str, int], descriptors: list[int]) -> None:
        """This function sends a paper's limits and descriptors; a process that has gone is started once more."""
        with self.lock:
            if self.line is None or self.owner != os.getpid():  # a forked web process starts one of its own
                self._start()
            try:
                self._send(asked, descriptors)
            except OSError:
                self._start()
                self._send(asked, descriptors)

    def _send(self, asked: dict[str, int], descriptors: list[int]) -> None:
        assert self.line is not None
        handed = array.array("i", descriptors)
        self.line.sendmsg([json.dumps(asked).encode()], [(socket.SOL_SOCKET, socket.SCM_RIGHTS, handed)])

    def _start(self) -> None:
        if self.line is not None:
            self.line.close()
        if self.process is not None and self.owner == os.getpid():
            self.process.kill()
            self.process.wait()
        self.line, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        with theirs:
            self.process = subprocess.Popen(
                [sys.executable, "-I", str(CHILD), str(theirs.fileno())],
                stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
                pass_fds=(theirs.fileno(),), env={"LANG": "C.UTF-8"}, cwd="/",
            )  # fmt: skip
        self.owner = os.getpid()


_MAKER = _Maker()


def paper_make(content: bytes, asked: dict[str, int], *, wait_seconds: float) -> tuple[int, bytes]:
    """This function has a paper made in a process of its own.

    Returns how that process ended, as `subprocess` says it (below zero: killed by that signal), and what it wrote.
    Raises `MakerTooSlow` after `wait_seconds`.
    """
    until = time.monotonic() + wait_seconds
    with _memory() as handle, contextlib.ExitStack() as kept:
        handle.write(content)
        handle.flush()
        made, wrote = os.pipe()
        kept.callback(os.close, made)
        ended, tells = os.pipe()
        kept.callback(os.close, ended)
        try:
            _MAKER.hand_over(asked, [handle.fileno(), wrote, tells])
        finally:
            os.close(wrote)
            os.close(tells)
        body = _read(made, until)
        code = _read(ended, until)
    return int(code or b"-9"), body


def _read(descriptor: int, until: float) -> bytes:
    pieces: list[bytes] = []
    with selectors.DefaultSelector() as waiting:
        waiting.register(descriptor, selectors.EVENT_READ)
        while True:
            if not waiting.select(max(0.0, until - time.monotonic())):
                raise MakerTooSlow
            piece = os.read(descriptor, PIECE)
            if not piece:
                return b"".join(pieces)
            pieces.append(piece)


def _memory() -> IO[bytes]:
    if hasattr(os, "memfd_create"):
        return os.fdopen(os.memfd_create("paper"), "w+b")
    return tempfile.TemporaryFile()
