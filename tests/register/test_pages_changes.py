"""Registering and changing households and persons by form: split, head, merge, move, death, numbers, doubles."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from tests.factories.cast import Cast, sign_in
from tests.factories.register import household_make, identifier_make, person_make, resident_id_make

from shouwang.audit.models import Entry
from shouwang.people.access import SYSTEM, acting_as
from shouwang.register.models import (
    Household,
    Membership,
    Person,
    PersonMerge,
    PersonState,
    RegisterFinding,
    RegistrationConflict,
)

TODAY = timezone.localdate().isoformat()
TOMORROW = (timezone.localdate() + timedelta(days=1)).isoformat()
REASON = "本人申请"


@pytest.fixture
def home(cast: Cast) -> Household:
    return household_make(cast.slot, head="张胜坤", members=[("李秀兰", "SPOUSE"), ("张小宝", "CHILD")], number="HA1")


def member(name: str) -> Person:
    with acting_as(SYSTEM):
        return Person.objects.get(name=name)


def belonging(household_id: int) -> dict[str, str]:
    with acting_as(SYSTEM):
        rows = Membership.objects.filter(household_id=household_id, superseded_at__isnull=True, valid_to__isnull=True)
        return {row.person.name: row.relationship for row in rows.select_related("person")}


def version_of(row: Household | Person) -> int:
    with acting_as(SYSTEM):
        return type(row).objects.get(pk=row.pk).version


def url(name: str, row: Any) -> str:
    return reverse(f"register:{name}", args=[row.pk])


# ---- registering ----


def registration(cast: Cast, **changes: str) -> dict[str, str]:
    return {
        "village": cast.places.village.name, "on": TODAY, "number": "", "address": "村东头", "phone": "",
        "poverty_status": "NEVER", "watch_type": "", "rows": "3",
        "member0-name": "赵大勇", "member0-relationship": "HEAD",
        "member0-resident_id": resident_id_make(date(1968, 3, 4)),
        "member0-phone": "13912345678", "member0-labour": "WEAK", "member0-health": "is_chronic",
        "member1-name": "赵小妹", "member1-relationship": "CHILD", "member1-sex": "F",
        "member1-birth_date": "2010-09-01",
        "member1-student_status": "PRIMARY",
    } | changes  # fmt: skip


def test_a_household_is_registered(client: Client, cast: Cast) -> None:
    sign_in(client, cast.township)
    answer = client.post(reverse("register:new"), registration(cast))
    assert answer.status_code == 302
    head, child = member("赵大勇"), member("赵小妹")
    assert (head.sex, head.birth_date, head.slot) == ("M", date(1968, 3, 4), cast.slot)
    assert (child.sex, child.birth_date) == ("F", date(2010, 9, 1))
    with acting_as(SYSTEM):
        states = {row.person_id: row for row in PersonState.objects.filter(superseded_at__isnull=True)}
    assert (states[head.pk].labour, states[head.pk].is_chronic) == ("WEAK", True)
    assert states[child.pk].student_status == "PRIMARY"
    page = client.get(answer["Location"]).content.decode()
    assert "这一户已登记" in page
    assert "一般农户" in page


def test_one_member_more_keeps_what_was_typed_and_complains_of_nothing(client: Client, cast: Cast) -> None:
    sign_in(client, cast.county)
    body = registration(cast, more="1", on="", **{"member0-relationship": ""})
    answer = client.post(reverse("register:new"), body)
    assert answer.status_code == 200
    page = answer.content.decode()
    assert 'name="member3-name"' in page
    assert 'name="rows" value="4"' in page
    assert 'value="赵大勇"' in page
    assert body["member0-resident_id"] in page
    assert "需要修改" not in page
    assert page.count("checked") == 1


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"member0-resident_id": "130599196803040011"}, ""),
        ({"member1-relationship": "HEAD"}, "只能有一位户主"),
        ({"member0-relationship": "SPOUSE"}, "户主"),
        ({"member1-birth_date": ""}, "没有身份证号的，这一项要填"),
        ({"village": ""}, "还没有填"),
        ({"on": TOMORROW}, "不能晚于今天"),
        ({"number": "130599197005200018"}, "不是户编号"),
        ({"member0-name": ""}, "还没有填"),
    ],
)
def test_what_cannot_be_registered_says_why_and_keeps_what_was_typed(
    client: Client, cast: Cast, changes: dict[str, str], words: str
) -> None:
    sign_in(client, cast.county)
    answer = client.post(reverse("register:new"), registration(cast, **changes))
    assert answer.status_code == 422, changes
    page = answer.content.decode()
    assert "sw-errors" in page
    assert words in page
    assert 'value="赵小妹"' in page
    with acting_as(SYSTEM):
        assert not Household.objects.exists()


def test_an_id_of_ones_own_area_is_refused_by_its_village_and_one_from_elsewhere_without(
    client: Client, cast: Cast
) -> None:
    here, there = resident_id_make(), resident_id_make()
    household_make(cast.slot, head="张胜坤", resident_id=here)
    household_make(cast.neighbour_slot, head="李远", resident_id=there)
    sign_in(client, cast.county)
    taken = client.post(reverse("register:new"), registration(cast, **{"member0-resident_id": here}))
    assert taken.status_code == 422
    assert cast.places.village.name in taken.content.decode()
    waits = client.post(reverse("register:new"), registration(cast, **{"member0-resident_id": there}), follow=True)
    page = waits.content.decode()
    assert "需要县级核对" in page
    assert cast.places.neighbour_county.name not in page
    with acting_as(SYSTEM):
        assert RegistrationConflict.objects.count() == 1


# ---- households ----


def test_a_household_is_split(client: Client, cast: Cast, home: Household) -> None:
    son = member("张小宝")
    sign_in(client, cast.county)
    body = {f"as_{son.pk}": "HEAD", "on": TODAY, "reason": REASON, "version": version_of(home)}
    answer = client.post(url("split", home), body)
    assert answer.status_code == 302
    assert belonging(home.pk) == {"张胜坤": "HEAD", "李秀兰": "SPOUSE"}
    with acting_as(SYSTEM):
        assert (
            Membership.objects.get(person=son, valid_to__isnull=True, superseded_at__isnull=True).relationship == "HEAD"
        )
        assert Entry.objects.get(action="household.split").purpose == REASON


def test_a_head_who_leaves_names_a_new_one(client: Client, cast: Cast, home: Household) -> None:
    head, wife = member("张胜坤"), member("李秀兰")
    sign_in(client, cast.county)
    body: dict[str, Any] = {f"as_{head.pk}": "HEAD", "on": TODAY, "reason": REASON, "version": version_of(home)}
    lacking = client.post(url("split", home), body)
    assert lacking.status_code == 422
    assert "请选原户的新户主" in lacking.content.decode()
    assert client.post(url("split", home), body | {"stay_head": wife.pk}).status_code == 302
    assert belonging(home.pk) == {"李秀兰": "HEAD", "张小宝": "CHILD"}


@pytest.mark.parametrize("name", ["split", "move"])
def test_a_stale_change_of_a_household_is_refused(client: Client, cast: Cast, home: Household, name: str) -> None:
    son = member("张小宝")
    sign_in(client, cast.county)
    body = {
        f"as_{son.pk}": "HEAD", "on": TODAY, "reason": REASON, "version": version_of(home) + 1,
        "village": f"{cast.places.sibling_village.lo}",
    }  # fmt: skip
    answer = client.post(url(name, home), body)
    assert answer.status_code == 409
    assert "内容已有变动" in answer.content.decode()
    assert len(belonging(home.pk)) == 3


def test_nobody_or_everybody_leaving_is_refused(client: Client, cast: Cast, home: Household) -> None:
    sign_in(client, cast.county)
    body: dict[str, Any] = {"on": TODAY, "reason": REASON, "version": version_of(home)}
    assert "请至少选一个人" in client.post(url("split", home), body).content.decode()
    everybody = {f"as_{member(n).pk}": r for n, r in (("张胜坤", "HEAD"), ("李秀兰", "SPOUSE"), ("张小宝", "CHILD"))}
    assert "原户至少要留一个人" in client.post(url("split", home), body | everybody).content.decode()


def test_a_new_head_with_everybodys_relationship(client: Client, cast: Cast, home: Household) -> None:
    head, wife, son = member("张胜坤"), member("李秀兰"), member("张小宝")
    sign_in(client, cast.township)
    page = client.get(url("head", home)).content.decode()
    assert f"?head={wife.pk}" in page
    address = f"{url('head', home)}?head={wife.pk}"
    page = client.get(address).content.decode()
    assert '<option value="SPOUSE" selected>' in page
    body: dict[str, Any] = {
        f"as_{head.pk}": "SPOUSE", f"as_{wife.pk}": "HEAD", f"as_{son.pk}": "", "on": TODAY, "reason": REASON,
        "version": version_of(home),
    }  # fmt: skip
    assert client.post(address, body).status_code == 422
    assert client.post(address, body | {f"as_{son.pk}": "CHILD"}).status_code == 302
    assert belonging(home.pk) == {"张胜坤": "SPOUSE", "李秀兰": "HEAD", "张小宝": "CHILD"}


def test_two_households_become_one(client: Client, cast: Cast, home: Household) -> None:
    other = household_make(cast.slot, head="张老汉", number="HB2")
    old = member("张老汉")
    sign_in(client, cast.county)
    assert "没有找到这一户" in client.post(url("merge", home), {"other": "HX99"}).content.decode()
    assert "这就是本户" in client.post(url("merge", home), {"other": "HA1"}).content.decode()
    step = client.post(url("merge", home), {"other": "HB2"})
    assert step.status_code == 200
    assert "销户" in step.content.decode()
    body: dict[str, Any] = {
        "other": "HB2", "version": version_of(home), "other_version": version_of(other), "on": TODAY, "reason": REASON,
    }  # fmt: skip
    lacking = client.post(url("merge", home), body)
    assert lacking.status_code == 422
    assert "请选与户主的关系" in lacking.content.decode()
    assert client.post(url("merge", home), body | {f"as_{old.pk}": "PARENT"}).status_code == 302
    assert belonging(home.pk)["张老汉"] == "PARENT"
    with acting_as(SYSTEM):
        assert Household.objects.get(pk=other.pk).ended_on is not None


def test_a_household_moves_within_the_county_and_out_of_it(client: Client, cast: Cast, home: Household) -> None:
    sign_in(client, cast.county)
    body = {
        "village": cast.places.sibling_village.full_name,
        "on": TODAY,
        "reason": REASON,
        "version": version_of(home),
    }
    answer = client.post(url("move", home), body)
    assert answer.status_code == 302
    assert answer["Location"] == reverse("register:facts", args=[home.pk])
    body |= {"village": f"{cast.neighbour_slot:012d}", "version": version_of(home)}
    answer = client.post(url("move", home), body, follow=True)
    assert cast.places.neighbour_village.name in answer.content.decode()
    assert client.get(url("facts", home)).status_code == 404
    sign_in(client, cast.neighbour)
    assert "李秀兰" in client.get(url("facts", home)).content.decode()
    assert "从外地迁入" in client.get(reverse("register:findings")).content.decode()


def test_a_village_that_several_places_share_is_asked_for_by_code(client: Client, cast: Cast, home: Household) -> None:
    from tests.factories.people import area_make

    twin = area_make(130532002001)
    with acting_as(SYSTEM):
        type(twin).objects.filter(pk__in=[twin.pk, cast.places.neighbour_village.pk]).update(name="双名村")
    sign_in(client, cast.county)
    body = {"village": "双名村", "on": TODAY, "reason": REASON, "version": version_of(home)}
    page = client.post(url("move", home), body).content.decode()
    assert "不止一处" in page
    assert f"{twin.lo:012d}" in page


def test_the_picker_of_a_move_finds_villages_of_other_counties(client: Client, cast: Cast) -> None:
    sign_in(client, cast.county)
    name = cast.places.neighbour_village.name
    page = client.get(reverse("register:villages"), {"q": f"{cast.places.neighbour_county.name} {name}"})
    assert str(cast.neighbour_slot) in page.content.decode()


# ---- persons ----


def test_a_death_needs_a_new_head_where_the_head_dies(client: Client, cast: Cast, home: Household) -> None:
    head, wife = member("张胜坤"), member("李秀兰")
    sign_in(client, cast.county)
    body: dict[str, Any] = {"died_on": TODAY, "reason": "派出所销户证明", "version": version_of(head)}
    assert client.post(url("die", head), body).status_code == 422
    assert client.post(url("die", head), body | {"died_on": "1950-01-01", "new_head": wife.pk}).status_code == 422
    assert client.post(url("die", head), body | {"new_head": wife.pk}).status_code == 302
    assert member("张胜坤").died_on == timezone.localdate()
    assert belonging(home.pk) == {"李秀兰": "HEAD", "张小宝": "CHILD"}
    assert client.post(url("die", head), body).status_code in (409, 422)


def test_a_person_moves_to_another_household(client: Client, cast: Cast, home: Household) -> None:
    other = household_make(cast.places.sibling_village.lo, head="李守信", number="HB2")
    son = member("张小宝")
    sign_in(client, cast.county)
    body: dict[str, Any] = {
        "to_household": "HB2", "relationship": "", "village": "", "on": TODAY, "reason": REASON,
        "version": version_of(son),
    }  # fmt: skip
    assert "请选与那一户户主的关系" in client.post(url("person_move", son), body).content.decode()
    assert "填其中一项" in client.post(url("person_move", son), body | {"to_household": ""}).content.decode()
    assert client.post(url("person_move", son), body | {"relationship": "CHILD_IN_LAW"}).status_code == 302
    assert belonging(other.pk) == {"李守信": "HEAD", "张小宝": "CHILD_IN_LAW"}


def test_a_person_moves_to_another_county(client: Client, cast: Cast, home: Household) -> None:
    son = member("张小宝")
    sign_in(client, cast.county)
    body = {"village": f"{cast.neighbour_slot}", "on": TODAY, "reason": REASON, "version": version_of(son)}
    assert client.post(url("person_move", son), body).status_code == 302
    assert belonging(home.pk) == {"张胜坤": "HEAD", "李秀兰": "SPOUSE"}
    assert client.get(url("person_move", son)).status_code == 404


def test_a_wrong_id_is_corrected(client: Client, cast: Cast, home: Household) -> None:
    wife = member("李秀兰")
    right = resident_id_make(date(1972, 8, 9), sex="F")
    sign_in(client, cast.county)
    body: dict[str, Any] = {"kind": "RESIDENT_ID", "text": right[:-1], "reason": REASON, "version": version_of(wife)}
    wrong = client.post(url("identifier", wife), body)
    assert wrong.status_code == 422
    assert right[:-1] in wrong.content.decode()
    assert client.post(url("identifier", wife), body | {"text": right}).status_code == 302
    assert (member("李秀兰").sex, member("李秀兰").birth_date) == ("F", date(1972, 8, 9))


def test_numbers_are_shown_once_for_a_purpose_that_is_logged(client: Client, cast: Cast, home: Household) -> None:
    wife = member("李秀兰")
    identifier_make(wife, "PHONE", "13912345678")
    sign_in(client, cast.officer)
    page = client.get(url("show", wife)).content.decode()
    assert "13912345678" not in page
    assert client.post(url("show", wife), {"purpose": ""}).status_code == 422
    answer = client.post(url("show", wife), {"purpose": "电话回访"})
    assert "13912345678" in answer.content.decode()
    assert answer["Cache-Control"] == "no-store"
    with acting_as(SYSTEM):
        entry = Entry.objects.get(action="identifier.show")
    assert (entry.purpose, entry.user_id) == ("电话回访", cast.officer.user_id)


def test_doubles_are_compared_merged_and_parted_again(client: Client, cast: Cast, home: Household) -> None:
    wife = member("李秀兰")
    other = household_make(cast.places.sibling_village.lo, head="李守信")
    double = person_make(other, "李秀兰", "SIBLING")
    sign_in(client, cast.county)
    found = client.get(url("person_merge", wife)).content.decode()
    assert f'name="double" value="{double.pk}"' in found
    side = client.post(url("person_merge", wife), {"double": double.pk}).content.decode()
    assert "并进来的一条" in side
    body: dict[str, Any] = {
        "double": double.pk, "double_version": double.version, "version": version_of(wife), "reason": "同一身份证",
    }  # fmt: skip
    assert client.post(url("person_merge", wife), body | {"reason": ""}).status_code == 422
    assert client.post(url("person_merge", wife), body | {"version": 99}).status_code == 409
    assert client.post(url("person_merge", wife), body).status_code == 302
    assert "撤销合并" in client.get(url("facts", home)).content.decode()
    with acting_as(SYSTEM):
        merge = PersonMerge.objects.get()
    assert client.post(url("unmerge", merge), {"reason": "其实是姐妹"}).status_code == 302
    assert belonging(other.pk)["李秀兰"] == "SIBLING"
    assert client.post(url("unmerge", merge), {"reason": "再来一次"}).status_code == 404


ACTS = ["split", "head", "merge", "move"]
OF_PERSON = ["die", "person_move", "identifier"]


@pytest.mark.parametrize("who", ["officer", "leader", "city", "medical", "neighbour", "sibling_township"])
def test_who_may_not_change_finds_no_form(client: Client, cast: Cast, home: Household, who: str) -> None:
    son = member("张小宝")
    sign_in(client, getattr(cast, who))
    for name in ACTS:
        assert client.get(url(name, home)).status_code == 404, name
    for name in OF_PERSON:
        assert client.get(url(name, son)).status_code == 404, name
    if who not in ("neighbour", "sibling_township"):
        assert client.get(reverse("register:new")).status_code == 404


def test_nothing_of_this_leaves_a_finding_open_without_cause(client: Client, cast: Cast, home: Household) -> None:
    son = member("张小宝")
    sign_in(client, cast.county)
    client.post(
        url("split", home), {f"as_{son.pk}": "HEAD", "on": TODAY, "reason": REASON, "version": version_of(home)}
    )
    with acting_as(SYSTEM):
        assert not RegisterFinding.objects.exists()
