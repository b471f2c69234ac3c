"""Filters: money, days, instants, masks."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime
from decimal import ROUND_HALF_UP, Decimal

from django import template
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString

from shouwang.kit import masks
from shouwang.ui.words import relative_days

register = template.Library()
UNKNOWN = "—"


@register.filter
def yuan(fen: int | None) -> str:
    """This function shows fen as 元 with thousands and two decimals: 1426913 → 14,269.13 (unknown: —)."""
    if fen is None or fen == "":
        return UNKNOWN
    return f"{Decimal(int(fen)) / 100:,.2f}"


@register.filter
def wan(fen: int | None) -> str:
    """This function shows fen as 万元 with two decimals, for statistics: 1041200000 → 1,041.20 (unknown: —)."""
    if fen is None or fen == "":
        return UNKNOWN
    value = (Decimal(int(fen)) / 1_000_000).quantize(Decimal("0.01"), rounding=ROUND_HALF_UP)
    return f"{value:,.2f}"


@register.filter
def number(value: float | Decimal | None) -> str:
    """This function shows a count with thousands: 69348 → 69,348 (unknown: —)."""
    if value is None or value == "":
        return UNKNOWN
    return f"{value:,}"


@register.filter
def tail(shown: str) -> str:
    """This function shows a masked bank account by its last digits: ••••••1234 → 尾号 1234."""
    return masks.account_tail(shown)


@register.filter
def day(value: date | datetime | None) -> str:
    """This function shows a day as 2020-06-30 (unknown: —)."""
    if not value:
        return UNKNOWN
    if isinstance(value, datetime):
        value = timezone.localtime(value).date() if timezone.is_aware(value) else value.date()
    return f"{value:%Y-%m-%d}"


@register.filter
def when(value: date | datetime | None, now: datetime | None = None) -> str | SafeString:
    """This function shows a day or an instant in full with the relative time beside it (unknown: —)."""
    if not value:
        return UNKNOWN
    current = timezone.localtime(now)
    if isinstance(value, datetime):
        local = timezone.localtime(value) if timezone.is_aware(value) else value
        absolute, relative = f"{local:%Y-%m-%d %H:%M}", _relative_instant(current, local)
    else:
        absolute, relative = f"{value:%Y-%m-%d}", relative_days((value - current.date()).days)
    html = '<time datetime="{}">{} <span class="sw-relative">{}</span></time>'
    return format_html(html, value.isoformat(), absolute, relative)


def _relative_instant(current: datetime, local: datetime) -> str:
    minutes = int((current - local.astimezone(current.tzinfo)).total_seconds() // 60)
    if 0 <= minutes < 1:
        return "刚刚"
    if 0 < minutes < 60:
        return f"{minutes} 分钟前"
    if 60 <= minutes < 60 * 12:
        return f"{minutes // 60} 小时前"
    if -60 < minutes < 0:
        return f"还有 {-minutes} 分钟"
    return relative_days((local.date() - current.date()).days)


def _masked(mask: Callable[[str], str], value: str | None) -> str:
    return mask(str(value)) if value else UNKNOWN


@register.filter
def mask_id(value: str | None) -> str:
    """This function shows a resident ID masked, for staff allowed four digits: 130529••••••••1234."""
    return _masked(masks.resident_id_mask, value)


@register.filter
def mask_id_public(value: str | None) -> str:
    """This function shows a resident ID masked for everybody: 130529••••••••••••."""
    return _masked(masks.resident_id_mask_public, value)


@register.filter
def mask_phone(value: str | None) -> str:
    """This function shows a phone number masked: 138••••1234."""
    return _masked(masks.phone_mask, value)


@register.filter
def mask_account(value: str | None) -> str:
    """This function shows a bank account masked: its last four digits."""
    return _masked(masks.account_mask, value)


@register.filter
def mask_name(value: str | None) -> str:
    """This function shows a name masked, for public pages: 张•坤."""
    return _masked(masks.name_mask, value)
