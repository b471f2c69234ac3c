"""Paging by key loses no row and shows none twice."""

from __future__ import annotations

from datetime import datetime
from zoneinfo import ZoneInfo

import pytest
from django.http import QueryDict
from django.template import engines
from django.test import RequestFactory
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from shouwang.office.models import Progress
from shouwang.people.access import SYSTEM, acting_as
from shouwang.ui import tables

pytestmark = pytest.mark.urls("tests.ui.gallery.urls")
AT = datetime(2020, 6, 30, 12, tzinfo=ZoneInfo("Asia/Shanghai"))


@pytest.mark.django_db
@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    totals=st.lists(st.one_of(st.none(), st.integers(0, 3)), max_size=23),
    order=st.sampled_from([("total",), ("-total",), ("-total", "label"), ("label", "-pk"), ("pk",)]),
    size=st.integers(1, 7),
)
def test_pages_by_key_hold_every_row_once_in_order(totals: list[int | None], order: tuple[str, ...], size: int) -> None:
    with acting_as(SYSTEM):
        Progress.objects.all().delete()
        for index, total in enumerate(totals):
            Progress.objects.create(label=str(index % 3), total=total, created_at=AT, changed_at=AT)
        found: list[int] = []
        after: int | None = None
        while True:
            page = tables.key_page(Progress.objects.all(), order=order, after=after, size=size)
            found += [row.pk for row in page]
            assert len(page) <= size
            after = page.next_after
            if after is None:
                break
        whole = tables.key_page(Progress.objects.all(), order=order, size=100)
        assert found == [row.pk for row in whole]
        assert len(found) == len(totals)


@pytest.mark.django_db
@pytest.mark.parametrize("after", ["", "x", "-1", "999999999", "9" * 40, "１", None])
def test_a_key_that_is_not_there_starts_at_the_beginning(after: str | None) -> None:
    with acting_as(SYSTEM):
        Progress.objects.create(label="a", created_at=AT, changed_at=AT)
        page = tables.key_page(Progress.objects.all(), order=("label",), after=after)
        assert page.is_first
        assert len(page) == 1


CHOICES = {"opened": "opened_at", "amount": ("-amount_fen", "name")}


@pytest.mark.parametrize(
    ("asked", "order"),
    [
        ("opened", ("opened_at",)),
        ("-opened", ("-opened_at",)),
        ("amount", ("-amount_fen", "name")),
        ("-amount", ("amount_fen", "-name")),
        ("", ("-opened_at",)),
        ("password", ("-opened_at",)),
        ("--opened", ("-opened_at",)),
    ],
)
def test_only_named_columns_sort(asked: str, order: tuple[str, ...]) -> None:
    assert tables.sort_order(asked, choices=CHOICES, default="-opened") == order


def draw(source: str, address: str, **context: object) -> str:
    request = RequestFactory().get(address)
    return engines["django"].from_string("{% load ui %}" + source).render(context, request)


def test_a_sort_link_keeps_the_filters_and_forgets_the_page() -> None:
    drawn = draw("{% sort 'opened' '上报日期' %}", "/?town=1&after=50&sort=opened")
    assert 'aria-sort="ascending"' in drawn
    assert 'href="?town=1&amp;sort=-opened"' in drawn


def test_an_address_is_built_from_what_stands_in_it() -> None:
    drawn = draw("{% query lamp='RED' after=None %}", "/?lamp=BLUE&lamp=GREY&after=9&q=%E5%BC%A0")
    assert QueryDict(drawn.replace("&amp;", "&").lstrip("?")).dict() == {"lamp": "RED", "q": "张"}


def test_a_table_has_labels_for_its_cards_and_totals_in_its_foot() -> None:
    columns = [tables.Column("name", "户主", phone="title"), tables.Column("spent", "自付", kind="yuan", unit="元")]
    rows = [tables.Row({"name": "张胜坤", "spent": 1426913}, href="/households/1/", key="1")]
    table = tables.Table("预警", columns, rows, totals={"spent": 1426913})
    drawn = draw("{% table table %}", "/", table=table)
    assert 'data-label="自付（元）" class="is-fact is-number">14,269.13</td>' in drawn
    assert '<a href="/households/1/">张胜坤</a>' in drawn
    assert drawn.count("14,269.13") == 2
    assert "合计" in drawn


def test_the_last_page_offers_no_next_one() -> None:
    page = tables.KeyPage(rows=[1], next_after=None, is_first=False)
    drawn = draw("{% pager page %}", "/?town=1&after=50", page=page)
    assert "下一页" not in drawn
    assert 'href="?town=1"' in drawn
    assert draw("{% pager page %}", "/", page=tables.KeyPage([1], None, True)).strip() == ""
