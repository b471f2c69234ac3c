"""The page of the log: whom it is for, what it finds, and that reading it is logged."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from pathlib import Path

import pytest
from allauth.mfa.totp.internal.auth import TOTP
from django.test import Client
from tests.factories.cast import Cast, sign_in

import shouwang
from shouwang.audit.labels import action_label, is_labelled
from shouwang.audit.models import Entry
from shouwang.audit.services import entry_append
from shouwang.people.access import SYSTEM, Viewer, acting_as
from shouwang.people.models import User

AT = datetime(2020, 7, 1, 1, tzinfo=UTC)


def append(viewer: Viewer, action: str, *, slot: int | None, subject_id: int = 7) -> None:
    with acting_as(viewer):
        entry_append(
            viewer=viewer, action=action, subject_type="register.Person", subject_id=subject_id, slot=slot, at=AT
        )


def reader(cast: Cast, member: str = "auditor") -> Client:
    viewer = cast.members()[member]
    TOTP.activate(User.objects.get(pk=viewer.user_id), "JBSWY3DPEHPK3PXP")
    return sign_in(Client(), viewer)


@pytest.fixture
def log(cast: Cast) -> Cast:
    append(cast.county, "person.read", slot=cast.slot)
    append(cast.neighbour, "person.move", slot=cast.neighbour_slot, subject_id=8)
    append(cast.officer, "clue.report", slot=cast.slot, subject_id=9)
    return cast


def test_an_auditor_sees_her_area_and_nothing_of_the_neighbour(log: Cast) -> None:
    text = reader(log).get("/audit/").content.decode()
    assert "王秀英" in text
    assert "吴同科" in text
    assert "邻县甲" not in text


@pytest.mark.parametrize("member", ["county", "leader", "administrator", "city", "medical"])
def test_nobody_who_acts_reads_the_log(log: Cast, member: str) -> None:
    assert reader(log, member).get("/audit/").status_code == 404


@pytest.mark.parametrize(
    ("query", "shown", "hidden"),
    [
        ("action=person", "王秀英", "吴同科"),
        ("actor=吴同科", "吴同科", "王秀英"),
        ("subject=register.Person&number=9", "吴同科", "王秀英"),
        ("since=2020-07-01&until=2020-07-01", "王秀英", "邻县甲"),
        ("until=2020-06-30", "没有符合条件", "王秀英"),
        ("since=nonsense&action=person", "王秀英", "吴同科"),
    ],
)
def test_the_filter_stands_in_the_address(log: Cast, query: str, shown: str, hidden: str) -> None:
    text = reader(log).get(f"/audit/?{query}").content.decode()
    assert shown in text
    assert hidden not in text


def test_who_has_looked_at_this_person_is_one_click_and_logged_itself(log: Cast) -> None:
    text = reader(log).get("/audit/subjects/register.Person/7/").content.decode()
    assert "王秀英" in text
    assert "吴同科" not in text
    with acting_as(SYSTEM):
        assert Entry.objects.filter(action="audit.read", subject_id=7, user_id=log.auditor.user_id).exists()


def test_an_act_of_no_place_belongs_to_the_place_of_who_acts(log: Cast) -> None:
    append(log.county, "file.read", slot=None)
    append(log.neighbour, "file.read", slot=None)
    with acting_as(SYSTEM):
        places = list(Entry.objects.filter(action="file.read").order_by("pk").values_list("county", "slot"))
    assert places == [(130529, 130529000000), (130532, 130532000000)]


def test_every_action_that_is_written_has_its_words() -> None:
    root = Path(shouwang.__file__).parent
    found = {
        action
        for path in root.rglob("*.py")
        for action in re.findall(r'action="([a-z_]+\.[a-z_]+)"', path.read_text(encoding="utf-8"))
    }
    assert len(found) > 10
    assert not sorted(action for action in found if not is_labelled(action))
    assert action_label("case.dispatch") == "个案送核查"
