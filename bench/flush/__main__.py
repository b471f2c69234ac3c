"""Measures the evening flush: `python -m bench.flush --officers 9720 --forms 20 [--batch 20] [--lines 8]
[--photos 2] [--write]`.

A house of its own (embedded PostgreSQL, the real web process), as many officers with sessions and households as asked
for, then all phones send. Every tenth batch loses its answer and is sent again, every seventh is sent twice. Afterwards
the database is asked whether every form stands there once.
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import signal
import socket
import statistics
import sys
import tempfile
from pathlib import Path
from typing import Any

from tests.bench import machine
from tests.bench.house import House, house
from tests.bench.sections import section_write

from bench.flush.phones import Phone, Sent, flush
from shouwang.config.processes import Child, wait_for
from shouwang.config.serving import Wish, is_answering, web_child

TARGET = Path(__file__).parents[2] / "docs" / "benchmarks.md"
WHOLE, MINUTES = 194_400, 20
COUNTY = "130529000000"


def asked() -> argparse.Namespace:
    """This function reads the sizes."""
    parser = argparse.ArgumentParser(prog="bench.flush")
    parser.add_argument("--officers", type=int, default=9720)
    parser.add_argument("--forms", type=int, default=20, help="forms an officer wrote")
    parser.add_argument("--batch", type=int, default=20, help="forms in one request, at most 20")
    parser.add_argument("--lines", type=int, default=8, help="phones that send at the same moment")
    parser.add_argument("--photos", type=int, default=2, help="photos an officer sends after her forms")
    parser.add_argument("--write", action="store_true", help="put the figures into docs/benchmarks.md")
    return parser.parse_args()


def processor_of(pid: int) -> float:
    """This function returns the processor seconds of a process and the children it has."""
    ticks = 0
    for entry in Path("/proc").glob("[0-9]*/stat"):
        try:
            fields = entry.read_text().rpartition(")")[2].split()
        except OSError:
            continue
        if pid in (int(entry.parent.name), int(fields[1])):
            ticks += int(fields[11]) + int(fields[12])
    return ticks / os.sysconf("SC_CLK_TCK")


def measured(here: House, wanted: argparse.Namespace) -> tuple[dict[str, Any], Sent]:
    """This function makes the officers, lets them send, and asks the database."""
    here.run("-m", "tests.bench.work", "prepare", COUNTY)
    path = here.root / "phones.json"
    here.run("-m", "bench.flush.world", "make", path, wanted.officers, wanted.forms)
    here.sql("vacuum analyze")
    phones = [Phone(**each) for each in json.loads(path.read_text(encoding="utf-8"))]
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        wish = Wish(port=int(probe.getsockname()[1]))
    web: Child = web_child(wish)
    web.environment = {**here.environment, **web.environment}
    web.log = here.root / "web.log"
    web.start()
    try:
        assert wait_for(lambda: is_answering(wish), seconds=90, check=[web]), "the web does not answer"
        assert web.process is not None
        before = processor_of(web.process.pid), here.database_seconds(), sum(os.times()[:2])
        sent = flush(phones, port=wish.port, batch=wanted.batch, lines=wanted.lines, photos=wanted.photos)
        after = processor_of(web.process.pid), here.database_seconds(), sum(os.times()[:2])
    finally:
        web.stop(10)
    told: dict[str, Any] = here.run("-m", "bench.flush.world", "count").told
    spent = (end - start for start, end in zip(before, after, strict=True))
    told |= dict(zip(("web_s", "database_s", "phones_s"), spent, strict=True))
    return told, sent


def wrong(told: dict[str, Any], sent: Sent, *, forms: int, photos: int) -> list[str]:
    """This function returns what was lost, doubled or answered in two ways; nothing when all is well."""
    wanted = dict.fromkeys(("clues", "keys", "entries", "entries_all"), forms)
    wanted |= {"photos": photos, "papers": photos, "answers": forms + photos}
    found = [f"{name}: {told[name]} instead of {count}" for name, count in wanted.items() if told[name] != count]
    found += [f"{sent.photos} photos taken instead of {photos}"] if sent.photos != photos else []
    found += [f"{len(sent.accepted)} accepted instead of {forms}"] if len(sent.accepted) != forms else []
    found += [f"{len(sent.changed)} answered in two ways"] if sent.changed else []
    found += [f"{told['unanswered']} keys without an answer"] if told["unanswered"] else []
    return found + sent.problems[:5]


def text(wanted: argparse.Namespace, told: dict[str, Any], sent: Sent, load: str) -> str:
    """This function returns the section of the page."""
    forms, spent = wanted.officers * wanted.forms, told["web_s"] + told["database_s"]
    rate, late = forms / sent.seconds, statistics.quantiles(sent.batch_ms, n=20)[-1]
    minutes = spent / forms * WHOLE / 2 / 60
    size = (
        f"{forms:,} forms of {wanted.officers:,} officers, batches of {wanted.batch}, {wanted.lines} phones at a time, "
        f"{sent.photos:,} photos of about 200 kB after"
    )
    aim = f"{WHOLE / MINUTES / 60:.0f}/s empty {WHOLE:,} in {MINUTES} minutes"
    processor = f"{told['web_s']:,.1f} · {told['database_s']:,.1f} · {told['phones_s']:,.1f}"
    taken = sent.photo_ms if len(sent.photo_ms) > 1 else [0.0, 0.0]
    photo = f"{statistics.median(taken):,.0f} · {statistics.quantiles(taken, n=20)[-1]:,.0f} ms"
    rows = [
        ("Size of this run", size),
        ("Seconds on the clock, forms a second", f"{sent.seconds:,.0f} s, {rate:,.0f}/s ({aim})"),
        ("Processor seconds: web · database · the phones", processor),
        ("Processor a form, its share of photos with it", f"{spent / forms * 1000:.2f} ms"),
        (f"{WHOLE:,} forms at that price", f"{minutes:,.1f} minutes of two cores"),
        ("A batch, median · 95th percentile", f"{statistics.median(sent.batch_ms):,.0f} · {late:,.0f} ms"),
        ("A photo, median · 95th percentile", photo),
        ("Requests · answers lost · batches sent twice", f"{sent.requests:,} · {sent.lost:,} · {sent.twice:,}"),
        ("In the database: clues · different keys", f"{told['clues']:,} · {told['keys']:,}"),
        (
            "Photos kept · entries in the log · answers kept",
            f"{told['photos']:,} · {told['entries_all']:,} · {told['answers']:,}",
        ),
        (
            "Forms and photos lost · doubled",
            f"{forms - told['keys'] + sent.photos - told['photos']} · {told['clues'] - told['keys']}",
        ),
        ("Load of the machine before / after", load),
    ]
    head = (
        "`python -m bench.flush`: every phone says who it is and sends; every tenth batch loses its answer after the",
        "server has committed and is sent again, every seventh is sent twice; every tenth photo loses its answer too.",
        "Cases are opened afterwards. The forks that make photos safe are not in the web's processor seconds.",
    )
    table = ["| What | Figure |", "|---|---|", *(f"| {name} | {value} |" for name, value in rows)]
    return "\n".join([*head, "", *table])


def main() -> None:
    """This function measures, says what it found, and ends with 1 when a form was lost or doubled."""
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    wanted = asked()
    root = Path(tempfile.mkdtemp(prefix="shouwang-flush-"))
    try:
        with house(root) as here:
            before = machine.load()
            told, sent = measured(here, wanted)
            found = text(wanted, told, sent, f"{before}, {machine.load()}")
    finally:
        shutil.rmtree(root, ignore_errors=True)
    sys.stdout.write(found + "\n")
    problems = wrong(told, sent, forms=wanted.officers * wanted.forms, photos=wanted.officers * wanted.photos)
    if problems:
        sys.stderr.write("\n".join(problems) + "\n")
        sys.exit(1)
    if wanted.write:
        section_write(TARGET, "Evening flush of forms", found)


if __name__ == "__main__":
    main()
