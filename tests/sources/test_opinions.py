"""Letters, petitions and the press: a person says whether it is a clue, by when the policy says, and why not."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date, timedelta
from typing import Any

import pytest
from django.db import IntegrityError, transaction
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from tests.factories.cast import Cast, sign_in
from tests.factories.register import household_make
from tests.factories.standards import policy_adopt

from shouwang.audit.models import Entry
from shouwang.people.access import SYSTEM, StaleWrite, Viewer, acting_as
from shouwang.sources.models import Clue, Opinion
from shouwang.sources.rules.report import CauseNoteMissing, PersonalNumberInText, SomebodyMissing
from shouwang.sources.selectors.opinions import OpinionNotFound, opinion_get, opinions_visible_to
from shouwang.sources.services import (
    HouseholdElsewhere,
    MayNotReport,
    OpinionJudged,
    OriginMissing,
    WhyMissing,
    opinion_enter,
    opinion_judge,
)

FRIDAY = date(2020, 6, 19)  # three working days on: Wednesday the 24th, before the holiday of the 25th


@pytest.fixture
def home(cast: Cast) -> Iterator[int]:
    policy_adopt(cast.places.county)
    yield household_make(cast.slot, head="张胜坤").pk


def enter(viewer: Viewer, **changes: Any) -> Opinion:
    said = {"channel": "LETTER", "origin": "村民来信", "received_on": FRIDAY, "subject": "说他家房子塌了没人管"}
    with acting_as(viewer):
        return opinion_enter(viewer=viewer, at=timezone.now(), **(said | changes))


def judge(viewer: Viewer, found: Opinion, **changes: Any) -> Opinion:
    said = {"version": 1, "verdict": "CLUE", "cause": "DISASTER", "at": timezone.now()}
    with acting_as(viewer):
        return opinion_judge(viewer=viewer, opinion_id=found.pk, **(said | changes))


def test_it_is_to_be_judged_within_the_working_days_of_the_policy(cast: Cast, home: int) -> None:
    assert enter(cast.county).due_on == date(2020, 6, 24)
    assert enter(cast.county, received_on=FRIDAY + timedelta(days=5)).due_on == date(2020, 6, 30)


def test_a_policy_without_a_clock_sets_none(cast: Cast) -> None:
    assert enter(cast.county).due_on is None


def test_what_is_a_clue_becomes_one_once_in_the_name_of_who_judged(cast: Cast, home: int) -> None:
    found = enter(cast.township, household_id=home, channel="MEDIA")
    with acting_as(SYSTEM):
        assert not Clue.objects.exists()  # nothing is a clue before somebody says so
    done = judge(cast.county, found, household_id=home)
    assert (done.verdict, done.judged_by) == ("CLUE", cast.county.label)
    with acting_as(SYSTEM):
        clue = Clue.objects.get()
        assert Entry.objects.get(action="opinion.judge").after == {"verdict": "CLUE", "clue_id": clue.pk}
    assert (clue.channel, clue.household_id, clue.summary) == ("MEDIA", home, found.subject)
    assert (clue.occurred_on, clue.reporter_label) == (FRIDAY, cast.county.label)
    for version in (1, 2):
        with pytest.raises(OpinionJudged):
            judge(cast.county, found, household_id=home, version=version)
    with acting_as(SYSTEM):
        assert Clue.objects.count() == 1


def test_what_is_no_clue_needs_its_why(cast: Cast, home: int) -> None:
    found = enter(cast.county)
    with pytest.raises(WhyMissing):
        judge(cast.county, found, verdict="NONE", why="  ")
    done = judge(cast.county, found, verdict="NONE", why="说的是宅基地纠纷，已转信访部门")
    assert (done.verdict, done.clue_id) == ("NONE", None)
    with acting_as(SYSTEM):
        assert not Clue.objects.exists()


def test_a_refused_judgement_leaves_it_in_the_queue(cast: Cast, home: int) -> None:
    found = enter(cast.county)
    for refusal, changes in (
        (SomebodyMissing, {}),
        (CauseNoteMissing, {"household_id": home, "cause": "OTHER"}),
        (StaleWrite, {"household_id": home, "version": 7}),
        (PersonalNumberInText, {"household_id": home, "why": "电话 13812345678"}),
    ):
        with pytest.raises(refusal):
            judge(cast.county, found, **changes)
    with acting_as(cast.county):
        assert [row.pk for row in opinions_visible_to(cast.county, is_judged=False)] == [found.pk]


def test_somebody_unregistered_is_a_person_to_be_clarified(cast: Cast, home: int) -> None:
    judge(cast.county, enter(cast.county), person_name="赵无名", person_note="村东", slot=cast.slot)
    with acting_as(SYSTEM):
        assert Clue.objects.get().person_name == "赵无名"


def test_it_stays_inside_its_area_and_with_the_offices_that_keep_it(cast: Cast, home: int) -> None:
    found = enter(cast.county, household_id=home)
    for viewer in (cast.neighbour, cast.sibling_township, cast.medical):
        with acting_as(viewer), pytest.raises(OpinionNotFound):
            opinion_get(viewer, found.pk)
        with pytest.raises(OpinionNotFound):
            judge(viewer, found)
    for viewer in (cast.officer, cast.leader, cast.medical):
        with pytest.raises(MayNotReport):
            enter(viewer)
    with pytest.raises(HouseholdElsewhere):
        enter(cast.township, slot=cast.neighbour_slot)
    with pytest.raises(OriginMissing):
        enter(cast.county, origin=" ")


def test_the_database_takes_no_half_judgement(cast: Cast, home: int) -> None:
    found = enter(cast.county)
    for half in ({"verdict": "CLUE"}, {"verdict": "NONE", "judged_by": "谁", "judged_at": timezone.now()}):
        with acting_as(SYSTEM), pytest.raises(IntegrityError), transaction.atomic():
            Opinion.objects.filter(pk=found.pk).update(**half)


def test_a_clerk_enters_judges_and_reads_who_said_why(client: Client, cast: Cast, home: int) -> None:
    sign_in(client, cast.county)
    said = {"channel": "MEDIA", "origin": "晚报", "received_on": timezone.localdate().isoformat(),
            "subject": "报道一户房子塌了", "household": "zsk", "village": ""}  # fmt: skip
    assert client.post(reverse("sources:opinion_enter"), said).status_code == 302
    queue = client.get(reverse("sources:opinions")).content.decode()
    assert "1 件待研判" in queue
    (url,) = set(re.findall(r'href="(/sources/opinions/\d+/)"', queue))
    form = {"version": 1, "verdict": "CLUE", "why": "", "household": f"@{home}", "cause": "", "occurred_on": ""}
    refused = client.post(url, form)
    assert (refused.status_code, "请选一个原因" in refused.content.decode()) == (422, True)
    assert "请写为什么不是" in client.post(url, form | {"verdict": "NONE"}).content.decode()
    done = client.post(url, form | {"cause": "DISASTER"}, follow=True).content.decode()
    assert "是风险线索" in done
    assert cast.county.label in done
    assert "0 件待研判" in client.get(reverse("sources:opinions"), {"show": "judged"}).content.decode()
