"""The database's own refusals: what is only ever added, who never writes, what a lamp may not claim."""

from __future__ import annotations

import pytest
from django.db import DatabaseError, IntegrityError, models, transaction
from django.utils import timezone
from tests.factories.casework import case_make
from tests.factories.cast import Cast

from shouwang.audit.models import Entry
from shouwang.casework.errors import ReasonUnknown
from shouwang.casework.models import Answer, Case, CaseEvent, CaseSource, Decision, Task
from shouwang.people.access import SYSTEM, acting_as

ADDED_ONLY: tuple[type[models.Model], ...] = (CaseEvent, Decision, Answer, CaseSource)


@pytest.mark.parametrize("model", ADDED_ONLY)
def test_what_is_only_ever_added_can_be_neither_changed_nor_removed(cast: Cast, model: type[models.Model]) -> None:
    case_make(cast, upto="closed")
    # A source may be put into another case by a person; what it says of who told what does not change.
    other = {"channel": "MEDIA"} if model is CaseSource else {"slot": 1}
    with acting_as(SYSTEM):
        assert model._default_manager.exists()
        for change in (lambda rows: rows.update(**other), lambda rows: rows._raw_delete(rows.db)):
            with pytest.raises(DatabaseError, match="permission denied"), transaction.atomic():
                change(model._default_manager.all())


@pytest.mark.parametrize("model", [Case, Task])
def test_cases_and_tasks_are_never_removed(cast: Cast, model: type[models.Model]) -> None:
    case_make(cast, upto="closed")
    rows = model._default_manager.all()
    with acting_as(SYSTEM), pytest.raises(DatabaseError, match="permission denied"), transaction.atomic():
        rows._raw_delete(rows.db)


@pytest.mark.parametrize("member", ["auditor", "city", "province", "medical", "insurer", "neighbour", "administrator"])
def test_who_has_no_part_in_the_procedure_changes_no_case(cast: Cast, member: str) -> None:
    walk = case_make(cast, upto="dispatch").dispatch()
    viewer = cast.members()[member]
    with acting_as(viewer):
        assert Case.objects.filter(pk=walk.case_id).update(stage_name="改") == 0


@pytest.mark.parametrize("member", ["officer", "township", "county", "leader", "city", "province", "auditor"])
def test_readers_of_the_area_see_the_whole_case(cast: Cast, member: str) -> None:
    walk = case_make(cast, upto="review")
    with acting_as(cast.members()[member]):
        assert Case.objects.filter(pk=walk.case_id).exists()
        assert CaseEvent.objects.filter(case_id=walk.case_id).count() > 3
        assert Answer.objects.count() == 4


@pytest.mark.parametrize("member", ["sibling_officer", "sibling_township", "neighbour", "administrator", "labour"])
def test_others_see_nothing_of_it(cast: Cast, member: str) -> None:
    case_make(cast, upto="review")
    with acting_as(cast.members()[member]):
        for model in (Case, CaseEvent, CaseSource, Decision, Answer, Task):
            assert not model.objects.exists(), model


def test_a_case_cannot_be_green_without_help_and_visit(cast: Cast) -> None:
    walk = case_make(cast)
    now = timezone.now()
    with acting_as(SYSTEM), pytest.raises(IntegrityError, match="case_green_only"), transaction.atomic():
        Case.objects.filter(pk=walk.case_id).update(
            stage="", stage_name="", act="", holder_kind="", outcome="HELPED", end_key="risk_gone", closed_at=now,
            closed_on=now.date(),
        )  # fmt: skip


def test_a_case_is_open_or_closed_as_a_whole(cast: Cast) -> None:
    walk = case_make(cast)
    with acting_as(SYSTEM), pytest.raises(IntegrityError, match="case_open_or_closed"), transaction.atomic():
        Case.objects.filter(pk=walk.case_id).update(closed_on=timezone.localdate())


def test_every_write_leaves_one_audit_entry(cast: Cast) -> None:
    walk = case_make(cast, upto="closed")
    with acting_as(SYSTEM):
        actions = list(
            Entry.objects.filter(subject_type="casework.Case", subject_id=walk.case_id)
            .order_by("pk")
            .values_list("action", flat=True)
        )
    assert actions == [
        "case.open",
        "case.check",
        "case.dispatch",
        *["task.answer"] * 4,
        "case.review",
        "case.decide",
        "case.assisted",
        "case.visited",
    ]


def test_a_refused_write_leaves_nothing(cast: Cast) -> None:
    walk = case_make(cast, upto="review")
    with acting_as(SYSTEM):
        before = (Entry.objects.count(), CaseEvent.objects.count())
    with pytest.raises(ReasonUnknown):
        walk.review(conforms=False, reason_key="nonsense")
    with acting_as(SYSTEM):
        assert (Entry.objects.count(), CaseEvent.objects.count()) == before
