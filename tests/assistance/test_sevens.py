"""What every household has to have: filled by hand, by a contact, by a status; complete by village; two sources."""

from __future__ import annotations

import io
from datetime import date
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from python_calamine import load_workbook
from tests.factories.cast import Cast, sign_in
from tests.factories.register import household_make, income_make, status_make
from tests.factories.standards import PACKS, policy_adopt

from shouwang.assistance.models import Filling
from shouwang.assistance.rules.sevens import Held, missing_names, sevens_title, standing_of_household, tally_of
from shouwang.assistance.selectors.sevens import homes_shown, sevens_in
from shouwang.assistance.services import (
    AlreadyStanding,
    Cadre,
    ContactNotFound,
    FilledByOthers,
    KindUnknown,
    NotForHousehold,
    ReasonNeeded,
    contact_begin,
    slot_empty,
    slot_fill,
)
from shouwang.kit.dates import months_add
from shouwang.people.access import SYSTEM, StaleWrite, acting_as
from shouwang.rulebook import PackError, PackSource, load_policy
from shouwang.rulebook.sevens import SevensPolicy, sevens_of
from shouwang.rulebook.yamls import yaml_read

SEVEN = [
    "leading_cadre", "responsible_person", "family_doctor", "sponsor_business", "one_insurance", "social_floor",
    "interest_link",
]  # fmt: skip


@pytest.fixture(scope="module")
def source() -> PackSource:
    return PackSource.from_directory(PACKS)


@pytest.fixture(scope="module")
def baoding(source: PackSource) -> SevensPolicy:
    return sevens_of(load_policy(source, place="baoding", on=date(2020, 6, 30)))


def test_baoding_wants_seven_of_a_poor_household_and_two_sources(baoding: SevensPolicy) -> None:
    assert [stated.key for stated in baoding.slots_for("POOR")] == SEVEN
    assert baoding.slots_for("EXITED") == baoding.slots_for("MARGINAL") == []
    assert (baoding.asks_sources("POOR"), baoding.asks_sources("EXITED"), baoding.at_least) == (True, True, 2)
    bare = standing_of_household(baoding, "POOR", Held())
    assert (bare.missing, bare.has_sources) == (SEVEN, None)
    full = Held(frozenset(SEVEN[2:5]) | {"interest_link"}, frozenset(SEVEN[:2]), frozenset({"DIBAO"}),
                frozenset({"WAGE", "PROPERTY"}))  # fmt: skip
    whole = standing_of_household(baoding, "POOR", full)
    assert (whole.is_complete, whole.sources, whole.has_sources) == (True, 2, True)
    total = tally_of([bare, whole])
    assert (total.households, total.complete, total.percent, total.unknown, total.short) == (2, 1, 50, 1, 0)


def test_nobody_has_everything_before_the_sources_do(baoding: SevensPolicy) -> None:
    slots = {"fillings": frozenset(SEVEN[2:5]) | {"interest_link"}, "contacts": frozenset(SEVEN[:2]),
             "statuses": frozenset({"DIBAO"})}  # fmt: skip
    earned = [frozenset({"WAGE", "PROPERTY"}), frozenset({"WAGE"}), frozenset({"WAGE", "TRANSFER"}), frozenset(), None]
    full = [standing_of_household(baoding, "POOR", Held(**slots, earned=each)) for each in earned]
    assert [each.missing for each in full] == [[]] * 5
    assert [each.is_complete for each in full] == [True, False, False, False, False]
    names = {stated.key: stated.name for stated in baoding.slots}
    assert [missing_names(names, each) for each in full] == ["", *["收入来源不足"] * 3, "收入来源未知"]
    total = tally_of(full)
    assert (total.complete, total.lacking, total.percent, total.short, total.unknown) == (1, 4, 20, 3, 1)
    # Who is asked for nothing but the sources has everything when they hold; of whom nothing is asked, at once.
    exited = [standing_of_household(baoding, "EXITED", Held(earned=each)) for each in (earned[0], earned[1])]
    assert [each.is_complete for each in exited] == [True, False]
    assert standing_of_household(baoding, "MARGINAL", Held()).is_complete
    assert [sevens_title(number) for number in (0, 5, 7, 10, 11)] == [
        "“几个一”", "“五个一”", "“七个一”", "“十个一”", "“几个一”"
    ]  # fmt: skip


def test_the_sources_agree_with_every_case_of_the_pack(baoding: SevensPolicy) -> None:
    """The rule here and the trigger of the pack are one: each case that says whether it warns says so here too."""
    name = "baoding/cases/sources.yaml"
    book: dict[str, Any] = yaml_read((PACKS / name).read_text(encoding="utf-8"), file=name)
    seen = set()
    for case in book["cases"]:
        facts, household = case.get("expect", {}), book["situations"].get(case.get("of", ""), {}).get("household")
        if household is None or "handled" in case or "warns" not in facts or str(case["on"]) != "2020-06-30":
            continue
        rows = [row for row in case.get("income", []) if "month" not in row]
        earned = frozenset(row["kind"] for row in rows if row["kind"] in ("WAGE", "BUSINESS", "PROPERTY"))
        found = standing_of_household(baoding, household["poverty_status"], Held(earned=earned if rows else None))
        expected = None if "few_sources" in facts.get("undecided", []) else "few_sources" not in facts["warns"]
        assert found.has_sources is expected, case["name"]
        seen.add(expected)
    assert seen == {True, False, None}


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("contact: leading_cadre", "contact: nobody", "没有“nobody”这种一对一联系"),
        ("at_least: least_sources", "at_least: half_year_income", "不是这一天的一个整数限额"),
        ("slot: {fills: PERSON", "slot: {fills: CAT", "fills"),
        ("{sources: {", "{source: {", "每个值要写成其中一种"),
    ],
)
def test_a_broken_pack_is_refused(source: PackSource, old: str, new: str, said: str) -> None:
    files = {**source.files, "baoding/sevens.yaml": source.files["baoding/sevens.yaml"].replace(old, new)}
    with pytest.raises(PackError, match=said):
        load_policy(PackSource.from_files(files), place="baoding", on=date(2020, 6, 30))


def test_a_village_shows_what_is_missing_and_the_list_leaves_the_house_with_a_purpose(
    cast: Cast, client: Client
) -> None:
    policy_adopt(cast.places.county, "baoding")
    township, today, now = cast.township, timezone.localdate(), timezone.now()
    home = household_make(cast.slot, watch_type="MARGINAL", head="欧阳长名")
    poor = household_make(cast.slot, watch_type="SUDDEN")
    plain = household_make(cast.slot, poverty_status="NEVER").pk
    status_make(home, "DIBAO", date(2020, 1, 1))
    month = months_add(today.replace(day=1), -1)
    income_make(home, month, 80_000, kind="WAGE")
    income_make(home, month, 1, kind="PROPERTY")
    income_make(poor, month, 80_000, kind="TRANSFER")

    def fill(household_id: int, kind: str = "family_doctor", viewer: Any = township) -> Filling:
        with acting_as(viewer):
            return slot_fill(
                viewer=viewer, household_id=household_id, kind=kind, name="李医生", about="卫生院", from_date=today,
                at=now,
            )  # fmt: skip

    for kind, refusal in (
        ("nobody", KindUnknown), ("social_floor", FilledByOthers), ("responsible_person", FilledByOthers)
    ):  # fmt: skip
        with pytest.raises(refusal):
            fill(home.pk, kind)
    with pytest.raises(NotForHousehold):
        fill(plain)
    with pytest.raises(ContactNotFound):
        fill(home.pk, viewer=cast.neighbour)
    doctor = fill(home.pk)
    with pytest.raises(AlreadyStanding):
        fill(home.pk)
    with acting_as(township):
        contact_begin(
            viewer=township, household_id=home.pk, kind="responsible_person",
            cadre=Cadre(name="韩冬", organisation_name="农业农村局"), from_date=today, at=now,
        )  # fmt: skip
        found = sevens_in(township, lo=cast.places.town.lo, hi=cast.places.town.hi, on=today)
        assert [each.id for each in found.homes] == [home.pk, poor.pk]
        left = ["leading_cadre", "sponsor_business", "one_insurance", "interest_link"]
        assert list(found.standings[home.pk].missing) == left
        assert (found.standings[home.pk].sources, found.standings[poor.pk].sources) == (2, 0)
        assert [each.id for each in homes_shown(found, "sources")] == [poor.pk]
        assert [each.id for each in homes_shown(found, "family_doctor")] == [poor.pk]

    sign_in(client, township)
    town = client.get(reverse("assistance:sevens")).content.decode()
    assert "“七个一”" in town
    assert "大寨村" in town
    # Every figure leads to exactly the households it counts.
    place = f"{cast.slot:012d}"
    both = ["欧阳长名", "张胜坤"]
    for show, heads in [
        ("all", both), ("complete", []), ("sources", ["张胜坤"]), ("unknown", []), ("family_doctor", ["张胜坤"]),
        ("social_floor", ["张胜坤"]), ("one_insurance", both), ("lacking", both),
    ]:  # fmt: skip
        assert (f'href="?area={place}&amp;show={show}"' in town) is (bool(heads) and show != "lacking"), show
        page = client.get(reverse("assistance:sevens"), {"area": place, "show": show}).context["page"]
        assert ([line.card.head_name for line in page.homes], page.shown) == (heads, len(heads))
    village = client.get(f"{reverse('assistance:sevens')}?area={cast.slot:012d}").content.decode()
    assert "欧阳长名" in village
    assert "李医生" in client.get(reverse("assistance:household_sevens", args=[home.pk])).content.decode()
    ahead = client.post(
        reverse("assistance:household_sevens", args=[poor.pk]),
        {"kind": "one_insurance", "name": "防贫保险", "about": "", "from_date": months_add(today, 1)},
    )
    slot = next(line for line in ahead.context["page"].lines if line.key == "one_insurance")
    assert slot.form.errors == {"from_date": ["日期不能晚于今天。"]}
    assert slot.form["about"].label == "承保单位和保障内容"
    filled = client.post(
        reverse("assistance:household_sevens", args=[poor.pk]),
        {"kind": "one_insurance", "name": "=防贫保险", "about": "", "from_date": today},
    )
    assert filled.status_code == 302
    export = f"{reverse('assistance:sevens_export')}?area={cast.places.town.lo:012d}"
    assert client.post(export, {"purpose": " "}).status_code == 422
    answer = client.post(export, {"purpose": "乡镇调度会"}, follow=True)
    content = b"".join(answer.streaming_content) if answer.streaming else answer.content  # type: ignore[attr-defined]
    rows = load_workbook(io.BytesIO(content)).get_sheet_by_index(0).to_python()
    assert [row[2] for row in rows[1:3]] == ["欧阳长名", "张胜坤"]
    assert "用途：乡镇调度会" in str(rows[-1][0])

    with acting_as(township):
        with pytest.raises(ReasonNeeded):
            slot_empty(viewer=township, filling_id=doctor.pk, version=1, until_date=today, reason="", at=now)
        with pytest.raises(StaleWrite):
            slot_empty(viewer=township, filling_id=doctor.pk, version=9, until_date=today, reason="换人", at=now)
        slot_empty(viewer=township, filling_id=doctor.pk, version=1, until_date=today, reason="换人", at=now)
    fill(home.pk)
    text = client.get(reverse("assistance:household_sevens", args=[home.pk])).content.decode()
    assert "以前的" in text
    with acting_as(SYSTEM):
        assert Filling.objects.filter(household_id=home.pk, kind="family_doctor").count() == 2
    with acting_as(cast.neighbour):
        assert not Filling.objects.exists()
