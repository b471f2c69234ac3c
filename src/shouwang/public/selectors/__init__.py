"""Reads of what people hand in; the desks' numbers are public to rooms above."""

from shouwang.public.selectors.petitions import petitions_of_desk

__all__ = ["petitions_of_desk"]
