"""Days are China's: an instant of the database is in UTC, its bare day yesterday's until eight in the morning."""

from __future__ import annotations

import re
from pathlib import Path

SOURCES = Path(__file__).resolve().parents[2] / "src" / "shouwang"
# The bare day or year of an instant (`at`, `now`, `…_at`), and an instant put into a text as it is.
BARE = re.compile(r"\b(?:at|now|\w+_at)\.(?:date\(\)|year\b|month\b)|\{[^{}()]*(?:\bat|\bnow|_at):%[^}]*\}")
# Names of files on the disk and of snapshots, and a trial's hour, which its caller gives in local time.
FINE = {"office/services/files.py", "office/services/papers.py", "screening/services/snapshot.py",
        "oversight/rules/report.py", "desks/selectors/timeline.py"}  # fmt: skip


def test_no_day_is_taken_of_an_instant_before_it_is_in_local_time() -> None:
    assert BARE.search("on = at.date()") and BARE.search("planned_at.year") and BARE.search('f"{row.at:%Y-%m-%d}"')
    assert not BARE.search("timezone.localdate(at)") and not BARE.search("at.astimezone(SHANGHAI).date()")
    found = [
        f"{name}:{number}"
        for path in sorted(SOURCES.rglob("*.py"))
        if (name := str(path.relative_to(SOURCES))) not in FINE and "migrations" not in path.parts
        for number, line in enumerate(path.read_text().splitlines(), start=1)
        if BARE.search(line)
    ]
    assert found == [], "use timezone.localdate(at) or at.astimezone(SHANGHAI)"
