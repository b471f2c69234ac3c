"""The policy lab on a screened county: what comes out, what is kept, who sees it, what is refused."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest
from django.db import DatabaseError, transaction
from django.test import Client
from tests.factories.cast import Cast, sign_in
from tests.factories.hengshui import Hengshui, hengshui_build
from tests.factories.people import area_make, viewer_make
from tests.factories.register import household_make, income_make, spending_make
from tests.factories.standards import policy_adopt

from shouwang.audit.models import Entry
from shouwang.oversight.models import PolicyDraft, PolicyTrial
from shouwang.oversight.rules.tables import compare_rows, diff_rows, pools_used
from shouwang.oversight.selectors import draft_of, trials_visible_to
from shouwang.oversight.services import FactsNotReady, draft_change, trial_results, trial_store
from shouwang.oversight.services.trying import trial_digest
from shouwang.people.access import SYSTEM, Kind, Role, StaleWrite, Viewer, acting_as
from shouwang.people.models import Area
from shouwang.register.models import Household
from shouwang.screening.models import Run, Snapshot
from shouwang.screening.services import run_execute, run_request, run_whatif_make, run_whatif_prepare
from shouwang.screening.services.snapshot import snapshot_folder

pytestmark = pytest.mark.django_db(transaction=True, databases=["default", "owner", "batch"])

ON = date(2020, 6, 30)
AT = datetime(2020, 6, 30, 2, tzinfo=UTC)
PAGE = "/screen/lab/whatif/"
LOWER = {"amounts.rigid_low_income": "12000"}
SPENT = (1_500_001, 1_500_000, 1_200_001, 1_200_000)


@pytest.fixture(autouse=True)
def folders(tmp_path: Path, settings: Any) -> Iterator[None]:
    """Folders of this test's own for snapshots and facts."""
    settings.SNAPSHOTS_DIR, settings.WHATIF_DIR = tmp_path / "snapshots", tmp_path / "whatif"
    yield
    shutil.rmtree(tmp_path, ignore_errors=True)


def home(village: Area, fen: int, **state: Any) -> Household:
    made = household_make(village.lo, members=[("吴红印", "SPOUSE")], **{
        "poverty_status": "NEVER", "is_low_income": True, "is_exit_unstable": False, **state})  # fmt: skip
    spending_make(made, date(2020, 5, 10), gross_fen=fen, reimbursed_fen=0, self_paid_fen=fen)
    return made


def screened(clerk: Viewer, county: Area) -> Run:
    with acting_as(clerk):
        run = run_request(viewer=clerk, area_id=county.pk, on=ON, at=AT)
    run_execute(run_id=run.pk, at=AT)
    with acting_as(SYSTEM):
        return Run.objects.select_related("snapshot").get(pk=run.pk)


@pytest.fixture
def hengshui(transactional_db: None) -> Hengshui:
    """武邑县 under 衡水's pack; three households in one village, one in another."""
    made = hengshui_build()
    policy_adopt(made.county, "hengshui")
    for place, fen in enumerate(SPENT):
        home(made.village if place < 3 else made.other_village, fen)
    return made


@pytest.fixture
def run(hengshui: Hengshui) -> Run:
    """The county screened, its facts ready."""
    found = screened(hengshui.clerk, hengshui.county)
    run_whatif_prepare(run_id=found.pk)
    return found


def saved(viewer: Viewer, run: Run, *variants: dict[str, str]) -> PolicyTrial:
    with acting_as(viewer):
        return trial_store(viewer=viewer, run=run, version_id=run.pack_version_id, variants=variants, weeks=4,
                           title="试验", on=ON, at=AT)  # fmt: skip


def test_a_lower_line_adds_just_those_between_the_lines(hengshui: Hengshui, run: Run) -> None:
    results = saved(hengshui.clerk, run, LOWER, {"amounts.rigid_low_income": "15000.01"}).results
    assert (results["households"], results["persons"], results["officers"]) == (4, 8, 2)
    rows = compare_rows(results)
    assert [(row.households, row.added_households, row.dropped_households) for row in rows] == [
        (1, 0, 0), (3, 2, 0), (0, 0, 1),
    ]  # fmt: skip
    assert [row.per_week for row in rows] == ["0.1", "0.4", "0.0"]
    (area,) = diff_rows(results, 1, "by_area")
    assert (area.name, area.added_households, area.added_people, area.officers) == ("武邑镇", 2, 4, 2)
    assert [row.name for row in diff_rows(results, 1, "by_type")] == ["非贫困低收入户"]
    assert [row.name for row in diff_rows(results, 1, "by_cause")] == ["因病"]


def test_a_trial_tells_all_it_rests_on_and_nobody_can_change_it(hengshui: Hengshui, run: Run) -> None:
    trial = saved(hengshui.clerk, run, LOWER)
    assert trial.inputs == {"weeks": 4, "officers_on": "2020-06-30", "variants": [LOWER]}
    assert run.snapshot is not None
    assert trial.snapshot_digest == run.snapshot.digest
    assert trial.policy_digest == run.policy_digest
    with acting_as(SYSTEM):
        kept = PolicyTrial.objects.get(pk=trial.pk)
        assert trial_digest(kept.inputs, kept.results) == kept.digest
        assert Entry.objects.filter(action="trial.store", subject_id=trial.pk).count() == 1
        for change in (
            lambda: PolicyTrial.objects.filter(pk=trial.pk).update(title="别的"),
            lambda: PolicyTrial.objects.filter(pk=trial.pk).delete(),
        ):
            with pytest.raises(DatabaseError), transaction.atomic():
                change()


def test_a_trial_is_seen_by_those_who_oversee_its_whole_area(hengshui: Hengshui, run: Run, real_cast: Cast) -> None:
    trial = saved(hengshui.clerk, run, LOWER)
    township = viewer_make(Kind.TOWNSHIP, Role.CLERK, area_make(131122100), name="镇")
    city = viewer_make(Kind.CITY_CENTRE, Role.SUPERVISOR, area_make(1311), name="市")
    auditor = viewer_make(Kind.AUDIT, Role.AUDITOR, hengshui.county, name="审")
    for viewer, is_seen in (
        (hengshui.leader, True), (city, True), (auditor, True), (township, False), (hengshui.officers[0], False),
        (real_cast.county, False), (real_cast.city, False), (real_cast.medical, False),
    ):  # fmt: skip
        with acting_as(viewer):
            assert trials_visible_to(viewer).filter(pk=trial.pk).exists() is is_seen, viewer
            assert PolicyTrial.objects.filter(pk=trial.pk).exists() is is_seen, viewer


def test_payments_by_the_ladders_and_what_they_take_of_the_pool(transactional_db: None) -> None:
    county, village = area_make(130434), area_make(130434100201)
    clerk = viewer_make(Kind.COUNTY_CENTRE, Role.CLERK, county, name="经办")
    policy_adopt(county, "weixian")
    for fen in (1_800_000, 900_000):
        income_make(home(village, fen), date(2020, 1, 1), 500_000)
    run = screened(clerk, county)
    run_whatif_prepare(run_id=run.pk)
    results = saved(clerk, run, {"amounts.protection_illness": "8000"}).results
    # 18,000 is paid by half; 9,000 is warned of under the lower line, but lies below the ladder's own.
    base, variant = compare_rows(results)
    assert (base.households, variant.households) == (1, 2)
    assert (base.paid_fen, variant.paid_fen, variant.paid) == (900_000, 900_000, 1)
    pools = {pool.name: (pool.paid_fen, pool.share, pool.is_short) for pool in pools_used(results, 1)}
    assert pools["防贫保险金"] == (900_000, "0.2%", False)
    assert pools["防贫补充方案"][0] == 0


def test_facts_are_made_by_the_worker_when_they_are_missing(hengshui: Hengshui) -> None:
    run = screened(hengshui.clerk, hengshui.county)
    with acting_as(hengshui.clerk), pytest.raises(FactsNotReady):
        trial_results(run=run, version_id=run.pack_version_id, variants=[LOWER], weeks=4, on=ON)
    client = sign_in(Client(), hengshui.clerk)
    assert "准备数据" in client.get(PAGE).content.decode()
    asked = client.post(PAGE, {"act": "prepare", "run": run.pk, "version": run.pack_version_id})
    assert asked.status_code == 302
    waiting = client.get(asked["Location"]).content.decode()
    assert "排队等候" in waiting
    from shouwang.office.models import Progress

    with acting_as(SYSTEM):
        progress = Progress.objects.order_by("-pk").first()
    assert progress is not None
    run_whatif_make(run_id=run.pk, version_id=run.pack_version_id, progress_id=progress.pk, at=AT)
    with acting_as(SYSTEM):
        assert Progress.objects.get(pk=progress.pk).state == "DONE"
    assert "现在预警 <strong>1</strong> 户 2 人" in client.get(asked["Location"]).content.decode()


def test_a_draft_is_its_owners_alone_and_a_stale_one_is_refused(hengshui: Hengshui, run: Run) -> None:
    version = run.pack_version_id
    with acting_as(hengshui.clerk):
        draft_change(viewer=hengshui.clerk, version_id=version, variants=[LOWER, LOWER], seen=0, at=AT)
        kept = draft_of(hengshui.clerk, version_id=version)
        assert kept is not None
        assert kept.variants == [LOWER]
    for seen in (0, 2):
        with acting_as(hengshui.clerk), pytest.raises(StaleWrite):
            draft_change(viewer=hengshui.clerk, version_id=version, variants=[], seen=seen, at=AT)
    with acting_as(hengshui.leader):
        assert draft_of(hengshui.leader, version_id=version) is None
        assert not PolicyDraft.objects.exists()


def typed(run: Run, **more: Any) -> dict[str, Any]:
    return {"run": run.pk, "version": run.pack_version_id, "weeks": 4, "seen": 0, **more}


def test_the_page_shows_a_typed_variant_without_script(hengshui: Hengshui, run: Run) -> None:
    client = sign_in(Client(), hengshui.clerk)
    posted = client.post(PAGE, typed(run, act="try", **{"v-amounts.rigid_low_income": "1.2万"}))
    assert posted.status_code == 302
    assert "v-amounts.rigid_low_income=12000" in posted["Location"]
    html = client.get(posted["Location"]).content.decode()
    for text in ("改后预警 <strong>3</strong> 户 6 人", "增加 2 户，减少 0 户", "没有写赔付阶梯", "看数字", "武邑镇"):
        assert text in html, text


def test_every_number_of_the_difference_leads_to_its_households(hengshui: Hengshui, run: Run) -> None:
    client = sign_in(Client(), hengshui.clerk)
    lower = typed(run, **{"v-amounts.rigid_low_income": "12000"})
    html = client.get(PAGE, lower).content.decode()
    address = "/screen/lab/whatif/households/"
    assert f"{address}?" in html
    added = client.get(address, {**lower, "way": "added"}).content.decode()
    assert "共 2 户" in added
    assert "15,000.00 元" in added
    assert "12,000.01 元" in added
    assert "15,000.01 元" not in added
    for more, count in (
        ({"group": "by_area", "key": "131122100"}, 2), ({"group": "by_area", "key": "131122101"}, 0),
        ({"group": "by_type", "key": "LOW_INCOME"}, 2), ({"group": "by_cause", "key": "STUDY"}, 0),
        ({"group": "by_cause", "key": "ILLNESS' OR 1=1 --"}, 0),
    ):  # fmt: skip
        assert f"共 {count} 户" in client.get(address, {**lower, "way": "added", **more}).content.decode(), more
    assert "共 0 户" in client.get(address, {**lower, "way": "dropped"}).content.decode()
    higher = typed(run, **{"v-amounts.rigid_low_income": "20000"})
    dropped = client.get(address, {**higher, "way": "dropped"}).content.decode()
    assert "共 1 户" in dropped
    assert "15,000.01 元" in dropped
    for wrong in ({"way": "odd"}, {"v-amounts.rigid_low_income": "15000"}, {"v-amounts.rigid_low_income": "x"}):
        assert client.get(address, {**lower, "way": "added", **wrong}).status_code == 404
    assert sign_in(Client(), hengshui.officers[0]).get(address, lower).status_code == 404


@pytest.mark.parametrize(
    ("more", "sentence"),
    [
        ({"act": "try", "v-amounts.rigid_low_income": "一万二"}, "金额看不懂"),
        ({"act": "try", "v-amounts.rigid_low_income": "0"}, "金额要大于 0"),
        ({"act": "try", "weeks": "0"}, "至少 1 周"),
        ({"act": "grid", "path": "amounts.rigid_low_income", "first": "2000", "last": "1000", "step": "1"}, "从小到大"),
        ({"act": "grid", "path": "amounts.rigid_low_income", "first": "1", "last": "9000", "step": "1"}, "最多比较 20"),
        ({"act": "save", "title": "", "v-amounts.rigid_low_income": "12000"}, "还没有填"),
        ({"act": "save", "title": "找 13812341234", "v-amounts.rigid_low_income": "12000"}, "不要写身份证号"),
    ],
)
def test_bad_input_is_told_where_it_stands(hengshui: Hengshui, run: Run, more: dict[str, str], sentence: str) -> None:
    answer = sign_in(Client(), hengshui.clerk).post(PAGE, typed(run, **more))
    assert answer.status_code == 422
    assert sentence in answer.content.decode()


def test_what_cannot_be_done_is_refused_and_leaves_nothing(hengshui: Hengshui, run: Run, real_cast: Cast) -> None:
    client = sign_in(Client(), hengshui.clerk)
    for more, sentence in (
        ({"act": "add"}, "还没有改任何数值"),
        ({"act": "save", "title": "空的"}, "还没有改任何数值"),
        ({"act": "add", "seen": "7", "v-amounts.rigid_low_income": "12000"}, "已有变动"),
    ):
        answer = client.post(PAGE, typed(run, **more))
        assert answer.status_code == 409
        assert sentence in answer.content.decode()
    with acting_as(SYSTEM):
        assert not PolicyTrial.objects.exists()
    neighbour = sign_in(Client(), real_cast.county)
    assert neighbour.get(PAGE, {"run": run.pk}).status_code == 404
    assert client.get(PAGE, {"run": run.pk, "version": 999_999}).status_code == 404
    for odd in ("x", "9" * 30, "-1"):
        assert client.get(PAGE, {"run": odd, "version": odd, "weeks": odd}).status_code in (200, 404, 422)


def test_variants_are_kept_shown_and_dropped(hengshui: Hengshui, run: Run) -> None:
    client = sign_in(Client(), hengshui.clerk)
    grid = {"path": "amounts.rigid_low_income", "first": "12000", "last": "15000", "step": "1000"}
    assert client.post(PAGE, typed(run, act="grid", **grid)).status_code == 302
    with acting_as(hengshui.clerk):
        draft = draft_of(hengshui.clerk, version_id=run.pack_version_id)
    assert draft is not None
    # The last of the grid is the line as it stands: no variant.
    assert [one["amounts.rigid_low_income"] for one in draft.variants] == ["12000", "13000", "14000"]
    shown = client.post(PAGE, typed(run, act="show:1", seen=1))
    assert "12000" in shown["Location"]
    assert client.post(PAGE, typed(run, act="drop:1", seen=1)).status_code == 302
    html = client.get(PAGE, typed(run)).content.decode()
    assert "13,000 元" in html
    assert "非贫困低收入户刚性支出预警线 12,000 元" not in html
    assert client.post(PAGE, typed(run, act="clear", seen=2)).status_code == 302
    with acting_as(hengshui.clerk):
        cleared = draft_of(hengshui.clerk, version_id=run.pack_version_id)
    assert cleared is not None
    assert cleared.variants == []


def test_a_snapshot_past_its_days_is_said_and_nothing_breaks(hengshui: Hengshui, run: Run) -> None:
    trial = saved(hengshui.clerk, run, LOWER)
    assert run.snapshot is not None
    shutil.rmtree(snapshot_folder(run.snapshot))
    client = sign_in(Client(), hengshui.clerk)
    assert "已过保存期限" in client.get(PAGE).content.decode()
    with acting_as(SYSTEM):
        Snapshot.objects.filter(pk=run.snapshot.pk).update(removed_at=AT)
    assert "还没有可以推演的数据" in client.get(PAGE).content.decode()
    assert client.post(PAGE, {"act": "try"}).status_code == 409
    assert "试验" in client.get(f"/screen/lab/trials/{trial.pk}/").content.decode()
