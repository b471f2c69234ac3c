"""Sealing and proving: a changed, removed or inserted row is named, also when the chain was rewritten."""

from __future__ import annotations

import threading
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path

import psycopg
import pytest
from django.db import connection, transaction
from django.db.utils import ProgrammingError
from tests.factories.cast import Cast

from shouwang.audit.models import Entry, Seal
from shouwang.audit.services import entry_append
from shouwang.audit.services.sealing import entries_seal, heads_export, heads_path, heads_read
from shouwang.audit.services.verifying import log_verify
from shouwang.people.access import SYSTEM, Viewer, acting_as

AT = datetime(2020, 7, 1, 1, tzinfo=UTC)
pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def no_heads_from_before() -> None:
    heads_path().unlink(missing_ok=True)


def append(viewer: Viewer = SYSTEM, *, slot: int | None = 130529101214, number: int = 1) -> None:
    with acting_as(viewer):
        entry_append(
            viewer=viewer,
            action="case.return",
            subject_type="casework.Case",
            subject_id=number,
            slot=slot,
            at=AT,
            purpose="退回补充",
            after={"阶段": "核查", "数": [1, 2.5, None]},
        )


def sealed_log(entries: int = 6) -> list[int]:
    """A log of two counties and of none, sealed in two stretches."""
    for number in range(entries):
        append(slot=(130529101214, 130532001001, None)[number % 3], number=number)
    entries_seal(at=AT)
    for number in range(entries):
        append(slot=(130529101214, 130532001001, None)[number % 3], number=100 + number)
    entries_seal(at=AT + timedelta(minutes=1))
    with acting_as(SYSTEM):
        return list(Entry.objects.order_by("pk").values_list("pk", flat=True))


def as_admin(admin_url: str, sql: str, *parameters: object) -> None:
    with psycopg.connect(admin_url, autocommit=True) as admin:
        admin.execute(sql, parameters)


def test_a_whole_log_verifies() -> None:
    ids = sealed_log()
    append()
    found = log_verify()
    assert (found.broken, found.counties, found.entries, found.unsealed) == (None, 3, len(ids), 1)
    assert found.seals == found.heads == 6


def test_an_empty_log_verifies() -> None:
    assert entries_seal(at=AT) == 0
    assert log_verify().broken is None


def test_sealing_again_seals_nothing_twice() -> None:
    sealed_log()
    assert entries_seal(at=AT) == 0
    with acting_as(SYSTEM):
        assert Seal.objects.count() == 6


@pytest.mark.parametrize(
    ("column", "value"),
    [
        ("actor", "别人"),
        ("subject_id", 77),
        ("after", '{"阶段": "结案"}'),
        ("at", AT + timedelta(seconds=1)),
        ("purpose", ""),
    ],
)
def test_a_changed_row_is_named(admin_url: str, column: str, value: object) -> None:
    ids = sealed_log()
    as_admin(admin_url, f"update audit_entry set {column} = %s where id = %s", value, ids[4])
    broken = log_verify().broken
    assert broken is not None
    assert (broken.entry_id, "被改过" in broken.message) == (ids[4], True)


@pytest.mark.parametrize("which", [0, 3, 5, 11])
def test_a_removed_row_is_named(admin_url: str, which: int) -> None:
    ids = sealed_log()
    as_admin(admin_url, "delete from audit_entry where id = %s", ids[which])
    broken = log_verify().broken
    assert broken is not None
    assert (broken.entry_id, "被删除" in broken.message) == (ids[which], True)


def test_a_row_moved_to_another_county_is_named(admin_url: str) -> None:
    ids = sealed_log()
    as_admin(admin_url, "update audit_entry set county = 0 where id = %s", ids[3])
    broken = log_verify().broken
    assert broken is not None
    assert broken.entry_id == ids[3]


def test_a_row_put_in_afterwards_is_named(admin_url: str) -> None:
    ids = sealed_log()
    as_admin(
        admin_url,
        "insert into audit_entry (id, at, county, actor, action, subject_type, subject_id, purpose)"
        " overriding system value values (%s, %s, 999999, 'x', 'x', 'x', 1, '')",
        ids[0] - 1,
        AT,
    )
    broken = log_verify().broken
    assert broken is not None
    assert (broken.entry_id, broken.county) == (ids[0] - 1, 999999)


def test_a_removed_seal_is_found(admin_url: str) -> None:
    sealed_log()
    with acting_as(SYSTEM):
        first = Seal.objects.filter(county=130529).order_by("pk")[0].pk
    as_admin(admin_url, "delete from audit_seal where id = %s", first)
    broken = log_verify().broken
    assert broken is not None
    assert "接不上" in broken.message


def test_rows_and_seals_cut_off_together_are_found_by_the_heads_outside(admin_url: str) -> None:
    ids = sealed_log()
    as_admin(admin_url, "delete from audit_entry where id > %s", ids[5])
    as_admin(admin_url, "delete from audit_seal where last_id > %s", ids[5])
    broken = log_verify().broken
    assert broken is not None
    assert "库外" in broken.message


def test_a_chain_that_was_made_anew_is_found_by_the_heads_outside(admin_url: str, tmp_path: Path) -> None:
    ids = sealed_log()
    kept = tmp_path / "heads.jsonl"
    kept.write_bytes(heads_path().read_bytes())
    as_admin(admin_url, "update audit_entry set actor = 'x' where id = %s", ids[0])
    as_admin(admin_url, "delete from audit_seal")
    heads_path().unlink()
    entries_seal(at=AT)
    assert log_verify().broken is None
    broken = log_verify(heads=kept).broken
    assert broken is not None
    assert "库外" in broken.message


def test_the_heads_are_appended_once_and_survive_a_cut_line() -> None:
    sealed_log()
    whole = heads_path().read_bytes()
    assert heads_export() == 0
    heads_path().write_bytes(whole[:-10])
    assert heads_export() == 1
    assert heads_path().read_bytes() == whole
    assert len(heads_read(heads_path())) == 6


def test_a_slot_that_follows_a_change_of_divisions_breaks_nothing(admin_url: str) -> None:
    sealed_log()
    as_admin(admin_url, "update audit_entry set slot = 130505100200 where slot = 130529101214")
    assert log_verify().broken is None


def test_nothing_is_sealed_while_an_older_entry_is_still_on_its_way(real_cast: Cast) -> None:
    """An entry with a lower id that commits later must not fall behind the seal."""
    has_inserted, may_commit = threading.Event(), threading.Event()

    def slow() -> None:
        with acting_as(SYSTEM):
            entry_append(viewer=SYSTEM, action="slow", subject_type="x", subject_id=1, slot=None, at=AT)
            has_inserted.set()
            may_commit.wait(20)
        connection.close()

    writer = threading.Thread(target=slow)
    writer.start()
    assert has_inserted.wait(20)
    began = time.monotonic()
    assert entries_seal(at=AT) == 0
    assert time.monotonic() - began < 10
    may_commit.set()
    writer.join(20)
    append()
    assert entries_seal(at=AT) == 2
    assert log_verify().broken is None


def test_the_web_role_cannot_change_or_remove_an_entry_or_a_seal() -> None:
    sealed_log()
    for sql in (
        "update audit_entry set actor = 'x'",
        "delete from audit_entry",
        "truncate audit_entry",
        "update audit_seal set digest = ''",
        "delete from audit_seal",
    ):
        refused = pytest.raises(ProgrammingError, match="permission denied")
        with refused, acting_as(SYSTEM), connection.cursor() as cursor:
            cursor.execute(sql)


def test_an_entry_lives_and_dies_with_its_transaction() -> None:
    with pytest.raises(RuntimeError), transaction.atomic():
        append()
        raise RuntimeError
    with acting_as(SYSTEM):
        assert not Entry.objects.exists()
