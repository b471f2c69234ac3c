"""Nobody can find out who has applied: known and unknown receipts answer in the same bytes, and guessing is slowed."""

from __future__ import annotations

from collections import Counter
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone
from tests.factories.casework import case_make
from tests.factories.cast import Cast, sign_in
from tests.factories.public import PIN, applied, said_make, status_page, taken
from tests.factories.register import household_make, resident_id_make

from shouwang.casework import services
from shouwang.people.access import SYSTEM, acting_as
from shouwang.public.models import Attempt, Receipt
from shouwang.public.rules import receipts
from shouwang.public.rules.receipts import receipt_grouped, receipt_new
from shouwang.public.services import limits, opening
from shouwang.sources.models import Clue

pytestmark = pytest.mark.django_db(transaction=True)
WRONG = "603815"


def bare(response: Any, receipt: str) -> tuple[int, bytes, tuple[tuple[str, str], ...]]:
    """An answer without the number that was typed."""
    body = response.content.replace(receipt.encode(), b"X").replace(receipt_grouped(receipt).encode(), b"X")
    return response.status_code, body, tuple(sorted(response.headers.items()))


def forget() -> None:
    with acting_as(SYSTEM):
        Attempt.objects.all().delete()


def test_wrong_pin_no_pin_set_and_unknown_receipt_answer_in_the_same_bytes(cast: Cast, client: Client) -> None:
    with_pin, without_pin = applied(client, cast), applied(client, cast, pin="", pin_again="")
    asked = [with_pin, without_pin, *(receipt_new() for _ in range(5))]
    answers = {bare(status_page(client, receipt, WRONG), receipt) for receipt in asked}
    assert len(answers) == 1
    assert next(iter(answers))[0] == 200


def test_the_same_work_is_done_for_known_and_unknown_receipts(
    cast: Cast, client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    known = applied(client, cast)
    hashed: list[bytes] = []
    real = receipts.pin_digest
    monkeypatch.setattr(
        "shouwang.public.services.receipts.pin_digest",
        lambda pin, *, salt: hashed.append(salt) or real(pin, salt=salt),
    )
    shapes = []
    for receipt in (known, receipt_new()):
        for pin in ("", WRONG):
            with CaptureQueriesContext(connection) as queries:
                status_page(client, receipt, pin)
            shapes.append((bool(pin), [query["sql"].split("(")[0] for query in queries]))
    assert shapes[0] == shapes[2] and shapes[1] == shapes[3]
    assert len(hashed) == 2, "one slow hash a try, whether or not there is such a receipt"


def test_guessing_is_locked_alike_for_known_and_unknown_and_then_even_the_right_pin_waits(
    cast: Cast, client: Client
) -> None:
    known, unknown = applied(client, cast), receipt_new()
    most = limits.LIMITS["pin_receipt"][0].most
    seen = {}
    for receipt in (known, unknown):
        answers = [bare(status_page(client, receipt, WRONG), receipt) for _ in range(most + 1)]
        seen[receipt] = answers
        assert [answer[0] for answer in answers] == [200] * most + [429]
    assert seen[known] == seen[unknown]
    assert status_page(client, known, PIN).status_code == 429
    forget()
    assert "您的申请办得怎么样了" in status_page(client, known, PIN).content.decode()


def test_one_address_cannot_try_many_receipts(cast: Cast, client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(limits.LIMITS, "pin_address", (limits.Limit(900, 3),))
    codes = [status_page(client, receipt_new(), WRONG).status_code for _ in range(5)]
    assert codes == [200, 200, 200, 429, 429]
    assert status_page(client, receipt_new(), WRONG, REMOTE_ADDR="10.9.9.9").status_code == 200


def test_a_thousand_made_up_numbers_find_nothing(cast: Cast, monkeypatch: pytest.MonkeyPatch, client: Client) -> None:
    applied(client, cast)
    monkeypatch.setattr(opening, "use_count", lambda *_, **__: None)
    from django.utils import timezone

    found = Counter(opening.stage_of(receipt=receipt_new(), address="", at=timezone.now()) for _ in range(1000))
    assert found == {None: 1000}


def test_without_the_pin_a_receipt_shows_the_stage_and_nothing_else(cast: Cast, client: Client) -> None:
    receipt = applied(client, cast, name="李老根")
    page = status_page(client, receipt).content.decode()
    assert "已经收到" in page
    for secret in ("李老根", "老伴", "大寨", "因病", PIN):
        assert secret not in page


def test_waiting_registered_unregistered_and_joined_look_alike(cast: Cast, client: Client) -> None:
    """Somebody who applies in another's name learns neither that she is registered nor that a case of hers runs."""
    fresh, running = (resident_id_make() for _ in range(2))
    household_make(cast.slot, head="李老根", resident_id=fresh)
    busy = household_make(cast.slot, head="李老根", resident_id=running)
    walk = case_make(cast, upto="review", household_id=busy.pk)
    asked = {number: applied(client, cast, resident_id=number) for number in (fresh, running, "")}
    before = {bare(status_page(client, receipt), receipt) for receipt in asked.values()}
    taken()
    with acting_as(SYSTEM):
        assert Clue.objects.filter(collected_case_id=walk.case_id).count() == 2
        assert Clue.objects.filter(channel="APPLICATION", collected_case_id__isnull=True).count() == 1
    after = {bare(status_page(client, receipt), receipt) for receipt in asked.values()}
    assert len(before) == 1 and after == before
    opened = set()
    for receipt in asked.values():
        page = status_page(client, receipt, PIN).content.decode()
        opened.add(page.split('name="opened"')[0])
    assert len(opened) == 1


def test_no_page_of_the_public_sets_a_cookie_or_may_be_kept(cast: Cast, client: Client) -> None:
    receipt = applied(client, cast)
    answers = [
        client.get(reverse("public:home")), client.get(reverse("public:apply")), client.get(reverse("public:status")),
        client.get(reverse("public:apply_form", args=[f"{cast.slot:012d}"])), status_page(client, receipt),
        status_page(client, receipt, PIN), status_page(client, receipt, WRONG),
        client.get(reverse("public:notices", args=[f"{cast.slot:012d}"])),
        client.post(reverse("public:apply_form", args=[f"{cast.slot:012d}"]), said_make()),
    ]  # fmt: skip
    for answer in answers:
        assert answer.status_code == 200
        assert answer["Cache-Control"] == "no-store" and not answer.cookies
        assert b"<script" not in answer.content and receipt not in answer.wsgi_request.get_full_path()


def test_a_form_from_another_site_is_refused_and_our_own_is_taken(cast: Cast) -> None:
    strict = Client(enforce_csrf_checks=True)
    receipt = applied(strict, cast)
    answer = status_page(strict, receipt, HTTP_ORIGIN="https://elsewhere.example")
    assert answer.status_code == 409 and "不是从本网站" in answer.content.decode()
    assert status_page(strict, receipt, HTTP_ORIGIN="http://testserver").status_code == 200


def test_a_pin_opens_its_own_receipt_only(cast: Cast, client: Client) -> None:
    mine, other = applied(client, cast), applied(client, cast, pin="730519", pin_again="730519")
    assert "您的申请办得怎么样了" in status_page(client, mine, PIN).content.decode()
    assert "对不上" in status_page(client, other, PIN).content.decode()
    with acting_as(SYSTEM):
        stored = list(Receipt.objects.values_list("code", "pin"))
    for code, pin in stored:
        assert mine.encode() not in bytes(code) and PIN.encode() not in bytes(pin)


def test_whoever_is_signed_in_learns_no_more_on_the_public_pages(cast: Cast, client: Client) -> None:
    receipt = applied(client, cast)
    anonymous = bare(status_page(client, receipt), receipt)[:2]
    officer = bare(status_page(sign_in(Client(), cast.county), receipt), receipt)[:2]
    assert anonymous == officer


def test_a_case_that_somebody_moved_is_told_by_its_stage(cast: Cast, client: Client) -> None:
    number = resident_id_make()
    household_make(cast.slot, head="李老根", resident_id=number)
    receipt = applied(client, cast, resident_id=number)
    taken()
    with acting_as(SYSTEM):
        case_id = Clue.objects.get(channel="APPLICATION").collected_case_id
    assert case_id is not None
    from django.utils import timezone
    from tests.factories.casework import Walk

    walk = Walk(cast, case_id, timezone.now())
    if walk.case.act == "check":
        walk.pass_on()
    walk.dispatch()
    page = status_page(client, receipt).content.decode()
    assert "正在核实" in page
    with acting_as(SYSTEM):
        services.case_withdraw(viewer=SYSTEM, case_id=case_id, version=walk.version, reason="误报", at=timezone.now())
    assert "已经办完" in status_page(client, receipt).content.decode()
    assert "撤回" not in status_page(client, receipt).content.decode()


@pytest.mark.parametrize(("times", "most"), [(1, 5), (3, 15)])
def test_a_shared_address_may_be_given_more_tries_a_receipt_never(settings: Any, times: int, most: int) -> None:
    settings.PUBLIC_ADDRESS_TIMES = times
    at = timezone.now()
    for _ in range(most):
        limits.use_count("object_address", "10.0.0.1", at=at)
    with pytest.raises(limits.TooOften):
        limits.use_count("object_address", "10.0.0.1", at=at)
    for _ in range(6):
        limits.use_count("pin_receipt", "1", at=at)
    with pytest.raises(limits.TooOften):
        limits.use_count("pin_receipt", "1", at=at)
