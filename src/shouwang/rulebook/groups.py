"""Groups of households that a topic outside screening may name: a watch type while it holds, else what they were."""

from __future__ import annotations

from typing import Literal

Group = Literal["UNSTABLE", "MARGINAL", "SUDDEN", "POOR", "EXITED", "LOW_INCOME", "NEVER"]
