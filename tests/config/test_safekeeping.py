"""Backup, restore, rotation of keys and upgrade, each drilled."""

import pytest
from django.conf import settings
from django.db import connections
from django.utils import timezone

from shouwang.config.backups import (
    HEAD,
    BackupDamaged,
    BackupFailed,
    NoBackup,
    backup_restore,
    backup_write,
)
from shouwang.config.preparation import (
    DatabaseNewer,
    NotUpgraded,
    database_upgrade,
    installation_prepare,
    is_fresh,
    keys_prepare,
    web_role_verify,
)
from shouwang.config.rotation import (
    KeyInUse,
    KeyUnknown,
    key_add,
    key_retire,
    sealed_places,
    values_count,
    values_reseal,
)
from shouwang.kit.seal import KeyRing, KeyRingMissing, keyring, ring_new, ring_read, ring_write
from shouwang.kit.sealed import SealedColumn
from shouwang.office.services import file_open, file_store
from shouwang.people.access import SYSTEM, acting_as

EVERYTHING = ["default", "owner", "batch"]
PLANTED = "130999199001011234"


@pytest.fixture
def ring(tmp_path) -> KeyRing:
    """The ring of the run, restored after the test."""
    before = ring_read(settings.KEYS_DIR)
    yield before
    ring_write(before, settings.KEYS_DIR)


def files_made(count=3):
    with acting_as(SYSTEM):
        return [
            file_store(
                viewer=SYSTEM, name=f"{PLANTED}-{n}.xlsx", content=f"{PLANTED} {n}".encode(), at=timezone.now(), days=7
            )
            for n in range(count)
        ]


def content(stored):
    with acting_as(SYSTEM):
        return file_open(viewer=SYSTEM, file_id=stored.pk, at=timezone.now())


def options(ring):
    owner = connections["owner"]
    owner.ensure_connection()
    return {
        "ring": ring,
        "owner": owner.settings_dict,
        "server_version": owner.connection.info.server_version,
        "files_dir": settings.FILES_DIR,
        "note": lambda _: None,
    }


@pytest.fixture
def saved(tmp_path, transactional_db, ring, monkeypatch):
    """A backup of a database with three files."""
    monkeypatch.setattr(settings, "FILES_DIR", tmp_path / "kept")
    stored = files_made()
    path = tmp_path / "county.backup"
    backup_write(path, **options(ring))
    return path, stored


pytestmark = pytest.mark.django_db(transaction=True, databases=EVERYTHING)


def test_a_backup_is_restored_with_rows_walls_and_files(saved, ring, empty_database, tmp_path, monkeypatch):
    path, stored = saved
    files = tmp_path / "files"
    monkeypatch.setattr(settings, "FILES_DIR", files)
    assert is_fresh()
    assert backup_restore(path, **options(ring)) == len(stored)
    assert not is_fresh()
    assert database_upgrade(lambda _: None) is False
    web_role_verify()
    for number, file in enumerate(stored):
        assert content(file) == (f"{PLANTED}-{number}.xlsx", f"{PLANTED} {number}".encode())
    with connections["default"].cursor() as cursor:
        cursor.execute("select count(*) from office_storedfile")
        assert cursor.fetchone() == (0,), "without a scope the restored walls show nothing"


def test_a_backup_holds_nothing_in_plain_text(saved):
    path, _ = saved
    raw = path.read_bytes()
    assert raw.startswith(HEAD)
    assert PLANTED.encode() not in raw
    assert b"PGDMP" not in raw
    assert path.stat().st_mode & 0o077 == 0


def test_a_backup_does_not_open_with_another_ring(saved, empty_database):
    path, _ = saved
    with pytest.raises(BackupDamaged, match="密钥不是做备份时的那一套"):
        backup_restore(path, **options(ring_new()))
    assert is_fresh()


@pytest.mark.parametrize("damage", ["cut", "changed", "frame lost"])
def test_a_damaged_backup_is_refused_and_nothing_is_written(damage, saved, ring, empty_database):
    path, _ = saved
    raw = bytearray(path.read_bytes())
    if damage == "cut":
        raw = raw[: len(raw) // 2]
    elif damage == "changed":
        raw[len(raw) // 2] ^= 1
    else:
        start = len(HEAD) + 16
        raw = raw[:start] + raw[start + 4 + int.from_bytes(raw[start : start + 4], "big") :]
    path.write_bytes(raw)
    with pytest.raises(BackupDamaged):
        backup_restore(path, **options(ring))
    assert is_fresh()


def test_another_file_is_no_backup(ring, tmp_path):
    (tmp_path / "a.backup").write_text("姓名,身份证号\n" * 3)
    with pytest.raises(NoBackup, match="不是守望的备份文件"):
        backup_restore(tmp_path / "a.backup", **options(ring))
    with pytest.raises(NoBackup):
        backup_restore(tmp_path / "absent", **options(ring))


def test_a_backup_of_an_unreachable_server_is_refused_and_leaves_no_file(ring, tmp_path):
    wrong = {**options(ring), "owner": {**connections["owner"].settings_dict, "PASSWORD": "wrong"}}
    with pytest.raises(BackupFailed, match="备份没有成功"):
        backup_write(tmp_path / "b.backup", **wrong)
    assert list(tmp_path.iterdir()) == []


def test_rotation_seals_everything_anew_and_the_old_key_can_go(ring):
    stored = files_made()
    old = ring.version
    assert values_count(files_dir=settings.FILES_DIR)[old] >= 6
    fresh = key_add(settings.KEYS_DIR)
    with pytest.raises(KeyInUse, match="还有 6 条数据在用"):
        key_retire(version=old, files_dir=settings.FILES_DIR, folder=settings.KEYS_DIR)
    done = values_reseal(ring=fresh, files_dir=settings.FILES_DIR)
    assert (done.version, done.resealed, done.unopened) == (old + 1, 6, 0)
    assert values_count(files_dir=settings.FILES_DIR) == {old + 1: 6}
    assert values_reseal(ring=fresh, files_dir=settings.FILES_DIR).resealed == 0
    key_retire(version=old, files_dir=settings.FILES_DIR, folder=settings.KEYS_DIR)
    assert set(keyring(settings.KEYS_DIR).keys) == {old + 1}
    assert content(stored[0]) == (f"{PLANTED}-0.xlsx", f"{PLANTED} 0".encode())


def test_a_value_written_during_rotation_is_under_the_new_key(ring):
    fresh = key_add(settings.KEYS_DIR)
    files_made(1)
    assert values_count(files_dir=settings.FILES_DIR) == {fresh.version: 2}


def test_a_value_that_no_key_opens_is_counted_and_left_as_it_is(ring):
    stored = files_made(1)[0]
    other = ring_new().seal("x", context=f"office_file_name:{stored.path}")
    with connections["owner"].cursor() as cursor:
        cursor.execute("update office_storedfile set sealed_name = %s", [other])
    done = values_reseal(ring=key_add(settings.KEYS_DIR), files_dir=settings.FILES_DIR)
    assert (done.resealed, done.unopened) == (1, 1)
    with connections["owner"].cursor() as cursor:
        cursor.execute("select sealed_name from office_storedfile")
        assert bytes(cursor.fetchone()[0]) == other


def test_the_current_key_is_never_retired(ring):
    with pytest.raises(KeyUnknown):
        key_retire(version=ring.version, files_dir=settings.FILES_DIR, folder=settings.KEYS_DIR)


def test_every_sealed_column_is_declared_by_its_room():
    declared = {(place.table, place.column) for place in sealed_places() if isinstance(place, SealedColumn)}
    with connections["owner"].cursor() as cursor:
        cursor.execute(
            "select table_name, column_name from information_schema.columns"
            " where table_schema = 'public' and data_type = 'bytea' and column_name like '%%sealed%%'"
        )
        found = set(cursor.fetchall())
    assert found == declared


def test_an_empty_database_is_prepared_and_a_second_time_changes_nothing(empty_database, tmp_path, monkeypatch):
    monkeypatch.setattr(settings, "STATIC_ROOT", tmp_path / "static")
    said = []
    assert is_fresh()
    installation_prepare(said.append)
    assert not is_fresh()
    first = list(said)
    installation_prepare(said.append)
    assert said == first
    assert said[0] == "正在建立或升级数据表 …"
    assert "正在登记政策包 xingtai …" in said


def test_a_database_of_a_later_program_is_refused():
    with connections["owner"].cursor() as cursor:
        cursor.execute("insert into django_migrations (app, name, applied) values ('people', '9999_future', now())")
        try:
            with pytest.raises(DatabaseNewer):
                database_upgrade(lambda _: None)
        finally:
            cursor.execute("delete from django_migrations where name = '9999_future'")


def test_an_upgrade_without_an_owner_is_refused(empty_database, monkeypatch):
    monkeypatch.setitem(connections["owner"].settings_dict, "USER", connections["default"].settings_dict["USER"])
    with pytest.raises(NotUpgraded, match="SHOUWANG_OWNER_URL"):
        database_upgrade(lambda _: None)


def test_a_database_without_its_key_ring_is_refused(tmp_path, monkeypatch):
    monkeypatch.setattr("shouwang.config.preparation.KEYS_DIR", tmp_path)
    with pytest.raises(KeyRingMissing, match="没有密钥文件"):
        keys_prepare(is_new=False)
    assert not list(tmp_path.iterdir())
    keys_prepare(is_new=True)
    assert keyring(tmp_path).version == 1
