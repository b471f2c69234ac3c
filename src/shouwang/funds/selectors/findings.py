"""What looks wrong with money (滞留, 截留, 挪用, 挤占 and more): computed from the ledger, each with its evidence."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.db.models import F

from shouwang.funds.models import Account, Commitment, Entry, FindingNote, Payment, Posting, WatchedAccount
from shouwang.funds.rules import LEVEL_NAMES, Inflow, tranches_left
from shouwang.funds.selectors.ledger import accounts_visible_to
from shouwang.funds.selectors.payments import commitments_visible_to, payments_visible_to
from shouwang.kit.money import yuan_text
from shouwang.people.access import Viewer
from shouwang.people.selectors import organisations_by_ids
from shouwang.register.selectors import deaths_of, ends_of, removals_of
from shouwang.rulebook.funds import FundsPolicy, Rest, funds_of
from shouwang.rulebook.values import Provision
from shouwang.standards.selectors import adoptions_visible_to, policy_by_version_id

GONE = (Payment.State.RETURNED, Payment.State.DROPPED)
INFLOWS = (Entry.Kind.BUDGET, Entry.Kind.ALLOCATE, Entry.Kind.SHIFT, Entry.Kind.CARRY)
MOST_POLICIES = 40


@dataclass(frozen=True)
class Evident:
    """One row of evidence: when, what, how much, and the payment or account it leads to."""

    on: date
    text: str
    amount_fen: int
    payment_id: int | None = None
    account_id: int | None = None


@dataclass(frozen=True)
class Finding:
    """Something to be looked into. `key` is the same each time it is computed; `clause` is the rule it rests on."""

    kind: str
    name: str
    key: str
    slot: int
    title: str
    amount_fen: int
    since: date
    clause: str
    evidence: Sequence[Evident]


@dataclass(frozen=True)
class Ground:
    """What the findings of one look rest on."""

    viewer: Viewer
    on: date
    rules: Sequence[FundsPolicy]


NAMES = {
    "REST": "滞留", "WITHHELD": "截留", "SHIFTED": "挪用", "CHARGED": "挤占", "SHARED": "一个账户多户",
    "OFFICIAL": "打进干部账户", "AFTER": "去世、销户或退出后仍支付", "SPLIT": "疑似拆分支付", "NEAR": "刚好低于上一档",
}  # fmt: skip


def findings(viewer: Viewer, *, on: date) -> list[Finding]:
    """This function computes everything that looks wrong with the money the viewer may see, on a day, by kind."""
    ground = Ground(viewer, on, rules_in_sight(viewer, on=on))
    looks: tuple[Callable[[Ground], Iterable[Finding]], ...] = (
        _resting, _withheld, _shifted, _charged, _shared, _official, _after_end, _split, _near,
    )  # fmt: skip
    return [found for look in looks for found in look(ground)]


def rules_in_sight(viewer: Viewer, *, on: date) -> list[FundsPolicy]:
    """This function returns the rules of money in force on a day in the places the viewer oversees, newest first."""
    rows = adoptions_visible_to(viewer).filter(adopted_at__isnull=False, valid_from__lte=on)
    versions: dict[int, int] = {}
    for row in rows[:MOST_POLICIES]:
        versions.setdefault(row.area_id, row.pack_version_id)
    return [funds_of(policy_by_version_id(version, on=on)) for version in dict.fromkeys(versions.values())]


def notes_of(viewer: Viewer, keys: Iterable[str]) -> dict[str, FindingNote]:
    """This function returns the newest note of each finding that has one."""
    found: dict[str, FindingNote] = {}
    for row in FindingNote.objects.filter(viewer.q(), key__in=list(keys)).order_by("pk"):
        found[row.key] = row
    return found


def _made(kind: str, key: object, **more: object) -> Finding:
    return Finding(kind=kind, name=NAMES[kind], key=f"{kind}:{key}", **more)  # type: ignore[arg-type]


def _resting(ground: Ground) -> Iterable[Finding]:
    """Money that lies at a level longer than the pack allows, tranche by tranche, the oldest spent first."""
    limits: dict[int, Provision[Rest]] = {}
    for rules in ground.rules:
        for level, stated in rules.rests.items():
            if level not in limits or stated.value.days < limits[level].value.days:
                limits[level] = stated
    accounts = accounts_visible_to(ground.viewer).filter(stage=Account.Stage.AVAILABLE, balance_fen__gt=0)
    held = {account.pk: account for account in accounts.filter(level__in=list(limits))}
    inflows: dict[int, list[Inflow]] = defaultdict(list)
    rows = Posting.objects.filter(account_id__in=list(held), amount_fen__gt=0, entry__kind__in=INFLOWS)
    for row in rows.select_related("entry").order_by("pk"):
        inflows[row.account_id].append(Inflow(row.entry_id, row.entry.on, row.amount_fen, row.entry.document))
    for pk, account in held.items():
        stated = limits[account.level]
        last = ground.on - timedelta(days=stated.value.days)
        for inflow, left in tranches_left(inflows[pk], account.balance_fen):
            if inflow.on < last:
                days = (ground.on - inflow.on).days
                yield _made(
                    "REST", f"{pk}:{inflow.entry_id}", slot=account.slot, amount_fen=left, since=inflow.on,
                    title=f"{account.organisation_name}：{account.purpose}到账 {days} 天，还有"
                          f" {yuan_text(left)} 元没有用出去",
                    clause=f"{stated.name} {stated.value.days} 天（{stated.source}）",
                    evidence=[
                        Evident(inflow.on, f"到账：{inflow.document}", inflow.amount_fen, account_id=pk),
                        Evident(ground.on, f"还在{LEVEL_NAMES[account.level]}，没有用出去", left, account_id=pk),
                    ],
                )  # fmt: skip


def _withheld(ground: Ground) -> Iterable[Finding]:
    """Money that came for somebody below and was not passed on to her in time, or not whole."""
    limits = [rules.pass_on for rules in ground.rules if rules.pass_on is not None]
    if not limits:
        return
    limit = min(limits, key=lambda stated: stated.value.days)
    visible = list(accounts_visible_to(ground.viewer).filter(stage=Account.Stage.AVAILABLE))
    accounts = {account.pk: account for account in visible}
    came: dict[tuple[int, int], list[Posting]] = defaultdict(list)
    received = Posting.objects.filter(
        account_id__in=list(accounts), amount_fen__gt=0, entry__earmarked_for__isnull=False
    ).exclude(entry__earmarked_for=F("organisation_id"))
    for row in received.select_related("entry").order_by("pk"):
        came[row.account_id, row.entry.earmarked_for or 0].append(row)
    names = organisations_by_ids({target for _, target in came})
    for (pk, target), rows in came.items():
        due = [row for row in rows if row.entry.on + timedelta(days=limit.value.days) < ground.on]
        passed = _passed_to(pk, target)
        short = sum(row.amount_fen for row in due) - sum(fen for _, _, fen in passed)
        if short > 0 and due:
            account, name = accounts[pk], names[target].name if target in names else "下级单位"
            yield _made(
                "WITHHELD", f"{pk}:{target}", slot=account.slot, amount_fen=short, since=due[0].entry.on,
                title=f"{account.organisation_name}：应拨给{name}的{account.purpose}少拨 {yuan_text(short)} 元",
                clause=f"{limit.name} {limit.value.days} 天（{limit.source}）",
                evidence=[
                    *(Evident(row.entry.on, f"到账，指定给{name}：{row.entry.document}", row.amount_fen, account_id=pk)
                      for row in rows),
                    *(Evident(on, f"拨给{name}：{document}", fen, account_id=pk) for on, document, fen in passed),
                ],
            )  # fmt: skip


def _passed_to(account_id: int, target: int) -> list[tuple[date, str, int]]:
    out = Posting.objects.filter(account_id=account_id, amount_fen__lt=0, entry__kind=Entry.Kind.ALLOCATE)
    rows = Posting.objects.filter(
        entry_id__in=out.values("entry_id"), amount_fen__gt=0, organisation_id=target
    ).select_related("entry")
    return [(row.entry.on, row.entry.document, row.amount_fen) for row in rows.order_by("pk")]


def _shifted(ground: Ground) -> Iterable[Finding]:
    """Money that was moved to another purpose."""
    ids = accounts_visible_to(ground.viewer).values("pk")
    rows = Posting.objects.filter(account_id__in=ids, amount_fen__lt=0, entry__kind=Entry.Kind.SHIFT)
    for row in rows.select_related("entry", "account").order_by("-pk"):
        into = Posting.objects.filter(entry=row.entry, amount_fen__gt=0).select_related("account").first()
        other = into.account.purpose if into else "其他用途"
        yield _made(
            "SHIFTED", row.entry_id, slot=row.slot, amount_fen=-row.amount_fen, since=row.entry.on,
            title=f"{row.account.organisation_name}：{row.account.purpose}改作{other}",
            clause="专款专用",
            evidence=[Evident(row.entry.on, f"{row.entry.document}：{row.entry.note}", -row.amount_fen,
                              account_id=row.account_id)],
        )  # fmt: skip


def _charged(ground: Ground) -> Iterable[Finding]:
    """What was approved for one purpose and charged to the money of another."""
    rows = commitments_visible_to(ground.viewer).exclude(state=Commitment.State.CANCELLED)
    for row in rows.exclude(purpose=F("account__purpose")).order_by("-pk"):
        yield _made(
            "CHARGED", row.pk, slot=row.slot, amount_fen=row.amount_fen, since=row.approved_on,
            title=f"{row.account.organisation_name}：{row.purpose}的支出记到了{row.account.purpose}",
            clause="专款专用",
            evidence=[Evident(row.approved_on, f"{row.payee_name}：{row.ground}", row.amount_fen,
                              account_id=row.account_id)],
        )  # fmt: skip


def _live_payments(ground: Ground) -> list[Payment]:
    rows = payments_visible_to(ground.viewer).filter(sent_on__isnull=False).exclude(state__in=GONE)
    return list(rows.order_by("sent_on", "pk"))


def _line(payment: Payment) -> Evident:
    text = f"{payment.payee_name} {payment.account_shown}（{payment.get_state_display()}）"
    return Evident(payment.sent_on or payment.batch.made_on, text, payment.amount_fen, payment_id=payment.pk)


def _shared(ground: Ground) -> Iterable[Finding]:
    """One bank account that gets the money of several households."""
    by_account: dict[bytes, list[Payment]] = defaultdict(list)
    for payment in _live_payments(ground):
        by_account[bytes(payment.account_blind)].append(payment)
    for blind, payments in by_account.items():
        households = {payment.household_id for payment in payments}
        if len(households) > 1:
            yield _made(
                "SHARED", blind.hex()[:32], slot=payments[0].slot,
                amount_fen=sum(payment.amount_fen for payment in payments),
                since=payments[0].sent_on or ground.on,
                title=f"账户 {payments[0].account_shown} 收了 {len(households)} 户的钱",
                clause="一户一账户；监护人或代管人代领的要有委托",
                evidence=[_line(payment) for payment in payments],
            )  # fmt: skip


def _official(ground: Ground) -> Iterable[Finding]:
    """Money that went into the account of an official."""
    watched = {bytes(row.account_blind): row for row in WatchedAccount.objects.filter(ground.viewer.q())}
    if not watched:
        return
    for payment in _live_payments(ground):
        row = watched.get(bytes(payment.account_blind))
        if row is not None:
            yield _made(
                "OFFICIAL", payment.pk, slot=payment.slot, amount_fen=payment.amount_fen,
                since=payment.sent_on or ground.on, title=f"{payment.payee_name}的钱打进了{row.post}{row.owner}的账户",
                clause="救助资金直接发放到户", evidence=[_line(payment)],
            )  # fmt: skip


def _after_end(ground: Ground) -> Iterable[Finding]:
    """Money sent after the payee died, the household ended, or its risk was marked as removed."""
    payments = _live_payments(ground)
    households = {payment.household_id for payment in payments}
    deaths = deaths_of(ground.viewer, {payment.commitment.person_id or 0 for payment in payments})
    ends, removals = ends_of(ground.viewer, households), removals_of(ground.viewer, households)
    for payment in payments:
        sent = payment.sent_on or ground.on
        known = (
            (deaths.get(payment.commitment.person_id or 0), "去世"),
            (ends.get(payment.household_id), "销户"),
            (removals.get(payment.household_id), "标注风险消除"),
        )
        gone = [(day, word) for day, word in known if day is not None and day < sent]
        if gone:
            day, word = min(gone)
            yield _made(
                "AFTER", payment.pk, slot=payment.slot, amount_fen=payment.amount_fen, since=sent,
                title=f"{payment.payee_name}一户 {day:%Y-%m-%d} {word}，{sent:%Y-%m-%d} 仍支付",
                clause="去世、销户或退出后停止支付", evidence=[_line(payment)],
            )  # fmt: skip


def _split(ground: Ground) -> Iterable[Finding]:
    """Payments of one household, each below a tier, that reach it together within the pack's days."""
    rules = next((each for each in ground.rules if each.split is not None and each.tiers), None)
    if rules is None or rules.split is None:
        return
    by_household: dict[int, list[Payment]] = defaultdict(list)
    for payment in _live_payments(ground):
        by_household[payment.household_id].append(payment)
    for household, payments in by_household.items():
        for tier in reversed(rules.tiers):
            run = _run(payments, tier.value.start, rules.split.value.days)
            if run:
                total = sum(payment.amount_fen for payment in run)
                yield _made(
                    "SPLIT", f"{household}:{run[0].pk}:{run[-1].pk}", slot=run[0].slot, amount_fen=total,
                    since=run[0].sent_on or ground.on,
                    title=f"{run[0].payee_name}一户 {len(run)} 笔各不到 {yuan_text(tier.value.start)} 元，合计"
                          f" {yuan_text(total)} 元",
                    clause=f"{rules.split.name}（{rules.split.source}）", evidence=[_line(each) for each in run],
                )  # fmt: skip
                break


def _run(payments: Sequence[Payment], start: int, days: int) -> list[Payment]:
    """This function returns payments within some days, each below a sum and in several batches, that reach it."""
    small = [payment for payment in payments if payment.amount_fen < start]
    for number, first in enumerate(small):
        last = (first.sent_on or first.batch.made_on) + timedelta(days=days)
        run = [each for each in small[number:] if (each.sent_on or each.batch.made_on) <= last]
        if len({each.batch_id for each in run}) > 1 and sum(each.amount_fen for each in run) >= start:
            return run
    return []


def _near(ground: Ground) -> Iterable[Finding]:
    """Several payments that lie just below a tier."""
    rules = next((each for each in ground.rules if each.split is not None and each.tiers), None)
    if rules is None or rules.split is None:
        return
    payments = _live_payments(ground)
    for tier in rules.tiers[1:]:
        start = tier.value.start
        least = start - int(start * rules.split.value.share)
        near = [payment for payment in payments if least <= payment.amount_fen < start]
        by_payer: dict[int, list[Payment]] = defaultdict(list)
        for payment in near:
            by_payer[payment.organisation_id].append(payment)
        for payer, rows in by_payer.items():
            if len(rows) > 1:
                yield _made(
                    "NEAR", f"{payer}:{start}:{rows[0].pk}", slot=rows[0].batch.slot,
                    amount_fen=sum(row.amount_fen for row in rows), since=rows[0].sent_on or ground.on,
                    title=f"{rows[0].batch.organisation_name}有 {len(rows)} 笔刚好不到 {yuan_text(start)} 元",
                    clause=f"{rules.split.name}（{rules.split.source}）", evidence=[_line(row) for row in rows],
                )  # fmt: skip


@dataclass(frozen=True)
class Elapsed:
    """How long money took from the day its project was selected to a level."""

    organisation_name: str
    purpose: str
    selected_on: date
    came_on: date
    amount_fen: int
    document: str

    @property
    def days(self) -> int:
        return (self.came_on - self.selected_on).days


def selection_to_money(viewer: Viewer, *, since: datetime | None = None) -> list[Elapsed]:
    """This function returns how many days lay between the selection of a project and its money, newest first."""
    ids = accounts_visible_to(viewer).filter(stage=Account.Stage.AVAILABLE).values("pk")
    rows = Posting.objects.filter(account_id__in=ids, amount_fen__gt=0, entry__selected_on__isnull=False)
    if since is not None:
        rows = rows.filter(entry__at__gte=since)
    return [
        Elapsed(
            row.account.organisation_name, row.account.purpose, row.entry.selected_on, row.entry.on, row.amount_fen,
            row.entry.document,
        )
        for row in rows.select_related("entry", "account").order_by("-pk")
        if row.entry.selected_on is not None
    ]  # fmt: skip
