"""Letters of thanks: for what was delivered of a pledge, the household masked; printed the same at any time."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

from django.db import transaction

from shouwang.assistance.models import Allotment, Pledge, Thanks
from shouwang.assistance.rules.giving import GivingNotFound, NothingToThank, amount_text, may_keep_pledges
from shouwang.assistance.selectors.giving import unthanked
from shouwang.audit.services import entry_append
from shouwang.kit.dates import SHANGHAI
from shouwang.kit.masks import name_mask
from shouwang.office.services.prints import pdf_print
from shouwang.people.access import Viewer
from shouwang.people.selectors import areas_of_slots
from shouwang.register.selectors import household_cards

TEMPLATE = Path(__file__).resolve().parents[1] / "data" / "thanks.typ"
TOWN = 4


def thanks_make(*, viewer: Viewer, pledge_id: int, at: datetime) -> Thanks:
    """This function writes a letter for everything delivered of a pledge that no letter tells of yet.

    What a household says it did not get waits until it has come.
    It names the day, what arrived, the township and the household's masked name: no village, no cause, no health.
    Raises GivingNotFound, NothingToThank.
    """
    with transaction.atomic():
        pledge = Pledge.objects.select_for_update().filter(viewer.q(), pk=pledge_id).first()
        if pledge is None or not may_keep_pledges(viewer):
            raise GivingNotFound
        arrived = list(unthanked(viewer).filter(pledge=pledge))
        if not arrived:
            raise NothingToThank
        made = Thanks.objects.create(
            slot=pledge.slot, pledge=pledge, on=at.astimezone(SHANGHAI).date(), made_at=at, made_by=viewer.label[:200],
            lines=_lines(viewer, pledge, arrived),
        )  # fmt: skip
        Allotment.objects.filter(pk__in=[row.pk for row in arrived]).update(thanks=made)
        entry_append(
            viewer=viewer, action="thanks.add", subject_type="assistance.Thanks", subject_id=made.pk, slot=made.slot,
            at=at, after={"pledge": pledge.pk, "allotments": [row.pk for row in arrived]},
        )  # fmt: skip
    return made


def _lines(viewer: Viewer, pledge: Pledge, arrived: list[Allotment]) -> list[list[str]]:
    cards = household_cards(viewer, {row.household_id for row in arrived})
    towns = areas_of_slots({row.slot for row in arrived}, level=TOWN)
    lines = []
    for row in arrived:
        card = cards.get(row.household_id)
        lines.append([
            row.delivered_on.isoformat() if row.delivered_on else "",
            towns[row.slot].name if row.slot in towns else "",
            f"{name_mask(card.head_name)}家" if card else "一户",
            amount_text(row.quantity, form=pledge.form, unit=pledge.unit),
        ])  # fmt: skip
    return lines


def thanks_print(*, viewer: Viewer, thanks: Thanks, at: datetime) -> bytes:
    """This function returns a letter as a PDF, and logs that it was printed."""
    pledge = thanks.pledge
    entry_append(
        viewer=viewer, action="thanks.print", subject_type="assistance.Thanks", subject_id=thanks.pk, slot=thanks.slot,
        at=at,
    )  # fmt: skip
    office = thanks.made_by.split(" ")[0]
    return pdf_print(
        TEMPLATE,
        {
            "giver": pledge.giver,
            "given": f"{pledge.pledged_on.isoformat()} 捐赠"
            f"{amount_text(pledge.total, form=pledge.form, unit=pledge.unit)}{pledge.item}，用于{pledge.purpose_name}",
            "lines": thanks.lines,
            "office": office,
            "on": thanks.on.isoformat(),
        },
        title="感谢信",
        head=office,
        number=f"致谢 {thanks.on.year}-{thanks.pk}",
        at=at,
    )
