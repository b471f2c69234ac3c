"""Reads of what people hand in; the desks' numbers are public to rooms above."""

from shouwang.public.selectors.paid import Granted, granted_to
from shouwang.public.selectors.petitions import petitions_of_desk

__all__ = ["Granted", "granted_to", "petitions_of_desk"]
