"""Proves the log: every sealed entry is there, unchanged, and every exported head is in its chain."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from shouwang.audit.models import Entry, Seal
from shouwang.audit.rules import FIELDS, entry_mark, marks_split, seal_digest
from shouwang.audit.services.sealing import heads_path, heads_read
from shouwang.people.access import SYSTEM, acting_as


@dataclass(frozen=True)
class Broken:
    """The first thing that does not hold; `entry_id` is null when it is a seal."""

    county: int
    entry_id: int | None
    message: str


@dataclass(frozen=True)
class Verified:
    """What was proved, and the first thing that is broken (null: nothing)."""

    counties: int
    seals: int
    entries: int
    unsealed: int
    heads: int
    broken: Broken | None


def log_verify(*, heads: Path | None = None) -> Verified:
    """This function proves the whole log against its seals, and the seals against the exported heads.

    `heads` is the file of heads, best a copy kept elsewhere (null: the installation's own).
    """
    seals = entries = 0
    with acting_as(SYSTEM):
        broken = None
        counties = list(Seal.objects.order_by("county").values_list("county", flat=True).distinct())
        for county in counties:
            previous = ""
            for seal in Seal.objects.filter(county=county).order_by("pk").iterator(chunk_size=50):
                broken = broken or _seal_broken(seal, previous)
                if broken:
                    break
                seals, entries, previous = seals + 1, entries + seal.entries, seal.digest
            if broken:
                break
        known = heads_read(heads or heads_path())
        broken = broken or _stray(counties) or _head_missing(known)
        sealed_to = max((seal["last_id"] for seal in Seal.objects.values("last_id")), default=0)
        unsealed = Entry.objects.filter(pk__gt=sealed_to).count()
    return Verified(len(counties), seals, entries, unsealed, len(known), broken)


def _seal_broken(seal: Seal, previous: str) -> Broken | None:
    if seal.previous != previous:
        return Broken(seal.county, None, f"封存 {seal.pk} 接不上前一段：中间少了一段封存记录，或者它被改过。")
    if seal_digest(previous, bytes(seal.marks)) != seal.digest:
        return Broken(seal.county, None, f"封存 {seal.pk}（第 {seal.first_id} 至 {seal.last_id} 条）本身被改过。")
    expected = marks_split(bytes(seal.marks))
    found = dict(_marks(seal))
    for number in sorted(expected.keys() | found.keys()):
        if number not in found:
            return Broken(seal.county, number, f"第 {number} 条记录被删除。")
        if number not in expected:
            return Broken(seal.county, number, f"第 {number} 条记录是封存之后插入的。")
        if found[number] != expected[number]:
            return Broken(seal.county, number, f"第 {number} 条记录被改过。")
    return None


def _marks(seal: Seal) -> Iterator[tuple[int, bytes]]:
    rows = Entry.objects.filter(county=seal.county, pk__gte=seal.first_id, pk__lte=seal.last_id).order_by("pk")
    for row in rows.values(*FIELDS).iterator(chunk_size=2000):
        yield row["id"], entry_mark(row)


def _stray(counties: list[int]) -> Broken | None:
    """This function finds an entry that lies below the sealed ids and in no seal: put in afterwards, or moved."""
    last: int = max((seal["last_id"] for seal in Seal.objects.values("last_id")), default=0)
    stray = Entry.objects.filter(pk__lte=last).exclude(county__in=counties).order_by("pk").first()
    if stray is None:
        for county in counties:
            ends = list(Seal.objects.filter(county=county).order_by("pk").values_list("first_id", "last_id"))
            low = 0
            for first, end in [*ends, (last + 1, last)]:
                gap = Entry.objects.filter(county=county, pk__gt=low, pk__lt=first).order_by("pk").first()
                if gap is not None:
                    return Broken(county, gap.pk, f"第 {gap.pk} 条记录是封存之后插入的。")
                low = end
        return None
    return Broken(stray.county, stray.pk, f"第 {stray.pk} 条记录是封存之后插入的。")


def _head_missing(heads: list[dict[str, object]]) -> Broken | None:
    for start in range(0, len(heads), 1000):
        part = heads[start : start + 1000]
        known = dict(Seal.objects.filter(pk__in=[head["id"] for head in part]).values_list("pk", "digest"))
        for head in part:
            if known.get(int(str(head["id"]))) != head["digest"]:
                county = int(str(head["county"]))
                return Broken(county, None, f"库外留存的封存 {head['id']} 在库里不见了或不一样：封存链被整段替换过。")
    return None
