"""Table helpers: sort links, addresses that keep the filters, paging by key, whole tables."""

from __future__ import annotations

from typing import Any

from django import template
from django.http import QueryDict
from django.utils.html import format_html
from django.utils.safestring import SafeString

from shouwang.ui.tables import SORT_PARAMETER, KeyPage

register = template.Library()


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
