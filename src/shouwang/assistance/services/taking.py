"""A department's file of entitlements: each line is one that begins; what cannot be taken is told with its reason."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime

from django.db import transaction

from shouwang.assistance.errors import FileNotOfEntitlements
from shouwang.assistance.services.entitling import Start, entitlement_start
from shouwang.audit.services import entry_append
from shouwang.kit.errors import Refusal
from shouwang.kit.money import fen_parse
from shouwang.kit.resident_id import resident_id_parse
from shouwang.kit.tables import cell_text, heading_find, tables_open
from shouwang.people.access import SYSTEM, Viewer, acting_as
from shouwang.register.selectors import MatchHit, homes_of, id_blinds, persons_by_blinds
from shouwang.rulebook.measures import offers_of
from shouwang.rulebook.policy import Policy

KNOWN = {
    "身份证号": "number", "身份证号码": "number", "公民身份号码": "number", "证件号码": "number", "姓名": "name",
    "项目": "offer", "救助项目": "offer", "补贴项目": "offer", "金额": "amount", "金额（元）": "amount",
    "发放金额": "amount", "月份": "month", "起始月份": "month", "从哪月起": "month",
}  # fmt: skip
NEEDED = {"number", "name", "offer", "amount", "month"}
MOST_LINES = 2_000


@dataclass(frozen=True)
class Line:
    """One line of the file as it stands there."""

    row: int
    number: str
    name: str
    offer: str
    amount: str
    month: str


@dataclass(frozen=True)
class TakenFile:
    """What came of a file: how many entitlements began, and the lines that did not (row, reason)."""

    begun: int
    refused: tuple[tuple[int, str], ...]


def lines_read(content: bytes, *, name: str) -> list[Line]:
    """This function reads the lines of a file (XLSX or CSV); raises FileNotOfEntitlements and `TableRefusal`s."""
    lines: list[Line] = []
    with tables_open(content, name=name) as sheets:
        for sheet in sheets:
            heading = heading_find(sheet, known=KNOWN, minimum=4)
            if heading is None or not set(heading.fields) >= NEEDED:
                continue
            fields = dict(heading.fields)
            for row, cells in sheet.rows:
                texts = {key: cell_text(cells[at]).strip() if at < len(cells) else "" for key, at in fields.items()}
                if any(texts.values()):
                    lines.append(Line(row, **{key: texts[key] for key in sorted(NEEDED)}))
    if not lines or len(lines) > MOST_LINES:
        raise FileNotOfEntitlements(MOST_LINES)
    return lines


def _month(text: str) -> date | None:
    digits = text.replace("年", "-").replace("月", "").replace("/", "-").replace(".", "-")
    parts = [part for part in digits.split("-") if part]
    try:
        return date(int(parts[0]), int(parts[1]), 1) if len(parts) >= 2 else None
    except ValueError:
        return None


def _found(viewer: Viewer, lines: list[Line], *, on: date) -> tuple[dict[int, MatchHit], dict[int, int]]:
    """This function returns who bears each line's number, inside the viewer's areas, and the household of each."""
    keys = []
    for line in lines:
        try:
            number = resident_id_parse(line.number, on=on).number
        except Refusal:
            continue
        keys.append((line.row, id_blinds([number])[0]))
    with acting_as(SYSTEM):
        hits = {row: hit for row, hit in persons_by_blinds(keys) if viewer.can_see(hit.slot)}
        return hits, homes_of([hit.person_id for hit in hits.values()], on=on)


def entitlements_take(*, viewer: Viewer, policy: Policy, name: str, content: bytes, at: datetime) -> TakenFile:
    """This function begins an entitlement for each line of a department's file whose person is known by ID and name.

    Who is registered elsewhere looks like who is not registered. Raises FileNotOfEntitlements, `TableRefusal`s.
    """
    lines = lines_read(content, name=name)
    offers = {stated.name: stated.key for stated in offers_of(policy) if stated.value.months}
    begun, refused = 0, []
    with transaction.atomic():
        hits, homes = _found(viewer, lines, on=policy.on)
        for line in lines:
            why = _begin(viewer, policy, line, hits, homes, offers, at=at)
            if why:
                refused.append((line.row, why))
            else:
                begun += 1
        entry_append(
            viewer=viewer, action="entitlement.import", subject_type="assistance.Entitlement", subject_id=0,
            slot=viewer.ranges[0][0], at=at, after={"lines": len(lines), "begun": begun},
        )  # fmt: skip
    return TakenFile(begun, tuple(refused))


def _begin(
    viewer: Viewer,
    policy: Policy,
    line: Line,
    hits: Mapping[int, MatchHit],
    homes: Mapping[int, int],
    offers: Mapping[str, str],
    *,
    at: datetime,
) -> str:
    """This function begins one line's entitlement and returns why not, empty when it began."""
    hit = hits.get(line.row)
    if hit is None or hit.name != line.name:
        return "身份证号和姓名在本地登记里对不上，请县防贫中心核实。"
    home = homes.get(hit.person_id)
    if home is None:
        return "这个人现在不在任何一户里，请县防贫中心核实。"
    if line.offer not in offers:
        return f"政策里没有“{line.offer[:20]}”这项按期发放的救助，可写：{'、'.join(offers)}。"
    month = _month(line.month)
    if month is None:
        return "月份看不懂，要写成 2020-07。"
    try:
        start = Start(
            household_id=home, slot=hit.slot, offer=offers[line.offer], person_id=hit.person_id,
            payer_organisation_id=viewer.organisation_id or 0, amount_fen=fen_parse(line.amount), month=month,
        )  # fmt: skip
        with transaction.atomic():
            entitlement_start(viewer=viewer, policy=policy, start=start, at=at)
    except Refusal as refusal:
        return refusal.message
    return ""
