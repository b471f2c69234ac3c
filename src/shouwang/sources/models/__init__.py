"""Clues, and department feeds with their imports, refused rows and matches."""

from shouwang.sources.models.clues import Call, Channel, Clue, CluePhoto, Opinion
from shouwang.sources.models.feeds import Feed, FeedImport, FeedRow, InterfaceKey
from shouwang.sources.models.matching import FeedMatch, MatchDecision, MatchPair

__all__ = [
    "Call",
    "Channel",
    "Clue",
    "CluePhoto",
    "Feed",
    "FeedImport",
    "FeedMatch",
    "FeedRow",
    "InterfaceKey",
    "MatchDecision",
    "MatchPair",
    "Opinion",
]
