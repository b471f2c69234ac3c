"""Back-tests on the page: what is lacking, what was asked for, what came out, who may see it, and that it stays."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
from django.db import ProgrammingError, transaction
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from tests.factories.casework import case_make
from tests.factories.cast import Cast, sign_in
from tests.factories.register import household_make, income_make, spending_make
from tests.factories.standards import policy_adopt

from shouwang.kit.errors import Refusal
from shouwang.office.models import Progress
from shouwang.oversight.models import PolicyBacktest
from shouwang.oversight.rules.backtests import digest_of
from shouwang.oversight.selectors import pasts_visible_to
from shouwang.oversight.services import Asked, BacktestUnderWay, backtest_execute, backtest_request
from shouwang.people.access import SYSTEM, acting_as
from shouwang.register.models import Household
from shouwang.screening.services import run_execute, run_request, snapshots_expire

pytestmark = pytest.mark.django_db(transaction=True, databases=["default", "owner", "batch"])

DAYS = (date(2020, 3, 31), date(2020, 4, 30), date(2020, 5, 31), date(2020, 6, 30))
PATH = "amounts.start_illness@130529"
NAME = "因病启动标准"
VALUES = ("5000", "8500", "20000")
FORM = {"path": PATH, "first": "5000", "last": "20000", "step": "5000", "window": "2", "rest": "12"}


@pytest.fixture(autouse=True)
def snapshots(tmp_path: Path, settings: object) -> Iterator[None]:
    """Folders of this test's own for snapshots and cached facts."""
    settings.SNAPSHOTS_DIR, settings.WHATIF_DIR = tmp_path / "snapshots", tmp_path / "whatif"  # type: ignore[attr-defined]
    yield
    shutil.rmtree(tmp_path / "snapshots", ignore_errors=True)


def noon(on: date) -> datetime:
    return datetime(on.year, on.month, on.day, 4, tzinfo=UTC)


def watched(cast: Cast, head: str) -> Household:
    """A household within 邢台's monitoring line: 4,800 yuan a head and year."""
    household = household_make(cast.slot, head=head, poverty_status="NEVER", is_low_income=True, is_exit_unstable=False)
    for month in range(1, 13):
        income_make(household, date(2019, month, 1), 40_000)
    for month in range(1, 6):
        income_make(household, date(2020, month, 1), 40_000)
    return household


def ill(household: Household, yuan: int, on: date) -> None:
    spending_make(household, on, gross_fen=yuan * 100, reimbursed_fen=0, self_paid_fen=yuan * 100, detail="胃癌")


def screened(cast: Cast, on: date) -> None:
    with acting_as(cast.county):
        run = run_request(viewer=cast.county, area_id=cast.places.county.pk, on=on, at=noon(on))
    run_execute(run_id=run.pk, at=noon(on))


@dataclass
class Story:
    """Four months: one ill of 9,000 in April and in need in June, one ill of 6,000 in April and never in need."""

    cast: Cast
    fallen: Household
    unharmed: Household


@pytest.fixture
def story(real_cast: Cast) -> Story:
    policy_adopt(real_cast.places.county, "xingtai")
    fallen, unharmed = watched(real_cast, "甲"), watched(real_cast, "乙")
    screened(real_cast, DAYS[0])
    ill(fallen, 9_000, date(2020, 4, 2))
    ill(unharmed, 6_000, date(2020, 4, 3))
    for day in DAYS[1:]:
        screened(real_cast, day)
    case_make(real_cast, upto="help", household_id=fallen.pk, at=noon(date(2020, 6, 10)))
    return Story(real_cast, fallen, unharmed)


def asked_of(cast: Cast, **more: object) -> Asked:
    with acting_as(cast.county):
        (past,) = pasts_visible_to(cast.county)
    values = {
        "slot": past.slot, "hi": past.hi, "area_name": past.area_name, "version_id": past.runs[-1].pack_version_id,
        "path": PATH, "values": VALUES, "runs": tuple(run.pk for run in past.runs), "window_months": 2,
        "rest_months": 12, "by_cause": False, **more,
    }  # fmt: skip
    return Asked(**values)  # type: ignore[arg-type]


def request(cast: Cast, asked: Asked) -> str:
    with acting_as(cast.county):
        (past,) = pasts_visible_to(cast.county)
        return backtest_request(viewer=cast.county, past=past, asked=asked, at=timezone.now())


def execute(cast: Cast, key: str, asked: Asked, today: date = DAYS[-1]) -> Progress:
    with acting_as(SYSTEM):
        progress = Progress.objects.get(href=f"/screen/lab/backtests/{key}/")
    backtest_execute(
        key=key, appointment_id=cast.county.appointment_id or 0, progress_id=progress.pk, asked=asked,
        clock=timezone.now, today=today,
    )  # fmt: skip
    with acting_as(SYSTEM):
        return Progress.objects.get(pk=progress.pk)


def made(cast: Cast, **more: object) -> PolicyBacktest:
    asked = asked_of(cast, **more)
    key = request(cast, asked)
    assert execute(cast, key, asked).state == Progress.State.DONE
    with acting_as(SYSTEM):
        return PolicyBacktest.objects.get(key=key)


def page(client: Client, address: str, **query: str) -> str:
    answer = client.get(address, query)
    assert answer.status_code == 200, answer.status_code
    return answer.content.decode()


def test_without_any_month_the_page_says_what_to_do(client: Client, real_cast: Cast) -> None:
    text = page(sign_in(client, real_cast.county), reverse("oversight:backtest"))
    assert "还没有可以回测的月份" in text
    assert "每个月至少筛查一次" in text
    assert "至少要前后 3 个月" in text
    assert "开始回测" not in text


def test_with_too_few_months_the_page_says_how_many_are_lacking(client: Client, real_cast: Cast) -> None:
    policy_adopt(real_cast.places.county, "xingtai")
    watched(real_cast, "甲")
    screened(real_cast, DAYS[0])
    screened(real_cast, DAYS[1])
    text = page(sign_in(client, real_cast.county), reverse("oversight:backtest"))
    assert "2 个月有数据" in text
    assert "还差 1 个月" in text
    assert "开始回测" not in text
    assert client.post(reverse("oversight:backtest"), FORM).status_code >= 400


def test_what_was_asked_for_is_computed_and_stored(story: Story) -> None:
    stored = made(story.cast)
    base, low, middle, high = stored.results["candidates"]
    assert [one["candidate"] for one in stored.results["candidates"]] == ["现行", *VALUES]
    # 8,000 yuan are in force and warn of the fallen alone, as 8,500 do; 5,000 warn of both, 20,000 of nobody.
    assert [one["visits"] for one in (base, low, middle, high)] == [1, 2, 1, 0]
    assert [(one["found"]["part"], one["found"]["whole"]) for one in (base, low, middle, high)] == [
        (1, 1), (1, 1), (1, 1), (0, 1),
    ]  # fmt: skip
    assert middle["lead_days"] == {"quarter": 41, "median": 41, "three_quarters": 41}  # 30 April to the report, 10 June
    assert (low["false"]["part"], low["false"]["whole"]) == (1, 2)
    assert stored.results["cases"] == {"confirmed": 1, "rejected": 0, "unwarned": 1}
    assert stored.results["value"] == {"path": PATH, "name": NAME, "unit": "元", "current": "8000"}
    assert stored.digest == digest_of(stored.inputs, stored.results)
    assert (stored.first_on, stored.last_on) == (DAYS[0], DAYS[-1])


def test_the_page_shows_curve_table_and_the_best_for_some_visits(client: Client, story: Story) -> None:
    stored = made(story.cast)
    signed = sign_in(client, story.cast.county)
    address = reverse("oversight:backtest_result", args=[stored.key])
    text = page(signed, address)
    assert 'data-chart="curve"' in text
    assert "现行（8,000 元）" in text and "8,500 元" in text and "20,000 元" in text
    assert "41 天（41～41）" in text
    assert "100.0%" in text
    text = page(signed, address, visits="1")
    assert "每周最多 1 户，最好的是现行（8,000 元）" in text
    assert "用现在的数据试这个数值" not in text  # it is in force
    assert signed.get(address, {"visits": "x"}).status_code == 422
    assert signed.get(address, {"visits": "0"}).status_code == 422
    listed = page(signed, reverse("oversight:backtest"))
    assert address in listed
    assert NAME in listed


def test_the_best_value_can_be_tried_on_todays_data(client: Client, story: Story) -> None:
    case_make(story.cast, upto="help", household_id=story.unharmed.pk, at=noon(date(2020, 6, 12)))
    address = reverse("oversight:backtest_result", args=[made(story.cast).key])
    text = page(sign_in(client, story.cast.county), address, visits="10")
    assert "最好的是 5,000 元" in text
    assert f"v-{PATH.replace('@', '%40')}=5000" in text


def test_a_clerk_asks_sees_progress_and_then_the_result(client: Client, story: Story) -> None:
    signed = sign_in(client, story.cast.county)
    form = page(signed, reverse("oversight:backtest"))
    assert "4 个月有数据" in form and NAME in form
    answer = signed.post(reverse("oversight:backtest"), FORM)
    assert answer.status_code == 302
    key = answer["Location"].rstrip("/").rsplit("/", 1)[-1]
    assert "排队等候" in page(signed, answer["Location"]) or "等待中" in page(signed, answer["Location"])
    assert "正在算" in page(signed, reverse("oversight:backtest"))
    again = signed.post(reverse("oversight:backtest"), FORM)
    assert again.status_code == 409
    assert BacktestUnderWay.sentence in again.content.decode()
    asked = asked_of(story.cast, values=("5000", "10000", "15000", "20000"))
    assert execute(story.cast, key, asked).state == Progress.State.DONE
    assert "15,000 元" in page(signed, answer["Location"])


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"window": "6"}, "至少要有前后 8 个月"),
        ({"window": "0"}, "至少 1 个月"),
        ({"step": "0"}, "要大于 0"),
        ({"first": "30000"}, "不能大于"),
        ({"step": "1"}, "最多比较 20 种"),
        ({"path": "amounts.nothing"}, "哪个标准："),
    ],
)
def test_a_wrong_form_is_told_beside_its_field_and_asks_for_nothing(
    client: Client, story: Story, change: dict[str, str], said: str
) -> None:
    answer = sign_in(client, story.cast.county).post(reverse("oversight:backtest"), {**FORM, **change})
    assert answer.status_code == 422
    assert said in answer.content.decode()
    with acting_as(SYSTEM):
        assert not Progress.objects.filter(href__startswith="/screen/lab/backtests/").exists()


def test_the_neighbour_sees_nothing_and_the_city_reads(client: Client, story: Story) -> None:
    stored = made(story.cast)
    address = reverse("oversight:backtest_result", args=[stored.key])
    assert sign_in(client, story.cast.neighbour).get(address).status_code == 404
    with acting_as(story.cast.neighbour):
        assert not PolicyBacktest.objects.exists()
    assert "8,500 元" in page(sign_in(client, story.cast.city), address)


def test_another_countys_months_are_not_to_be_tried(client: Client, story: Story) -> None:
    signed = sign_in(client, story.cast.neighbour)
    area = str(story.cast.places.county.lo)
    assert signed.get(reverse("oversight:backtest"), {"area": area}).status_code == 404
    assert signed.post(reverse("oversight:backtest"), {**FORM, "area": area}).status_code == 404


def test_what_is_stored_is_never_changed(story: Story) -> None:
    stored = made(story.cast)
    for act in (lambda rows: rows.update(digest="x"), lambda rows: rows.delete()):
        with acting_as(story.cast.county), pytest.raises(ProgrammingError), transaction.atomic():
            act(PolicyBacktest.objects.filter(pk=stored.pk))


def test_a_month_that_has_gone_meanwhile_leaves_one_sentence_and_nothing_stored(story: Story) -> None:
    asked = asked_of(story.cast)
    key = request(story.cast, asked)
    with acting_as(SYSTEM):
        snapshots_expire(before=noon(DAYS[1]))
    progress = execute(story.cast, key, asked)
    assert progress.state == Progress.State.FAILED
    assert "已过保存期限" in progress.message
    with acting_as(SYSTEM):
        assert not PolicyBacktest.objects.exists()


def test_who_has_left_gets_no_back_test(story: Story) -> None:
    asked = asked_of(story.cast)
    key = request(story.cast, asked)
    with acting_as(SYSTEM):
        progress = Progress.objects.get(href=f"/screen/lab/backtests/{key}/")
    backtest_execute(
        key=key, appointment_id=0, progress_id=progress.pk, asked=asked, clock=timezone.now, today=DAYS[-1]
    )
    with acting_as(SYSTEM):
        assert "任职已经结束" in Progress.objects.get(pk=progress.pk).message


def test_nothing_to_try_and_too_few_months_are_refused_by_the_service_too(story: Story) -> None:
    for more in ({"values": ()}, {"window_months": 3}):
        with pytest.raises(Refusal):
            request(story.cast, asked_of(story.cast, **more))


def test_by_cause_another_cause_is_not_found(story: Story) -> None:
    with acting_as(SYSTEM):
        other = watched(story.cast, "丙")
    case_make(story.cast, upto="help", household_id=other.pk, cause="STUDY", at=noon(date(2020, 6, 11)))
    found = made(story.cast, by_cause=True).results["candidates"][1]["found"]
    assert (found["part"], found["whole"]) == (1, 2)


def test_hardship_after_today_is_not_known_yet(story: Story) -> None:
    asked = asked_of(story.cast)
    key = request(story.cast, asked)
    assert execute(story.cast, key, asked, today=DAYS[-1] + timedelta(days=40)).state == Progress.State.DONE
