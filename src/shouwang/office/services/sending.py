"""Things sent under a key: each is done once, however often it comes, and every time it gets the same answer.

The caller claims the keys of what came, does what is fresh, and settles, all in one transaction: a key and the write it
stands for are committed together or not at all. A key that is being worked on elsewhere is waited for.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.db import connection

from shouwang.kit.errors import Refusal
from shouwang.kit.seal import keyring
from shouwang.office.models import Sending
from shouwang.people.access import Viewer

KEY_LENGTH = 64
LEAST_DAYS = 90
_CLAIM = (
    "insert into office_sending (sender, key, body_blind, organisation_id, sent_at, kept_until) values {rows}"
    " on conflict (sender, key) do nothing returning key"
)
_SETTLE = (
    "update office_sending s set answer = v.answer::jsonb from (values {rows}) as v (key, answer)"
    " where s.sender = %s and s.key = v.key"
)


class KeyReused(Refusal):
    """The key stands for something else that was sent before."""

    sentence = "这个编号已经用过，内容和这次的不一样，这次没有收。请换一个新编号再发。"


class KeyUnreadable(Refusal):
    """The key is empty or too long."""

    sentence = f"编号要有 1 到 {KEY_LENGTH} 个字符。"


@dataclass(frozen=True)
class Claims:
    """What became of the keys: `fresh` are to be done now, `answered` were done, `reused` meant something else."""

    sender: str
    fresh: frozenset[str]
    answered: Mapping[str, dict[str, Any]] = field(default_factory=dict)
    reused: frozenset[str] = frozenset()


def body_blind(body: Any) -> bytes:
    """This function returns the blind index of something sent; the order of names does not matter."""
    return keyring().blind("sending", json.dumps(body, ensure_ascii=False, sort_keys=True, default=str))


def sendings_claim(*, viewer: Viewer, sender: str, bodies: Mapping[str, Any], at: datetime) -> Claims:
    """This function takes the keys of what was sent (key → body) for this transaction.

    It waits for another transaction that holds one of them. Keys are taken in order, so that two batches with the same
    keys never wait for each other. Raises KeyUnreadable.
    """
    if any(not 0 < len(key) <= KEY_LENGTH for key in bodies):
        raise KeyUnreadable
    if not bodies:
        return Claims(sender, frozenset())
    blinds = {key: body_blind(body) for key, body in bodies.items()}
    until = at + timedelta(days=max(LEAST_DAYS, settings.SENDING_KEEP_DAYS))
    values: list[Any] = []
    for key in sorted(blinds):
        values += [sender, key, blinds[key], viewer.organisation_id, at, until]
    with connection.cursor() as cursor:
        cursor.execute(_CLAIM.format(rows=", ".join(["(%s, %s, %s, %s, %s, %s)"] * len(blinds))), values)
        fresh = frozenset(str(key) for (key,) in cursor.fetchall())
    known = Sending.objects.filter(sender=sender, key__in=set(blinds) - fresh) if len(fresh) < len(blinds) else ()
    answered = {row.key: row.answer or {} for row in known if bytes(row.body_blind) == blinds[row.key]}
    return Claims(sender, fresh, answered, frozenset(blinds) - fresh - set(answered))


def sendings_settle(*, claims: Claims, answers: Mapping[str, dict[str, Any]]) -> None:
    """This function keeps the answers of what was done; a fresh key without one is free again, to be sent mended."""
    kept = {key: answer for key, answer in answers.items() if key in claims.fresh}
    released: Sequence[str] = sorted(claims.fresh - set(kept))
    if kept:
        values: list[Any] = []
        for key, answer in sorted(kept.items()):
            values += [key, json.dumps(answer, ensure_ascii=False)]
        with connection.cursor() as cursor:
            cursor.execute(_SETTLE.format(rows=", ".join(["(%s, %s)"] * len(kept))), [*values, claims.sender])
    if released:
        Sending.objects.filter(sender=claims.sender, key__in=released).delete()


def sendings_expire(*, at: datetime, limit: int = 50_000) -> int:
    """This function forgets keys past their day, at most `limit` at once, and returns how many."""
    gone = list(Sending.objects.filter(kept_until__lte=at).values_list("pk", flat=True)[:limit])
    Sending.objects.filter(pk__in=gone).delete()
    return len(gone)
