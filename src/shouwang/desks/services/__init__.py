"""Writes of desks."""

from shouwang.desks.services.digest import digests_make

__all__ = ["digests_make"]
