"""Context processor of the base page."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from django.conf import settings
from django.http import HttpRequest
from django.urls import NoReverseMatch, reverse

from shouwang.ui.services.navigation import nav_items_for

# What fits one line at 1280 px; the rest stands under 更多, which opens without a script.
IN_LINE = 9


@dataclass(frozen=True)
class NavLink:
    label: str
    href: str
    icon: str
    is_current: bool


def navigation(request: HttpRequest) -> dict[str, Any]:
    """This function gives every page its `navigation`, the acting `viewer` and the addresses of the top bar."""
    viewer = getattr(request, "viewer", None)
    links = _links(request, viewer)
    first = len(links) if len(links) <= IN_LINE + 1 else IN_LINE
    return {
        "viewer": viewer,
        "navigation": links,
        "navigation_first": links[:first],
        "navigation_more": links[first:],
        "search_url": _address("register:search") if _reads_register(viewer) else "",
        "switch_url": _address("people:switch") if getattr(request, "seats", 1) > 1 else "",
    }


def _reads_register(viewer: Any) -> bool:
    """This function tells whether the top bar searches households: departments, insurers and operators have none."""
    return viewer is not None and not viewer.is_anonymous and getattr(viewer, "reads_register", True)


def _links(request: HttpRequest, viewer: Any) -> list[NavLink]:
    found = [(item, _address(item.url_name)) for item in nav_items_for(viewer)]
    reachable = [(item, href) for item, href in found if href]
    current = _current([href for _, href in reachable], request.path)
    return [NavLink(item.label, href, item.icon, href == current) for item, href in reachable]


def _current(addresses: list[str], path: str) -> str:
    """This function returns the longest address that the path lies under ('/' only when it is the path)."""
    under = [href for href in addresses if path == href or (href != "/" and path.startswith(href))]
    return max(under, key=len, default="")


def _address(name: str) -> str:
    return _reversed(name, settings.ROOT_URLCONF)


@lru_cache(maxsize=256)
def _reversed(name: str, urls: str) -> str:
    """This function returns the address of a route without arguments in a table of routes; empty without one."""
    try:
        return reverse(name, urlconf=urls)
    except NoReverseMatch:
        return ""
