"""Blind indexes of receipts and the hashes of their PINs."""

from __future__ import annotations

from shouwang.kit.seal import keyring
from shouwang.public.rules.receipts import RANDOM_DIGITS, pin_digest, receipt_of


def receipt_for(token: str) -> str:
    """This function returns the receipt of a form by its random key: the same form sent twice has the same receipt."""
    drawn = int.from_bytes(keyring().blind("receipt_number", token), "big")
    return receipt_of(drawn % 10**RANDOM_DIGITS)


def code_blind(digits: str) -> bytes:
    """This function returns the blind index under which a receipt stands in the database."""
    return keyring().blind("receipt", digits)


def pin_hash(pin: str, *, code: bytes) -> bytes:
    """This function returns the slow hash of a receipt's PIN, whether or not there is such a receipt."""
    return pin_digest(pin, salt=keyring().blind("receipt_salt", code.hex()))
