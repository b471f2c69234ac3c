"""The evening flush, small: the real web process, answers lost after the commit, batches sent twice, photos after."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from types import SimpleNamespace

from bench.flush.__main__ import wrong
from bench.flush.phones import Phone, flush
from bench.flush.world import count, officers_make
from tests.factories.cast import Cast
from tests.proof.running import house_running

OFFICERS, FORMS, BATCH, PHOTOS = 12, 23, 20, 2


def test_no_form_is_lost_or_doubled(real_cast: Cast, command_env: Mapping[str, str], tmp_path: Path) -> None:
    places = real_cast.places
    villages = [places.village, places.sibling_village]
    phones = [Phone(**each) for each in officers_make(villages, officers=OFFICERS, forms=FORMS)]
    with house_running(command_env, tmp_path) as port:
        sent = flush(phones, port=port, batch=BATCH, lines=4, photos=PHOTOS)
    assert sent.lost > 0 and sent.twice > 0, "the flush must meet what goes wrong on the way"
    assert wrong(count(), sent, forms=OFFICERS * FORMS, photos=OFFICERS * PHOTOS) == []


def test_the_check_sees_a_lost_and_a_doubled_form() -> None:
    sent = SimpleNamespace(accepted={"a": 1, "b": 2}, changed=["b"], problems=[], photos=1)
    told = {"clues": 2, "keys": 1, "entries": 2, "entries_all": 2, "answers": 3, "unanswered": 0,
            "photos": 0, "papers": 1}  # fmt: skip
    found = wrong(told, sent, forms=2, photos=1)  # type: ignore[arg-type]
    assert found == ["keys: 1 instead of 2", "photos: 0 instead of 1", "1 answered in two ways"]
