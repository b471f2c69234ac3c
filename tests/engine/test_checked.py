"""A checked snapshot is not read whole again, as long as its files are as they were."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest
from tests.engine.populations import ON, policy_of, written

from shouwang.engine import SnapshotError, checked, manifest_write, screen
from shouwang.engine.checked import CHECKED, has_passed, snapshot_digest_known
from shouwang.engine.snapshot import folder_digest

HOUSEHOLD = {"household_key": 1, "village_code": 130529103201}


@pytest.fixture
def snapshot(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(checked, "_QUIET_NS", -(10**12))  # files made a moment ago count as old
    folder = written(tmp_path / "s", household=[HOUSEHOLD])
    manifest_write(folder, on=ON)
    return folder


def test_a_digest_is_remembered_with_the_files_it_is_of(snapshot: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    digest = snapshot_digest_known([snapshot])
    assert digest == folder_digest(snapshot)
    monkeypatch.setattr(checked, "folder_digest", lambda _: pytest.fail("read again"))
    assert snapshot_digest_known([snapshot]) == digest


def test_a_run_remembers_that_the_snapshot_passed(snapshot: Path) -> None:
    assert not has_passed([snapshot], folder_digest(snapshot))
    result = screen(snapshot, policy_of("hengshui"), on=ON)
    assert has_passed([snapshot], result.digest)
    assert screen(snapshot, policy_of("hengshui"), on=ON).run == result.run


def test_a_changed_file_is_read_again_even_with_its_old_time(snapshot: Path) -> None:
    screen(snapshot, policy_of("hengshui"), on=ON)
    file = snapshot / "household.parquet"
    before = file.stat()
    content = bytearray(file.read_bytes())
    content[len(content) // 2] ^= 1
    file.write_bytes(bytes(content))
    os.utime(file, ns=(before.st_atime_ns, before.st_mtime_ns))
    with pytest.raises(SnapshotError, match="与清单不符"):
        screen(snapshot, policy_of("hengshui"), on=ON)


@pytest.mark.parametrize("text", ["", "{", "[]", json.dumps({"format": 0})])
def test_notes_that_cannot_be_read_are_no_notes(snapshot: Path, text: str) -> None:
    (snapshot / CHECKED).write_text(text)
    assert snapshot_digest_known([snapshot]) == folder_digest(snapshot)


def test_fresh_files_are_not_trusted_yet(tmp_path: Path) -> None:
    folder = written(tmp_path / "s", household=[HOUSEHOLD])
    snapshot_digest_known([folder])
    known = folder / CHECKED
    newest = max(path.stat().st_ctime_ns for path in folder.glob("*.parquet"))
    assert not known.exists() or known.stat().st_ctime_ns > newest + checked._QUIET_NS
