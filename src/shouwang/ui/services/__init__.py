"""Public writes of the ui: the registry of the navigation."""

from shouwang.ui.services.navigation import NavItem, nav_item, nav_items_for

__all__ = ["NavItem", "nav_item", "nav_items_for"]
