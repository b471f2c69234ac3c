"""Numbers planted to be looked for: every one begins with the same digits, so that one search finds them all."""

from __future__ import annotations

import base64
import itertools
from collections.abc import Iterator
from dataclasses import dataclass

from shouwang.kit.resident_id import check_digit


@dataclass(frozen=True)
class Planted:
    """One ID, one phone, one account, put in through one door."""

    resident_id: str
    phone: str
    account: str

    @property
    def numbers(self) -> tuple[str, str, str]:
        """All three."""
        return self.resident_id, self.phone, self.account


@dataclass(frozen=True)
class Field:
    """Where planted numbers come from: their roots, which nobody else's number begins with."""

    id_root: str  # county and birth date
    phone_root: str
    account_root: str

    def plant(self) -> Iterator[Planted]:
        """This function yields numbers for one door after the other."""
        for number in itertools.count(11):
            first17 = f"{self.id_root}{number:03d}"
            yield Planted(
                first17 + check_digit(first17), f"{self.phone_root}{number:04d}", f"{self.account_root}{number:07d}"
            )

    def forms(self) -> dict[bytes, str]:
        """This function returns how a number may look in a file, as its first bytes, and what that form is called."""
        found: dict[bytes, str] = {}
        for what, root in (("ID", self.id_root), ("phone", self.phone_root), ("account", self.account_root)):
            plain = root.encode()
            found |= {
                plain: what,
                plain[::-1]: f"{what}, reversed",
                root.encode("utf-16-le"): f"{what}, UTF-16",
                root.encode("utf-16-be"): f"{what}, UTF-16",
                root.encode("utf-32-le"): f"{what}, UTF-32",
                root.translate(str.maketrans("0123456789", "０１２３４５６７８９")).encode(): f"{what}, full-width",
                plain.hex().encode(): f"{what}, hex",
                " ".join(root).encode(): f"{what}, spaced",
            }
            found |= dict.fromkeys(_base64_forms(plain), f"{what}, base64")
        return found


def _base64_forms(plain: bytes) -> Iterator[bytes]:
    """This function yields what base64 makes of the bytes wherever in a longer text they stand."""
    for before in range(3):
        coded = base64.b64encode(b"\0" * before + plain)
        first = -(-before * 8 // 6)
        last = (before + len(plain)) * 8 // 6
        yield coded[first:last]


# Fields for the proof and for its control: the control puts numbers where they must not be.
REAL = Field("13059919710309", "1987012", "622848999900")
CONTROL = Field("13059919720410", "1987056", "622848999911")
