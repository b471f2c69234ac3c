"""What a village officer's phone keeps of her households, so that a form asks nothing the state holds.

No ID, phone, account or address leaves the register here, and of health only what an event of the last year says.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date

from shouwang.kit.codes import STATUS_LABELS, Relationship, Risk, SpendingCause, WatchType
from shouwang.kit.dates import months_add, years_old
from shouwang.people.access import Viewer
from shouwang.register.models import Household, HouseholdState, Membership, Spending, Status
from shouwang.register.rules import name_initials, source_label
from shouwang.register.selectors.people import UNNAMED, HouseholdCard, household_cards
from shouwang.register.selectors.scope import holding, of_household

PAGE = 50
EVENT_MONTHS = 12


@dataclass(frozen=True)
class MemberCopy:
    """A member as the form offers her."""

    person_id: int
    name: str
    relationship: str
    age: int | None


@dataclass(frozen=True)
class EventCopy:
    """An event that a department has reported already; `cause` is the risk it answers to."""

    id: int
    person_id: int | None
    cause: str
    cause_label: str
    event_date: date
    detail: str
    gross_fen: int | None
    reimbursed_fen: int | None
    self_paid_fen: int | None
    source: str


@dataclass(frozen=True)
class HouseholdCopy:
    """A household as a phone keeps it."""

    card: HouseholdCard
    watch_label: str
    initials: str
    members: Sequence[MemberCopy] = ()
    events: Sequence[EventCopy] = ()
    statuses: Sequence[str] = field(default=())

    @property
    def known(self) -> int:
        """How many facts need not be asked: these, and who and where."""
        return len(self.members) + len(self.events) + len(self.statuses) + bool(self.watch_label) + 2


def households_copy(
    viewer: Viewer, village_slot: int, *, on: date, after: int = 0
) -> tuple[list[HouseholdCopy], int | None]:
    """This function returns a page of a village's households, and the key behind which the next starts, if any."""
    rows = of_household(
        Household.objects.filter(slot=village_slot, ended_on__isnull=True, pk__gt=after), viewer, field="id"
    )
    ids = list(rows.order_by("pk").values_list("pk", flat=True)[: PAGE + 1])
    page = ids[:PAGE]
    cards = household_cards(viewer, page, on=on)
    members, events, statuses = _members(viewer, page, on), _events(viewer, page, on), _statuses(viewer, page, on)
    states = of_household(HouseholdState.objects.filter(holding(on), household_id__in=page), viewer)
    watched = dict(states.values_list("household_id", "watch_type"))
    copies = [
        HouseholdCopy(
            card,
            WatchType.parse(watched[pk]).label if watched.get(pk) else "",
            name_initials(card.head_name),
            members.get(pk, ()),
            events.get(pk, ()),
            statuses.get(pk, ()),
        )
        for pk, card in cards.items()
    ]
    return copies, page[-1] if len(ids) > PAGE else None


def _members(viewer: Viewer, ids: Sequence[int], on: date) -> dict[int, list[MemberCopy]]:
    order = [relationship.value for relationship in Relationship]
    rows = of_household(Membership.objects.filter(holding(on), household_id__in=ids), viewer).values_list(
        "household_id", "person_id", "person__name", "relationship", "person__birth_date"
    )
    found: dict[int, list[MemberCopy]] = defaultdict(list)
    for household_id, person_id, name, relationship, birth in sorted(
        rows, key=lambda row: (order.index(row[3]), row[4] or date.max, row[1])
    ):
        age = years_old(birth, on=on) if birth else None
        found[household_id].append(MemberCopy(person_id, name or UNNAMED, Relationship.parse(relationship).label, age))
    return found


def _events(viewer: Viewer, ids: Sequence[int], on: date) -> dict[int, list[EventCopy]]:
    rows = of_household(
        Spending.objects.filter(
            household_id__in=ids, superseded_at__isnull=True, event_date__lte=on,
            event_date__gte=months_add(on, -EVENT_MONTHS),
        ),
        viewer,
    )  # fmt: skip
    found: dict[int, list[EventCopy]] = defaultdict(list)
    for row in rows.order_by("-event_date", "-pk"):
        label = SpendingCause.parse(row.cause).label
        risk = Risk.parse_or_none(label)
        if risk is not None:
            found[row.household_id].append(
                EventCopy(
                    row.pk, row.person_id, risk.value, label, row.event_date, row.detail, row.gross_fen,
                    row.reimbursed_fen, row.self_paid_fen, source_label(row.source),
                )
            )  # fmt: skip
    return found


def _statuses(viewer: Viewer, ids: Sequence[int], on: date) -> dict[int, list[str]]:
    rows = of_household(
        Status.objects.filter(household_id__in=ids, superseded_at__isnull=True, from_date__lte=on), viewer
    ).values_list("household_id", "kind", "until_date")
    found: dict[int, list[str]] = defaultdict(list)
    for household_id, kind, until in rows.order_by("kind"):
        label = STATUS_LABELS.get(kind, kind)
        if (until is None or until >= on) and label not in found[household_id]:
            found[household_id].append(label)
    return found
