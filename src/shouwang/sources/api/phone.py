"""The phone's interface: who am I, my households, what I wrote."""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated, Any, Literal

from django.conf import settings
from django.http import HttpRequest
from django.middleware.csrf import get_token
from django.utils import timezone
from ninja import Field, Query, Router, Schema

from shouwang.people.access import Viewer
from shouwang.people.services import DeviceLocked, device_report
from shouwang.people.sessions import SignedIn
from shouwang.register.errors import NotYourArea
from shouwang.register.selectors import HouseholdCopy, households_copy, villages_with_households
from shouwang.sources.rules.phone import BATCH, PhoneReport
from shouwang.sources.selectors.reporting import causes_offered, paper_signed
from shouwang.sources.services import Picture, PictureTooLarge, ReportResult, picture_take, reports_take
from shouwang.ui.fields import AddressKey, Count, Day, Fen, Line, Lines, Moment, RowKey, Token

router = Router(tags=["reports"], auth=SignedIn())
DEVICE = "X-Device"
PICTURE = {
    "requestBody": {
        "required": True,
        "content": {media: {"schema": {"type": "string", "format": "binary"}} for media in ("image/jpeg", "image/png")},
    }
}


class Village(Schema):
    slot: int
    name: str
    households: int


class Choice(Schema):
    code: str
    label: str


class Words(Schema):
    name: str
    sign: str = Field(description="what the household signs, kept with its signature word by word")


class Me(Schema):
    user_id: int
    name: str
    office: str
    csrf: str
    now: datetime
    keep_days: int
    causes: list[Choice]
    signed: Words | None = None
    villages: list[Village]


class MemberOut(Schema):
    person_id: int
    name: str
    relationship: str
    age: int | None


class EventOut(Schema):
    id: int
    person_id: int | None
    cause: str
    cause_label: str
    event_date: date
    detail: str
    gross_fen: int | None
    reimbursed_fen: int | None
    self_paid_fen: int | None
    source: str


class HouseholdOut(Schema):
    id: int
    village: int
    place: str
    head_name: str
    initials: str
    number: str
    watch_label: str
    members: list[MemberOut]
    events: list[EventOut]
    statuses: list[str]
    known: int


class HouseholdsOut(Schema):
    households: list[HouseholdOut]
    next_after: int | None
    now: datetime


class ReportIn(Schema):
    key: Token
    household_id: RowKey | None = None
    person_id: RowKey | None = None
    village: RowKey | None = None
    person_name: Line = Field("", max_length=60)
    person_note: Line = Field("", max_length=200)
    cause: Line = Field("", max_length=12)
    cause_note: Line = Field("", max_length=100)
    occurred_on: Day | None = None
    summary: Lines = Field(max_length=800)
    gross_fen: Fen | None = None
    reimbursed_fen: Fen | None = None
    self_paid_fen: Fen | None = None
    income_drop_fen: Fen | None = None
    spending_id: RowKey | None = None
    again: dict[Line, Annotated[Line, Field(max_length=100)]] = Field(default_factory=dict, max_length=5)
    despite: list[RowKey] = Field(default_factory=list, max_length=50)
    asked: Count = 0
    known: Count = 0
    written_at: Moment
    known_at: Moment | None = None
    filled_on: Day | None = Field(None, description="the date on the paper, for a form that was on paper first")


class BatchIn(Schema):
    device_now: Moment = Field(description="what the phone's clock says while it sends")
    reports: list[ReportIn] = Field(min_length=1, max_length=BATCH)


class TheirsOut(Schema):
    clue_id: int
    reporter: str
    reported_at: datetime
    cause: str
    occurred_on: date
    summary: str
    gross_fen: int | None
    reimbursed_fen: int | None
    self_paid_fen: int | None
    income_drop_fen: int | None


class ResultOut(Schema):
    key: str
    state: Literal["accepted", "refused", "conflict"] = Field(
        description="conflict: others reported the like meanwhile, see `theirs`; send again with their ids in `despite`"
    )
    clue_id: int | None = None
    received_at: str = ""
    is_repeated: bool = False
    code: str = ""
    detail: str = ""
    field: str = ""
    theirs: list[TheirsOut] = []


class ResultsOut(Schema):
    results: list[ResultOut]
    now: datetime


@router.get("/me", response=Me, url_name="me")
def me(request: HttpRequest) -> Me:
    """Who is signed in, for which villages, and the token that writes carry."""
    viewer: Viewer = request.viewer  # type: ignore[attr-defined]
    now = timezone.now()
    villages = [
        Village(slot=slot, name=name, households=count) for slot, name, count in villages_with_households(viewer)
    ]
    slot = villages[0].slot if villages else viewer.ranges[0][0]
    causes = [Choice(code=code, label=label) for code, label in causes_offered(slot=slot, on=timezone.localdate())]
    words = paper_signed(slot=slot, on=timezone.localdate())
    return Me(
        user_id=viewer.user_id or 0, name=viewer.name, office=viewer.organisation_name, csrf=get_token(request),
        now=now, keep_days=settings.PHONE_KEEP_DAYS, causes=causes, villages=villages,
        signed=Words(name=words.name, sign=words.sign) if words else None,
    )  # fmt: skip


@router.get("/households", response=HouseholdsOut, url_name="households")
def households(
    request: HttpRequest, village: AddressKey, after: Annotated[int, Field(ge=0, le=2**63 - 1)] = 0
) -> HouseholdsOut:
    """One page of a village's households, as a phone keeps them."""
    viewer: Viewer = request.viewer  # type: ignore[attr-defined]
    if not viewer.can_see(village):
        raise NotYourArea
    now = timezone.now()
    copies, next_after = households_copy(viewer, village, on=timezone.localdate(), after=after)
    return HouseholdsOut(households=[_household(copy) for copy in copies], next_after=next_after, now=now)


@router.post("/reports", response=ResultsOut, url_name="reports")
def reports(request: HttpRequest, said: BatchIn) -> ResultsOut:
    """Takes up to twenty reports, each once however often it is sent; every one has a result of its own."""
    viewer: Viewer = request.viewer  # type: ignore[attr-defined]
    now = timezone.now()
    _live(request, now)
    results = reports_take(
        viewer=viewer, reports=[_report(each) for each in said.reports], device_now=_aware(said.device_now), at=now
    )
    return ResultsOut(results=[_result(each) for each in results], now=now)


class PictureAbout(Schema):
    report: Token = Field(description="the key of the report it belongs to")
    kind: Literal["PHOTO", "SIGNATURE"]
    at: Moment
    media: Line = Field("", max_length=40, description="not relied on: the content says what it is")
    signer: Line = Field("", max_length=60)
    text: Lines = Field("", max_length=1000, description="what was signed")


class PictureOut(Schema):
    picture_id: int
    is_repeated: bool
    now: datetime


@router.put("/pictures/{key}", response=PictureOut, url_name="picture", openapi_extra=PICTURE)
def picture(request: HttpRequest, key: Token, about: Query[PictureAbout]) -> PictureOut:
    """Takes one photo or signature, as the body, after its report; once however often it is sent."""
    viewer: Viewer = request.viewer  # type: ignore[attr-defined]
    now = timezone.now()
    _live(request, now)
    if int(request.META.get("CONTENT_LENGTH") or 0) > settings.PHOTO_LIMIT_BYTES:
        raise PictureTooLarge
    sent = Picture(key, about.report, about.kind, request.body, _aware(about.at), about.signer, about.text)
    picture_id, is_repeated = picture_take(viewer=viewer, picture=sent, at=now)
    return PictureOut(picture_id=picture_id, is_repeated=is_repeated, now=now)


def _live(request: HttpRequest, now: datetime) -> None:
    token = request.headers.get(DEVICE, "")
    if token and device_report(token=token, at=now).must_wipe:
        raise DeviceLocked


def _aware(moment: datetime) -> datetime:
    return moment if moment.tzinfo else timezone.make_aware(moment)


def _report(said: ReportIn) -> PhoneReport:
    body: dict[str, Any] = said.dict()
    if said.filled_on is None:
        del body["filled_on"]  # sent before phones knew of it, a form must be the same one when it comes again
    fields = body | {"despite": frozenset(said.despite), "written_at": _aware(said.written_at), "body": body}
    fields["known_at"] = _aware(said.known_at) if said.known_at else None
    return PhoneReport(**fields)


def _household(copy: HouseholdCopy) -> HouseholdOut:
    card = copy.card
    return HouseholdOut(
        id=card.id, village=card.slot, place=card.place, head_name=card.head_name, number=card.number,
        initials=copy.initials,
        watch_label=copy.watch_label, members=[MemberOut(**vars(each)) for each in copy.members],
        events=[EventOut(**vars(each)) for each in copy.events], statuses=list(copy.statuses), known=copy.known,
    )  # fmt: skip


def _result(result: ReportResult) -> ResultOut:
    refusal = result.refusal
    return ResultOut(
        key=result.key, state=result.state, clue_id=result.clue_id, received_at=result.received_at,
        is_repeated=result.is_repeated, code=refusal.code if refusal else "", detail=str(refusal) if refusal else "",
        field=getattr(refusal, "field", ""), theirs=[TheirsOut(**vars(each)) for each in result.theirs],
    )  # fmt: skip
