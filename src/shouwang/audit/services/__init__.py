"""Writes of the audit log: entries and seals; and proving them."""

from shouwang.audit.services.entries import Actor, Entry, entries_append, entry_append

__all__ = ["Actor", "Entry", "entries_append", "entry_append"]
