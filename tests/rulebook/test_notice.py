"""A notice can show four things of a household; asked for anything else it refuses with one sentence."""

from __future__ import annotations

import pytest
from pydantic import ValidationError

from shouwang.rulebook.notice import NEVER, SHOWABLE, Notice

HIDES = ("identifiers", "phone", "account", "health")


@pytest.mark.parametrize("name", sorted(NEVER))
def test_a_notice_asked_to_show_an_id_or_an_illness_is_refused(name: str) -> None:
    with pytest.raises(ValidationError) as refusal:
        Notice(days=5, hides=HIDES, shows=("head", name))
    assert f"公示里不能显示{NEVER[name]}" in str(refusal.value)
    assert name not in SHOWABLE


def test_a_field_that_no_sheet_has_and_a_sheet_without_a_name_are_refused() -> None:
    with pytest.raises(ValidationError, match="公示里没有“photo”这一栏"):
        Notice(days=5, hides=HIDES, shows=("head", "photo"))
    with pytest.raises(ValidationError, match="公示要显示 head"):
        Notice(days=5, hides=HIDES, shows=("place",))


def test_a_sheet_shows_what_it_may_less_what_is_hidden_in_its_own_order() -> None:
    assert Notice(days=5, hides=HIDES).fields == ("head", "place", "members", "cause")
    assert Notice(days=5, hides=(*HIDES, "cause")).fields == ("head", "place", "members")
    assert Notice(days=5, hides=HIDES, shows=("cause", "head")).fields == ("head", "cause")
