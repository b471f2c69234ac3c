"""A county writes a check of its own: writes it, tries it on the latest snapshot, adopts it, withdraws it."""

from __future__ import annotations

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from shouwang.office.selectors import progress_by_id
from shouwang.people.access import Kind, Role, Viewer, requires
from shouwang.register.selectors import hits_of, household_cards, places_of
from shouwang.rulebook.check_facts import PERSON_FACTS, RECORD_FACTS, VILLAGE_FACTS
from shouwang.rulebook.errors import ConditionError
from shouwang.rulebook.facts import FACTS
from shouwang.screening.contexts import TrialPage
from shouwang.screening.forms import CheckRuleForm
from shouwang.screening.models import CheckTrial, Run
from shouwang.screening.selectors import local_rules_visible_to, trials_visible_to
from shouwang.screening.services import RuleText, rule_adopt, rule_try, rule_withdraw
from shouwang.ui.pages import confirm_page

WRITERS = frozenset({Role.CLERK, Role.LEADER})
FIELDS = ("name", "over", "when", "on_unknown", "owner", "action", "basis")
_KNOWN = [
    ("人", [(fact.key, fact.name) for fact in PERSON_FACTS.values()]),
    ("户的记录", [(fact.key, fact.name) for fact in RECORD_FACTS.values()]),
    ("户", [(fact.key, fact.name) for fact in FACTS.values() if fact.step in {"household", "members", "statuses"}]),
    ("村", [(fact.key, fact.name) for fact in VILLAGE_FACTS.values()]),
]


@require_http_methods(["GET", "POST"])
@requires(Kind.COUNTY_CENTRE, roles=WRITERS)
def write(request: HttpRequest) -> HttpResponse:
    """This function shows the form of a rule, and hands a sound one to the worker to be tried."""
    if request.method == "GET":
        return render(request, "screening/check_rule.html", {"page": TrialPage(form=CheckRuleForm(), facts=_KNOWN)})
    form = CheckRuleForm(request.POST)
    column = None
    if form.is_valid():
        text = RuleText(**{name: str(form.cleaned_data[name]) for name in FIELDS})
        try:
            tried = rule_try(
                viewer=request.viewer,  # type: ignore[attr-defined]
                text=text,
                on=timezone.localdate(),
                at=timezone.now(),
            )
        except ConditionError as error:
            form.add_error("when", error.message)
            column = error.column
        else:
            return redirect("screening:check_trial", tried.pk)
    when = request.POST.get("when", "")
    place = (column or 1) - 1
    page = TrialPage(form=form, column=column, before=when[:place], after=when[place:], facts=_KNOWN)
    return render(request, "screening/check_rule.html", {"page": page}, status=422)


def _examples(viewer: Viewer, trial: CheckTrial) -> list[tuple[str, str, str]]:
    """This function returns some of the rows that a tried rule found: who, where, the address of the household."""
    cards = household_cards(viewer, {one["household_id"] for one in trial.examples if one["household_id"]})
    persons = hits_of({one["person_id"] for one in trial.examples if one["person_id"]}, on=timezone.localdate())
    places = places_of({one["slot"] for one in trial.examples})
    rows = []
    for one in trial.examples:
        card, person = cards.get(one["household_id"] or 0), persons.get(one["person_id"] or 0)
        place = places.get(one["slot"], "")
        who = person.name if person else card.head_name if card else place
        rows.append((who, place, reverse("desks:household", args=[card.id]) if card else ""))
    return rows


@require_GET
@requires(Kind.COUNTY_CENTRE, roles=WRITERS)
def trial(request: HttpRequest, trial_id: int) -> HttpResponse:
    """This function shows what a tried rule finds, and lets it be changed or adopted."""
    viewer: Viewer = request.viewer  # type: ignore[attr-defined]
    found = trials_visible_to(viewer).filter(pk=trial_id).first()
    if found is None:
        raise Http404
    page = TrialPage(
        form=CheckRuleForm(initial={name: getattr(found, name) for name in FIELDS}),
        trial=found,
        progress=progress_by_id(viewer, found.progress_id) if found.progress_id else None,
        examples=_examples(viewer, found) if found.state == Run.State.DONE else [],
        facts=_KNOWN,
    )
    return render(request, "screening/check_rule.html", {"page": page})


@require_POST
@requires(Kind.COUNTY_CENTRE, roles=WRITERS)
def adopt(request: HttpRequest, trial_id: int) -> HttpResponse:
    """This function puts a tried rule in force for the county."""
    viewer: Viewer = request.viewer  # type: ignore[attr-defined]
    if not trials_visible_to(viewer).filter(pk=trial_id).exists():
        raise Http404
    rule = rule_adopt(viewer=viewer, trial_id=trial_id, on=timezone.localdate(), at=timezone.now())
    messages.success(request, f"已采用“{rule.name}”，下次核查起生效。")
    return redirect("screening:checks")


@require_http_methods(["GET", "POST"])
@requires(Kind.COUNTY_CENTRE, roles=WRITERS)
def withdraw(request: HttpRequest, rule_id: int) -> HttpResponse:
    """This function ends a rule of the county after asking once for the reason."""
    viewer: Viewer = request.viewer  # type: ignore[attr-defined]
    rule = local_rules_visible_to(viewer).filter(pk=rule_id, withdrawn_at__isnull=True).first()
    if rule is None:
        raise Http404
    if request.method == "POST":
        rule_withdraw(viewer=viewer, rule_id=rule_id, reason=request.POST.get("reason", ""), at=timezone.now())
        messages.success(request, f"已停用“{rule.name}”。")
        return redirect("screening:checks")
    return confirm_page(
        request,
        title=f"停用规则：{rule.name}",
        happens=["下次核查不再用这条规则", "它找出的、还没有改的条目转为“规则已停用”", "停用的理由记入审计日志"],
        button="停用规则",
        back=reverse("screening:checks"),
        form=_reason_form(),
    )


def _reason_form() -> object:
    from shouwang.screening.forms import ReasonForm

    return ReasonForm()
