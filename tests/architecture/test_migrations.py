"""The migrations say what the models say."""

from __future__ import annotations

import hashlib
from pathlib import Path

import pytest
from django.apps import apps
from django.core.management import call_command

SOURCE = Path(__file__).parents[2] / "src" / "shouwang"
# One line a migration that installations have applied: `sha256sum */migrations/0*.py` in src/shouwang. Add new ones.
LANDED = Path(__file__).parent / "migrations.sha256"
ROOMS = sorted(config.label for config in apps.get_app_configs() if config.name.startswith("shouwang."))


@pytest.mark.django_db
def test_no_model_has_changed_without_a_migration(capsys: pytest.CaptureFixture[str]) -> None:
    try:
        call_command("makemigrations", *ROOMS, check_changes=True, dry_run=True, verbosity=1)
    except SystemExit:
        pytest.fail(capsys.readouterr().out)


def test_no_landed_migration_has_been_edited() -> None:
    """Installations have applied it already: a change of it reaches none of them. Add a migration instead."""
    landed = dict(line.split()[::-1] for line in LANDED.read_text(encoding="utf-8").splitlines())
    now = {
        str(path.relative_to(SOURCE)): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in SOURCE.glob("*/migrations/0*.py")
    }
    edited = sorted(name for name, digest in landed.items() if now.get(name) != digest)
    assert not edited, f"put these back as they were and add a migration: {edited}"
    last = {room: max(name for name in landed if name.startswith(room)) for room in {n.split("/")[0] for n in landed}}
    between = sorted(n for n in set(now) - set(landed) if n < last.get(n.split("/")[0], ""))
    assert not between, f"number these after the last of their room: {between}"
