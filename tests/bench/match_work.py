"""The measuring process of `tests.bench.matching`; its last line is JSON."""

from __future__ import annotations

import json
import statistics
import sys
import time
from collections import Counter, defaultdict
from collections.abc import Callable
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import django

django.setup()

import csv  # noqa: E402

from django.db import connection  # noqa: E402

from shouwang.kit.dates import day_parse  # noqa: E402
from shouwang.kit.errors import Refusal  # noqa: E402
from shouwang.people.access import SYSTEM, acting_as  # noqa: E402
from shouwang.register.selectors import id_blinds, name_shares, persons_by_blinds  # noqa: E402
from shouwang.sources.rules.kinds import feed_kind  # noqa: E402
from shouwang.sources.rules.matching import Outcome, match_by_id  # noqa: E402
from shouwang.sources.rules.rows import Row, _resident_id  # noqa: E402
from shouwang.sources.rules.subjects import Subject  # noqa: E402
from shouwang.sources.services.matching import RowMatcher  # noqa: E402
from shouwang.sources.services.scoring import probabilities, splink_is_there  # noqa: E402

ON = date(2020, 6, 30)
BATCH = 10_000
ROUNDS = 5
WORKER = replace(SYSTEM, organisation_id=1, ranges=((130529000000, 130529999999),))


def rows_read(folder: Path) -> tuple[list[Row], list[int], list[str]]:
    """This function reads the truth set as the importer would read it; a number that it refuses is left out."""
    rows, keys, faults = [], [], []
    with (folder / "rows.csv").open(encoding="utf-8") as said, (folder / "truth.csv").open(encoding="utf-8") as truth:
        for number, (cells, line) in enumerate(zip(csv.DictReader(said), csv.DictReader(truth), strict=True), start=2):
            values: dict[str, Any] = {"name": "".join(cells["姓名"].split())}
            try:
                if cells["身份证号码"]:
                    values["resident_id"] = _resident_id(cells["身份证号码"], ON)
            except Refusal:
                line["faults"] += ";refused"
            if cells["出生日期"]:
                values["birth_date"] = day_parse(cells["出生日期"])
            values |= {name: cells[head] for name, head in (("township", "乡镇"), ("village", "行政村")) if cells[head]}
            rows.append(Row(0, number, {name: value for name, value in values.items() if value}))
            keys.append(int(line["person_key"]))
            faults.append(line["faults"])
    return rows, keys, faults


def quality(folder: Path) -> tuple[dict[str, Any], list[tuple[dict[str, str], bool]]]:
    """This function runs the cascade over the truth set and counts."""
    rows, keys, faults = rows_read(folder / "matching")
    numbers = person_ids(folder)
    with acting_as(WORKER):
        matcher = RowMatcher(WORKER, kind=feed_kind("inpatient"), on=ON)
        outcomes: list[Outcome] = []
        began = time.perf_counter()
        for start in range(0, len(rows), BATCH):
            outcomes += matcher.match(rows[start : start + BATCH])
        seconds = time.perf_counter() - began
        scores = scored(outcomes)
    steps: dict[str, Counter[str]] = defaultdict(Counter)
    whole: Counter[str] = Counter()
    missed: Counter[str] = Counter()
    labelled = []
    for n, (outcome, key, fault) in enumerate(zip(outcomes, keys, faults, strict=True)):
        right = numbers.get(key, -1) if key else -1
        if fault.endswith("refused") and "refused" in fault:
            whole["registered"] += bool(key)
            whole["refused"] += bool(key)
            missed[fault] += bool(key)
            continue
        whole["registered"] += bool(key)
        if outcome.person is not None:
            is_right = outcome.person.person_id == right
            steps[outcome.method]["right" if is_right else "wrong"] += 1
            whole["automatic"] += is_right
            if not is_right:
                sys.stderr.write(f"wrong {outcome.method} {fault} registered={bool(key)}\n")
            continue
        offered = [offer.person.person_id for offer in outcome.offers]
        whole["asked"] += bool(offered)
        whole["pairs"] += len(offered)
        whole["asked_strange"] += bool(offered) and not key
        labelled += [(offer.agreement.as_json(), offer.person.person_id == right) for offer in outcome.offers]
        if not key:
            continue
        by_splink = sorted(offered, key=lambda pk: -scores.get((n, pk), 0.0))
        whole["points"] += offered[:1] == [right]
        whole["splink"] += by_splink[:1] == [right]
        whole["offered"] += right in offered
        if by_splink[:1] != [right]:
            missed[fault] += 1
    told = [
        {"step": name, "rows": sum(c.values()), "right": c["right"], "wrong": c["wrong"],
         "precision": c["right"] / sum(c.values())}
        for name, c in sorted(steps.items(), key=lambda item: -sum(item[1].values()))
    ]  # fmt: skip
    right, wrong, registered = sum(s["right"] for s in told), sum(s["wrong"] for s in told), whole["registered"]
    summary = {
        "rows": right + wrong, "right": right, "wrong": wrong, "precision": right / (right + wrong),
        "recall_automatic": right / registered, "recall_points": (right + whole["points"]) / registered,
        "recall_splink": (right + whole["splink"]) / registered,
        "recall_offered": (right + whole["offered"]) / registered,
        "asked": whole["asked"], "pairs": whole["pairs"], "asked_strange": whole["asked_strange"],
        "missed": missed_words(missed),
    }  # fmt: skip
    return {
        "noisy": len(rows), "strange": sum(1 for key in keys if not key), "steps": told, "whole": summary,
        "seconds": round(seconds, 1),
    }, labelled  # fmt: skip


def missed_words(missed: Counter[str]) -> str:
    """This function names the commonest faults of rows that were missed."""
    common = ((fault.replace(";", " + ") or "nothing", count) for fault, count in missed.most_common(12))
    return "; ".join(f"{fault} {count}" for fault, count in common)


def person_ids(folder: Path) -> dict[int, int]:
    """This function returns the register's id of every key of the made population, by way of the ID numbers."""
    import pyarrow.parquet as pq

    table = pq.read_table(folder / "identity" / "identity.parquet", columns=["person_key", "resident_id"])
    keys, numbers = table["person_key"].to_pylist(), table["resident_id"].to_pylist()
    with acting_as(WORKER):
        found = {}
        for start in range(0, len(keys), 100_000):
            blinds = id_blinds(numbers[start : start + 100_000])
            found.update({keys[start + n]: hit.person_id for n, hit in persons_by_blinds(list(enumerate(blinds)))})
    return found


def scored(outcomes: list[Outcome]) -> dict[tuple[int, int], float]:
    """This function scores every offered pair by Splink."""
    pairs = [(n, offer) for n, outcome in enumerate(outcomes) for offer in outcome.offers]
    if not pairs or not splink_is_there():
        return {}
    shares = name_shares({offer.person.name for _, offer in pairs}, counties={130529})
    words = {name: number for number, name in enumerate(shares)}
    found = probabilities(
        [offer.agreement.as_json() for _, offer in pairs],
        words=[words[offer.person.name] for _, offer in pairs],
        shares=[shares[offer.person.name] for _, offer in pairs],
    )
    return {(n, offer.person.person_id): score for (n, offer), score in zip(pairs, found, strict=True)}


def times(folder: Path, count: int) -> dict[str, Any]:
    """This function times the exact step beside the plain join of the same tables, in turns."""
    import duckdb

    with duckdb.connect() as files:
        drawn = files.sql(
            f"select resident_id, name from '{folder}/identity/identity.parquet'"
            f" using sample reservoir({count} rows) repeatable (3)"
        ).fetchall()
    subjects = [Subject(name=name, number=number) for number, name in drawn]
    began = time.perf_counter()
    blinds = id_blinds(number for number, _ in drawn)
    blinding = time.perf_counter() - began
    keys = list(enumerate(blinds))

    def join() -> int:
        with connection.cursor() as cursor:
            cursor.execute("create temporary table plain_join (n integer, blind bytea, name text) on commit drop")
            with cursor.copy("copy plain_join (n, blind, name) from stdin (format binary)") as copy:
                copy.set_types(["int4", "bytea", "text"])
                for (n, blind), (_, name) in zip(keys, drawn, strict=True):
                    copy.write_row((n, blind, name))
            cursor.execute("analyze plain_join")
            cursor.execute(
                "select k.n, p.id, p.slot from plain_join k join register_identifier i on i.blind = k.blind"
                " and i.kind = 'RESIDENT_ID' and i.superseded_at is null"
                " join register_person p on p.id = i.person_id and p.name = k.name"
            )
            return len(cursor.fetchall())

    def exact() -> int:
        found: list[list[Any]] = [[] for _ in subjects]
        for n, hit in persons_by_blinds(keys):
            if WORKER.can_see(hit.slot):
                found[n].append(hit)
        return sum(
            1
            for subject, hits in zip(subjects, found, strict=True)
            if (outcome := match_by_id(hits, subject=subject)) and outcome.person
        )

    def cascade() -> int:
        matcher = RowMatcher(WORKER, kind=feed_kind("inpatient"), on=ON)
        return sum(1 for outcome in matcher.match_subjects(subjects) if outcome.person)

    found: dict[str, list[float]] = defaultdict(list)
    acts: dict[str, Callable[[], int]] = {"join": join, "exact": exact, "cascade": cascade}
    for _ in range(ROUNDS + 1):
        answers = {}
        for name, act in acts.items():
            with acting_as(WORKER):
                began = time.perf_counter()
                answers[name] = act()
                found[name].append(time.perf_counter() - began)
        assert len(set(answers.values())) == 1, answers
    medians = {name: statistics.median(seconds[1:]) for name, seconds in found.items()}
    return {
        "rows": len(drawn), "rounds": ROUNDS, "join": medians["join"],
        "lines": [
            ("plain join (COPY into a temporary table, join with identifiers and persons, fetch)", medians["join"]),
            ("exact step on the same blind indexes", medians["exact"]),
            ("whole cascade with blind indexes and learnt decisions, all rows clean", medians["cascade"]),
            ("blind indexes of the numbers alone (HMAC-SM3)", blinding),
        ],
    }  # fmt: skip


def trained(labelled: list[tuple[dict[str, str], bool]]) -> dict[str, Any]:
    """This function returns the shares of true and false pairs at each level, every level seen a little."""
    model: dict[str, Any] = {"prior": round(sum(same for _, same in labelled) / len(labelled), 3), "levels": {}}
    for field in ("name", "birth", "village", "number"):
        for same, letter in ((True, "m"), (False, "u")):
            counts = Counter(levels[field] for levels, is_same in labelled if is_same is same)
            counts.pop("UNKNOWN", None)
            total = sum(counts.values()) + 6
            for level in sorted({levels[field] for levels, _ in labelled} - {"UNKNOWN"}):
                place = model["levels"].setdefault(field, {}).setdefault(level, {})
                place[letter] = round((counts[level] + 1) / total, 4)
    return model


def main() -> None:
    """This function measures and says what it found."""
    folder, count = Path(sys.argv[1]), int(sys.argv[2])
    told, labelled = quality(folder)
    if "train" in sys.argv:
        told["model"] = trained(labelled)
    told["times"] = times(folder, count)
    with acting_as(WORKER), connection.cursor() as cursor:
        cursor.execute("select count(*) from register_person")
        told["people"] = cursor.fetchone()[0]
    told["twins"] = int((folder / "matching" / "twins.txt").read_text())
    sys.stdout.write("\n" + json.dumps(told, ensure_ascii=False) + "\n")


if __name__ == "__main__":
    main()
