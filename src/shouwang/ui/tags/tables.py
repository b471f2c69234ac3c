"""Table helpers: sort links, addresses that keep the filters, paging by key, whole tables."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

from django import template
from django.http import QueryDict
from django.utils.formats import localize
from django.utils.html import conditional_escape, format_html
from django.utils.safestring import SafeString, mark_safe

from shouwang.ui.tables import SORT_PARAMETER, Column, KeyPage, Row
from shouwang.ui.tags.parts import lamp
from shouwang.ui.tags.text import day, number, wan, when, yuan

register = template.Library()
DRAWN: dict[str, Callable[[Any], Any]] = {
    "yuan": yuan, "wan": wan, "number": number, "day": day, "when": when, "lamp": lamp,
}  # fmt: skip
CSS_OF_KIND = {
    **dict.fromkeys(("yuan", "wan", "number"), " is-number"),
    **dict.fromkeys(("day", "when"), " text-nowrap"),
    "word": " is-word",
}


@register.simple_tag(takes_context=True)
def query(context: Any, **changes: object) -> str:
    """This function returns the page's address with some parameters changed; None or '' takes one out."""
    parameters: QueryDict = context["request"].GET.copy()
    for name, value in changes.items():
        if value is None or value == "":
            parameters.pop(name, None)
        else:
            parameters[name] = str(value)
    return f"?{parameters.urlencode()}" if parameters else context["request"].path


@register.simple_tag(takes_context=True)
def sort(context: Any, key: str, label: str, css: str = "") -> SafeString:
    """This function draws a column head that sorts by click; the order stays in the address."""
    current = context["request"].GET.get(SORT_PARAMETER, "")
    state, target, arrow = "none", key, "↕"
    if current == key:
        state, target, arrow = "ascending", f"-{key}", "↑"
    elif current == f"-{key}":
        state, target, arrow = "descending", key, "↓"
    href = query(context, **{SORT_PARAMETER: target, "after": None})
    html = (
        '<th scope="col" aria-sort="{}" class="{}"><a class="sw-sort" href="{}">{}'
        '<span class="sw-sort-arrow" aria-hidden="true">{}</span></a></th>'
    )
    return format_html(html, state, css, href, label, arrow)


@register.inclusion_tag("ui/pager.html", takes_context=True)
def pager(context: Any, page: KeyPage) -> dict[str, Any]:
    """This function draws 回到开头 and 下一页 for a page by key."""
    return {
        "page": page,
        "first_href": query(context, after=None),
        "next_href": query(context, after=page.next_after) if page.next_after else "",
    }


@register.inclusion_tag("ui/table.html", takes_context=True)
def table(context: Any, table: Any) -> dict[str, Any]:
    """This function draws a `ui.tables.Table`: sticky head, sort links, totals, cards on the phone."""
    return {"table": table, "request": context["request"]}


# Lists have some four hundred cells: drawn by a template each, they took more than half of their page's time.
@register.simple_tag
def table_cells(row: Row, cells: Iterable[tuple[Column, Any]]) -> SafeString:
    """This function draws the cells of one row of a table, the title as the link that opens the row's page."""
    return mark_safe("".join(_cell(row, column, value) for column, value in cells))  # noqa: S308 - parts are escaped


@register.simple_tag
def table_value(column: Column, value: Any) -> Any:
    """This function returns a value as a column of its kind shows it; unknown and empty are a dash."""
    if (drawn := DRAWN.get(column.kind)) is not None:
        return drawn(value)
    return "—" if value is None or value == "" else localize(value)


def _cell(row: Row, column: Column, value: Any) -> str:
    text = conditional_escape(table_value(column, value))
    if column.phone == "title" and row.href:
        text = format_html('<a href="{}">{}</a>', row.href, text)
    css = f"is-{column.phone}{CSS_OF_KIND.get(column.kind, '')}"
    return format_html('<td role="cell" data-label="{}" class="{}">{}</td>', column.full_label, css, text)
