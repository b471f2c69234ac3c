"""The migrations say what the models say."""

from __future__ import annotations

import pytest
from django.apps import apps
from django.core.management import call_command

ROOMS = sorted(config.label for config in apps.get_app_configs() if config.name.startswith("shouwang."))


@pytest.mark.django_db
def test_no_model_has_changed_without_a_migration(capsys: pytest.CaptureFixture[str]) -> None:
    try:
        call_command("makemigrations", *ROOMS, check_changes=True, dry_run=True, verbosity=1)
    except SystemExit:
        pytest.fail(capsys.readouterr().out)
