"""How often one address, one receipt, one village may be used; counted under blind keys, existing or not."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.conf import settings
from django.db import connection

from shouwang.kit.errors import Refusal
from shouwang.kit.seal import keyring
from shouwang.people.access import NOBODY, acting_as

MINUTE, DAY = 60, 24 * 60 * 60


class TooOften(Refusal):
    """Too many tries; the sentence is the same whatever was tried."""

    sentence = "试的次数太多了，请过一会儿（最长要等到明天）再来，或者找村干部帮您查。"


@dataclass(frozen=True)
class Limit:
    """At most so many uses in a stretch of seconds."""

    seconds: int
    most: int


# A whole village often shares one address (the carrier's), so those by address are wide, and an installation behind a
# shared gateway may widen them; those by receipt keep its PIN from being guessed and are nobody's to change.
BY_ADDRESS = "_address"
LIMITS: dict[str, tuple[Limit, ...]] = {
    "apply_address": (Limit(10 * MINUTE, 20), Limit(DAY, 100)),
    "apply_village": (Limit(DAY, 200),),
    "stage_address": (Limit(15 * MINUTE, 120),),
    "pin_address": (Limit(15 * MINUTE, 40), Limit(DAY, 400)),
    "pin_receipt": (Limit(15 * MINUTE, 6), Limit(DAY, 30)),
    "object_address": (Limit(15 * MINUTE, 5), Limit(DAY, 20)),
    "object_notice": (Limit(DAY, 20),),
    "petition_receipt": (Limit(DAY, 10),),
}


def use_count(what: str, key: str, *, at: datetime) -> None:
    """This function counts one use in a transaction of its own, and raises TooOften beyond a limit."""
    blind = keyring().blind("public_attempt", f"{what}:{key}")
    times = settings.PUBLIC_ADDRESS_TIMES if what.endswith(BY_ADDRESS) else 1
    with acting_as(NOBODY), connection.cursor() as cursor:
        within = []
        for number, limit in enumerate(LIMITS[what]):
            values: list[Any] = [f"{what}:{number}", blind, limit.seconds, limit.most * times, at]
            cursor.execute("select public_try(%s, %s, %s, %s, %s)", values)
            within.append(cursor.fetchone()[0])
    if not all(within):
        raise TooOften
