"""Addresses of other rooms' pages."""

from __future__ import annotations

from urllib.parse import urlencode

from django.urls import NoReverseMatch, reverse


def address(name: str, *arguments: object, **query: object) -> str:
    """This function returns the address of a page with its filters, '' where there is no such page."""
    try:
        found = reverse(name, args=arguments)
    except NoReverseMatch:
        return ""
    return f"{found}?{urlencode(query)}" if query else found
