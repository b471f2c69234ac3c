"""The departments' interface: rows of their tables and clues in, what became of them out.

Nothing of the register is told: neither whose rows nor which persons were found.
"""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated, Any, Literal

from django.http import HttpRequest
from django.utils import timezone
from ninja import Field, Header, Router, Schema

from shouwang.people.access import acting_as
from shouwang.sources.api.keyed import ByKey
from shouwang.sources.models import FeedImport
from shouwang.sources.rules.report import Amounts
from shouwang.sources.selectors import clue_sent
from shouwang.sources.services import (
    Keyed,
    PushedClue,
    clue_push,
    delivery_get,
    delivery_rows_aside,
    kinds_open,
    table_deliver,
)
from shouwang.ui.fields import AddressKey, Day, Fen, Line, Lines, Token

router = Router(tags=["department"], auth=ByKey())
ROWS = 1000
# The causes of a clue, as programs name them; a test holds them to `kit.codes.Risk`.
Cause = Literal[
    "ILLNESS", "STUDY", "DISABILITY", "DISASTER", "ACCIDENT", "INDUSTRY", "EMPLOYMENT", "LABOUR", "HOUSING",
    "WATER", "OTHER",
]  # fmt: skip
Cell = Annotated[Line, Field(max_length=500)]
Heading = Annotated[str, Field(min_length=1, max_length=100)]
IdempotencyKey = Annotated[
    Token,
    Header(
        alias="Idempotency-Key",
        description="chosen by the sender for this one thing; sent again with the same key it is done once",
    ),
]  # fmt: skip


class KeyOut(Schema):
    label: str
    organisation: str
    kinds: list[str]
    may_report: bool
    rows_a_day: int
    rows_left_today: int
    calls_a_minute: int
    expires_at: datetime


class ColumnOut(Schema):
    name: str
    heading: str
    required: bool


class KindOut(Schema):
    key: str
    name: str
    about: str
    columns: list[ColumnOut]


class RowsIn(Schema):
    data_date: Day = Field(description="as of which day the table is")
    rows: list[dict[Heading, Cell]] = Field(
        min_length=1, max_length=ROWS,
        description="one object a row: a column's name or heading → its text; IDs, codes and amounts (in yuan) as text",
    )  # fmt: skip


class RowsOut(Schema):
    import_id: int
    rows: int
    is_repeated: bool


class ImportOut(Schema):
    import_id: int
    kind: str
    state: Literal["WAITING", "MAPPING", "RUNNING", "DONE", "FAILED", "UNDOING", "UNDONE"]
    message: str
    data_date: date
    uploaded_at: datetime
    finished_at: datetime | None
    rows_read: int
    rows_taken: int
    rows_duplicate: int
    rows_unmatched: int
    rows_refused: int


class AsideOut(Schema):
    row: int = Field(description="which of the delivered rows, from 1")
    state: Literal["REFUSED", "UNMATCHED"]
    column: str
    reason: str


class AsidesOut(Schema):
    rows: list[AsideOut]
    next_after: int | None


class ClueIn(Schema):
    person_name: Line = Field(min_length=1, max_length=60)
    resident_id: str = Field("", max_length=18, description="serves to find the person and is kept nowhere")
    village: str = Field(pattern=r"^[0-9]{12}$", description="the village's twelve-digit code")
    person_note: Line = Field("", max_length=200, description="where the person lives, how to find the home")
    cause: Cause
    cause_note: Line = Field("", max_length=100, description="needed with OTHER")
    occurred_on: Day
    summary: Lines = Field(min_length=1, max_length=800)
    gross_fen: Fen | None = None
    reimbursed_fen: Fen | None = None
    self_paid_fen: Fen | None = None
    income_drop_fen: Fen | None = None
    filled_on: Day | None = Field(None, description="the date on the paper, for what was on paper first")


class ClueOut(Schema):
    clue_id: int
    received_at: datetime
    is_repeated: bool


class ClueStateOut(Schema):
    clue_id: int
    state: Literal["RECEIVED", "TAKEN_UP"]
    received_at: datetime
    taken_up_at: datetime | None


@router.get("/key", response=KeyOut, url_name="key")
def key(request: HttpRequest) -> KeyOut:
    """What this key opens, how much is left of its quota, and when it ends."""
    keyed = _keyed(request)
    return KeyOut(
        label=keyed.label, organisation=keyed.viewer.organisation_name, kinds=list(keyed.kinds),
        may_report=keyed.may_report, rows_a_day=keyed.rows_a_day, rows_left_today=max(0, keyed.rows_left),
        calls_a_minute=keyed.calls_a_minute, expires_at=keyed.expires_at,
    )  # fmt: skip


@router.get("/kinds", response=list[KindOut], url_name="kinds")
def kinds(request: HttpRequest) -> list[KindOut]:
    """The tables that this key may deliver, with their columns."""
    return [
        KindOut(
            key=kind.key,
            name=kind.name,
            about=kind.about,
            columns=[
                ColumnOut(name=name, heading=field.heading, required=field.required)
                for name, field in kind.fields.items()
            ],
        )
        for kind in kinds_open(_keyed(request))
    ]


@router.post("/tables/{kind}", response=RowsOut, url_name="deliver")
def deliver(request: HttpRequest, kind: str, said: RowsIn, idempotency_key: IdempotencyKey) -> RowsOut:
    """Takes up to a thousand rows of one table, once under its key; they are matched and checked in the background."""
    keyed = _keyed(request)
    with acting_as(keyed.viewer):
        done = table_deliver(
            keyed=keyed, kind_key=kind, data_date=said.data_date, rows=said.rows, idempotency_key=idempotency_key,
            at=timezone.now(),
        )  # fmt: skip
    return RowsOut(import_id=done.import_id, rows=done.rows, is_repeated=done.is_repeated)


@router.get("/imports/{import_id}", response=ImportOut, url_name="import")
def imported(request: HttpRequest, import_id: AddressKey) -> ImportOut:
    """What became of a delivery, in counts; never whose rows were found."""
    keyed = _keyed(request)
    with acting_as(keyed.viewer):
        return _import(delivery_get(keyed, import_id))


@router.get("/imports/{import_id}/aside", response=AsidesOut, url_name="aside")
def aside(request: HttpRequest, import_id: AddressKey, after: Annotated[int, Field(ge=0, le=ROWS)] = 0) -> AsidesOut:
    """The rows of a delivery that were not taken, each with its reason, a page at a time."""
    keyed = _keyed(request)
    with acting_as(keyed.viewer):
        found = delivery_rows_aside(keyed, delivery_get(keyed, import_id), after=after)
    rows = [AsideOut(row=number, state=row.state, column=row.column, reason=row.reason) for number, row in found.rows]  # type: ignore[arg-type]
    return AsidesOut(rows=rows, next_after=rows[-1].row if found.has_more else None)


@router.post("/clues", response=ClueOut, url_name="clue_push")
def push(request: HttpRequest, said: ClueIn, idempotency_key: IdempotencyKey) -> ClueOut:
    """Takes one clue about one person, once under its key; the county centre handles it like any other."""
    keyed = _keyed(request)
    body: dict[str, Any] = said.dict()
    sums = {name: body[name] for name in ("gross_fen", "reimbursed_fen", "self_paid_fen", "income_drop_fen")}
    rest = {name: value for name, value in body.items() if name not in sums} | {"village": int(said.village)}
    with acting_as(keyed.viewer):
        done = clue_push(
            keyed=keyed, said=PushedClue(**rest, amounts=Amounts(**sums), body=body),
            idempotency_key=idempotency_key, at=timezone.now(),
        )  # fmt: skip
    return ClueOut(clue_id=done.clue_id, received_at=done.received_at, is_repeated=done.is_repeated)  # type: ignore[arg-type]


@router.get("/clues/{clue_id}", response=ClueStateOut, url_name="clue_state")
def clue_state(request: HttpRequest, clue_id: AddressKey) -> ClueStateOut:
    """Whether a case has taken a clue of one's own up; nothing of the case."""
    keyed = _keyed(request)
    with acting_as(keyed.viewer):
        found = clue_sent(keyed.viewer, clue_id)
    return ClueStateOut(
        clue_id=found.pk, state="TAKEN_UP" if found.collected_at else "RECEIVED", received_at=found.came_at,
        taken_up_at=found.collected_at,
    )  # fmt: skip


def _keyed(request: HttpRequest) -> Keyed:
    keyed: Keyed = request.auth  # type: ignore[attr-defined]
    return keyed


def _import(found: FeedImport) -> ImportOut:
    return ImportOut(
        import_id=found.pk, kind=found.feed.kind, state=found.state, message=found.message,  # type: ignore[arg-type]
        data_date=found.data_date, uploaded_at=found.uploaded_at, finished_at=found.finished_at,
        rows_read=found.rows_read, rows_taken=found.rows_taken, rows_duplicate=found.rows_duplicate,
        rows_unmatched=found.rows_unmatched, rows_refused=found.rows_refused,
    )  # fmt: skip
