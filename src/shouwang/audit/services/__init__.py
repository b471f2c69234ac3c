"""Writes of the audit log: entries and seals; and proving them."""

from shouwang.audit.services.entries import Actor, entry_append

__all__ = ["Actor", "entry_append"]
