"""What the pack wants a person to look at: looked at with a reason and reported, or no help is decided."""

from __future__ import annotations

import io
from datetime import date, timedelta

import pytest
from django.db import ProgrammingError, transaction
from django.test import Client
from django.urls import reverse
from python_calamine import CalamineWorkbook
from tests.factories.casework import AT, Walk, case_make
from tests.factories.cast import Cast, sign_in
from tests.factories.register import household_make, status_make

from shouwang.audit.models import Entry
from shouwang.casework.errors import (
    CaseNotFound,
    CaseStale,
    FlagReasonMissing,
    FlagStands,
    FlagsUnlooked,
    FlagUnknown,
    FlagVerdictUnknown,
    NotYourTurn,
    ReasonUnknown,
    Recused,
)
from shouwang.casework.models import CaseEvent, FlagLook
from shouwang.casework.selectors.flags import case_flags
from shouwang.casework.services.looking import flag_look
from shouwang.casework.services.recusing import recusal_declare
from shouwang.kit.texts import PersonalNumberInText
from shouwang.people.access import SYSTEM, Viewer, acting_as
from shouwang.register.models import Household

pytestmark = pytest.mark.django_db(transaction=True)
BEGAN = date(2019, 1, 1)


def flagged(cast: Cast, *kinds: str, upto: str = "review", until: date | None = None) -> Walk:
    """A case of a household that has what a pack wants looked at."""
    household = household_make(cast.slot)
    for kind in kinds:
        status_make(household, kind, BEGAN, until_date=until)
    return case_make(cast, upto=upto, household_id=household.pk)


def look(
    walk: Walk,
    viewer: Viewer,
    key: str = "car",
    *,
    verdict: str = "OVERRIDDEN",
    reason: str = "入户看过，跑短途运输用",
    reason_key: str = "for_work",
    version: int | None = None,
) -> FlagLook:
    with acting_as(viewer):
        return flag_look(
            viewer=viewer, case_id=walk.case_id, version=version or walk.version, key=key, verdict=verdict,
            reason=reason, reason_key=reason_key, at=walk.at + timedelta(minutes=5),
        )  # fmt: skip


def held(walk: Walk) -> list[str]:
    with acting_as(SYSTEM):
        return [flag.key for flag in case_flags(walk.case, on=AT.date())]


def test_no_help_is_decided_before_every_flag_was_looked_at(cast: Cast) -> None:
    walk = flagged(cast, "CAR", "GAMBLING")
    assert held(walk) == ["car", "gambling"]
    with pytest.raises(FlagsUnlooked) as refusal:
        walk.review()
    assert "有机动车、赌博" in refusal.value.message and walk.case.act == "review"
    look(walk, cast.county)
    with pytest.raises(FlagsUnlooked) as refusal:
        walk.review()
    assert "机动车" not in refusal.value.message
    look(walk, cast.county, "gambling", verdict="ABSENT", reason="派出所查无记录", reason_key="")
    walk.review().decide()
    assert walk.case.act == "help"


def test_a_refusal_needs_no_look(cast: Cast) -> None:
    walk = flagged(cast, "CAR").review(conforms=False)
    assert walk.case.outcome == "REJECTED"


def test_a_flag_that_stands_keeps_help_back_until_somebody_overrides_it(cast: Cast) -> None:
    walk = flagged(cast, "COMPANY")
    look(walk, cast.county, "company", verdict="STANDS", reason="正常经营，年利润可观", reason_key="")
    with pytest.raises(FlagStands):
        walk.review()
    look(walk, cast.county, "company", reason_key="idle", reason="去年已注销停业")
    walk.review()
    look(walk, cast.leader, "company", verdict="STANDS", reason="实地看过仍在经营", reason_key="")
    with pytest.raises(FlagStands):
        walk.decide()
    assert walk.decide(approve=False).case.outcome == "REJECTED"


def test_what_comes_up_between_review_and_decision_is_looked_at_too(cast: Cast) -> None:
    walk = flagged(cast).review()
    with acting_as(SYSTEM):
        household = Household.objects.get(pk=walk.case.household_id)
    status_make(household, "FLAT", BEGAN)
    with pytest.raises(FlagsUnlooked):
        walk.decide()
    look(walk, cast.leader, "flat", reason_key="only_home", reason="全家就这一套房")
    assert walk.decide().case.act == "help"


@pytest.mark.parametrize(("until", "flags"), [(AT.date(), []), (AT.date() + timedelta(days=1), ["car"])])
def test_what_has_ended_is_no_flag_any_more(cast: Cast, until: date, flags: list[str]) -> None:
    assert held(flagged(cast, "CAR", upto="dispatch", until=until)) == flags


def test_a_look_stays_on_the_case_when_the_register_no_longer_says_so(cast: Cast) -> None:
    walk = flagged(cast, "CAR", upto="dispatch", until=AT.date() + timedelta(days=1))
    look(walk, cast.county)
    with acting_as(SYSTEM):
        assert [flag.key for flag in case_flags(walk.case, on=AT.date() + timedelta(days=9))] == ["car"]


def test_who_may_look_and_what_she_has_to_say(cast: Cast) -> None:
    walk = flagged(cast, "CAR", "CRIME")
    for stranger, refusal in ((cast.neighbour, CaseNotFound), (cast.city, CaseNotFound), (cast.officer, NotYourTurn)):
        with pytest.raises(refusal):
            look(walk, stranger)
    with pytest.raises(CaseStale):
        look(walk, cast.county, version=walk.version - 1)
    with pytest.raises(FlagUnknown):
        look(walk, cast.county, "flat")
    with pytest.raises(FlagVerdictUnknown):
        look(walk, cast.county, verdict="MAYBE")
    for key in ("", "idle"):  # the pack's list for a car has other reasons
        with pytest.raises(ReasonUnknown):
            look(walk, cast.county, reason_key=key)
    with pytest.raises(FlagReasonMissing):
        look(walk, cast.county, reason="  ")
    with pytest.raises(PersonalNumberInText):
        look(walk, cast.county, reason="车主 130529197001011234")
    assert look(walk, cast.county, "crime", reason="已刑满多年", reason_key="").reason_key == ""  # no list: words do
    with acting_as(cast.township):
        recusal_declare(viewer=cast.township, case_id=walk.case_id, relation="KIN", at=AT)
    with pytest.raises(Recused):
        look(walk, cast.township)


def test_a_look_is_told_logged_and_never_changed(cast: Cast) -> None:
    walk = flagged(cast, "CAR")
    made = look(walk, cast.county)
    with acting_as(SYSTEM):
        event = CaseEvent.objects.get(case_id=walk.case_id, what="LOOKED")
        entry = Entry.objects.get(action="flag.override")
    assert event.text.startswith("核看“有机动车”：情况属实，仍可救助。靠它谋生的车辆")
    assert entry.after["flag"] == "car" and str(entry.subject_id) == str(walk.case_id)
    with acting_as(cast.county), pytest.raises(ProgrammingError), transaction.atomic():
        FlagLook.objects.filter(pk=made.pk).update(verdict="ABSENT")


def test_the_pages_show_flags_ask_for_a_reason_and_keep_what_was_typed(client: Client, cast: Cast) -> None:
    walk = flagged(cast, "CAR")
    page = reverse("casework:case", args=[walk.case_id])
    address = reverse("casework:flag", args=[walk.case_id, "car"])
    text = sign_in(client, cast.county).get(page).content.decode()
    assert "有机动车" in text and "还没有人核看" in text and address in text
    judged = client.post(
        reverse("casework:judge", args=[walk.case_id]),
        {"version": walk.version, "move": "conform", "reason": "各单位核查属实"},
    )
    assert judged.status_code in (409, 422) and "没有人看过：有机动车" in judged.content.decode()
    given = {"version": walk.version, "verdict": "OVERRIDDEN", "reason": "入户看过，靠它拉活"}
    refused = client.post(address, given)
    assert refused.status_code == 422 and "请选放行的理由" in refused.content.decode()
    assert "入户看过，靠它拉活" in refused.content.decode()
    assert client.post(address, given | {"reason_key": "for_work"}).status_code == 302
    assert client.post(address, given | {"reason_key": "for_work"}).status_code == 409  # the version is old
    text = client.get(page).content.decode()
    assert "情况属实，仍可救助" in text and "靠它谋生的车辆" in text
    assert client.get(reverse("casework:flag", args=[walk.case_id, "flat"])).status_code == 404


def test_oversight_reads_who_overrode_what_where_and_why(client: Client, cast: Cast) -> None:
    walk = flagged(cast, "CAR", "FLAT")
    look(walk, cast.county)
    look(walk, cast.county, "flat", verdict="ABSENT", reason="房产登记查无", reason_key="")
    address = reverse("oversight:overrides")
    text = sign_in(client, cast.city).get(address).content.decode()
    assert "入户看过，跑短途运输用" in text and "王秀英" in text and "张•坤" in text and "房产登记查无" not in text
    assert "房产登记查无" in client.get(address + "?verdict=all").content.decode()
    assert "入户看过" not in client.get(address + "?flag=flat").content.decode()
    export = reverse("oversight:overrides_export")
    assert client.post(export, {"verdict": "all", "purpose": " "}).status_code == 422
    made = client.post(export, {"verdict": "all", "purpose": "季度督导"})
    rows = CalamineWorkbook.from_filelike(io.BytesIO(made.content)).get_sheet_by_index(0).to_python()
    assert made.status_code == 200 and len(rows) == 3 and rows[0][1] == "核实提示"
    assert {row[1] for row in rows[1:]} == {"有机动车", "有商品房"} and {row[7] for row in rows[1:]} == {"张•坤"}
    with acting_as(SYSTEM):
        assert Entry.objects.get(action="flag.export").purpose == "季度督导"
    assert "入户看过" not in sign_in(Client(), cast.neighbour).get(address).content.decode()
