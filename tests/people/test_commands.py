"""The commands of divisions, people and audit, as processes of their own: one sentence and an exit code."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
from tests.factories.cast import Cast, places_build
from tests.people.test_china_division import TABLES, package

pytestmark = pytest.mark.django_db(transaction=True)


def run(env: dict[str, str], *arguments: str) -> tuple[int, str, str]:
    done = subprocess.run(
        [sys.executable, "-m", "shouwang", *arguments], env=env, capture_output=True, text=True, timeout=120
    )
    assert "Traceback" not in done.stderr
    return done.returncode, done.stdout, done.stderr


def test_divisions_are_imported_from_a_package_and_shown(command_env: dict[str, str], tmp_path: Path) -> None:
    file = package(tmp_path, TABLES)
    code, said, _ = run(command_env, "divisions", "import", "--file", str(file), "--place", "130529")
    assert (code, "新增 5 个" in said) == (0, True)
    code, said, _ = run(command_env, "divisions", "show", "130529101")
    assert (code, "130529101214  大寨村委会" in said) == (0, True)
    code, _, complaint = run(command_env, "divisions", "show", "99")
    assert (code, len(complaint.strip().splitlines())) == (1, 1)


def test_a_change_that_does_not_fit_is_one_sentence(command_env: dict[str, str], tmp_path: Path) -> None:
    places_build()
    file = tmp_path / "change.yaml"
    file.write_text("valid_from: 2020-06-23\ndocument: 试验\nchanges:\n  - {from: 130521, to: 130503}\n")
    code, _, complaint = run(command_env, "divisions", "change", str(file))
    assert (code, "现行区划里没有代码" in complaint) == (1, True)


def test_a_trial_of_a_change_says_what_it_would_do(command_env: dict[str, str], tmp_path: Path) -> None:
    places_build()
    file = tmp_path / "change.yaml"
    file.write_text("valid_from: 2020-06-23\ndocument: 试验\nchanges:\n  - {from: 130532, to: 130533, name: 试验县}\n")
    code, said, _ = run(command_env, "divisions", "change", "--trial", str(file))
    assert (code, said.startswith("试算：")) == (0, True)


def test_a_link_is_made_for_an_account_and_refused_for_none(command_env: dict[str, str], real_cast: Cast) -> None:
    from shouwang.people.models import User

    username = User.objects.get(pk=real_cast.township.user_id).username
    code, said, _ = run(command_env, "people", "link", username)
    assert (code, "/people/invitation/" in said) == (0, True)
    code, _, complaint = run(command_env, "people", "link", "nobody")
    assert (code, complaint.strip()) == (1, "没有账号 nobody。")


def test_the_log_is_sealed_and_verified(
    command_env: dict[str, str], real_cast: Cast, admin_url: str, tmp_path: Path
) -> None:
    import psycopg

    from shouwang.audit.services import entry_append
    from shouwang.people.access import SYSTEM, acting_as

    command_env = {**command_env, "SHOUWANG_VAR_DIR": str(tmp_path)}  # heads of this log alone
    with acting_as(SYSTEM):
        entry_append(
            viewer=SYSTEM,
            action="user.add",
            subject_type="x",
            subject_id=1,
            slot=None,
            at="2020-01-01T00:00:00Z",  # type: ignore[arg-type]
        )
    run(command_env, "audit", "seal")
    assert run(command_env, "audit", "verify")[0] == 0
    with psycopg.connect(admin_url, autocommit=True) as admin:
        admin.execute("update audit_entry set actor = 'x'")
    code, _, complaint = run(command_env, "audit", "verify")
    assert (code, "被改过" in complaint) == (1, True)
