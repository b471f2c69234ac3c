"""pypinyin, taken in by whoever first reads a name: its 47,000 phrases are 56 MB that most processes never need."""

from __future__ import annotations

import functools
from types import ModuleType


@functools.cache
def pinyin_reader() -> ModuleType:
    """This function returns the module that reads Chinese characters aloud."""
    import pypinyin

    found: ModuleType = pypinyin
    return found
