"""What the public hands in, as tests need it."""

from __future__ import annotations

import re
import secrets
from typing import Any

from django.test import Client
from django.urls import reverse
from django.utils import timezone
from tests.factories.casework import workflow_ready
from tests.factories.cast import Cast

from shouwang.public.services.collecting import applications_take

PIN = "519274"


def said_make(**changes: Any) -> dict[str, Any]:
    """This function returns the fields of a filled-in application."""
    return {
        "key": secrets.token_hex(16), "by": "SELF", "name": "李老根", "cause": "ILLNESS",
        "occurred_on": timezone.localdate().isoformat(), "summary": "老伴住院做了手术，借了钱",
        "pin": PIN, "pin_again": PIN, **changes,
    }  # fmt: skip


def applied(client: Client, cast: Cast, **changes: Any) -> str:
    """This function applies on the page for a household of 大寨村 and returns the receipt as bare digits."""
    workflow_ready(cast)
    response = client.post(reverse("public:apply_form", args=[f"{cast.slot:012d}"]), said_make(**changes))
    assert response.status_code == 200, response.content.decode()
    return receipt_in(response.content.decode())


def receipt_in(text: str) -> str:
    """This function finds the receipt on a page and returns its digits."""
    found = re.search(r"\d{3}(?: \d{3}){6}", text)
    assert found, text
    return found[0].replace(" ", "")


def taken() -> int:
    """This function does what the worker does each minute with new applications."""
    return applications_take(at=timezone.now())


def status_page(client: Client, receipt: str, pin: str = "", **more: Any) -> Any:
    """This function asks for a receipt on the page of 查进度."""
    return client.post(reverse("public:status"), {"receipt": receipt, "pin": pin}, **more)
