from __future__ import annotations

from datetime import date

import pytest
from django.utils import timezone
from tests.factories.cast import Cast
from tests.factories.register import household_make, resident_id_make
from tests.factories.sources import INPATIENT, import_all, stay, xlsx

from shouwang.people.access import SYSTEM, acting_as
from shouwang.sources.models import MatchPair
from shouwang.sources.services import scoring
from shouwang.sources.services.scoring import pairs_score, probabilities, splink_is_there

needs_splink = pytest.mark.skipif(not splink_is_there(), reason="the extra `match` (Splink) is not installed")
ID = resident_id_make(date(1970, 5, 20))
LEVELS = {"name": "SAME", "birth": "SAME", "village": "SAME", "number": "NEAR"}


def asked(cast: Cast) -> MatchPair:
    household_make(cast.slot, head="张胜坤", resident_id=ID)
    taken = import_all(cast.medical, xlsx([INPATIENT, stay("完全另名", ID)]))
    pairs_score(import_id=taken.pk, at=timezone.now())
    with acting_as(SYSTEM):
        return MatchPair.objects.get()


def test_without_splink_pairs_are_asked_unscored(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(scoring, "splink_is_there", lambda: False)
    pair = asked(cast)
    assert (pair.score, pair.state) == (None, "WAITING")


@needs_splink
def test_with_splink_every_pair_has_a_score_below_certainty(cast: Cast) -> None:
    score = asked(cast).score
    assert score is not None
    assert 0 <= score <= 999


@needs_splink
def test_what_agrees_more_and_is_rarer_scores_higher() -> None:
    worse = LEVELS | {"name": "DIFFERENT", "number": "DIFFERENT"}
    levels = [LEVELS, LEVELS, worse]
    rare, common, other = probabilities(levels, words=[0, 1, 2], shares=[0.00001, 0.05, 0.001])
    assert rare > common > other
