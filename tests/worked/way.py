"""The whole way of a worked case, stage by stage: a county's files in, screening, casework, help, the statement out.

Every step is the service that its page calls, in the name of who takes it; nothing is written into tables here.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any

from django.test import Client
from django.urls import reverse
from django.utils import timezone
from tests.factories.casework import Walk
from tests.factories.cast import PLACES, Cast, cast_build
from tests.factories.exports import person, persons, ran, refusals
from tests.factories.insurance import ClaimWalk
from tests.factories.public import status_page
from tests.factories.register import resident_id_make
from tests.factories.sources import import_all, xlsx

from shouwang.assistance.services import Delivery, Plan, help_complete, measure_deliver, measure_plan
from shouwang.casework.models import Case
from shouwang.casework.selectors import with_lamp
from shouwang.casework.services import sources_collect
from shouwang.evaluation.services import Finding, visit_record
from shouwang.insurance.services import Event, claim_open
from shouwang.kit.dates import SHANGHAI
from shouwang.people.access import SYSTEM, Viewer, acting_as
from shouwang.public.services.handing import receipt_hand_over
from shouwang.register.models import Household, Membership
from shouwang.screening.models import Run, Warning
from shouwang.screening.services import run_execute, run_request

Rows = Sequence[Mapping[str, object]]
BORN = date(1970, 5, 20)


def noon(on: date) -> datetime:
    """This function returns the middle of a working day."""
    return datetime.combine(on, time(11), SHANGHAI)


def county_build(county: int, *, town: int, village: str, neighbour: int) -> Cast:
    """This function makes the cast in a county of a case; villages, which no list of divisions has, get their names."""
    codes = PLACES | {
        "province": county // 10_000, "city": county // 100, "county": county, "town": town,
        "village": town * 1000 + 201, "sibling_village": town * 1000 + 202, "sibling_town": town + 1,
        "sibling_town_village": (town + 1) * 1000 + 201, "neighbour_county": neighbour,
        "neighbour_town": neighbour * 1000 + 100, "neighbour_village": (neighbour * 1000 + 100) * 1000 + 201,
    }  # fmt: skip
    return cast_build(codes, {codes["village"]: village})


# ---- files ----


def member(
    cast: Cast, household: str, relationship: str, name: str, *, born: date = BORN, sex: str = "M", number: str = "",
    **more: object,
) -> dict[str, Any]:  # fmt: skip
    """This function returns a row of 监测对象信息 in the village of the cast."""
    at = cast.places
    place = {"县": at.county.name, "乡": at.town.name}
    return person(number or resident_id_make(born, sex=sex), relationship, name, household=household,
                  village=at.village.name, **{**place, **more})  # fmt: skip


def register_imported(cast: Cast, rows: Rows, *, on: date) -> dict[str, int]:
    """This function imports a workbook of the national system as the county centre and returns households by number."""
    run = ran(cast.county, persons(*(dict(row) for row in rows), on=on), at=noon(on), on=on)
    found = refusals(run) + refusals(run, notices=True)
    assert (run.state, found[:3]) == ("DONE", []), (run.message, found[:3])
    with acting_as(cast.county):
        return dict(Household.objects.filter(cast.county.q()).values_list("number", "pk"))


def feed_imported(department: Viewer, kind: str, rows: Rows, *, on: date) -> None:
    """This function imports a department's table as its clerk; every row finds its person."""
    headings = list(dict.fromkeys(name for row in rows for name in row))
    content = xlsx([headings, *([row.get(name) for name in headings] for row in rows)])
    done = import_all(department, content, kind=kind, data_date=on, clock=lambda: noon(on), name=f"{kind}.xlsx")
    assert (done.state, done.rows_exact, done.facts_recorded > 0) == ("DONE", len(rows), True), done.message


def screened(cast: Cast, *, on: date, taken: date | None = None) -> Run:
    """This function screens the county on a day under the policy in force, and makes cases of what it warns of.

    `taken`: when the warnings become cases, the same day unless another is named.
    """
    at, viewer = noon(on), cast.county
    with acting_as(viewer):
        run = run_request(viewer=viewer, area_id=cast.places.county.pk, on=on, at=at, is_queued=False)
    run_execute(run_id=run.pk, at=at)
    sources_collect(at=noon(taken or on))
    with acting_as(SYSTEM):
        run.refresh_from_db()
    assert run.state == "DONE"
    return run


def warned(run: Run) -> dict[int, list[tuple[str, str, str]]]:
    """This function returns the warnings of a run by household: trigger, type and cause."""
    found: dict[int, list[tuple[str, str, str]]] = {}
    with acting_as(SYSTEM):
        for one in Warning.objects.filter(run=run).order_by("trigger_key"):
            found.setdefault(one.household_id, []).append((one.trigger_key, one.type_key, one.cause))
    return found


# ---- a case ----


@dataclass
class Way(Walk):
    """A case on the whole way."""

    def tasks_sent(self, *keys: str) -> Way:
        self.dispatch(keys)
        return self

    def claim(self, cause: str, on: date, summary: str, *, person_name: str = "") -> ClaimWalk:
        """The insurer opens a claim out of its own task of verification, and then answers the task."""
        viewer = self.cast.insurer
        (task,) = self.tasks(state="OPEN", organisation_id=viewer.organisation_id)
        home = self.case.household_id
        with acting_as(SYSTEM):
            people = {row.person.name: row for row in Membership.objects.filter(household_id=home).select_related(
                "person")}  # fmt: skip
            head = next(row.person_id for row in people.values() if row.relationship == "HEAD")
        event = Event(cause, on, head, summary, person_id=people[person_name].person_id if person_name else None)
        with acting_as(viewer):
            claim = claim_open(viewer=viewer, event=event, at=self._next(), task_id=task.pk)
        self.answer(task)
        return ClaimWalk(self.cast, self, claim.pk, at=self.at)  # type: ignore[arg-type]

    def go_on(self, found: ClaimWalk) -> None:
        """What is done about a claim from here on comes after what was done about the case."""
        found.at = self._next()

    def plan(self, plan: Plan) -> int:
        viewer = self.cast.county
        with acting_as(viewer):
            return measure_plan(
                viewer=viewer, case_id=self.case_id, version=self.version, plan=plan, at=self._next()
            ).pk

    def deliver(self, viewer: Viewer, measure_id: int, result: str, amount_fen: int | None = None,
                unit: str = "ONCE") -> None:  # fmt: skip
        at = self._next()
        given = Delivery(at.astimezone(SHANGHAI).date(), result, amount_fen=amount_fen, unit=unit)
        with acting_as(viewer):
            measure_deliver(viewer=viewer, measure_id=measure_id, version=1, delivery=given, at=at)

    def helped(self) -> Way:
        viewer = self.cast.county
        with acting_as(viewer):
            help_complete(viewer=viewer, case_id=self.case_id, version=self.version, at=self._next())
        return self

    def visited(self, spoke_with: str, note: str, *, way: str = "PHONE") -> Way:
        """The county centre visits afterwards and finds every risk of the case gone."""
        self.at += timedelta(days=3)
        viewer, on = self.cast.county, self.at.astimezone(SHANGHAI).date()
        with acting_as(SYSTEM):
            causes = self.case.causes
        with acting_as(viewer):
            visit_record(
                viewer=viewer, case_id=self.case_id, version=self.version, at=self.at,
                finding=Finding(way=way, visited_on=on, spoke_with=spoke_with, has_help_arrived=True,
                                is_risk_gone=True, note=note,
                                answers={f"q-outcome-{cause}": "gone" for cause in causes}),
            )  # fmt: skip
        return self

    def lamp(self, on: date | None = None) -> str:
        """The lamp on a day, today of the walk unless another is named."""
        day = on or self.at.astimezone(SHANGHAI).date()
        with acting_as(SYSTEM):
            return str(with_lamp(Case.objects.filter(pk=self.case_id), day).get().lamp)  # type: ignore[attr-defined]


def way_of(cast: Cast, household_id: int, *, at: datetime) -> Way:
    """This function returns the open case of a household, to be walked on."""
    with acting_as(SYSTEM):
        case = Case.objects.get(household_id=household_id, closed_on=None)
    return Way(cast, case.pk, at)


def statement_of(cast: Cast, case_id: int) -> str:
    """This function returns what the household reads of itself by the receipt and PIN that an officer handed over."""
    with acting_as(cast.officer):
        slip = receipt_hand_over(
            viewer=cast.officer, at=timezone.now(), seen=True, with_receipt=True, case_id=case_id
        )  # fmt: skip
    client = Client()
    page = status_page(client, slip.receipt, slip.pin).content.decode()
    carried = page.split('name="opened" value="')[1].split('"')[0]
    text = client.post(reverse("desks:statement"), {"opened": carried}).content.decode()
    return re.sub(r"\s+", " ", re.sub(r"<[^>]*>", " ", text))
