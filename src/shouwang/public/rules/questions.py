"""What 我要申请 asks a household, so that its burden can be counted where the form is no longer at hand; pure."""

from __future__ import annotations

from collections.abc import Collection

from shouwang.kit.codes import Risk

QUESTIONS = (
    "by", "name", "resident_id", "home", "phone", "applicant", "cause", "cause_note", "occurred_on", "summary",
    "self_paid", "pin", "pin_again",
)  # fmt: skip


def questions_put(causes: Collection[str]) -> tuple[str, ...]:
    """This function returns the questions of the form by name, given the causes it offers."""
    return tuple(name for name in QUESTIONS if name != "cause_note" or Risk.OTHER in causes)
