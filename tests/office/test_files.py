"""Stored files: sealed on disk, handed out to their own organisation, gone after their day."""

from __future__ import annotations

import os
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from django.conf import settings
from django.test import Client
from django.utils import timezone
from tests.factories.cast import Cast, sign_in

from shouwang.audit.models import Entry
from shouwang.office.models import StoredFile
from shouwang.office.services import FileGone, file_open, file_store, progress_plan
from shouwang.office.services.sweeping import files_sweep
from shouwang.office.tasks import expire_files
from shouwang.people.access import SYSTEM, Viewer, acting_as

CONTENT = "姓名,身份证号\n张某,110101199001011234\n".encode()


def store(viewer: Viewer, *, at: datetime | None = None, name: str = "名单 1.csv") -> StoredFile:
    with acting_as(viewer):
        return file_store(
            viewer=viewer, name=name, content=CONTENT, at=at or timezone.now(), days=3, media_type="text/html"
        )


def path_of(stored: StoredFile) -> Path:
    return Path(settings.FILES_DIR) / stored.path


def test_a_file_lies_sealed_on_disk_and_its_name_too(real_cast: Cast) -> None:
    stored = store(real_cast.county)
    assert b"110101199001011234" not in path_of(stored).read_bytes()
    assert "名单" not in str(stored.__dict__)
    assert path_of(stored).stat().st_mode & 0o077 == 0 or path_of(stored).parent.stat().st_mode & 0o077 == 0


def test_its_own_organisation_downloads_it_and_that_is_logged(real_cast: Cast) -> None:
    stored = store(real_cast.county)
    response = sign_in(Client(), real_cast.county).get(f"/office/files/{stored.pk}/")
    assert (response.status_code, response.content) == (200, CONTENT)
    assert response["Content-Type"] == "application/octet-stream"
    assert response["Content-Disposition"].startswith("attachment")
    with acting_as(SYSTEM):
        assert list(Entry.objects.order_by("pk").values_list("action", flat=True)) == ["file.store", "file.read"]


@pytest.mark.parametrize("member", ["leader", "city", "medical", "neighbour", "township", "administrator"])
def test_nobody_else_finds_it(real_cast: Cast, member: str) -> None:
    stored = store(real_cast.county)
    client = sign_in(Client(), real_cast.members()[member])
    assert client.get(f"/office/files/{stored.pk}/").status_code in (302, 404)


def test_a_file_past_its_day_is_gone_before_the_job_and_from_disk_after_it(real_cast: Cast) -> None:
    stored = store(real_cast.county, at=timezone.now() - timedelta(days=4))
    with acting_as(real_cast.county), pytest.raises(FileGone):
        file_open(viewer=real_cast.county, file_id=stored.pk, at=timezone.now())
    expire_files(timestamp=0)
    assert not path_of(stored).exists()
    with acting_as(SYSTEM):
        assert not StoredFile.objects.exists()


def test_a_file_whose_row_was_rolled_back_is_swept_after_a_day(real_cast: Cast) -> None:
    kept = store(real_cast.county)
    with pytest.raises(RuntimeError), acting_as(real_cast.county):
        lost = file_store(viewer=real_cast.county, name="x", content=CONTENT, at=timezone.now(), days=3)
        raise RuntimeError
    with acting_as(SYSTEM):
        assert files_sweep(at=timezone.now()) == 0
        for stored in (kept, lost):
            old = (timezone.now() - timedelta(days=2)).timestamp()
            os.utime(path_of(stored), (old, old))
        assert files_sweep(at=timezone.now()) == 1
    assert (path_of(kept).exists(), path_of(lost).exists()) == (True, False)


def test_progress_is_shown_to_its_organisation_only(real_cast: Cast) -> None:
    with acting_as(real_cast.county):
        item = progress_plan(viewer=real_cast.county, label="导入名单", at=timezone.now(), total=10)
    page = sign_in(Client(), real_cast.county).get(f"/office/progress/{item.pk}/")
    assert (page.status_code, "导入名单" in page.content.decode()) == (200, True)
    assert sign_in(Client(), real_cast.leader).get(f"/office/progress/{item.pk}/").status_code == 404
    assert "导入名单" not in sign_in(Client(), real_cast.leader).get("/office/progress/").content.decode()
