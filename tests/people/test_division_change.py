"""邢台's reorganisation of 2020, from the tree before it to the tree of today, with rows in the middle of it."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime
from pathlib import Path

import pytest
import yaml
from tests.factories.people import appointment_make, grant_make, organisation_make, user_make
from tests.factories.register import household_make

from shouwang.audit.models import Entry
from shouwang.kit import divisions
from shouwang.kit.divisions import Division
from shouwang.people.access import SYSTEM, Kind, Role, acting_as, viewer_for
from shouwang.people.models import Area, AreaCode, DivisionChange, TaskGrant
from shouwang.people.selectors import areas_as_of, tree_as_of
from shouwang.people.services.division_change import divisions_change
from shouwang.people.services.division_file import ChangeFileRefusal, change_file_read
from shouwang.people.services.division_plan import ChangeRefused
from shouwang.people.services.division_slots import slot_columns
from shouwang.people.services.divisions import divisions_load

pytestmark = pytest.mark.django_db(transaction=True, databases=["default", "owner"])

FILE = Path(__file__).parent / "data" / "xingtai_2020.yaml"
AT = datetime(2020, 7, 1, 1, tzinfo=UTC)
ON = date(2020, 7, 1)
OLD_NAMES = {130502: "桥东区", 130503: "桥西区", 130521: "邢台县", 130526: "任县", 130527: "南和县"}
# 东汪镇 is counted under a development zone in the statistics; the approval gives it to 襄都区.
DONGWANG = 130571100000


def tree_before() -> Iterator[Division]:
    """Today's tree of the four districts, taken back through the change file."""
    table = divisions.load()
    back = {
        divisions.code_parse(row["to"]): divisions.code_parse(row["from"])
        for row in yaml.safe_load(FILE.read_text())["changes"]
        if len(str(row["from"])) == 9 or row["from"] in (130526, 130527)
    }
    back[DONGWANG] = 130521102000
    for code in (13, 1305):
        yield table.rows[divisions.code_parse(code)]
    for prefix, name in OLD_NAMES.items():
        yield Division(prefix * 10**6, name, "县", 130500000000)
    rows = {}
    for county in (130502, 130503, 130505, 130506):
        for row in (*table.below(county, wanted=4), *table.below(county, wanted=5)):
            rows[row.code] = row
    for row in (table.rows[DONGWANG], *table.children(DONGWANG)):
        rows[row.code] = row
    moved = []
    for row in rows.values():
        above = next((up for up in (row.code, *reversed(divisions.ancestors(row.code))) if up in back), None)
        code = row.code if above is None else back[above] + row.code - above
        moved.append(Division(code, row.name, row.kind, divisions.parent(code)))
    yield from sorted(moved, key=lambda row: (row.level, row.code))


@pytest.fixture
def before(transactional_db: None) -> None:
    divisions_load(rows=tree_before())


def area(code: int) -> Area:
    return Area.objects.get(is_current=True, lo=divisions.code_parse(code))


def apply(file: Path = FILE, **more: bool) -> object:
    return divisions_change(viewer=SYSTEM, change=change_file_read(file), at=AT, on=ON, **more)


def write(folder: Path, *changes: dict[str, object], valid_from: str = "2020-06-23") -> Path:
    path = folder / "change.yaml"
    path.write_text(yaml.safe_dump({"valid_from": valid_from, "document": "试验", "changes": list(changes)}))
    return path


def test_the_tree_of_today_comes_out(before: None) -> None:
    apply()
    counties = Area.objects.filter(is_current=True, level=3).order_by("lo").values_list("lo", "name")
    assert [(lo // 10**6, name) for lo, name in counties] == [
        (130502, "襄都区"),
        (130503, "信都区"),
        (130505, "任泽区"),
        (130506, "南和区"),
    ]
    table = divisions.load()
    expected = {row.code: row.name for county in (130502, 130503, 130505, 130506) for row in table.below(county)}
    found = dict(AreaCode.objects.filter(valid_to=None, area__level=5).values_list("area__lo", "name"))
    assert {code: name for code, name in found.items() if code // 1000 != 130502102} == expected
    assert area(130502102).name == "东汪镇"
    assert area(130502101).full_name == "河北省邢台市襄都区祝村镇"
    assert not Area.objects.filter(is_current=True, lo__gte=130521000000, lo__lte=130527999999).exists()


def test_an_area_keeps_its_identity_under_its_new_code(before: None) -> None:
    village = (
        area(130526100200)
        if Area.objects.filter(lo=130526100200).exists()
        else Area.objects.filter(level=5, lo__gte=130526000000, lo__lte=130526999999).order_by("lo")[0]
    )
    old = village.lo
    apply()
    village.refresh_from_db()
    assert village.lo == old - 130526000000 + 130505000000
    codes = list(village.codes.order_by("valid_from").values_list("code", "valid_from", "valid_to"))
    assert (str(old), None, date(2020, 6, 23)) in codes
    assert (str(village.lo), date(2020, 6, 23), None) in codes


def test_a_report_as_of_a_day_uses_that_days_tree(before: None) -> None:
    villages_then = {row.code for row in areas_as_of(date(2020, 6, 22), level=5)}
    village = Area.objects.filter(level=5, lo__gte=130521103000, lo__lte=130521103999).order_by("lo")[0]
    old = village.lo
    apply()
    assert {row.code for row in areas_as_of(date(2020, 6, 22), level=5)} == villages_then
    assert {row.name for row in areas_as_of(date(2020, 6, 22), level=3)} == set(OLD_NAMES.values())
    assert {row.name for row in areas_as_of(date(2020, 6, 23), level=3)} == {"襄都区", "信都区", "任泽区", "南和区"}
    village.refresh_from_db()
    assert tree_as_of(date(2020, 6, 22)).slot_on(village.lo) == old
    assert tree_as_of(date(2020, 6, 23)).slot_on(village.lo) == village.lo
    ranges = tree_as_of(date(2020, 6, 22)).slots_now(130521)
    assert any(lo <= village.lo <= hi for lo, hi in ranges)
    assert not any(lo <= 130502001000 <= hi for lo, hi in ranges)


def test_the_rows_of_every_room_move_in_one_logged_change(before: None) -> None:
    village = Area.objects.filter(level=5, lo__gte=130521103000, lo__lte=130521103999).order_by("lo")[0]
    organisation = organisation_make(Kind.DEPARTMENT, area(130521), department="medical_insurance")
    clerk = viewer_for(appointment_make(user_make(), organisation, Role.CLERK), on=ON)
    with acting_as(SYSTEM):
        grant_make(clerk, household_id=7, slot=village.lo)
    apply()
    village.refresh_from_db()
    with acting_as(SYSTEM):
        assert TaskGrant.objects.get(household_id=7).slot == village.lo
        entry = Entry.objects.get(action="division.change")
        assert entry.after["rows"] == {"people_taskgrant.slot": 1}
    assert DivisionChange.objects.get().moved["rows"] == {"people_taskgrant.slot": 1}


def test_slot_columns_of_all_rooms_are_found() -> None:
    found = {(column.table, column.column) for column in slot_columns()}
    assert {("people_taskgrant", "slot"), ("audit_entry", "slot"), ("office_progress", "slot")} <= found
    assert ("audit_entry", "place_code") not in found


def test_an_appointment_over_a_vanished_county_keeps_exactly_its_towns(before: None) -> None:
    centre = organisation_make(Kind.COUNTY_CENTRE, area(130521))
    appointment = appointment_make(user_make(), centre, Role.CLERK)
    apply()
    viewer = viewer_for(appointment, on=ON)
    assert viewer.can_see(130502103201)
    assert viewer.can_see(130503105201)
    assert not viewer.can_see(130503001001)
    assert not viewer.can_see(130502001001)
    assert len(viewer.ranges) == 4
    centre.refresh_from_db()
    assert centre.area == area(130503)


def test_an_appointment_over_a_renamed_county_follows_its_code(before: None) -> None:
    appointment = appointment_make(user_make(), organisation_make(Kind.COUNTY_CENTRE, area(130526)), Role.CLERK)
    apply()
    assert viewer_for(appointment, on=ON).ranges == ((130505000000, 130505999999),)


def test_a_trial_changes_nothing(before: None) -> None:
    assert apply(is_trial=True)
    assert area(130521).name == "邢台县"
    assert not DivisionChange.objects.exists()


def test_the_same_file_is_not_applied_twice(before: None) -> None:
    apply()
    with pytest.raises(ChangeRefused, match="已经执行过"):
        apply()


def test_a_change_that_would_leave_a_row_nowhere_is_refused_whole(before: None, tmp_path: Path) -> None:
    village = Area.objects.filter(level=5, lo__gte=130521103000, lo__lte=130521103999).order_by("lo")[0]
    organisation = organisation_make(Kind.DEPARTMENT, area(130521), department="medical_insurance")
    clerk = viewer_for(appointment_make(user_make(), organisation, Role.CLERK), on=ON)
    with acting_as(SYSTEM):
        grant_make(clerk, household_id=7, slot=village.lo)
    file = write(tmp_path, {"from": 130521101, "to": 130502101}, {"from": 130521, "to": None})
    with pytest.raises(ChangeRefused, match=f"没有去处：{village.lo}"):
        apply(file)
    assert area(130521).name == "邢台县"
    assert area(130521101).level == 4


def test_a_village_taken_into_another_gives_it_its_rows(before: None, tmp_path: Path) -> None:
    first, second = Area.objects.filter(level=5, lo__gte=130527100000, lo__lte=130527100999).order_by("lo")[:2]
    organisation = organisation_make(Kind.VILLAGE, second)
    officer = appointment_make(user_make(), organisation, Role.OFFICER)
    with acting_as(SYSTEM):
        grant_make(viewer_for(officer, on=ON), household_id=7, slot=second.lo)
    apply(write(tmp_path, {"from": second.lo, "to": first.lo}))
    with acting_as(SYSTEM):
        assert TaskGrant.objects.get(household_id=7).slot == first.lo
    second.refresh_from_db()
    assert not second.is_current
    assert second.codes.get().successor == first
    assert viewer_for(officer, on=ON).ranges == ((first.lo, first.lo),)


def test_two_areas_may_change_places(before: None, tmp_path: Path) -> None:
    first, second = Area.objects.filter(level=5, lo__gte=130527100000, lo__lte=130527100999).order_by("lo")[:2]
    apply(write(tmp_path, {"from": first.lo, "to": second.lo}, {"from": second.lo, "to": first.lo}))
    lows = (first.lo, second.lo)
    first.refresh_from_db()
    second.refresh_from_db()
    assert (second.lo, first.lo) == lows


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ([{"from": 130599, "to": 130598}], "现行区划里没有代码"),
        ([{"from": 130526, "to": 130505}, {"from": 130526, "to": 130506}], "写了两次"),
        ([{"from": 130526, "to": 130527}], "另有区划在用|已有"),
        ([{"from": 130526100, "to": 130588100}], "上级"),
        ([{"from": None, "to": 130527, "name": "新区"}], "已有现行区划"),
    ],
)
def test_a_change_that_does_not_fit_is_refused(
    before: None, tmp_path: Path, changes: list[dict[str, object]], sentence: str
) -> None:
    with pytest.raises(ChangeRefused, match=sentence):
        apply(write(tmp_path, *changes))


def test_a_change_of_tomorrow_is_refused(before: None, tmp_path: Path) -> None:
    with pytest.raises(ChangeRefused, match="还没有到"):
        apply(write(tmp_path, {"from": 130526, "to": 130505}, valid_from="2020-07-02"))


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("原代码,新代码\n1,2\n", "缺少列"),
        ("原代码,新代码,新名称,生效日期,文件\n1305,130505,,2020-06-23,x\n", "同一级"),
        ("原代码,新代码,新名称,生效日期,文件\n13052x,130505,,2020-06-23,x\n", "第 2 行"),
        ("原代码,新代码,新名称,生效日期,文件\n130526,130505,,2020-13-23,x\n", "生效日期"),
        ("原代码,新代码,新名称,生效日期,文件\n130526,130505,,2020-06-23,\n", "依据"),
    ],
)
def test_a_bad_change_file_is_refused_with_its_place(tmp_path: Path, text: str, sentence: str) -> None:
    path = tmp_path / "change.csv"
    path.write_text(text)
    with pytest.raises(Exception, match=sentence):
        change_file_read(path)


def test_a_csv_file_says_the_same_as_yaml(tmp_path: Path) -> None:
    path = tmp_path / "change.csv"
    path.write_text(
        "原代码,新代码,新名称,生效日期,文件\n130526,130505,任泽区,2020-06-23,国务院批复\n", encoding="utf-8-sig"
    )
    change = change_file_read(path)
    assert [(row.source, row.target, row.name) for row in change.rows] == [(130526000000, 130505000000, "任泽区")]
    with pytest.raises(ChangeFileRefusal):
        change_file_read(tmp_path / "nowhere.yaml")


def test_a_household_and_its_people_move_with_their_village(before: None) -> None:
    village = Area.objects.filter(level=5, lo__gte=130526000000, lo__lte=130526999999).order_by("lo")[0]
    household = household_make(village.lo)
    apply()
    village.refresh_from_db()
    with acting_as(SYSTEM):
        household.refresh_from_db()
        moved = DivisionChange.objects.get().moved["rows"]
    assert household.slot == village.lo
    assert village.lo // 10**6 == 130505
    assert {"register_household.slot", "register_person.slot"} <= set(moved)
