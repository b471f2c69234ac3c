"""Sealed files: uploads that wait for the worker, refused rows, exports."""

from __future__ import annotations

import hashlib
import secrets
from datetime import datetime, timedelta
from pathlib import Path

from django.conf import settings
from django.db import transaction

from shouwang.audit.services import entry_append
from shouwang.kit.errors import Refusal
from shouwang.kit.seal import keyring
from shouwang.office.models import StoredFile
from shouwang.people.access import Viewer


class FileGone(Refusal):
    """The file expired, was removed, or is not the reader's."""

    def __init__(self) -> None:
        super().__init__("找不到这个文件：可能已过保存期限被清除，请重新生成或重新上传。")


def _place(path: str) -> Path:
    return Path(settings.FILES_DIR) / path


def file_store(
    *,
    viewer: Viewer,
    name: str,
    content: bytes,
    at: datetime,
    days: int,
    media_type: str = "application/octet-stream",
    slot: int | None = None,
    purpose: str = "",
) -> StoredFile:
    """This function seals a file under `var/files` and records it; it is removed after `days` days."""
    path = f"{at:%Y%m}/{secrets.token_hex(16)}"
    ring = keyring()
    target = _place(path)
    target.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    part = target.with_suffix(".part")
    part.write_bytes(ring.seal_bytes(content, context=f"office_file:{path}"))
    part.replace(target)
    stored = StoredFile.objects.create(
        organisation_id=viewer.organisation_id,
        appointment_id=viewer.appointment_id,
        slot=slot,
        sealed_name=ring.seal(name, context=f"office_file_name:{path}"),
        media_type=media_type,
        size=len(content),
        digest=hashlib.sha256(content).hexdigest(),
        path=path,
        stored_at=at,
        expires_at=at + timedelta(days=days),
        purpose=purpose,
    )
    entry_append(
        viewer=viewer,
        action="file.store",
        subject_type="office.StoredFile",
        subject_id=stored.pk,
        slot=slot,
        at=at,
        purpose=purpose,
        after={"size": len(content), "digest": stored.digest},
    )
    return stored


def file_name(stored: StoredFile) -> str:
    """This function returns the name the file was stored under."""
    return keyring().open(stored.sealed_name, context=f"office_file_name:{stored.path}")


def file_open(*, viewer: Viewer, file_id: int, at: datetime) -> tuple[str, bytes]:
    """This function returns name and content of a file the viewer may read, and logs the reading; raises FileGone."""
    stored = StoredFile.objects.filter(pk=file_id, expires_at__gt=at).first()
    if stored is None or not _place(stored.path).is_file():
        raise FileGone
    content = keyring().open_bytes(_place(stored.path).read_bytes(), context=f"office_file:{stored.path}")
    entry_append(
        viewer=viewer,
        action="file.read",
        subject_type="office.StoredFile",
        subject_id=stored.pk,
        slot=stored.slot,
        at=at,
        purpose=stored.purpose,
    )
    return file_name(stored), content


def files_expire(*, at: datetime) -> int:
    """This function removes every file past its day and returns how many."""
    gone = list(StoredFile.objects.filter(expires_at__lte=at))
    for stored in gone:
        with transaction.atomic():
            stored.delete()
        _place(stored.path).unlink(missing_ok=True)
    return len(gone)
