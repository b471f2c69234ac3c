"""Importing the exports of the national system as a register.

`layout` knows the columns, `reading` turns files into households, `parsing` reads their rows, `writing` puts a chunk of
households in, `run` does it all in the worker, resumably.
"""

from shouwang.register.services.importing.run import (
    UploadedFile,
    import_run,
    import_start,
    imports_resume,
)

__all__ = ["UploadedFile", "import_run", "import_start", "imports_resume"]
