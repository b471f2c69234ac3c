"""Papers: photos and PDFs kept sealed with the work they belong to, and every look at one logged."""

from __future__ import annotations

import hashlib
import secrets
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

from django.conf import settings

from shouwang.audit.services import entry_append
from shouwang.kit.papers import PaperLimits, Ready, paper_prepare
from shouwang.kit.seal import keyring
from shouwang.office.models import Paper
from shouwang.office.services.files import FileGone
from shouwang.people.access import Viewer


@dataclass(frozen=True)
class Shown:
    """A paper as it is handed out."""

    name: str
    media_type: str
    content: bytes = field(repr=False)


def paper_make(content: bytes, *, name: str) -> Ready:
    """This function makes a file safe under the limits of this installation; raises a `kit.papers.PaperRefusal`."""
    limits = PaperLimits(
        bytes=settings.PAPER_LIMIT_BYTES, pixels=settings.PAPER_LIMIT_PIXELS, edge=settings.PAPER_EDGE_PIXELS,
        pages=settings.PAPER_LIMIT_PAGES,
    )  # fmt: skip
    return paper_prepare(content, name=name, limits=limits)


def paper_keep(*, viewer: Viewer, ready: Ready, slot: int, at: datetime) -> Paper:
    """This function seals a safe photo or PDF and records it at a place, in the caller's transaction."""
    path = f"{at:%Y%m}/{secrets.token_hex(16)}"
    ring = keyring()
    target = Path(settings.FILES_DIR) / path
    target.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    part = target.with_suffix(".part")
    part.write_bytes(ring.seal_bytes(ready.content, context=f"office_paper:{path}"))
    part.replace(target)
    paper = Paper.objects.create(
        organisation_id=viewer.organisation_id,
        appointment_id=viewer.appointment_id,
        slot=slot,
        sealed_name=ring.seal(ready.name, context=f"office_paper_name:{path}"),
        sealed_thumb=ring.seal_bytes(ready.thumb, context=f"office_paper_thumb:{path}") if ready.thumb else None,
        media_type=ready.media_type,
        size=len(ready.content),
        width=ready.width,
        height=ready.height,
        pages=ready.pages,
        digest=hashlib.sha256(ready.content).hexdigest(),
        path=path,
        kept_at=at,
        kept_by=viewer.label[:200],
        user_id=viewer.user_id,
    )
    after = {"size": paper.size, "digest": paper.digest, "media_type": paper.media_type}
    _log(viewer, paper, "paper.keep", at, after=after)
    return paper


def paper_open(*, viewer: Viewer, paper_id: int, at: datetime, purpose: str = "") -> Shown:
    """This function returns a paper's content, and logs the look; raises FileGone.

    Whether this viewer may see the paper is asked by the room it belongs to before, and by the table's wall again.
    """
    paper = Paper.objects.defer("sealed_thumb").filter(pk=paper_id).first()
    place = Path(settings.FILES_DIR) / paper.path if paper is not None else None
    if paper is None or place is None or not place.is_file():
        raise FileGone
    content = keyring().open_bytes(place.read_bytes(), context=f"office_paper:{paper.path}")
    _log(viewer, paper, "paper.read", at, purpose=purpose)
    return Shown(paper_name(paper), paper.media_type, content)


def paper_glance(*, viewer: Viewer, paper_id: int, at: datetime) -> Shown:
    """This function returns a photo's thumbnail, and logs the look; raises FileGone."""
    paper = Paper.objects.filter(pk=paper_id).first()
    if paper is None or not paper.sealed_thumb:
        raise FileGone
    content = keyring().open_bytes(paper.sealed_thumb, context=f"office_paper_thumb:{paper.path}")
    _log(viewer, paper, "paper.glance", at)
    return Shown(paper_name(paper), "image/jpeg", content)


def paper_name(paper: Paper) -> str:
    """This function returns the name a paper came with, without any number of a person."""
    return keyring().open(paper.sealed_name, context=f"office_paper_name:{paper.path}")


def _log(
    viewer: Viewer,
    paper: Paper,
    action: str,
    at: datetime,
    *,
    purpose: str = "",
    after: dict[str, object] | None = None,
) -> None:
    entry_append(
        viewer=viewer, action=action, subject_type="office.Paper", subject_id=paper.pk, slot=paper.slot, at=at,
        purpose=purpose, after=after,
    )  # fmt: skip
