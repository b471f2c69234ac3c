"""The list of variants that somebody compares, kept until she changes it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime

from django.db import IntegrityError, transaction

from shouwang.audit.services import entry_append
from shouwang.oversight.models import PolicyDraft
from shouwang.oversight.rules.variants import MOST, TooManyVariants
from shouwang.people.access import StaleWrite, Viewer

WHAT = "方案列表"


def draft_change(
    *, viewer: Viewer, version_id: int, variants: Sequence[Mapping[str, str]], seen: int, at: datetime
) -> PolicyDraft:  # fmt: skip
    """This function replaces the viewer's variants over a version; `seen` is the draft's version she saw, 0: none yet.

    The same variant twice is kept once, in the order given. Raises TooManyVariants, StaleWrite.
    """
    kept: list[dict[str, str]] = []
    for values in variants:
        if dict(values) not in kept:
            kept.append(dict(values))
    if len(kept) > MOST:
        raise TooManyVariants(len(kept))
    with transaction.atomic():
        own = PolicyDraft.objects.select_for_update().filter(
            appointment_id=viewer.appointment_id or 0, pack_version_id=version_id
        )
        draft = own.first()
        if (draft.version if draft else 0) != seen:
            raise StaleWrite(WHAT)
        draft = _written(viewer, draft, version_id, kept, at)
        entry_append(
            viewer=viewer, action="draft.change", subject_type="oversight.PolicyDraft", subject_id=draft.pk,
            slot=viewer.ranges[0][0] if viewer.ranges else None, at=at, after={"variants": kept},
        )  # fmt: skip
    return draft


def _written(
    viewer: Viewer, draft: PolicyDraft | None, version_id: int, kept: list[dict[str, str]], at: datetime
) -> PolicyDraft:
    if draft is None:
        try:
            with transaction.atomic():
                return PolicyDraft.objects.create(
                    appointment_id=viewer.appointment_id or 0, pack_version_id=version_id, variants=kept, changed_at=at
                )
        except IntegrityError:
            raise StaleWrite(WHAT) from None
    draft.variants, draft.version, draft.changed_at = kept, draft.version + 1, at
    draft.save(update_fields=["variants", "version", "changed_at"])
    return draft
