"""The JSON interfaces answer as their OpenAPI documents say, whatever is sent: no 5xx, no breach of the schema.

Schemathesis calls them in process, over WSGI, on a real database: the short run in every test run, a long one by
`make test-full`.
"""

from __future__ import annotations

import itertools
import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import psycopg
import pytest
import schemathesis
from django.core.cache import cache
from django.core.wsgi import get_wsgi_application
from django.db import connection
from django.middleware.csrf import _get_new_csrf_string
from django.test import Client
from hypothesis import HealthCheck, Phase, settings
from ninja import NinjaAPI
from schemathesis.checks import CHECKS, load_all_checks
from schemathesis.core.parameters import ParameterLocation
from tests.factories.cast import cast_build, sign_in
from tests.factories.register import household_make, resident_id_make
from tests.factories.sources import INPATIENT, csv, deliver, key_make, report_make, stay

from shouwang.config.api import department, phone

DOCUMENTS = Path(__file__).parents[2] / "docs" / "api"
INTERFACES = {"department": department, "phone": phone}
SHORT, LONG = 8, 400
ID = resident_id_make(date(1970, 3, 7))
load_all_checks()
# What is as described may still be refused by a rule that no schema can say: a day to come, an unknown village. Every
# call here carries a true key or session over what was made up; wrong ones are tried in
# tests/sources/test_department_interface.py and in the access table.
UNSAID = ["positive_data_acceptance", "ignored_auth"]
OURS = (ParameterLocation.HEADER, ParameterLocation.COOKIE, ParameterLocation.PATH, ParameterLocation.QUERY)


def unsaid(case: Any) -> list[Any]:
    """This function returns the checks that say nothing of a case, because we put right what it was to get wrong."""
    mended = case.meta is not None and any(case.meta.is_negative_at(place) for place in OURS)
    return [CHECKS.get_one(name) for name in [*UNSAID, *(["negative_data_rejection"] if mended else [])]]


def document(api: NinjaAPI) -> dict[str, Any]:
    """This function returns an interface's document as programs read it."""
    described: dict[str, Any] = json.loads(json.dumps(api.get_openapi_schema()))
    return described


def schema_of(api: NinjaAPI) -> Any:
    """This function returns what Schemathesis tests."""
    schema = schemathesis.openapi.from_dict(document(api))
    schema.app = get_wsgi_application()
    return schema


def examples(count: int) -> settings:
    """This function returns how long one operation is tried; derandomized, so that a failure comes again."""
    return settings(
        max_examples=count, deadline=None, derandomize=count == SHORT, database=None,
        phases=[Phase.explicit, Phase.generate], suppress_health_check=list(HealthCheck),
    )  # fmt: skip


DEPARTMENT, PHONE = schema_of(department), schema_of(phone)
DEPARTMENT_LONG, PHONE_LONG = schema_of(department), schema_of(phone)


@dataclass
class World:
    """Somebody who may use each interface, and rows that she may ask for."""

    keys: Iterator[str]
    cookies: dict[str, str]
    csrf: str
    ids: dict[str, Any]

    def settle(self, case: Any) -> None:
        """Lets half of the addresses lead somewhere: what is made up leads nowhere."""
        parameters = case.path_parameters or {}
        for name, value in self.ids.items():
            if name in parameters and len(str(parameters[name])) % 2:
                parameters[name] = value
        query = case.query or {}
        if "village" in query and len(str(query["village"])) % 2 == 0 and str(query["village"]).isdecimal():
            query["village"] = self.ids["village"]

    def by_key(self) -> dict[str, Any]:
        # Many keys of one department, or the calls a minute would soon be spent.
        return {"headers": {"Authorization": f"Bearer {next(self.keys)}"}}

    def by_session(self) -> dict[str, Any]:
        return {"headers": {"X-CSRFToken": self.csrf}, "cookies": self.cookies}


@pytest.fixture(scope="module")
def world(django_db_setup: None, django_db_blocker: Any, admin_url: str) -> Iterator[World]:
    with django_db_blocker.unblock():
        cache.clear()
        cast = cast_build()
        home = household_make(cast.slot, head="张胜坤", resident_id=ID)
        taken = deliver(cast.medical, csv([INPATIENT, stay("张胜坤", ID)]), name="六月.csv")
        keys = [key_make(cast, cast.medical, rows_a_day=1_000_000)[1] for _ in range(20)]
        client = sign_in(Client(), cast.officer)
        csrf = _get_new_csrf_string()
        clue = report_make(cast.officer, home.pk)
        yield World(
            keys=itertools.cycle(keys),
            cookies={"csrftoken": csrf, "sessionid": client.cookies["sessionid"].value},
            csrf=csrf,
            ids={"import_id": taken.pk, "clue_id": clue.pk, "kind": "inpatient", "village": cast.slot},
        )
        connection.close()
        with psycopg.connect(admin_url, autocommit=True) as admin:
            admin.execute("select testing.reset()")


@DEPARTMENT.parametrize()
@examples(SHORT)
def test_the_departments_interface_answers_as_it_says(case: Any, world: World) -> None:
    world.settle(case)
    case.call_and_validate(**world.by_key(), excluded_checks=unsaid(case))


@PHONE.parametrize()
@examples(SHORT)
def test_the_phones_interface_answers_as_it_says(case: Any, world: World) -> None:
    world.settle(case)
    case.call_and_validate(**world.by_session(), excluded_checks=unsaid(case))


@pytest.mark.full
@DEPARTMENT_LONG.parametrize()
@examples(LONG)
def test_the_departments_interface_answers_as_it_says_however_long_it_is_tried(case: Any, world: World) -> None:
    world.settle(case)
    case.call_and_validate(**world.by_key(), excluded_checks=unsaid(case))


@pytest.mark.full
@PHONE_LONG.parametrize()
@examples(LONG)
def test_the_phones_interface_answers_as_it_says_however_long_it_is_tried(case: Any, world: World) -> None:
    world.settle(case)
    case.call_and_validate(**world.by_session(), excluded_checks=unsaid(case))


@pytest.mark.parametrize("name", INTERFACES)
def test_the_written_document_is_what_is_served(name: str) -> None:
    served = Client().get(f"/api/{name}/openapi.json")
    assert served.status_code == 200
    written = json.loads((DOCUMENTS / f"{name}.json").read_text(encoding="utf-8"))
    assert served.json() == written, "write it anew: python -m shouwang api docs/api"


@pytest.mark.parametrize("name", INTERFACES)
def test_every_operation_says_how_it_refuses(name: str) -> None:
    for path, methods in document(INTERFACES[name])["paths"].items():
        for method, operation in methods.items():
            told = operation["responses"]
            assert {"404", "409", "422"} <= set(told), f"{method} {path}"
            assert "401" in told or "security" not in operation, f"{method} {path}"
            for status, answer in told.items():
                if int(status) >= 400:
                    assert list(answer["content"]) == ["application/problem+json"], f"{method} {path} {status}"
