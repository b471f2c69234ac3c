"""One claim: where it stands, how its amount came out, what may be done next; its papers; the amount again."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods

from shouwang.audit.services import entry_append
from shouwang.funds.selectors import commitment_of
from shouwang.insurance.contexts import ClaimPage, PapersPage, ReplayPage, Way
from shouwang.insurance.forms import PaperForm
from shouwang.insurance.models import Claim
from shouwang.insurance.rules import OVER, UNDER_WAY, Following, Keeper, State, TypeSource
from shouwang.insurance.selectors import claim_get, claim_paper_get, computation_latest, earlier_of
from shouwang.insurance.services import (
    claim_paper_add,
    claim_policy,
    claim_reckonings,
    claim_replay,
    document_kinds,
    documents_missing,
    may_step,
)
from shouwang.insurance.views.common import READERS, ROLES, WORKING, viewer_of
from shouwang.kit.codes import Risk
from shouwang.kit.errors import Refusal
from shouwang.office.services import paper_open
from shouwang.people.access import SYSTEM, Kind, Viewer, acting_as, requires
from shouwang.rulebook.insurance import claim_terms
from shouwang.rulebook.ladders import OFFSETS
from shouwang.ui.files import paper_answer
from shouwang.ui.forms import key_read, version_posted

# What each step is called on its button, in the order in which the buttons stand.
LABELS = {
    "assess": "定损计算",
    "paper": "附材料",
    "propose": "送审定",
    "settle_change": "确认手工调整",
    "change": "申请手工调整",
    "advance": "决定先行救助",
    "ask_advance": "申请付先行救助",
    "pay_advance": "登记已付先行救助",
    "decide": "审定",
    "request": "申请付款",
    "pay": "登记已付款",
    "payee": "换领款人",
    "recover": "登记追回",
    "appeal": "登记申诉",
    "withdraw": "撤回理赔",
}
NEXT = {
    "OPEN": "收集材料，逐项定损，算出金额以后送审定",
    "PROPOSED": "由没有经手过的人审定",
    "APPROVED": "案件审定和公示完以后，由县级防贫中心申请付款",
    "REQUESTED": "由承保公司付款并登记",
}


@require_GET
@requires(*READERS)
def claim(request: HttpRequest, claim_id: int) -> HttpResponse:
    """This function shows one claim, and logs that it was read."""
    viewer = viewer_of(request)
    found = claim_get(viewer, claim_id)
    entry_append(
        viewer=viewer, action="claim.read", subject_type="insurance.Claim", subject_id=found.pk, slot=found.slot,
        at=timezone.now(), purpose="查看理赔",
    )  # fmt: skip
    return render(request, "insurance/claim.html", {"page": _page(viewer, found)})


def _page(viewer: Viewer, found: Claim) -> ClaimPage:
    computation = computation_latest(found)
    changes = list(found.changes.order_by("-pk"))
    missing = documents_missing(found) if not found.is_over else []
    return ClaimPage(
        claim=found,
        cause=Risk(found.cause).label,
        steps=_steps(found),
        next=_next(found),
        ways=_ways(viewer, found, is_computed=computation is not None, missing=missing,
                   waits=any(change.settled_at is None for change in changes)),
        facts=_facts(found),
        computation=computation,
        reckonings=claim_reckonings(found),
        earlier=earlier_of(found),
        items=list(found.items.order_by("pk")),
        offsets=[(OFFSETS[kind], fen) for kind, fen in found.offsets.items()],
        changes=changes,
        papers=list(found.papers.order_by("pk")),
        missing=missing,
        events=list(found.events.order_by("-pk")),
        reads_register=viewer.reads_register,
        papers_late=found.state == State.OPEN
        and found.papers_due_on is not None
        and found.papers_due_on < timezone.localdate(),
    )  # fmt: skip


def _next(found: Claim) -> str:
    """This function says what comes next, and who is waited for."""
    if found.state == State.REQUESTED and found.paid_by == Keeper.COUNTY:
        said = {
            Following.RETURNED: "银行退回了，由县里核实账户以后再付",
            Following.BATCHED: "已在支付批次里，等银行的结果",
        }
        return said.get(Following(found.payment_state or "WAITING"), "由县里经办、复核、放行以后付款")
    return NEXT.get(found.state, "")


def _steps(found: Claim) -> list[tuple[str, str, str]]:
    order = [("OPEN", "定损"), ("PROPOSED", "审定"), ("APPROVED", "申请付款"), ("REQUESTED", "付款")]
    if found.state in (*OVER, State.RECOVERED):
        return []
    place = next((n for n, (key, _) in enumerate(order) if key == found.state), len(order))
    return [
        (label, "done" if number < place else "now" if number == place else "next", "")
        for number, (_, label) in enumerate(order)
    ]


def _ways(viewer: Viewer, found: Claim, *, is_computed: bool, missing: list[str], waits: bool) -> list[Way]:
    """This function returns the buttons of a viewer; the first that goes forward is the main one."""
    fits = {step for step in LABELS if may_step(viewer, found, step)}
    if not waits:
        fits.discard("settle_change")
    if not is_computed or waits:
        fits -= {"change", "propose"}
    if missing:
        fits.discard("propose")
    if not viewer.user_ids.isdisjoint(found.handled_user_ids):
        fits -= {"decide", "settle_change", "advance"}
    if not found.advance_fen or found.advance_paid_on or found.advance_state:
        fits -= {"pay_advance", "ask_advance"}
    if not found.over_fen:
        fits.discard("recover")
    if found.advance_state in UNDER_WAY:
        fits.discard("decide")
    if found.advance_fen or found.earlier_fen:
        fits -= {"advance", "withdraw"}
    if found.earlier.filter(state__in=UNDER_WAY).exists():
        fits.discard("decide")
    if "advance" in fits and not _has_aid(found):
        fits.discard("advance")
    first = _main(fits, is_computed=is_computed)
    addresses = {"assess": "insurance:assess", "paper": "insurance:papers"}
    accounts = _account_ways(viewer, found)
    return accounts + [
        Way(
            label if step != "assess" or not is_computed else "重新定损",
            reverse(addresses[step], args=[found.pk])
            if step in addresses
            else reverse("insurance:step", args=[found.pk, step]),
            step == first,
        )
        for step, label in LABELS.items()
        if step in fits
    ]


def _account_ways(viewer: Viewer, found: Claim) -> list[Way]:
    """This function returns the way to the account of a payment that the bank gave back, for whoever pays it."""
    refs = [(found.payment_state, found.payment_ref), (found.advance_state, found.advance_ref)]
    refs += [(row.state, row.ref) for row in earlier_of(found)]
    returned = [ref for state, ref in refs if state == Following.RETURNED]
    owed = [commitment_of(viewer, ref) for ref in returned] if viewer.kind is Kind.COUNTY_CENTRE else []
    return [Way("核实账户", reverse("funds:payee", args=[each.pk]), True) for each in owed if each is not None]


def _main(fits: set[str], *, is_computed: bool) -> str:
    order = ["pay", "pay_advance", "ask_advance", "recover", "request", "decide", "settle_change", "propose"]
    order += ["paper", "assess"] if is_computed else ["assess", "paper"]
    return next((step for step in order if step in fits), "")


def _has_aid(found: Claim) -> bool:
    return claim_terms(claim_policy(found), cause=found.cause, type_key=found.type_key).aid is not None


def _facts(found: Claim) -> list[tuple[str, ...]]:
    who = found.person_name or "全家"
    covered = Risk(found.covered_as).label
    counted = f"，按{covered}算" if found.covered_as != found.cause else ""
    rows = [
        ("发生了什么", f"{found.event_on:%Y-%m-%d} {found.summary}"),
        ("谁出的事", who),
        ("原因", f"{Risk(found.cause).label}{counted}"),
        ("当时的类型", found.type_name, f"{TypeSource(found.type_source).label}：{found.type_note}"),
        *([("属于哪一类投保对象", found.insured_as, found.insured_note)] if found.insured_as else []),
        ("赔付阶梯", found.ladder_name),
        ("资金池", found.pool_name),
        ("承保公司", found.insurer_name),
        *([("谁付款", found.payer)] if found.payer != found.insurer_name else []),
        ("领款人", found.payee_name),
        ("受理", found.opened_by, f"{timezone.localtime(found.opened_at):%Y-%m-%d}"),
    ]
    if found.decided_at:
        rows.append(("审定", found.decision_reason, found.decided_by))
    if found.payment_state:
        rows.append(("支付进度", str(found.get_payment_state_display()), found.payment_said))
    if found.is_paid_out or found.recovered_fen:
        rows.append(("付款", f"{found.paid_on:%Y-%m-%d}", found.reference))
    return rows


@require_GET
@requires(*READERS)
def replay(request: HttpRequest, claim_id: int) -> HttpResponse:
    """This function computes one of a claim's amounts again from what was kept, and shows what comes out otherwise."""
    wanted = key_read(request.GET.get("computation", ""))
    found = claim_replay(
        viewer=viewer_of(request), claim_id=claim_id, at=timezone.now(), computation_id=wanted
    )  # fmt: skip
    return render(request, "insurance/replay.html", {"page": ReplayPage(found)})


@require_http_methods(["GET", "POST"])
@requires(*WORKING, roles=ROLES)
def papers(request: HttpRequest, claim_id: int) -> HttpResponse:
    """This function attaches photos or PDFs to a claim."""
    viewer = viewer_of(request)
    found = claim_get(viewer, claim_id)
    posted = (request.POST, request.FILES) if request.method == "POST" else (None, None)
    missing = documents_missing(found)
    form = PaperForm(*posted, kinds=document_kinds(found), initial={"kind": missing[0] if missing else None})
    if request.method == "POST" and form.is_valid():
        data = form.cleaned_data
        try:
            claim_paper_add(viewer=viewer, claim_id=claim_id, version=version_posted(request), kind=data["kind"],
                            ready=data["papers"], at=timezone.now())  # fmt: skip
        except Refusal as refusal:
            form.add_error(None, refusal.message)
        else:
            return redirect("insurance:claim", claim_id)
    page = PapersPage(found, form, missing)
    return render(request, "insurance/papers.html", {"page": page}, status=422 if form.errors else 200)


@never_cache
@require_GET
@requires(*READERS)
def paper(request: HttpRequest, paper_id: int) -> HttpResponse:
    """This function hands out one paper of a claim; the look is logged."""
    viewer = viewer_of(request)
    found = claim_paper_get(viewer, paper_id)
    purpose = f"理赔 {found.claim_id} 的材料"
    # Whoever sees the claim sees its papers, also the insurer those that the county brought.
    with acting_as(SYSTEM):
        shown = paper_open(viewer=viewer, paper_id=found.paper_id, at=timezone.now(), purpose=purpose)
    return paper_answer(shown.name, shown.content, media_type=shown.media_type)
