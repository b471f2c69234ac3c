"""The phones: each asks who it is, then sends its forms in batches; some answers are lost, some batches come twice."""

from __future__ import annotations

import http.client
import io
import json
import random
import threading
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from queue import Empty, SimpleQueue
from typing import Any
from urllib.parse import urlencode

from PIL import Image

TOKEN = "c" * 32
CAUSES = ("ILLNESS", "STUDY", "DISASTER", "ACCIDENT")
LOST_EVERY, TWICE_EVERY, TRIES = 10, 7, 8


@dataclass(frozen=True)
class Phone:
    """One officer's phone: her session and the households she wrote about, a form each."""

    number: int
    session: str
    households: Sequence[int]


@dataclass
class Sent:
    """What the phones saw: forms accepted, by key; requests, lost answers, repeated batches; milliseconds a batch."""

    accepted: dict[str, int] = field(default_factory=dict)
    changed: list[str] = field(default_factory=list)
    requests: int = 0
    lost: int = 0
    twice: int = 0
    batch_ms: list[float] = field(default_factory=list)
    photo_ms: list[float] = field(default_factory=list)
    photos: int = 0
    problems: list[str] = field(default_factory=list)
    seconds: float = 0.0

    def noted(self, results: Sequence[dict[str, Any]]) -> None:
        """This function keeps the answers, and notices a form that was answered differently the second time."""
        for result in results:
            key, clue = str(result["key"]), result.get("clue_id")
            if result["state"] != "accepted":
                self.problems.append(f"{key}: {result['state']} {result.get('code')}")
            elif self.accepted.setdefault(key, clue) != clue:
                self.changed.append(key)


class _Line:
    """One phone's connection."""

    def __init__(self, port: int, phone: Phone) -> None:
        self.port, self.phone = port, phone
        self.connection: http.client.HTTPConnection | None = None

    def ask(
        self, method: str, path: str, body: bytes | None = None, *, is_lost: bool = False,
        media: str = "application/json",
    ) -> tuple[int, bytes]:  # fmt: skip
        """This function asks; `is_lost`: the server works on it, its answer is never read."""
        if self.connection is None:
            self.connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=60)
        headers = {"Cookie": f"sessionid={self.phone.session}; csrftoken={TOKEN}", "X-CSRFToken": TOKEN}
        try:
            self.connection.request(method, path, body, headers | {"Content-Type": media})
            answer = self.connection.getresponse()  # the server has committed
            content = answer.read()
        except (OSError, http.client.HTTPException):
            self.close()
            return 0, b""
        if is_lost:
            self.close()
            return 0, b""
        return answer.status, content

    def close(self) -> None:
        if self.connection is not None:
            self.connection.close()
            self.connection = None


def form(phone: Phone, place: int) -> dict[str, Any]:
    """This function returns one form as a phone keeps it."""
    now = datetime.now(UTC).isoformat()
    return {
        "key": f"{phone.number:08x}{place:024x}", "household_id": phone.households[place], "cause": CAUSES[place % 4],
        "occurred_on": "2020-06-20", "summary": "查出大病，在县医院手术", "gross_fen": 3_500_000 + place,
        "reimbursed_fen": 1_200_000, "asked": 9, "known": 6, "written_at": now, "known_at": now,
    }  # fmt: skip


def picture(seed: int) -> bytes:
    """This function returns a photo as the phone shrinks it: 1,280 × 960, a JPEG of about 200 kB."""
    coarse = Image.frombytes("RGB", (200, 150), random.Random(seed).randbytes(200 * 150 * 3))
    kept = io.BytesIO()
    coarse.resize((1280, 960), Image.Resampling.BICUBIC).save(kept, "JPEG", quality=55)
    return kept.getvalue()


def flush(phones: Sequence[Phone], *, port: int, batch: int, lines: int, photos: int) -> Sent:
    """This function sends everything over so many lines at once and returns what the phones saw.

    Each phone sends its forms first, then `photos` photos, one for each of its first forms.
    """
    pictures = [picture(seed) for seed in range(16)]
    waiting: SimpleQueue[Phone] = SimpleQueue()
    for phone in phones:
        waiting.put(phone)
    parts = [Sent() for _ in range(lines)]

    def work(part: Sent) -> None:
        while True:
            try:
                phone = waiting.get_nowait()
            except Empty:
                return
            _send_all(phone, part, port=port, batch=batch, pictures=pictures, photos=photos)

    began = time.perf_counter()
    threads = [threading.Thread(target=work, args=(part,)) for part in parts]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return _together(parts, time.perf_counter() - began)


def _together(parts: Sequence[Sent], seconds: float) -> Sent:
    whole = Sent(seconds=seconds)
    for part in parts:
        whole.accepted |= part.accepted
        whole.changed += part.changed
        whole.problems += part.problems
        whole.batch_ms += part.batch_ms
        whole.photo_ms += part.photo_ms
        whole.photos += part.photos
        whole.requests += part.requests
        whole.lost += part.lost
        whole.twice += part.twice
    return whole


def _send_all(phone: Phone, sent: Sent, *, port: int, batch: int, pictures: Sequence[bytes], photos: int) -> None:
    line = _Line(port, phone)
    sent.requests += 1
    if line.ask("GET", "/api/phone/me")[0] != 200:
        sent.problems.append(f"phone {phone.number}: not signed in")
    for number, start in enumerate(range(0, len(phone.households), batch)):
        places = range(start, min(start + batch, len(phone.households)))
        forms = [form(phone, place) for place in places]
        turn = phone.number + number
        _send(line, forms, sent, is_lost=turn % LOST_EVERY == 0)
        if turn % TWICE_EVERY == 0:
            sent.twice += 1
            _send(line, forms, sent, is_lost=False)
    for place in range(photos):
        turn = phone.number + place
        for is_lost in [turn % LOST_EVERY == 0, *([False] if turn % LOST_EVERY == 0 else [])]:
            _photo(line, phone, place, pictures[turn % len(pictures)], sent, is_lost=is_lost)
    line.close()


def _photo(line: _Line, phone: Phone, place: int, content: bytes, sent: Sent, *, is_lost: bool) -> None:
    """This function sends one photo after its form; one whose answer is lost is sent again by the caller."""
    report = form(phone, place)["key"]
    about = urlencode({"report": report, "kind": "PHOTO", "at": datetime.now(UTC).isoformat()})
    path = f"/api/phone/pictures/p{report[1:]}?{about}"
    sent.requests += 1
    began = time.perf_counter()
    status, answer = line.ask("PUT", path, content, is_lost=is_lost, media="image/jpeg")
    sent.photo_ms.append((time.perf_counter() - began) * 1000)
    if status == 200:
        sent.photos += 1
    elif status:
        sent.problems.append(f"photo {status}: {answer[:200].decode('utf-8', 'replace')}")
    else:
        sent.lost += 1


def _send(line: _Line, forms: Sequence[dict[str, Any]], sent: Sent, *, is_lost: bool) -> None:
    for tries in range(TRIES):
        body = json.dumps({"device_now": datetime.now(UTC).isoformat(), "reports": forms}, ensure_ascii=False).encode()
        sent.requests += 1
        began = time.perf_counter()
        status, content = line.ask("POST", "/api/phone/reports", body, is_lost=is_lost and tries == 0)
        sent.batch_ms.append((time.perf_counter() - began) * 1000)
        if status == 200:
            sent.noted(json.loads(content)["results"])
            return
        sent.lost += 1
        if status:
            sent.problems.append(f"{status}: {content[:200].decode('utf-8', 'replace')}")
            return
    sent.problems.append("a batch never got through")
