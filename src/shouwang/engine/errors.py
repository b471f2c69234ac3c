"""What the engine refuses."""

from __future__ import annotations

from shouwang.kit.errors import Refusal


class SnapshotError(Refusal):
    """The snapshot tables cannot be taken as they stand."""


class RuleFailure(Refusal):
    """A rule failed while it was computed; the run stops and leaves nothing."""
