"""Smoke for now."""
import pytest
from django.test import Client
from django.urls import reverse
from tests.factories.casework import case_make
from tests.factories.cast import Cast, sign_in


@pytest.mark.parametrize("upto", ["check", "dispatch", "answers", "review", "decide", "help", "visit", "closed"])
def test_smoke(client: Client, cast: Cast, upto: str) -> None:
    walk = case_make(cast, upto=upto)
    for name, viewer in cast.members().items():
        if viewer.role in ("ADMINISTRATOR", "SECURITY", "AUDITOR"):
            continue
        r = sign_in(client, viewer).get("/")
        assert r.status_code == 200, (name, r.content.decode()[:500])
        r = client.get(reverse("desks:household", args=[walk.case.household_id]))
        print(name, r.status_code)
        r = client.get(reverse("desks:late"))
        print(name, r.status_code)
