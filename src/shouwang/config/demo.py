"""The demo county: invented people of a real county, read in from spreadsheets, screened and partly worked on.

Loaded once, on an empty database, by the rooms' own services: what a clerk would do by hand in a week. Every person is
invented, every ID number stands under a county code that is assigned to nobody.
"""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from pathlib import Path

from django.conf import settings
from django.contrib.auth import get_user_model
from django.utils import timezone

from shouwang.config.first_accounts import DemoAccount, demo_account
from shouwang.people.access import SYSTEM, Kind, Role, Viewer, acting_as, viewer_for
from shouwang.people.selectors import AreaRow, appointment_by_id, area_by_code, organisation_for

Report = Callable[[str], None]

# Which invented county, how many people, which packs: the demo is an example, not policy.
CITY, COUNTY, TOWN, VILLAGE = "130500000000", "130529000000", "130529101000", "130529101214"
SECOND_CITY = "131100000000"
PACKS = {CITY: "xingtai", SECOND_CITY: "hengshui"}
PEOPLE, SEED, SEEDS = 2_000, 20_200_630, 40  # the seeds that follow are tried in turn
CASES = 6  # that are taken some way along
ADOPTED_FROM = date(2019, 1, 1)
# The made months on which one value is tried.
PANEL_PEOPLE, PANEL_MONTHS = 20_000, 11
PANEL_VALUE = "amounts.monitoring_multiple"
PANEL_VALUES = ("1.2", "1.8", "2", "2.2", "2.6", "3")


@dataclass(frozen=True)
class Seat:
    """One demo account: who sits where."""

    label: str
    username: str
    name: str
    kind: Kind
    role: Role
    area: str
    department: str = ""


SEATS = (
    Seat("村预警员（大寨村）", "officer", "吴同科", Kind.VILLAGE, Role.OFFICER, VILLAGE),
    Seat("乡镇防贫工作站经办人", "township", "赵文静", Kind.TOWNSHIP, Role.CLERK, TOWN),
    Seat("县级防贫中心经办人", "county", "刘建国", Kind.COUNTY_CENTRE, Role.CLERK, COUNTY),
    Seat("县级防贫中心负责人", "centre", "陈志远", Kind.COUNTY_CENTRE, Role.LEADER, COUNTY),
    Seat("县防贫领导小组", "leader", "孙德明", Kind.LEADING_GROUP, Role.LEADER, COUNTY),
    Seat("县医疗保障局", "medical", "周晓梅", Kind.DEPARTMENT, Role.CLERK, COUNTY, "medical_insurance"),
    Seat("县民政局", "civil", "马秀英", Kind.DEPARTMENT, Role.CLERK, COUNTY, "civil_affairs"),
    Seat("县教育局", "education", "朱立新", Kind.DEPARTMENT, Role.CLERK, COUNTY, "education"),
    Seat("县公安局", "police", "胡海涛", Kind.DEPARTMENT, Role.CLERK, COUNTY, "public_security"),
    Seat("县残疾人联合会", "disabled", "郭玉兰", Kind.DEPARTMENT, Role.CLERK, COUNTY, "disabled"),
    Seat("县应急管理局", "emergency", "何志强", Kind.DEPARTMENT, Role.CLERK, COUNTY, "emergency"),
    Seat("县卫生健康局", "health", "高文华", Kind.DEPARTMENT, Role.CLERK, COUNTY, "health"),
    Seat("县住房和城乡建设局", "housing", "林永胜", Kind.DEPARTMENT, Role.CLERK, COUNTY, "housing"),
    Seat("县人力资源和社会保障局", "labour", "罗春燕", Kind.DEPARTMENT, Role.CLERK, COUNTY, "labour"),
    Seat("县水利局", "water", "梁国栋", Kind.DEPARTMENT, Role.CLERK, COUNTY, "water"),
    Seat("保险公司", "insurer", "宋丽萍", Kind.INSURER, Role.CLERK, COUNTY),
    Seat("护理服务机构", "care", "田淑兰", Kind.CARE_PROVIDER, Role.CLERK, COUNTY),
    Seat("市大数据中心", "city", "郑志刚", Kind.CITY_CENTRE, Role.SUPERVISOR, CITY),
    Seat("审计", "auditor", "谢红军", Kind.AUDIT, Role.AUDITOR, COUNTY),
    Seat("系统管理员", "admin", "唐学文", Kind.OPERATOR, Role.ADMINISTRATOR, COUNTY),
    Seat("安全员", "security", "许建华", Kind.OPERATOR, Role.SECURITY, COUNTY),
)


def load(*, report: Report) -> list[DemoAccount]:
    """This function fills an empty database with the demo county and returns the accounts with their passwords."""
    at = timezone.now()
    on = timezone.localdate(at)
    report("  机构和账号 …")
    accounts, viewers = _people(at, on)
    _map(at)
    report("  政策标准：邢台、衡水 …")
    _policies(at, on)
    with tempfile.TemporaryDirectory(prefix="shouwang-demo-") as name:
        folder = Path(name)
        report(f"  生成 {PEOPLE:,} 个虚构的人和各部门的数据表 …")
        _population(folder, on)
        report("  导入国家系统台账 …")
        _register(folder, viewers["county"], at, on)
        report("  导入部门数据 …")
        _feeds(folder, viewers, at, on)
    report("  筛查 …")
    _screening(viewers["county"], at, on)
    _pools(viewers, at, on)
    report("  办理几件案件 …")
    _casework(viewers, at)
    report("  用虚构的月份回测一次 …")
    _backtest(viewers["county"], at, on)
    return accounts


def _area(code: str) -> AreaRow:
    found = area_by_code(code)
    assert found is not None, code
    return found


def _map(at: datetime) -> None:
    """This function gives the demo's map its unofficial outlines where their package is installed; else cards do."""
    from shouwang.people.services.boundaries import BoundariesAbsent, boundaries_load_demo

    with suppress(BoundariesAbsent):
        boundaries_load_demo(viewer=SYSTEM, at=at)


def _people(at: datetime, on: date) -> tuple[list[DemoAccount], dict[str, Viewer]]:
    from shouwang.people.services.organisations import county_set_up, organisation_add

    with acting_as(SYSTEM):
        county_set_up(viewer=SYSTEM, county_id=_area(COUNTY).pk, at=at)
        for kind, code, name in (
            (Kind.CITY_CENTRE, CITY, "市防贫防返贫大数据中心"),
            (Kind.OPERATOR, COUNTY, "县系统管理"),
            (Kind.CARE_PROVIDER, COUNTY, "安康护理院"),
        ):
            organisation_add(viewer=SYSTEM, kind=kind, area_id=_area(code).pk, name=name, at=at)
    accounts, viewers = [], {}
    for seat in SEATS:
        account = demo_account(seat.label, seat.username)
        viewers[seat.username] = _seat(seat, account.password, at, on)
        accounts.append(account)
    return accounts, viewers


def _seat(seat: Seat, password: str, at: datetime, on: date) -> Viewer:
    from shouwang.people.services.appointments import appointment_begin
    from shouwang.people.services.users import user_add

    area = _area(seat.area)
    with acting_as(SYSTEM):
        user = user_add(viewer=SYSTEM, username=seat.username, name=seat.name, at=at)
        organisation = organisation_for(slot=area.lo, kind=seat.kind, department=seat.department)
        assert organisation is not None, seat.label
        appointment = appointment_begin(
            viewer=SYSTEM,
            user_id=user.pk,
            organisation_id=organisation.pk,
            role=seat.role,
            area_ids=[area.pk],
            valid_from=on - timedelta(days=1),
            at=at,
        )
        account = get_user_model().objects.get(pk=user.pk)
        account.set_password(password)
        account.save(update_fields=["password"])
        found = appointment_by_id(appointment.pk)
        assert found is not None
        return viewer_for(found, on=on)


def _policies(at: datetime, on: date) -> None:
    from shouwang.standards.services import pack_load, version_adopt, version_propose

    with acting_as(SYSTEM):
        for code, place in PACKS.items():
            version = pack_load(viewer=SYSTEM, place=place, packs_dir=Path(settings.PACKS_DIR), on=on, at=at)
            adoption = version_propose(
                viewer=SYSTEM,
                version_id=version.pk,
                area_id=_area(code).pk,
                valid_from=ADOPTED_FROM,
                document="演示数据",
                at=at,
            )
            version_adopt(viewer=SYSTEM, adoption_id=adoption.pk, at=at)


def _population(folder: Path, on: date) -> None:
    """Writes the first of the invented counties whose screening brings enough cases for everybody's desk.

    So many people bring four on the mean, and on one day in fifty none at all: a newcomer would find nothing to do.
    """
    from shouwang.synth.population import population_write

    seeds = range(SEED, SEED + SEEDS)
    seed = next((seed for seed in seeds if _warned(folder / str(seed), seed, on) >= CASES), SEED)
    population_write(people=PEOPLE, place=COUNTY[:6], seed=seed, on=on, out=folder / "county", xlsx=True)


def _warned(folder: Path, seed: int, on: date) -> int:
    """This function returns how many households of an invented county its screening warns of."""
    from shouwang.engine import screen
    from shouwang.rulebook import PackSource, load_policy
    from shouwang.synth.population import population_write

    policy = load_policy(PackSource.from_directory(Path(settings.PACKS_DIR)), place=PACKS[CITY], on=on)
    population_write(people=PEOPLE, place=COUNTY[:6], seed=seed, on=on, out=folder)
    found = screen(folder, policy, on=on, feeds_dir=folder, facts="warned")
    return len(set(found.warnings["household_key"].to_pylist()))


def _register(folder: Path, county: Viewer, at: datetime, on: date) -> None:
    from shouwang.register.services.importing.run import UploadedFile, import_run, import_start

    files = [
        UploadedFile(path.name, path.read_bytes()) for path in sorted((folder / "county" / "workbooks").glob("*.xlsx"))
    ]
    area = _area(COUNTY)
    with acting_as(county):
        run = import_start(viewer=county, files=files, lo=area.lo, hi=area.hi, data_date=on, at=at, is_queued=False)
    import_run(import_id=run.pk, clock=timezone.now)
    story_household(county, at, on)


def story_household(county: Viewer, at: datetime, on: date) -> None:
    """张胜坤's household of the published story, with invented numbers, so that a newcomer can walk it herself."""
    from shouwang.kit.resident_id import check_digit
    from shouwang.register.services import IncomeRow, NewMember, household_register, income_record_many

    def number(first17: str) -> str:
        return first17 + check_digit(first17)

    members = [
        NewMember(
            name="张胜坤", relationship="HEAD", sex="F", birth_date=date(1975, 3, 8),
            resident_id=number("13059919750308004"), facts={"labour": "ORDINARY", "is_medically_insured": True},
        ),
        NewMember(
            name="吴红印", relationship="SPOUSE", sex="M", birth_date=date(1973, 9, 2),
            resident_id=number("13059919730902005"), facts={"labour": "LOST", "is_medically_insured": True},
        ),
    ]  # fmt: skip
    with acting_as(county):
        made = household_register(
            viewer=county,
            slot=int(VILLAGE),
            members=members,
            on=on,
            at=at,
            state={"poverty_status": "NEVER", "is_low_income": True},
        )
        assert made.household_id is not None
        first = on.replace(day=1)
        months = [(first - timedelta(days=28 * back)).replace(day=1) for back in range(1, 13)]
        income_record_many(
            viewer=county,
            rows=[
                IncomeRow(household_id=made.household_id, month=month, kind="WAGE", amount_fen=90_000, source="clerk")
                for month in dict.fromkeys(months)
            ],
            at=at,
        )


def _feed_files(folder: Path) -> Iterator[tuple[Path, str]]:
    """Each department file with the kind of table it is, by the name between the underscores."""
    from shouwang.sources.rules.kinds import feed_kinds

    by_name = {kind.name: kind.key for kind in feed_kinds().values()}
    for path in sorted((folder / "county" / "departments").iterdir()):
        title = path.stem.split("_", 1)[1].rsplit("_", 1)[0]
        key = next((key for name, key in by_name.items() if name == title or title.endswith(name)), None)
        if key is not None:
            yield path, key


def _feeds(folder: Path, viewers: dict[str, Viewer], at: datetime, on: date) -> None:
    from shouwang.sources.rules.kinds import feed_kinds
    from shouwang.sources.services.importing import feed_import_run
    from shouwang.sources.services.reading import feed_read, import_load
    from shouwang.sources.services.uploads import feed_upload, mapping_confirm

    by_department = {viewer.department: viewer for viewer in viewers.values() if viewer.department}
    for path, key in _feed_files(folder):
        viewer = by_department.get(feed_kinds()[key].department)
        if viewer is None:
            continue
        with acting_as(viewer):
            taken = feed_upload(
                viewer=viewer, kind_key=key, file_name=path.name, content=path.read_bytes(), data_date=on, at=at,
                is_queued=False,
            )  # fmt: skip
        feed_read(import_id=taken.pk, at=at, is_queued=False)
        with acting_as(viewer):
            read = import_load(taken.pk)
            if read.state == "MAPPING":
                mapping_confirm(
                    viewer=viewer, import_id=read.pk, version=read.version, fields={}, at=at, is_queued=False
                )
        feed_import_run(import_id=taken.pk, clock=timezone.now)


def _screening(county: Viewer, at: datetime, on: date) -> None:
    from shouwang.casework.services import sources_collect
    from shouwang.screening.services import run_execute, run_request

    with acting_as(county):
        run = run_request(viewer=county, area_id=_area(COUNTY).pk, on=on, at=at, is_queued=False)
    run_execute(run_id=run.pk, at=at)
    sources_collect(at=at)


def _backtest(county: Viewer, at: datetime, on: date) -> None:
    """The county is new and has no past months: one back-test on made ones shows what there will be to see."""
    from shouwang.config.commands.backtest import outcomes_read, panel_find
    from shouwang.engine.backtest import backtest
    from shouwang.engine.score_rows import backtest_row
    from shouwang.oversight.rules.backtests import IN_FORCE, MADE
    from shouwang.oversight.services import Asked, backtest_store
    from shouwang.oversight.services.backtesting import candidates_of, value_said
    from shouwang.standards.selectors import version_in_force
    from shouwang.synth.panel import panel_write

    area = _area(COUNTY)
    with acting_as(county), tempfile.TemporaryDirectory(prefix="shouwang-demo-") as name:
        panel = panel_write(
            people=PANEL_PEOPLE, place=COUNTY[:6], seed=SEED, on=on, months=PANEL_MONTHS, out=Path(name) / "panel"
        )
        asked = Asked(
            slot=area.lo, hi=area.hi, area_name=area.full_name, version_id=version_in_force(slot=area.lo, on=on).pk,
            path=PANEL_VALUE, values=PANEL_VALUES, runs=(), window_months=6, rest_months=12, by_cause=False,
        )  # fmt: skip
        policies = {day: candidates_of(asked, day) for day in panel.days}
        found = backtest(
            panel_find(Path(name) / "panel", Path(name) / "facts"), policies.__getitem__,
            outcomes_read(Path(name) / "panel" / "truth" / "hardship"), until=panel.days[-1], terms=asked.terms,
        )  # fmt: skip
        value = value_said(asked.path, policies[panel.days[-1]][0])
        results = {**backtest_row(found, [IN_FORCE, *asked.values]), "value": value}
        backtest_store(
            viewer=county, key=f"{SEED:032x}", asked=asked, inputs={**asked.inputs, "hardships": MADE}, results=results,
            at=at,
        )  # fmt: skip


def _pools(viewers: dict[str, Viewer], at: datetime, on: date) -> None:
    """Opens last year's and this year's term of the county's insurance, the premium of both paid in."""
    from shouwang.insurance.services import Opening, pool_open, pool_pay_in, pools_stated

    county, insurer = viewers["county"], viewers["insurer"].organisation_id or 0
    for year in (on.year - 1, on.year):
        first = date(year, 1, 1)
        with acting_as(county):
            for stated in pools_stated(county, first):
                opening = Opening(
                    stated.key, first, None, insurer, f"演示合同〔{year}〕1 号", tender=f"演示招标〔{year}〕1 号"
                )
                pool = pool_open(viewer=county, opening=opening, at=at)
                pool_pay_in(
                    viewer=county, pool_id=pool.pk, version=pool.version, move="PREMIUM", amount_fen=pool.fund_fen,
                    on=first, note="县财政拨付", at=at, with_budget=True,
                )  # fmt: skip


def _casework(viewers: dict[str, Viewer], at: datetime) -> None:
    """Takes the first cases some way along, so that every desk has something on it."""
    from shouwang.casework.selectors import cases_visible_to, tasks_of_case
    from shouwang.casework.services import case_dispatch, case_review, task_answer

    county, centre = viewers["county"], viewers["centre"]
    by_organisation = {viewer.organisation_id: viewer for viewer in viewers.values()}
    with acting_as(county):
        waiting = list(cases_visible_to(county).filter(act="dispatch").order_by("pk")[:CASES])
    for number, case in enumerate(waiting):
        if number < 2:
            continue
        with acting_as(county):
            keys = ["check_medical", "check_civil", "check_insurer"]
            case_dispatch(viewer=county, case_id=case.pk, version=case.version, tasks=keys, at=at)
        if number < 4:
            continue
        with acting_as(SYSTEM):
            tasks = list(tasks_of_case(case))
        for task in tasks:
            viewer = by_organisation[task.organisation_id]
            with acting_as(viewer):
                task_answer(
                    viewer=viewer, task_id=task.pk, version=task.version, meets=number == 4,
                    reasons="核查属实，符合条件" if number == 4 else "费用大部分已报销，未达到条件", figures={}, at=at,
                )  # fmt: skip
        with acting_as(centre):
            version = cases_visible_to(centre).get(pk=case.pk).version
            case_review(
                viewer=centre,
                case_id=case.pk,
                version=version,
                conforms=number == 4,
                reason="各单位核查属实" if number == 4 else "",
                reason_key="" if number == 4 else "covered",
                told="",
                at=at,
            )
