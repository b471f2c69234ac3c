"""Reads of department feeds: imports, their rows, and how fresh each department's data is."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from django.db.models import QuerySet

from shouwang.kit.errors import Refusal
from shouwang.people.access import Kind, Viewer
from shouwang.people.selectors import organisations_by_ids
from shouwang.sources.models import Feed, FeedImport, FeedRow
from shouwang.sources.rules.kinds import feed_kinds
from shouwang.standards.selectors import NoPolicyInForce, policy_for


class ImportNotFound(Refusal):
    """There is no such import, or it is none of the viewer's."""

    is_absent = True
    sentence = "找不到这次导入。"


ANY_KIND = "任何一种数据表"
READERS = frozenset({Kind.COUNTY_CENTRE, Kind.CITY_CENTRE, Kind.PROVINCE, Kind.AUDIT, Kind.LEADING_GROUP, Kind.SYSTEM})


@dataclass(frozen=True)
class Freshness:
    """How old one delivery is: `max_age_days` from the policy, None where it sets none; `data_date` None = never."""

    organisation_id: int | None
    organisation: str
    department: str
    kind: str
    kind_name: str
    slot: int
    data_date: date | None
    imported_at: datetime | None
    age_days: int | None
    max_age_days: int | None

    @property
    def is_stale(self) -> bool:
        """Whether "no warning" says nothing because of this delivery."""
        if self.max_age_days is None:
            return False
        return self.age_days is None or self.age_days > self.max_age_days


def imports_visible_to(viewer: Viewer) -> QuerySet[FeedImport]:
    """This function returns a department's own imports, or those of the departments of an area, newest first."""
    rows = FeedImport.objects.select_related("feed").order_by("-pk")
    if viewer.kind is Kind.DEPARTMENT:
        return rows.filter(organisation_id=viewer.organisation_id or 0)
    return rows.filter(viewer.q()) if viewer.kind in READERS else rows.none()


def import_get(viewer: Viewer, import_id: int) -> FeedImport:
    """This function returns one import; raises ImportNotFound."""
    found = imports_visible_to(viewer).filter(pk=import_id).first()
    if found is None:
        raise ImportNotFound
    return found


def rows_set_aside(viewer: Viewer, taken: FeedImport) -> QuerySet[FeedRow]:
    """This function returns the rows of an import that were not taken, in the file's order."""
    rows = FeedRow.objects.filter(feed_import=taken).exclude(state=FeedRow.State.DECIDED)
    rows = rows.order_by("sheet_number", "row_number")
    if viewer.kind is Kind.DEPARTMENT:
        return rows.filter(organisation_id=viewer.organisation_id or 0)
    return rows.filter(viewer.q()) if viewer.kind in READERS else rows.none()


def feed_freshness(viewer: Viewer, on: date) -> list[Freshness]:
    """This function returns how fresh each delivery of the viewer's area is, the stalest first.

    A department that the policy expects and that never delivered stands there too, with no date.
    """
    feeds = Feed.objects.order_by("department", "kind")
    if viewer.kind is Kind.DEPARTMENT:
        feeds = feeds.filter(organisation_id=viewer.organisation_id or 0)
    else:
        feeds = feeds.filter(viewer.q())
    if viewer.kind is not Kind.DEPARTMENT and viewer.kind not in READERS:
        return []
    expected = _expected(viewer, on)
    names = organisations_by_ids({feed.organisation_id for feed in feeds})
    rows = [_freshness(feed, _name(names.get(feed.organisation_id)), expected, on) for feed in feeds]
    heard = {row.department for row in rows if row.data_date}
    slot = viewer.ranges[0][0] if viewer.ranges else 0
    for (department, kind), (name, days) in expected.items():
        mine = viewer.kind is not Kind.DEPARTMENT or viewer.department == department
        if mine and department not in heard and not any(row.department == department for row in rows):
            label = feed_kinds()[kind].name if kind in feed_kinds() else ANY_KIND
            rows.append(Freshness(None, name, department, kind, label, slot, None, None, None, days))
    return sorted(rows, key=lambda row: (not row.is_stale, -(row.age_days if row.age_days is not None else 10**6)))


def _name(organisation: object) -> str:
    return str(organisation) if organisation is not None else ""


def _expected(viewer: Viewer, on: date) -> dict[tuple[str, str], tuple[str, int]]:
    """This function returns what the policy of the viewer's first area expects: department, kind → name, days."""
    if not viewer.ranges:
        return {}
    try:
        _, policy = policy_for(slot=viewer.ranges[0][0], on=on)
    except NoPolicyInForce:
        return {}
    return {
        (stated.value.department, stated.value.kind): (stated.name, stated.value.max_age_days)
        for stated in policy.feeds.values()
    }


def _freshness(feed: Feed, organisation: str, expected: dict[tuple[str, str], tuple[str, int]], on: date) -> Freshness:
    limit = expected.get((feed.department, feed.kind)) or expected.get((feed.department, ""))
    kind = feed_kinds().get(feed.kind)
    return Freshness(
        organisation_id=feed.organisation_id,
        organisation=organisation,
        department=feed.department,
        kind=feed.kind,
        kind_name=kind.name if kind else feed.kind,
        slot=feed.slot,
        data_date=feed.data_date,
        imported_at=feed.imported_at,
        age_days=(on - feed.data_date).days if feed.data_date else None,
        max_age_days=limit[1] if limit else None,
    )
