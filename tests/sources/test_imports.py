from __future__ import annotations

from datetime import date, datetime, timedelta

import pytest
from django.utils import timezone
from tests.factories.cast import Cast
from tests.factories.register import household_make, person_make, resident_id_make
from tests.factories.sources import INPATIENT, csv, deliver, import_all, stay, xlsx

from shouwang.people.access import SYSTEM, acting_as
from shouwang.register.models import NamedFact, Spending, Status
from shouwang.sources.models import Feed, FeedImport, FeedMatch, FeedRow, MatchPair
from shouwang.sources.rules.matching import NAME_DIFFERS, NOT_FOUND, SEVERAL
from shouwang.sources.services import chunking, importing
from shouwang.sources.services.chunking import CONFLICT
from shouwang.sources.services.errors import DataDateInFuture, DeliveredBefore, ImportStale, MayNotDeliver
from shouwang.sources.services.importing import feed_import_run
from shouwang.sources.services.reading import import_load
from shouwang.sources.services.undoing import feed_import_undo, feed_import_undo_run
from shouwang.sources.services.uploads import mapping_confirm

ID = resident_id_make(date(1970, 3, 7))
NOBODYS = resident_id_make(date(1988, 8, 8))
State = FeedImport.State


@pytest.fixture
def home(cast: Cast) -> int:
    return household_make(cast.slot, head="张胜坤", resident_id=ID).pk


def counts(taken: FeedImport) -> dict[str, int]:
    names = (
        "read", "exact", "by_name", "repaired", "similar", "decided", "duplicate", "unmatched", "refused"
    )  # fmt: skip
    return {name: found for name in names if (found := getattr(taken, f"rows_{name}"))}


def reasons(taken: FeedImport) -> list[tuple[int, str]]:
    with acting_as(SYSTEM):
        return list(
            FeedRow.objects.filter(feed_import=taken).order_by("row_number").values_list("row_number", "reason")
        )


def test_a_stay_in_hospital_becomes_a_spending_event(cast: Cast, home: int) -> None:
    taken = import_all(cast.medical, xlsx([["住院明细"], INPATIENT, stay("张胜坤", ID)]))
    assert taken.state == State.DONE, taken.message
    assert counts(taken) == {"read": 1, "exact": 1}
    with acting_as(SYSTEM):
        event = Spending.objects.get()
        match = FeedMatch.objects.get()
    assert (event.household_id, event.cause, event.detail, event.source) == (
        home,
        "ILLNESS",
        "胃癌",
        "medical_insurance",
    )
    assert (event.gross_fen, event.reimbursed_fen, event.self_paid_fen) == (2_426_913, 1_426_913, 1_000_000)
    assert event.source_ref == f"feed:{taken.pk}:row:3"
    assert (match.method, match.score, match.row_number) == ("EXACT_ID", 1000, 3)


def test_counts_add_up_and_every_row_that_was_not_taken_says_why(cast: Cast, home: int) -> None:
    wrong = ID[:17] + ("1" if ID[17] != "1" else "2")
    rows = [
        INPATIENT,
        stay("张胜坤", ID),
        stay("张胜坤", ID),
        stay("李四", ID, start="2020-04-01"),
        stay("王五", resident_id_make(date(1980, 1, 1))),
        stay("张胜坤", wrong),
        stay("张胜坤", ID, start="2020-03-01", gross=-1),
        stay("张胜坤", ID, start="2020-02-01", gross="一万"),
        stay("张胜坤", ID, gross=24270.13),
        stay("赵六", NOBODYS[:17] + ("1" if NOBODYS[17] != "1" else "2")),
    ]
    taken = import_all(cast.medical, xlsx(rows))
    assert counts(taken) == {"read": 9, "exact": 1, "duplicate": 1, "unmatched": 3, "refused": 4}
    said = dict(reasons(taken))
    assert said[4] == NAME_DIFFERS
    assert said[5] == NOT_FOUND
    assert said[6] == NOT_FOUND  # a broken number that may be his, though the birth dates differ: a person looks at it
    assert "校验位" in said[10]
    assert "负数" in said[7]
    assert "看不懂" in said[8]
    assert said[9] == CONFLICT


def test_an_id_in_a_numeric_cell_is_refused_with_its_column(cast: Cast, home: int) -> None:
    taken = import_all(cast.medical, xlsx([INPATIENT, stay("张胜坤", int(ID[:17]) * 10)]))
    assert counts(taken) == {"read": 1, "refused": 1}
    with acting_as(SYSTEM):
        row = FeedRow.objects.get()
    assert "数字格式" in row.reason
    assert row.column == "身份证号码"


def test_a_relatives_number_beside_ones_own_birth_date_waits_for_a_person_and_a_strangers_is_refused(
    cast: Cast, home: int
) -> None:
    headings = ["姓名", "身份证号码", "出生日期", "乡镇", "行政村", "就医结束时间", "医疗费总额（元）"]
    rows = [
        headings,
        ["张胜昆", ID, "1950-01-01", "王虎寨镇", "大寨村", "2020-05-09", 100],
        ["赵六", NOBODYS, "1950-01-02", "王虎寨镇", "大寨村", "2020-05-09", 100],
    ]
    taken = import_all(cast.medical, xlsx(rows))
    assert counts(taken) == {"read": 2, "unmatched": 1, "refused": 1}
    with acting_as(SYSTEM):
        waiting, refused = FeedRow.objects.order_by("row_number")
        pair = MatchPair.objects.get()
    assert (waiting.state, pair.feed_row_id) == (FeedRow.State.UNMATCHED, waiting.pk)
    assert (refused.column, "不一样" in refused.reason) == ("出生日期", True)


def test_without_an_id_name_birth_date_and_village_match(cast: Cast, home: int) -> None:
    headings = ["姓名", "身份证号码", "出生日期", "乡镇", "行政村", "就医结束时间", "医疗费总额（元）"]
    rows = [
        headings,
        ["张胜坤", None, "1970.5.20", "王虎寨镇", "大寨村民委员会", "2020-05-09", 100],
        ["张胜坤", None, "1970-05-21", "王虎寨镇", "大寨村", "2020-05-09", 100],
        ["张胜坤", None, None, None, None, "2020-05-09", 100],
    ]
    taken = import_all(cast.medical, xlsx(rows))
    assert counts(taken) == {"read": 3, "by_name": 1, "unmatched": 1, "refused": 1}
    with acting_as(SYSTEM):
        assert FeedMatch.objects.get().score == 900
        assert Spending.objects.get().household_id == home


def test_two_persons_of_one_name_and_birthday_are_left_to_the_county(cast: Cast, home: int) -> None:
    household_make(cast.slot, head="张胜坤")
    headings = ["姓名", "身份证号码", "出生日期", "行政村", "就医结束时间", "医疗费总额（元）"]
    taken = import_all(cast.medical, xlsx([headings, ["张胜坤", None, "1970-05-20", "大寨村", "2020-05-09", 1]]))
    assert reasons(taken) == [(2, SEVERAL)]


def test_a_person_registered_elsewhere_looks_like_nobody(cast: Cast) -> None:
    there = resident_id_make(date(1975, 1, 1))
    household_make(cast.neighbour_slot, head="邻县人", resident_id=there)
    nobody = resident_id_make(date(1976, 1, 1))
    taken = import_all(cast.medical, xlsx([INPATIENT, stay("邻县人", there), stay("没有的人", nobody)]))
    assert counts(taken) == {"read": 2, "unmatched": 2}
    assert {reason for _, reason in reasons(taken)} == {NOT_FOUND}
    with acting_as(SYSTEM):
        assert not Spending.objects.exists()


def test_a_row_that_came_in_an_earlier_file_is_not_counted_again(cast: Cast, home: int) -> None:
    import_all(cast.medical, xlsx([INPATIENT, stay("张胜坤", ID)]))
    later = import_all(
        cast.medical, xlsx([INPATIENT, stay("张胜坤", ID), stay("张胜坤", ID, start="2020-06-01", end="2020-06-03")])
    )
    assert counts(later) == {"read": 2, "exact": 1, "duplicate": 1}
    with acting_as(SYSTEM):
        assert Spending.objects.filter(superseded_at__isnull=True).count() == 2


def test_an_import_taken_back_leaves_no_fact_and_may_come_again(cast: Cast, home: int) -> None:
    content = xlsx([INPATIENT, stay("张胜坤", ID)])
    taken = import_all(cast.medical, content)
    with pytest.raises(DeliveredBefore):
        deliver(cast.medical, content)
    with acting_as(cast.medical):
        asked = {"viewer": cast.medical, "import_id": taken.pk, "version": taken.version, "at": timezone.now()}
        feed_import_undo(**asked, is_queued=False)
        with pytest.raises(ImportStale):
            feed_import_undo(**asked)
    feed_import_undo_run(import_id=taken.pk, clock=timezone.now)
    with acting_as(SYSTEM):
        assert not Spending.objects.filter(superseded_at__isnull=True).exists()
        assert not FeedMatch.objects.exists()
        assert Feed.objects.get().data_date is None
    again = import_all(cast.medical, content)
    assert counts(again) == {"read": 1, "exact": 1}
    assert import_load(taken.pk).state == State.UNDONE


class Killed(BaseException):
    """The worker dies here."""


@pytest.mark.parametrize("dies_in", [0, 1, 2])
def test_a_kill_in_any_chunk_loses_no_row_and_counts_none_twice(
    cast: Cast, home: int, monkeypatch: pytest.MonkeyPatch, dies_in: int
) -> None:
    monkeypatch.setattr(importing, "CHUNK_ROWS", 2)
    days = [date(2020, 5, 1) + timedelta(days=number) for number in range(5)]
    taken = deliver(cast.medical, xlsx([INPATIENT, *(stay("张胜坤", ID, start=day, end=day) for day in days)]))
    with acting_as(cast.medical):
        mapping_confirm(
            viewer=cast.medical, import_id=taken.pk, version=taken.version, fields={}, at=timezone.now(),
            is_queued=False,
        )  # fmt: skip
    real, calls = chunking.facts_record, []

    def dying(*args: object, **more: object) -> int:
        recorded = real(*args, **more)  # type: ignore[arg-type]
        calls.append(recorded)
        if len(calls) == dies_in + 1:
            raise Killed
        return recorded

    monkeypatch.setattr(chunking, "facts_record", dying)
    with pytest.raises(Killed):
        feed_import_run(import_id=taken.pk, clock=timezone.now)
    half = import_load(taken.pk)
    assert half.state == State.RUNNING
    assert half.rows_read == 2 * dies_in
    monkeypatch.setattr(chunking, "facts_record", real)
    feed_import_run(import_id=taken.pk, clock=timezone.now)
    feed_import_run(import_id=taken.pk, clock=timezone.now)
    done = import_load(taken.pk)
    assert counts(done) == {"read": 5, "exact": 5}
    assert done.facts_recorded == 5
    with acting_as(SYSTEM):
        assert Spending.objects.count() == 5


def test_headings_confirmed_once_are_not_asked_again(cast: Cast, home: int) -> None:
    odd = ["姓名", "证件", "住院结束", "就医结束时间", "医疗费总额（元）"]
    first = deliver(cast.medical, xlsx([odd, ["张胜坤", ID, "x", "2020-05-09", 100]]))
    assert first.state == State.MAPPING
    with acting_as(cast.medical):
        mapping_confirm(
            viewer=cast.medical, import_id=first.pk, version=first.version, fields={(0, 1): "resident_id"},
            at=timezone.now(), is_queued=False,
        )  # fmt: skip
    feed_import_run(import_id=first.pk, clock=timezone.now)
    assert counts(import_load(first.pk)) == {"read": 1, "exact": 1}
    second = deliver(cast.medical, xlsx([odd, ["张胜坤", ID, "x", "2020-06-09", 100]]), name="七月.xlsx")
    assert second.state == State.WAITING


def test_a_file_of_gb18030_and_full_width_signs_is_read(cast: Cast, home: int) -> None:
    wide = str.maketrans("0123456789X", "０１２３４５６７８９Ｘ")
    content = csv([INPATIENT, stay("张胜坤", ID.translate(wide), gross="２４２６９．１３")], encoding="gb18030")
    taken = import_all(cast.medical, content, name="住院.csv")
    assert taken.state == State.DONE, taken.message
    assert counts(taken) == {"read": 1, "exact": 1}


@pytest.mark.parametrize(
    ("name", "content", "word"),
    [
        ("空.csv", b"", "空的"),
        ("坏.xlsx", b"PK\x03\x04broken", "打不开"),
        ("说明.xlsx", xlsx([["这里没有表"], ["说明", "无"]]), "没有认出"),
        ("网页.xls", b"<html><table></table></html>", "网页"),
        ("乱码.csv", b"\xc0\xff\xa1\xff," * 50, "编码"),
    ],
)
def test_a_bad_file_is_refused_as_a_whole_with_one_sentence(cast: Cast, name: str, content: bytes, word: str) -> None:
    taken = deliver(cast.medical, content, name=name)
    assert taken.state == State.FAILED
    assert word in taken.message
    assert taken.rows_read == 0


def test_only_the_department_of_a_kind_delivers_it(cast: Cast) -> None:
    for who in ("civil", "county", "insurer", "officer"):
        with pytest.raises(MayNotDeliver):
            deliver(getattr(cast, who), xlsx([INPATIENT]))


def test_data_of_tomorrow_is_refused_and_of_today_is_not(cast: Cast) -> None:
    now = datetime(2020, 7, 1, 8, 0, tzinfo=timezone.get_current_timezone())
    with pytest.raises(DataDateInFuture):
        deliver(cast.medical, xlsx([INPATIENT]), data_date=date(2020, 7, 2), at=now)
    assert deliver(cast.medical, xlsx([INPATIENT]), data_date=date(2020, 7, 1), at=now).state == State.MAPPING


def test_a_department_sees_its_own_results_and_no_match(cast: Cast, home: int) -> None:
    import_all(cast.medical, xlsx([INPATIENT, stay("张胜坤", ID), stay("无名", ID)]))
    with acting_as(cast.medical):
        assert FeedRow.objects.count() == 1
        assert not FeedMatch.objects.exists()
        assert not Spending.objects.exists()
    for who in ("civil", "insurer", "neighbour", "neighbour_medical", "township", "officer"):
        with acting_as(getattr(cast, who)):
            assert not FeedRow.objects.exists(), who
            assert not FeedImport.objects.exists(), who
    with acting_as(cast.county):
        assert FeedRow.objects.count() == 1
        assert FeedMatch.objects.count() == 1


def test_dibao_is_a_status_of_the_household_and_named_facts_are_kept(cast: Cast, home: int) -> None:
    rows = [
        ["农村最低生活保障家庭明细表"],
        ["户主信息", None, "保障情况", None, None],
        ["户主姓名", "户主身份证号", "户月保障金额（元）", "最初享受月份", "申请原因"],
        ["张胜坤", ID, 235, "202001", "疾病"],
    ]
    taken = import_all(cast.civil, xlsx(rows), kind="dibao_household")
    assert counts(taken) == {"read": 1, "exact": 1}, taken.message
    with acting_as(SYSTEM):
        status = Status.objects.get()
        assert NamedFact.objects.get().facts == {"低保申请原因": "疾病"}
    assert (status.household_id, status.person_id, status.kind) == (home, None, "DIBAO")
    assert (status.value, status.from_date) == ("235.00", date(2020, 1, 1))


def test_a_member_is_matched_to_her_own_row(cast: Cast, home: int) -> None:
    from shouwang.register.models import Household

    with acting_as(SYSTEM):
        household = Household.objects.get(pk=home)
    number = resident_id_make(date(2008, 2, 2))
    child = person_make(household, "张小明", "CHILD", birth_date=date(2008, 2, 2), resident_id=number)
    rows = [
        ["学生姓名", "身份证号", "学籍状态", "疑似辍学日期"],
        ["张小明", number, "疑似失学", "2020年3月1日"],
    ]
    taken = import_all(cast.education, xlsx(rows), kind="dropout")
    assert counts(taken) == {"read": 1, "exact": 1}, taken.message
    with acting_as(SYSTEM):
        status = Status.objects.get()
    assert (status.kind, status.person_id, status.from_date) == ("DROPOUT_SUSPECTED", child.pk, date(2020, 3, 1))


def test_a_list_without_days_delivered_monthly_counts_each_person_once(cast: Cast, home: int) -> None:
    rows = [["户主姓名", "户主身份证号", "户月保障金额（元）"], ["张胜坤", ID, 235]]
    first = import_all(cast.civil, xlsx(rows), kind="dibao_household", data_date=date(2020, 5, 31))
    again = [["农村低保家庭"], *rows]
    second = import_all(cast.civil, xlsx(again), kind="dibao_household", data_date=date(2020, 6, 30))
    assert counts(first) == {"read": 1, "exact": 1}
    assert counts(second) == {"read": 1, "duplicate": 1}
    with acting_as(SYSTEM):
        assert Status.objects.get().from_date == date(2020, 5, 31)
        assert Feed.objects.get().data_date == date(2020, 6, 30)
