"""Components without forms: lamps, icons, empty states, progress, numbers, lists, tabs."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from functools import lru_cache
from typing import Any

from django import template
from django.templatetags.static import static
from django.urls import NoReverseMatch, reverse
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString

from shouwang.ui.lamps import lamp_by_key

register = template.Library()


@register.simple_tag
@lru_cache(maxsize=1024)
def icon(name: str, label: str = "") -> SafeString:
    """This function draws an icon of the sprite; without `label` it is decoration that screen readers skip."""
    address = static("vendor/icons.svg")
    if label:
        html = '<svg class="icon" role="img" aria-label="{}"><use href="{}#{}"></use></svg>'
        return format_html(html, label, address, name)
    return format_html('<svg class="icon" aria-hidden="true"><use href="{}#{}"></use></svg>', address, name)


@register.simple_tag
def lamp(key: object, note: str = "") -> SafeString:
    """This function draws a lamp: colour, shape and word; `note` follows the word (e.g. the reason of a grey one)."""
    found = lamp_by_key(key)
    if found is None:
        return format_html('<span class="sw-relative">{}</span>', "—")
    html = '<span class="sw-lamp sw-lamp-{}"><span class="sw-lamp-shape" aria-hidden="true">{}</span>{}{}</span>'
    return format_html(html, found.key.lower(), found.shape, found.word, f"（{note}）" if note else "")


@register.inclusion_tag("ui/lamp_count.html")
def lamp_count(key: object, count: int, href: str = "") -> dict[str, Any]:
    """This function draws one counter of the lamp row: the number is the link to exactly its cases."""
    return {"lamp": lamp_by_key(key), "count": count, "href": href}


@register.inclusion_tag("ui/empty.html")
def empty(title: str, begin: str = "", href: str = "", action: str = "", icon: str = "inbox") -> dict[str, Any]:
    """This function draws an empty state: what this will show, how to begin, and the link that begins it."""
    return {"title": title, "begin": begin, "href": href, "action": action, "icon": icon}


@register.inclusion_tag("ui/progress.html")
def progress(item: Any, href: str = "") -> dict[str, Any]:
    """This function draws the progress of long work (office); it renews itself, without JavaScript by its link."""
    done, total = int(getattr(item, "done", 0) or 0), int(getattr(item, "total", 0) or 0)
    state = str(getattr(item, "state", "")).upper()
    return {
        "item": item,
        "href": href or _progress_address(item),
        "done": done,
        "total": total,
        "percent": min(100, done * 100 // total) if total else None,
        "is_over": state in {"DONE", "PARTLY", "FAILED"},
        "is_failed": state == "FAILED",
        "left": _time_left(item, done, total) if state == "RUNNING" else "",
    }


def _time_left(item: Any, done: int, total: int) -> str:
    """This function estimates the time left from the pace so far; nothing before 2 % are done."""
    began, changed = getattr(item, "started_at", None), getattr(item, "changed_at", None)
    if not began or not changed or done * 50 < total or done >= total:
        return ""
    seconds = (changed - began).total_seconds() / done * (total - done)
    if seconds < 60:
        return "不到 1 分钟"
    return f"{round(seconds / 60)} 分钟" if seconds < 5400 else f"{seconds / 3600:.1f} 小时"


def _progress_address(item: Any) -> str:
    if hasattr(item, "get_absolute_url"):
        return str(item.get_absolute_url())
    try:
        return reverse("office:progress", args=[item.pk])
    except NoReverseMatch:
        return ""


@register.inclusion_tag("ui/stat.html")
def stat(number: object, label: str, href: str = "", note: str = "", unit: str = "") -> dict[str, Any]:
    """This function draws a number that is the link to the rows it counts."""
    return {"number": number, "label": label, "href": href, "note": note, "unit": unit}


@register.inclusion_tag("ui/facts.html")
def facts(rows: Iterable[Any]) -> dict[str, Any]:
    """This function draws a definition list; a row is (term, value), (term, value, source) or a mapping of these."""
    return {"rows": [_named(row, ("term", "value", "source", "href")) for row in rows]}


@register.inclusion_tag("ui/timeline.html")
def timeline(entries: Iterable[Any]) -> dict[str, Any]:
    """This function draws one column of time; entries have `at`, `title`, perhaps `text`, `source`, `href`, `lamp`."""
    return {"entries": entries}


@register.inclusion_tag("ui/tabs.html")
def tabs(items: Iterable[Any], label: str = "分类") -> dict[str, Any]:
    """This function draws tabs that are links; an item is (label, href, is_current[, count]) or a mapping of these."""
    return {"items": [_named(item, ("label", "href", "is_current", "count")) for item in items], "label": label}


@register.inclusion_tag("ui/steps.html")
def steps(items: Iterable[Any]) -> dict[str, Any]:
    """This function draws where a case stands; an item is (label, state[, note]), state done, now or next."""
    return {"items": [_named(item, ("label", "state", "note")) for item in items]}


def _named(row: Any, names: tuple[str, ...]) -> Any:
    """This function gives a tuple its field names; mappings and objects pass as they are."""
    if isinstance(row, tuple | list):
        padded = list(row) + [""] * (len(names) - len(row))
        return dict(zip(names, padded, strict=False))
    if isinstance(row, Mapping):
        return {name: row.get(name, "") for name in names}
    return row


@register.inclusion_tag("ui/chart.html")
def chart(item: Any) -> dict[str, Any]:
    """This function draws a chart of `ui.charts` with its numbers beside it; the page loads `ui/chart_scripts.html`."""
    return {"chart": item, "data_id": f"chart-data-{item.key}"}


@register.simple_tag(takes_context=True)
def live(context: Any, key: str, every: int = 60) -> SafeString:
    """This function gives a part of a page the attributes with which it renews itself: `<section {% live "x" %}>`."""
    html = 'id="{0}" data-live hx-get="{1}" hx-trigger="every {2}s" hx-select="#{0}" hx-swap="outerHTML"'
    return format_html(html, key, context["request"].get_full_path(), every)


@register.simple_tag(takes_context=True)
def updated(context: Any, at: datetime) -> SafeString:
    """This function says when a part that renews itself last did, with a link that renews it now."""
    html = '<p class="sw-updated">更新于 <time datetime="{}">{}</time> · <a href="{}">现在更新</a></p>'
    local = timezone.localtime(at)
    return format_html(html, local.isoformat(), f"{local:%Y-%m-%d %H:%M:%S}", context["request"].get_full_path())
