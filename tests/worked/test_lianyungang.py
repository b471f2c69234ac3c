"""Worked case 6, 连云港 to August 2020: everybody at risk is found, helped, counted by one measure, and out of risk.

The same walk for a few households in every run and, under `full`, for all of them as told.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import chain, repeat

import pytest
from tests.factories.casework import workflow_ready
from tests.factories.cast import Cast
from tests.factories.papers import ready_photo
from tests.factories.people import viewer_make
from tests.worked.way import (
    Rows,
    Way,
    county_build,
    feed_imported,
    member,
    noon,
    register_imported,
    screened,
    statement_of,
)

from shouwang.assistance.selectors import count_total, measure_counts
from shouwang.assistance.services import Plan
from shouwang.casework import services
from shouwang.casework.models import Case
from shouwang.casework.services import MeetingHeld, sources_collect
from shouwang.kit.dates import SHANGHAI
from shouwang.kit.resident_id import check_digit
from shouwang.people.access import SYSTEM, Kind, Role, Viewer, acting_as
from shouwang.register.models import HouseholdState, Membership
from shouwang.rulebook.measures import Offer, offers_of
from shouwang.rulebook.values import Provision
from shouwang.standards.selectors import policy_for

pytestmark = pytest.mark.django_db(transaction=True, databases=["default", "owner", "batch"])
ON, REMOVED_ON = date(2020, 6, 30), date(2020, 8, 31)


@dataclass(frozen=True)
class Told:
    """Households and people at risk by watch type, and people by the measure that counts for them."""

    groups: Mapping[str, tuple[int, int]]
    measures: Mapping[str, int]

    @property
    def households(self) -> int:
        return sum(homes for homes, _ in self.groups.values())

    @property
    def people(self) -> int:
        return sum(people for _, people in self.groups.values())


ALL = Told(
    {"脱贫不稳户": (2_588, 7_956), "边缘户": (857, 2_631)},
    {"jobs": 1_078, "parks": 2_483, "assets": 1_751, "consumption": 597, "safety_net": 4_678},
)
FEW = Told(
    {"脱贫不稳户": (4, 13), "边缘户": (2, 6)},
    {"jobs": 2, "parks": 5, "assets": 3, "consumption": 1, "safety_net": 8},
)


@pytest.fixture
def guanyun(transactional_db: None) -> Cast:
    cast = county_build(320723, town=320723102, village="杨集村", neighbour=320724)
    workflow_ready(cast, "lianyungang")
    return cast


def register_rows(cast: Cast, told: Told) -> Iterator[dict[str, object]]:
    """A row a person: as many to a household as the figures allow, half of the households in another town."""
    first = 0
    places = (cast.places.town, cast.places.village), (cast.places.sibling_town, cast.places.sibling_town_village)
    for kind, (homes, people) in told.groups.items():
        for home in range(homes):
            town, village = places[(first + home) % 2]
            size = len(range(home, people, homes))
            for person in range(size):
                yield member(
                    cast, f"H{first + home}", "户主" if person == 0 else "子女", f"人{first + home}之{person}",
                    number=identity(first + home, person), 乡=town.name, 村=village.name, 监测对象类别=kind,
                    户类型="脱贫户" if kind == "脱贫不稳户" else "一般农户", 识别监测时间=date(2019, 12, 1),
                )  # fmt: skip
        first += homes


def identity(home: int, person: int) -> str:
    """An ID under a county prefix that is assigned to nobody, another one for each."""
    born = date(1950, 1, 1) + timedelta(days=home * 2 + person * 3_000)
    first17 = f"320799{born:%Y%m%d}{100 + person:03d}"
    return first17 + check_digit(first17)


def primaries(told: Told, rows: Rows) -> dict[str, list[tuple[str, int]]]:
    """Which measure counts for whom: by household its measures in order, each with how many of its people."""
    kinds = chain.from_iterable(repeat(key, number) for key, number in told.measures.items())
    found: dict[str, list[tuple[str, int]]] = {}
    for row, key in zip(rows, kinds, strict=True):
        mine = found.setdefault(str(row["户编号"]), [])
        if mine and mine[-1][0] == key:
            mine[-1] = (key, mine[-1][1] + 1)
        else:
            mine.append((key, 1))
    return found


@dataclass
class Village:
    """Who acts for a place: its township, and somebody of the village who reported nobody."""

    township: Viewer
    leader: Viewer


def five_steps(
    way: Way, at: Village, planned: list[tuple[str, int]], *, offers: Mapping[str, Provision[Offer]], again: bool
) -> None:
    """信息收集 → 调查核实 → 评议公示 → 审批备案 → 资金发放, and the visit afterwards."""
    cast = way.cast
    way.tasks_sent("check_medical").answer_all()
    with acting_as(at.leader):
        held = MeetingHeld(way.at.astimezone(SHANGHAI).date(), "村委会", "村支书", 12, 11, 0, 1)
        services.case_appraise(viewer=at.leader, case_id=way.case_id, version=way.version, move="agreed", held=held,
                               at=way.at)  # fmt: skip
        posted = services.notice_post(
            viewer=at.leader, case_id=way.case_id, version=way.version, posted_on=held.met_on, place="公示栏",
            at=way.at, photos=[PHOTO],
        )  # fmt: skip
        way.at = noon(posted.ends_on + timedelta(days=1))
        services.notice_finish(viewer=at.leader, case_id=way.case_id, version=way.version, at=way.at)
    with acting_as(at.township):
        services.case_check(viewer=at.township, case_id=way.case_id, version=way.version, passes=True, at=way.at)
    with acting_as(cast.leader):
        services.case_decide(viewer=cast.leader, case_id=way.case_id, version=way.version, approve=True,
                             clause="五步程序：审批备案", reason="符合条件", at=way.at)  # fmt: skip
    with acting_as(SYSTEM):
        people = list(
            Membership.objects.filter(household_id=way.case.household_id).order_by("pk").values_list(
                "person_id", flat=True)
        )  # fmt: skip
    made = []
    for key, count in planned:
        whom = [None] if count == len(people) else people[:count]
        del people[: count if whom != [None] else 0]
        made += [(key, person) for person in whom]
    if again:  # a second measure: it arrives, and nobody is counted by it
        made.append(("safety_net" if planned[-1][0] != "safety_net" else "jobs", None))
    for key, person in made:
        offer = offers[key]
        plan = Plan(offer.value.kinds[0].value, offer.name, outside_name="县里", person_id=person, offer=key)
        way.deliver(cast.county, way.plan(plan), "已落实")
    way.helped().visited("户主", "风险消除了")


PHOTO = ready_photo(width=64, height=48)


def walked(cast: Cast, told: Told) -> None:
    """Imports, screens, walks every household, counts, and imports that the risk of all of them is removed."""
    rows = list(register_rows(cast, told))
    assert len(rows) == sum(told.measures.values()) == told.people
    homes = register_imported(cast, rows, on=ON)
    assert len(homes) == told.households
    with acting_as(SYSTEM):
        watched = Counter(HouseholdState.objects.values_list("watch_type", flat=True))
        of = Counter(Membership.objects.values_list("household__states__watch_type", flat=True))
    by_group = dict(zip(("UNSTABLE", "MARGINAL"), told.groups.values(), strict=True))
    assert {key: (watched[key], of[key]) for key in by_group} == by_group
    # A bill as large as starts anything, and one of the year before beside which it is no sudden rise.
    bills = ((date(2020, 6, 1), 8_000, 5_000), (date(2019, 6, 1), 6_000, 3_000))
    feed_imported(
        cast.medical, "inpatient",
        [{"姓名": row["姓名"], "身份证号码": row["证件号码"], "医疗费总额（元）": gross,
          "基金支付总额（元）": gross - own, "个人支付金额（元）": own, "病种名称": "住院", "就医结束时间": day}
         for row in rows if row["与户主关系"] == "户主" for day, gross, own in bills], on=ON,
    )  # fmt: skip
    screened(cast, on=ON)
    while sources_collect(at=noon(ON)).opened:
        pass
    villages = {
        place.lo: Village(township, viewer_make(Kind.VILLAGE, Role.LEADER, place, name="村书记"))
        for place, township in (
            (cast.places.village, cast.township), (cast.places.sibling_town_village, cast.sibling_township),
        )
    }  # fmt: skip
    offers = {one.key: one for one in offers_of(policy_for(slot=cast.slot, on=ON)[1])}
    planned = primaries(told, rows)
    for order, (number, household_id) in enumerate(sorted(homes.items())):
        with acting_as(SYSTEM):
            case = Case.objects.get(household_id=household_id)
        five_steps(Way(cast, case.pk, noon(ON), hours=0), villages[case.slot], planned[number], offers=offers,
                   again=order % 3 == 0)  # fmt: skip
    counted(cast, told)
    with acting_as(SYSTEM):
        assert Counter(Case.objects.values_list("outcome", flat=True)) == {"HELPED": told.households}
    gone = {"风险是否已消除": "是", "消除监测时间": date(2020, 8, 30), "风险消除方式": "帮扶消除"}
    register_imported(cast, [{**row, **gone} for row in rows], on=REMOVED_ON)
    with acting_as(SYSTEM):
        removed = HouseholdState.objects.filter(superseded_at=None, valid_to=None, removed_date=gone["消除监测时间"])
        assert removed.count() == told.households, "100 % of the households"
        case_id = Case.objects.filter(slot=cast.slot).order_by("pk").values_list("pk", flat=True)[0]
    assert "已落实" in statement_of(cast, case_id)


def counted(cast: Cast, told: Told) -> None:
    """People add up by the measure that counts for them, in the county and by its towns."""
    county, viewer = cast.places.county, cast.county
    with acting_as(viewer):
        whole = measure_counts(viewer, lo=county.lo, hi=county.hi, year=2020, step=10**6)
        towns = measure_counts(viewer, lo=county.lo, hi=county.hi, year=2020, step=10**3)
        total = count_total(viewer, whole, lo=county.lo, hi=county.hi, year=2020)
        assert not measure_counts(viewer, lo=county.lo, hi=county.hi, year=2021, step=10**3)
    assert {one.offer: one.people for one in whole} == told.measures
    assert (total.people, total.households) == (told.people, told.households)
    assert total.times > told.households, "those with a second measure count once all the same"
    by_measure: Counter[str] = Counter()
    for one in towns:
        by_measure[one.offer] += one.people
    assert by_measure == told.measures and len({one.area for one in towns}) == 2
    with acting_as(cast.neighbour):
        assert not measure_counts(cast.neighbour, lo=county.lo, hi=county.hi, year=2020, step=10**3)


@pytest.mark.worked_case(6)
def test_people_at_risk_are_helped_and_counted_once_and_all_are_out_of_risk(guanyun: Cast) -> None:
    assert (ALL.households, ALL.people) == (3_445, 10_587)
    assert sum(ALL.measures.values()) == 10_587
    walked(guanyun, FEW)


@pytest.mark.full
@pytest.mark.worked_case(6)
def test_ten_thousand_five_hundred_and_eighty_seven_people_add_up_by_measure(guanyun: Cast) -> None:
    walked(guanyun, ALL)
