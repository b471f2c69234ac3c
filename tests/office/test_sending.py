"""A key stands for one thing sent: done once, answered alike, refused for anything else."""

from __future__ import annotations

import threading
from datetime import timedelta

import pytest
from django.db import connections
from django.utils import timezone
from tests.factories.cast import Cast

from shouwang.office.models import Sending
from shouwang.office.services import KeyUnreadable, sendings_claim, sendings_expire, sendings_settle
from shouwang.people.access import SYSTEM, Viewer, acting_as

SENDER = "user:1"


def send(viewer: Viewer, bodies: dict[str, object], *, refuse: tuple[str, ...] = ()) -> dict[str, str]:
    """Sends as a room does; the answer to a key is its own name."""
    now = timezone.now()
    with acting_as(viewer):
        claims = sendings_claim(viewer=viewer, sender=SENDER, bodies=bodies, at=now)
        sendings_settle(claims=claims, answers={key: {"did": key} for key in claims.fresh if key not in refuse})
    found = dict.fromkeys(claims.fresh, "fresh") | dict.fromkeys(claims.reused, "reused")
    return found | {key: str(answer["did"]) for key, answer in claims.answered.items()}


@pytest.mark.django_db
def test_the_same_key_and_body_get_the_first_answer_again(cast: Cast) -> None:
    assert send(cast.officer, {"a": {"x": 1, "y": 2}}) == {"a": "fresh"}
    assert send(cast.officer, {"a": {"y": 2, "x": 1}, "b": {}}) == {"a": "a", "b": "fresh"}


@pytest.mark.django_db
def test_the_same_key_with_another_body_is_refused(cast: Cast) -> None:
    send(cast.officer, {"a": {"x": 1}})
    assert send(cast.officer, {"a": {"x": 2}}) == {"a": "reused"}
    assert send(cast.officer, {"a": {"x": 1}}) == {"a": "a"}


@pytest.mark.django_db
def test_a_key_that_was_refused_is_free_for_the_mended_thing(cast: Cast) -> None:
    assert send(cast.officer, {"a": {"x": 1}}, refuse=("a",)) == {"a": "fresh"}
    assert send(cast.officer, {"a": {"x": 2}}) == {"a": "fresh"}


@pytest.mark.django_db
def test_a_key_of_another_organisation_is_neither_read_nor_done_again(cast: Cast) -> None:
    send(cast.officer, {"a": {"x": 1}})
    assert send(cast.neighbour_officer, {"a": {"x": 1}}) == {"a": "reused"}


@pytest.mark.django_db
@pytest.mark.parametrize("key", ["", "x" * 65])
def test_a_key_without_length_or_too_long_is_refused(cast: Cast, key: str) -> None:
    with pytest.raises(KeyUnreadable):
        send(cast.officer, {key: {}})
    assert send(cast.officer, {"x" * 64: {}}) == {"x" * 64: "fresh"}


@pytest.mark.django_db
def test_keys_are_kept_for_ninety_days_whatever_the_setting_says(cast: Cast, settings: pytest.FixtureRequest) -> None:
    settings.SENDING_KEEP_DAYS = 1
    send(cast.officer, {"a": {}})
    now = timezone.now()
    with acting_as(SYSTEM):
        assert sendings_expire(at=now + timedelta(days=89, hours=23)) == 0
        assert sendings_expire(at=now + timedelta(days=90, hours=1)) == 1


@pytest.mark.django_db
def test_the_setting_keeps_them_longer(cast: Cast, settings: pytest.FixtureRequest) -> None:
    settings.SENDING_KEEP_DAYS = 200
    send(cast.officer, {"a": {}})
    with acting_as(SYSTEM):
        assert sendings_expire(at=timezone.now() + timedelta(days=199)) == 0


@pytest.mark.django_db
def test_what_was_sent_stands_nowhere_in_the_store(cast: Cast) -> None:
    send(cast.officer, {"a": {"name": "张胜坤"}})
    with acting_as(cast.officer):
        row = Sending.objects.get(key="a")
    assert "张胜坤" not in repr(vars(row)) and "张胜坤".encode() not in bytes(row.body_blind)


def test_sent_at_the_same_time_it_is_done_once(real_cast: Cast) -> None:
    """Eight threads send two keys in both orders; between claim and commit each waits for the others to begin."""
    viewer, gate = real_cast.officer, threading.Barrier(8)
    done: list[dict[str, str]] = []

    def run(turn: int) -> None:
        keys = ["a", "b"] if turn % 2 else ["b", "a"]
        gate.wait()
        try:
            done.append(send(viewer, {key: {"same": True} for key in keys}))
        finally:
            connections.close_all()

    threads = [threading.Thread(target=run, args=(turn,)) for turn in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(done) == 8
    for key in ("a", "b"):
        answers = [each[key] for each in done]
        assert answers.count("fresh") == 1 and answers.count(key) == 7


def test_a_write_that_is_taken_back_leaves_its_key_free(real_cast: Cast) -> None:
    viewer = real_cast.officer
    with pytest.raises(ZeroDivisionError), acting_as(viewer):
        claims = sendings_claim(viewer=viewer, sender=SENDER, bodies={"a": {}}, at=timezone.now())
        assert claims.fresh == {"a"}
        raise ZeroDivisionError
    assert send(viewer, {"a": {}}) == {"a": "fresh"}
