"""Money that stays where it should go on: 滞留 at a level, 截留 of what was meant for somebody below."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from datetime import date, timedelta

from django.db.models import F

from shouwang.funds.models import Account, Entry, Posting
from shouwang.funds.rules import LEVEL_NAMES, Inflow, tranches_left
from shouwang.funds.selectors.findings.found import Evident, Finding, Ground, made
from shouwang.funds.selectors.ledger import accounts_visible_to
from shouwang.kit.money import yuan_text
from shouwang.people.selectors import organisations_by_ids
from shouwang.rulebook.funds import Rest
from shouwang.rulebook.values import Provision

# Money of one kind in one hand: organisation, source, purpose, year.
Key = tuple[int, str, str, int]
# What an account of available money, and one of committed money, get from outside the two.
INFLOWS = {
    Account.Stage.AVAILABLE: {
        Entry.Kind.BUDGET, Entry.Kind.ALLOCATE, Entry.Kind.SHIFT, Entry.Kind.CARRY, Entry.Kind.RECOVER,
        Entry.Kind.POOL,
    },
    Account.Stage.COMMITTED: {Entry.Kind.RETURN},
}  # fmt: skip


def _key(account: Account) -> Key:
    return account.organisation_id, account.source, account.purpose, account.year


def _held(ground: Ground) -> dict[Key, dict[str, Account]]:
    held: dict[Key, dict[str, Account]] = defaultdict(dict)
    rows = accounts_visible_to(ground.viewer).filter(stage__in=list(INFLOWS))
    for account in rows.order_by("level", "slot", "organisation_id", "year", "pk"):
        held[_key(account)][account.stage] = account
    return held


def _inflows(held: dict[Key, dict[str, Account]]) -> dict[Key, list[Inflow]]:
    """This function returns what came into each kind of money; what was carried over keeps the day it first came."""
    by_account = {account.pk: account for parts in held.values() for account in parts.values()}
    kinds = {kind for found in INFLOWS.values() for kind in found}
    rows = Posting.objects.filter(account_id__in=list(by_account), amount_fen__gt=0, entry__kind__in=kinds)
    inflows: dict[Key, list[Inflow]] = defaultdict(list)
    free: dict[Key, list[Inflow]] = defaultdict(list)  # those of available money: only that is carried over
    for row in rows.select_related("entry").order_by("pk"):
        account, entry = by_account[row.account_id], row.entry
        if entry.kind not in INFLOWS[Account.Stage(account.stage)]:
            continue
        key = _key(account)
        if entry.kind == Entry.Kind.CARRY:
            before = free[account.organisation_id, account.source, account.purpose, account.year - 1]
            came = [Inflow(part.entry_id, part.on, fen, part.document)
                    for part, fen in tranches_left(before, row.amount_fen)]  # fmt: skip
        else:
            came = [Inflow(row.entry_id, entry.on, row.amount_fen, entry.document or entry.get_kind_display())]
        inflows[key] += came
        if account.stage == Account.Stage.AVAILABLE:
            free[key] += came
    return inflows


def resting(ground: Ground) -> Iterable[Finding]:
    """This function finds money that lies at a level longer than the pack allows, tranche by tranche.

    The oldest is taken to be spent first. Setting money aside for somebody does not move it; sending it does.
    """
    limits: dict[int, Provision[Rest]] = {}
    for rules in ground.rules:
        for level, stated in rules.rests.items():
            if level not in limits or stated.value.days < limits[level].value.days:
                limits[level] = stated
    held = _held(ground)
    inflows = _inflows(held)
    for key, parts in held.items():
        account, balance = next(iter(parts.values())), sum(part.balance_fen for part in parts.values())
        if account.level not in limits or balance <= 0:
            continue
        stated = limits[account.level]
        last = ground.on - timedelta(days=stated.value.days)
        for inflow, left in tranches_left(inflows[key], balance):
            if inflow.on < last:
                yield _rested(ground, parts, inflow, left, stated)


def _rested(ground: Ground, parts: dict[str, Account], inflow: Inflow, left: int, stated: Provision[Rest]) -> Finding:
    account = parts.get(Account.Stage.AVAILABLE) or parts[Account.Stage.COMMITTED]
    aside = parts.get(Account.Stage.COMMITTED)
    days = (ground.on - inflow.on).days
    evidence = [
        Evident(inflow.on, f"到账：{inflow.document}", inflow.amount_fen, account_id=account.pk),
        Evident(ground.on, f"还在{LEVEL_NAMES[account.level]}，没有付出去", left, account_id=account.pk),
    ]
    if aside is not None and aside.balance_fen:
        evidence.append(
            Evident(ground.on, "这项资金里已经批准、还没有付的", aside.balance_fen, account_id=aside.pk)
        )  # fmt: skip
    return made(
        "REST", f"{account.pk}:{inflow.entry_id}", slot=account.slot, amount_fen=left, since=inflow.on,
        title=f"{account.organisation_name}：{account.purpose}到账 {days} 天，还有 {yuan_text(left)} 元没有用出去",
        clause=f"{stated.name} {stated.value.days} 天，{stated.source}", owner=account.organisation_name,
        evidence=evidence,
    )  # fmt: skip


def withheld(ground: Ground) -> Iterable[Finding]:
    """This function finds money that came for somebody below and was not passed on to her in time, or not whole."""
    limits = [rules.pass_on for rules in ground.rules if rules.pass_on is not None]
    if not limits:
        return
    limit = min(limits, key=lambda stated: stated.value.days)
    accounts = {
        account.pk: account for account in accounts_visible_to(ground.viewer).filter(stage=Account.Stage.AVAILABLE)
    }
    came: dict[tuple[int, str, str, int], list[Posting]] = defaultdict(list)
    received = Posting.objects.filter(
        account_id__in=list(accounts), amount_fen__gt=0, entry__earmarked_for__isnull=False
    ).exclude(entry__earmarked_for=F("organisation_id"))
    for row in received.select_related("entry").order_by("pk"):
        account = accounts[row.account_id]
        came[account.organisation_id, account.source, account.purpose, row.entry.earmarked_for or 0].append(row)
    names = organisations_by_ids({target for *_, target in came})
    for (organisation, source, purpose, target), rows in came.items():
        # Whichever year it was passed on from: what is left is carried over.
        own = [pk for pk, each in accounts.items()
               if (each.organisation_id, each.source, each.purpose) == (organisation, source, purpose)]  # fmt: skip
        due = [row for row in rows if row.entry.on + timedelta(days=limit.value.days) < ground.on]
        passed = _passed_to(own, target)
        short = sum(row.amount_fen for row in due) - sum(fen for _, _, fen in passed)
        if short > 0 and due:
            pk = rows[0].account_id
            account, name = accounts[pk], names[target].name if target in names else "下级单位"
            yield made(
                "WITHHELD", f"{pk}:{target}", slot=account.slot, amount_fen=short, since=due[0].entry.on,
                title=f"{account.organisation_name}：应拨给{name}的{account.purpose}少拨 {yuan_text(short)} 元",
                clause=f"{limit.name} {limit.value.days} 天，{limit.source}", owner=account.organisation_name,
                evidence=[
                    *(Evident(row.entry.on, f"到账，指定给{name}：{row.entry.document}", row.amount_fen,
                              account_id=row.account_id) for row in rows),
                    *(Evident(on, f"拨给{name}：{document}", fen, account_id=pk) for on, document, fen in passed),
                ],
            )  # fmt: skip


def _passed_to(account_ids: list[int], target: int) -> list[tuple[date, str, int]]:
    out = Posting.objects.filter(account_id__in=account_ids, amount_fen__lt=0, entry__kind=Entry.Kind.ALLOCATE)
    rows = Posting.objects.filter(
        entry_id__in=out.values("entry_id"), amount_fen__gt=0, organisation_id=target
    ).select_related("entry")
    return [(row.entry.on, row.entry.document, row.amount_fen) for row in rows.order_by("pk")]
