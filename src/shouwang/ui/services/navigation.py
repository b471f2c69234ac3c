"""The navigation: each room registers its entries once, in its `AppConfig.ready()`."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class NavItem:
    """One entry; `kinds` and `roles` empty: for everybody who is signed in."""

    key: str
    label: str
    url_name: str
    icon: str
    order: int
    kinds: frozenset[str]
    roles: frozenset[str]

    def is_for(self, viewer: Any) -> bool:
        """This function tells whether the viewer's organisation and role have this entry."""
        kind_fits = not self.kinds or str(viewer.kind) in self.kinds
        return kind_fits and (not self.roles or str(viewer.role) in self.roles)


_REGISTRY: dict[str, NavItem] = {}


def nav_item(
    *,
    key: str,
    label: str,
    url_name: str,
    icon: str,
    order: int = 100,
    kinds: Iterable[str] = (),
    roles: Iterable[str] = (),
) -> NavItem:
    """This function registers an entry of the navigation; the same key again replaces it.

    `url_name` is reversed without arguments when a page is drawn; an entry whose route does not exist is left out.
    """
    item = NavItem(
        key=key,
        label=label,
        url_name=url_name,
        icon=icon,
        order=order,
        kinds=frozenset(str(kind) for kind in kinds),
        roles=frozenset(str(role) for role in roles),
    )
    _REGISTRY[key] = item
    return item


def nav_items_for(viewer: Any) -> list[NavItem]:
    """This function returns the entries of a viewer in their order; an anonymous viewer has none."""
    if viewer is None or viewer.is_anonymous:
        return []
    return sorted((item for item in _REGISTRY.values() if item.is_for(viewer)), key=lambda item: (item.order, item.key))
