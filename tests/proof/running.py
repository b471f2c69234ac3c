"""The real web and worker processes on a test's database, and people in front of them."""

from __future__ import annotations

import http.client
import socket
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

from django.test import Client
from django.test.client import BOUNDARY, MULTIPART_CONTENT, encode_multipart
from tests.factories.cast import sign_in

from shouwang.config.processes import Child, wait_for
from shouwang.config.serving import Wish, is_answering, web_child, worker_child
from shouwang.people.access import Viewer

SOURCE = Path(__file__).parents[2] / "src"
TOKEN = "c" * 32


def port_free() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def child_with(child: Child, environment: Mapping[str, str], log: Path) -> Child:
    """This function points a child at a test's database and log."""
    child.environment = {**environment, **child.environment, "PYTHONPATH": str(SOURCE), "SHOUWANG_LOG_LEVEL": "DEBUG"}
    child.log = log
    return child


@contextmanager
def house_running(environment: Mapping[str, str], logs: Path) -> Iterator[int]:
    """This function runs web and worker, talkative, and yields the port of the web."""
    wish = Wish(port=port_free())
    children = [
        child_with(worker_child(), environment, logs / "worker.log"),
        child_with(web_child(wish), environment, logs / "web.log"),
    ]
    try:
        for child in children:
            child.start()
        assert wait_for(lambda: is_answering(wish), seconds=90, check=children), "the web does not answer"
        yield wish.port
    finally:
        for child in reversed(children):
            child.stop(10)


@dataclass(frozen=True)
class Answer:
    """What came back."""

    status: int
    text: str
    to: str  # where a redirect leads
    content: bytes


class Person:
    """Somebody signed in, or a stranger, at the real web process."""

    def __init__(self, port: int, viewer: Viewer | None = None) -> None:
        self.port = port
        self.cookies = {"csrftoken": TOKEN}
        if viewer is not None:
            self.cookies["sessionid"] = sign_in(Client(), viewer).cookies["sessionid"].value

    def _ask(self, method: str, path: str, body: bytes | None, headers: Mapping[str, str]) -> Answer:
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=60)
        cookie = "; ".join(f"{name}={value}" for name, value in self.cookies.items())
        try:
            connection.request(method, path, body, {"Cookie": cookie, "X-CSRFToken": TOKEN, **headers})
            answer = connection.getresponse()
            content = answer.read()
        finally:
            connection.close()
        return Answer(answer.status, content.decode("utf-8", "replace"), answer.getheader("Location") or "", content)

    def get(self, path: str, **query: str) -> Answer:
        return self._ask("GET", f"{path}?{urlencode(query)}" if query else path, None, {})

    def post(self, path: str, data: Mapping[str, Any]) -> Answer:
        return self._ask("POST", path, encode_multipart(BOUNDARY, data), {"Content-Type": MULTIPART_CONTENT})


def eventually(ready: Callable[[], Any], *, seconds: float = 90) -> Any:
    """This function waits for something true and returns it."""
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        if found := ready():
            return found
        time.sleep(0.2)
    raise AssertionError("it did not happen in time")
