"""`{% load ui %}`: every component of the house (see the package docstring for the list)."""

from __future__ import annotations

from django import template

from shouwang.ui.tags import forms, parts, tables, text

register = template.Library()
for topic in (text, parts, forms, tables):
    register.tags.update(topic.register.tags)
    register.filters.update(topic.register.filters)
