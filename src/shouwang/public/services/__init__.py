"""Writes of public. What opens with a receipt is public to the pages that join rooms."""

from shouwang.public.services.opening import Opened, PassGone, pass_open

__all__ = ["Opened", "PassGone", "pass_open"]
