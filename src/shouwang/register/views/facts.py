"""The register's page of a household: its facts, its members, and what can be changed about them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_GET

from shouwang.audit.services import entry_append
from shouwang.people.access import Kind, Viewer, requires
from shouwang.register.contexts import FactLine, FactsContext, HistoryContext, MemberLine, ObjectionLine
from shouwang.register.models import FactObjection, Person, PersonMerge
from shouwang.register.selectors import (
    Fact,
    HouseholdFile,
    Member,
    household_file,
    household_get,
    members_of,
)
from shouwang.register.selectors.facts import (
    SPENDING_FIELDS,
    STATUS_FIELDS,
    address_fact,
    fact_text,
    fact_versions,
    income_facts,
    objections_of,
    person_facts,
    person_of,
    persons_of,
    rows_of,
)
from shouwang.register.selectors.work import merges_standing
from shouwang.register.services.facts import fact_row
from shouwang.register.services.values import field_label
from shouwang.register.views.common import (
    READERS,
    WORKERS,
    absent_as_404,
    may_decide,
    may_edit,
    may_object,
    viewer_of,
)


@require_GET
@requires(*READERS)
@absent_as_404
def facts(request: HttpRequest, household_id: int) -> HttpResponse:
    """This function shows the registered facts of a household, each with where it came from."""
    viewer, on = viewer_of(request), timezone.localdate()
    file = household_file(viewer, household_id, on)
    names = {member.person_id: member.name for member in file.members}
    objected = _objected(file)
    lines = Lines(viewer, household_id, objected, is_ended=file.card.ended_on is not None)
    home, ids = address_fact(viewer, household_id, on, objected), list(names)
    persons, merges = persons_of(viewer, ids), merges_standing(viewer, ids)
    spendings, statuses = rows_of(viewer, "spending", household_id), rows_of(viewer, "status", household_id)
    page = FactsContext(
        file=file,
        facts=[lines.of(fact) for fact in [*([home] if home else []), *file.facts]],
        members=[
            _member(viewer, member, lines, objected, persons[member.person_id], merges.get(member.person_id, []))
            for member in file.members
        ],
        spendings=[
            (line, lines.rows("spending", spendings[line.id], SPENDING_FIELDS, line.source)) for line in file.spendings
        ],
        statuses=[
            (line, lines.rows("status", statuses[line.id], STATUS_FIELDS, line.source)) for line in file.statuses
        ],
        incomes=[lines.of(f) for f in income_facts(viewer, household_id, file.net.first_month, names, objected)],
        objections=[objection_line(row, lines, names) for row in file.objections],
        may_edit=lines.edits,
        may_object=lines.objects,
        may_merge=may_decide(viewer),
        may_show=viewer.kind is not Kind.AUDIT and viewer.role in WORKERS,
    )
    entry_append(
        viewer=viewer, action="household.read", subject_type="register.Household", subject_id=household_id,
        slot=file.card.slot, at=timezone.now(), purpose="查看登记信息",
    )  # fmt: skip
    return render(request, "register/facts.html", {"page": page})


def _objected(file: HouseholdFile) -> set[tuple[str, int, str]]:
    """This function names the facts under objection by the rows that hold them today."""
    states = {member.person_id: member.state.pk for member in file.members if member.state is not None}
    household_state = file.facts[0].row_id if file.facts else 0
    found = set()
    for row in file.objections:
        if row.state == FactObjection.State.OPEN:
            row_id = row.row_id
            if row.subject == "household_state":
                row_id = household_state
            elif row.subject == "person_state":
                row_id = states.get(row.person_id or 0, 0)
            found.add((row.subject, row_id, row.field))
    return found


class Lines:
    """Makes facts into lines with the addresses of their history, objection and correction."""

    def __init__(
        self, viewer: Viewer, household_id: int, objected: set[tuple[str, int, str]], *, is_ended: bool = False
    ) -> None:
        self.household_id = household_id
        self.objected = objected
        self.edits = may_edit(viewer) and not is_ended
        self.objects = may_object(viewer)

    def of(self, fact: Fact) -> FactLine:
        """This function returns the line of a fact."""
        key = [self.household_id, fact.subject, fact.row_id, fact.field]
        is_objected = fact.is_objected or (fact.subject, fact.row_id, fact.field) in self.objected
        return FactLine(
            fact=fact,
            history_href=reverse("register:fact", args=key),
            object_href=reverse("register:objection", args=key) if self.objects and not is_objected else "",
            correct_href=reverse("register:correct", args=key) if self.edits else "",
            is_objected=is_objected,
        )

    def rows(self, subject: str, row: Any, fields: Sequence[str], source: str) -> list[FactLine]:
        """This function returns the lines of a row's fields."""
        return [self.of(_fact(subject, row, name, source)) for name in fields]


def _fact(subject: str, row: Any, name: str, source: str) -> Fact:
    return Fact(field_label(subject, name), fact_text(row, name), source, None, subject, row.pk, name)


def _member(
    viewer: Viewer,
    member: Member,
    lines: Lines,
    objected: set[tuple[str, int, str]],
    person: Person,
    merges: Sequence[PersonMerge],
) -> MemberLine:
    found = [lines.of(fact) for fact in person_facts(viewer, member, objected, person=person)]
    return MemberLine(member, found, merges)


def objection_line(row: FactObjection, lines: Lines, names: dict[int, str]) -> ObjectionLine:
    """This function returns an objection with what it is about and where it is corrected."""
    is_open = row.state == FactObjection.State.OPEN
    return ObjectionLine(
        row=row,
        label=field_label(row.subject, row.field),
        about=names.get(row.person_id or 0, ""),
        card=None,
        correct_href=reverse("register:objection_correct", args=[row.pk]) if is_open and lines.edits else "",
    )


@require_GET
@requires(*READERS)
@absent_as_404
def fact(request: HttpRequest, household_id: int, subject: str, row_id: int, field: str) -> HttpResponse:
    """This function shows one fact through time: what was believed when, from whom, and what was said about it."""
    viewer, on = viewer_of(request), timezone.localdate()
    card = household_get(viewer, household_id)
    label, row = field_label(subject, field), fact_row(household_id, subject, row_id)
    remarks = list(objections_of(household_id, subject, row, field))
    is_objected = any(remark.state == FactObjection.State.OPEN for remark in remarks)
    lines = Lines(viewer, household_id, {(subject, row_id, field)} if is_objected else set(),
                  is_ended=card.ended_on is not None)  # fmt: skip
    names = {member.person_id: member.name for member in members_of(viewer, household_id, on)}
    page = HistoryContext(
        card=card,
        label=label,
        about=names.get(person_of(subject, row) or 0, ""),
        line=lines.of(_fact(subject, row, field, "")),
        versions=fact_versions(viewer, subject, row, field),
        remarks=remarks,
    )
    return render(request, "register/fact.html", {"page": page})
