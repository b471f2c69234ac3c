"""A replay names the first thing that differs: which fact, threshold, evidence row, file or text of the policy."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
import pytest
from django.test import Client
from django.urls import reverse
from tests.factories.cast import Cast, sign_in
from tests.factories.standards import policy_adopt
from tests.screening.test_runs import AT, all_warnings, illness, low_income, ran, snapshots  # noqa: F401

from shouwang.engine import manifest_write
from shouwang.people.access import SYSTEM, acting_as
from shouwang.screening.models import Run, Snapshot, Warning
from shouwang.screening.services import Replay, snapshots_expire, warning_collect, warning_replay
from shouwang.screening.services.snapshot import snapshot_folder
from shouwang.standards.models import PackVersion

pytestmark = pytest.mark.django_db(transaction=True, databases=["default", "owner", "batch"])


@pytest.fixture
def warned(real_cast: Cast) -> tuple[Cast, Run, Warning]:
    policy_adopt(real_cast.places.county, "hengshui")
    illness(low_income(real_cast), 2_000_000)
    run = ran(real_cast)
    (warning,) = all_warnings()
    return real_cast, run, warning


def replayed(cast: Cast, warning: Warning, *, with_snapshot: bool = True) -> Replay:
    with acting_as(cast.county):
        return warning_replay(viewer=cast.county, warning_id=warning.pk, at=AT, with_snapshot=with_snapshot)


def folder_of(run: Run) -> Path:
    assert run.snapshot is not None
    return snapshot_folder(run.snapshot)


def resealed(run: Run) -> None:
    """Files and manifest agree again: only the warning knows what they were."""
    (folder_of(run) / "manifest.json").unlink()
    manifest_write(folder_of(run), on=run.on)


def changed(run: Run, table: str, column: str, value: object) -> None:
    file = folder_of(run) / f"{table}.parquet"
    stored = pq.read_table(file)
    place = stored.schema.get_field_index(column)
    values = pa.array([value] * stored.num_rows, stored.schema.field(place).type)
    pq.write_table(stored.set_column(place, column, values), file)


def test_an_untouched_warning_comes_out_equal_from_facts_and_from_files(warned: tuple[Cast, Run, Warning]) -> None:
    cast, _, warning = warned
    replay = replayed(cast, warning)
    assert (replay.differences, replay.holds, replay.same_from_snapshot, replay.why_not) == ((), True, True, "")
    assert replay.explanation.nearest[0] == "刚性自付支出再少 5,000.00 元（到 15,000.00 元），就不会预警。"


def test_evidence_handled_after_the_run_does_not_disturb_it(warned: tuple[Cast, Run, Warning]) -> None:
    cast, _, warning = warned
    with acting_as(SYSTEM):
        assert warning_collect(warning_id=warning.pk, case_id=7, at=AT + timedelta(days=1))
    assert replayed(cast, warning).holds


def test_a_changed_fact_of_the_warning_is_named(warned: tuple[Cast, Run, Warning]) -> None:
    cast, _, warning = warned
    with acting_as(SYSTEM):
        facts = {**warning.facts, "rigid_self_paid_fen": 1_900_000}
        Warning.objects.filter(pk=warning.pk).update(facts=facts)
    first = replayed(cast, warning).first
    assert first is not None
    assert first.sentence == "事实“刚性自付支出”：当时是 19,000.00 元，现在是 20,000.00 元"
    alone = replayed(cast, warning, with_snapshot=False).first
    assert alone is not None
    assert alone.sentence == "实际数：当时是 2000000，现在是 1900000"


def test_a_changed_file_is_named(warned: tuple[Cast, Run, Warning]) -> None:
    cast, run, warning = warned
    changed(run, "spending", "self_paid_fen", 3_000_000)
    first = replayed(cast, warning).first
    assert first is not None
    assert first.what == "file"
    assert "spending.parquet”与清单不符" in first.sentence


def test_a_file_changed_with_its_manifest_is_still_found_and_the_fact_named(warned: tuple[Cast, Run, Warning]) -> None:
    cast, run, warning = warned
    changed(run, "spending", "self_paid_fen", 3_000_000)
    resealed(run)
    replay = replayed(cast, warning)
    assert [found.what for found in replay.differences][:2] == ["file", "fact"]
    assert "事实“因病自付支出”：当时是 20,000.00 元，现在是 30,000.00 元" in [d.sentence for d in replay.differences]
    assert not replay.holds


def test_an_evidence_row_that_is_another_one_is_named(warned: tuple[Cast, Run, Warning]) -> None:
    cast, _, warning = warned
    row = warning.evidence[0]["id"]
    with acting_as(SYSTEM):
        Warning.objects.filter(pk=warning.pk).update(evidence=[{"table": "spending", "id": row + 1}])
    found = replayed(cast, warning).differences
    assert [difference.sentence for difference in found] == [
        f"证据：支出事件 {row}：当时是 不在，现在是 在",
        f"证据：支出事件 {row + 1}：当时是 在，现在是 不在",
    ]


def test_a_household_that_is_not_in_the_files_is_named(warned: tuple[Cast, Run, Warning]) -> None:
    cast, run, warning = warned
    file = folder_of(run) / "household.parquet"
    stored = pq.read_table(file)
    pq.write_table(stored.filter(pc.less(stored.column("household_key"), pa.scalar(0))), file)
    resealed(run)
    assert "这一户：当时是 在快照里，现在是 不在快照里" in [d.sentence for d in replayed(cast, warning).differences]


def test_a_changed_threshold_of_the_stored_policy_is_named(warned: tuple[Cast, Run, Warning]) -> None:
    cast, _, warning = warned
    with acting_as(SYSTEM):
        parameters = [{**stated, "value": "12,000.00 元"} for stated in warning.parameters]
        Warning.objects.filter(pk=warning.pk).update(parameters=parameters, policy_digest="0" * 64)
    replay = replayed(cast, warning)
    assert replay.first is not None
    assert replay.first.sentence == "标准“非贫困低收入户刚性支出预警线”：当时是 12,000.00 元，现在是 15,000.00 元"
    assert not replay.same_policy


def test_another_text_of_the_policy_is_named_by_its_digest(warned: tuple[Cast, Run, Warning]) -> None:
    cast, _, warning = warned
    with acting_as(SYSTEM):
        Warning.objects.filter(pk=warning.pk).update(policy_digest="0" * 64)
    first = replayed(cast, warning).first
    assert first is not None
    assert first.sentence.startswith("政策文本的摘要：当时是 000000000000，现在是 ")


def test_files_that_vanished_before_their_time_are_a_difference(warned: tuple[Cast, Run, Warning]) -> None:
    cast, run, warning = warned
    folder_of(run).rename(folder_of(run).with_name("elsewhere"))
    first = replayed(cast, warning).first
    assert first is not None
    assert "没有到保存期限" in first.sentence


def test_a_snapshot_past_its_days_goes_and_the_replay_says_so(warned: tuple[Cast, Run, Warning]) -> None:
    cast, run, warning = warned
    later = datetime(2021, 1, 2, tzinfo=UTC)
    with acting_as(SYSTEM):
        assert snapshots_expire(before=later, at=later) == 0  # the warning waits: nobody has taken it up
        assert warning_collect(warning_id=warning.pk, case_id=7, at=AT)
        assert snapshots_expire(before=later, at=later) == 0  # the last one of the area
    last = ran(cast)
    with acting_as(SYSTEM):
        assert snapshots_expire(before=later, at=later) == 1
        assert not folder_of(run).exists()
        assert folder_of(last).exists()
        assert Snapshot.objects.get(pk=run.snapshot_id).removed_at == later
    replay = replayed(cast, warning)
    assert (replay.holds, replay.same_from_snapshot) == (True, None)
    assert replay.why_not == "快照已于 2021-01-02 按保存期限清除，只按预警自带的事实重算。"


def test_a_township_replays_from_the_facts_alone(warned: tuple[Cast, Run, Warning]) -> None:
    cast, _, warning = warned
    with acting_as(cast.township):
        replay = warning_replay(viewer=cast.township, warning_id=warning.pk, at=AT, with_snapshot=True)
    assert (replay.holds, replay.same_from_snapshot) == (True, None)
    assert "县级" in replay.why_not


def test_the_page_tells_the_nearest_change_and_replays_from_the_files(
    warned: tuple[Cast, Run, Warning], client: Client
) -> None:
    cast, run, warning = warned
    page = reverse("screening:warning", args=[warning.pk])
    sign_in(client, cast.county)
    plain = client.get(page).content.decode()
    assert "刚性自付支出再少 5,000.00 元（到 15,000.00 元），就不会预警。" in plain
    assert "连同快照重算" in plain
    assert "按快照重算，结果一致" in client.get(page, {"with": "snapshot"}).content.decode()
    changed(run, "spending", "self_paid_fen", 3_000_000)
    told = client.get(page, {"with": "snapshot"}).content.decode()
    assert "第一处不同" in told
    assert "spending.parquet" in told


def test_the_stored_texts_of_a_version_are_what_it_was_adopted_with(warned: tuple[Cast, Run, Warning]) -> None:
    """The database refuses to change a version: a replay cannot be led astray by editing its texts."""
    _, _, warning = warned
    version = PackVersion.objects.get(pk=warning.pack_version_id)
    assert json.dumps(version.files)
    with acting_as(SYSTEM), pytest.raises(Exception, match="permission denied"):
        PackVersion.objects.filter(pk=version.pk).update(name="别的")


def test_a_household_without_a_warning_is_told_how_far_it_is_from_one(real_cast: Cast, client: Client) -> None:
    policy_adopt(real_cast.places.county, "hengshui")
    home = low_income(real_cast)
    illness(home, 1_467_851)
    page = reverse("screening:reasons", args=[home.pk])
    sign_in(client, real_cast.county)
    assert "还没有筛查过" in client.get(page).content.decode()
    ran(real_cast)
    told = client.get(page).content.decode()
    assert "刚性自付支出再多 321.50 元（到 15,000.01 元），就会预警。" in told
    assert told.index("刚性支出超过非贫困低收入户预警线") < told.index("就会预警")
    assert "没有预警不等于没有困难" in told
    file = client.get(reverse("desks:household", args=[home.pk])).content.decode()
    assert page in file and "为什么没有预警" in file
    assert sign_in(client, real_cast.officer).get(page).status_code in {403, 404}
    assert sign_in(client, real_cast.neighbour).get(page).status_code == 404
