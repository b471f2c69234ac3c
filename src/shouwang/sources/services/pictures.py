"""Photos and signatures that come after their report, each once."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import datetime

from django.conf import settings
from django.db import transaction

from shouwang.audit.services import entry_append
from shouwang.kit.errors import Refusal
from shouwang.office.services import KeyReused, paper_keep, paper_make, sendings_claim, sendings_settle
from shouwang.people.access import Viewer
from shouwang.sources.models import Clue, CluePhoto
from shouwang.sources.rules.report import text_check


class PictureTooLarge(Refusal):
    """The picture is larger than phones send."""

    sentence = "照片太大，没有收。请重新选一次，手机会先把它缩小。"


class ReportNotThere(Refusal):
    """The report that the picture belongs to has not come, or is somebody else's."""

    sentence = "找不到这张照片对应的登记表，请先把登记表送出。"


class SignerMissing(Refusal):
    """A signature without a name or without the text that was signed."""

    sentence = "签名要写明签名人的姓名和签的是什么。"


class PictureNotImage(Refusal):
    """A phone sends photos, nothing else."""

    sentence = "这里只收照片，PDF 请在网页上附到案件里。"


@dataclass(frozen=True)
class Picture:
    """A photo or signature as it came; `taken_at` by the phone's clock."""

    key: str
    report_key: str
    kind: str
    content: bytes
    taken_at: datetime
    signer: str = ""
    signed_text: str = ""


def picture_take(*, viewer: Viewer, picture: Picture, at: datetime) -> tuple[int, bool]:
    """This function keeps a picture with its report and returns its id and whether it was there before.

    It is drawn anew before it is kept. Raises PictureTooLarge, ReportNotThere, SignerMissing, PictureNotImage,
    KeyReused or a `kit.papers.PaperRefusal`.
    """
    if len(picture.content) > settings.PHOTO_LIMIT_BYTES:
        raise PictureTooLarge
    kind = CluePhoto.Kind(picture.kind)
    signer, signed = text_check(picture.signer, field="signer"), picture.signed_text.strip()
    if kind is CluePhoto.Kind.SIGNATURE and not (signer and signed):
        raise SignerMissing
    body = {
        "report": picture.report_key, "kind": kind.value, "signer": signer, "text": signed,
        "digest": hashlib.sha256(picture.content).hexdigest(),
    }  # fmt: skip
    with transaction.atomic():
        claims = sendings_claim(viewer=viewer, sender=f"user:{viewer.user_id}", bodies={picture.key: body}, at=at)
        if claims.reused:
            raise KeyReused
        if picture.key in claims.answered:
            return int(claims.answered[picture.key]["picture_id"]), True
        clue = _clue(viewer, picture.report_key)
        ready = paper_make(picture.content, name=f"{kind.label}.jpg")
        if not ready.is_photo:
            raise PictureNotImage
        paper = paper_keep(viewer=viewer, ready=ready, slot=clue.slot, at=at)
        made = CluePhoto.objects.create(
            clue=clue, slot=clue.slot, kind=kind, paper_id=paper.pk, signer=signer, signed_text=signed[:1000],
            taken_at=picture.taken_at, received_at=at,
        )  # fmt: skip
        entry_append(
            viewer=viewer, action="clue.photo", subject_type="sources.Clue", subject_id=clue.pk, slot=clue.slot, at=at,
            after={"kind": kind.value, "paper_id": paper.pk},
        )  # fmt: skip
        sendings_settle(claims=claims, answers={picture.key: {"picture_id": made.pk}})
    return made.pk, False


def _clue(viewer: Viewer, report_key: str) -> Clue:
    own = Clue.objects.filter(viewer.q(), organisation_id=viewer.organisation_id, idempotency_key=report_key)
    clue = own.first()
    if clue is None:
        raise ReportNotThere
    return clue
