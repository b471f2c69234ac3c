"""Reading departments' files: our reader, a limited child process, beside DuckDB's CSV reader and calamine.

All hand over every cell of every row to Python, for that is what a feed's checks need.
"""
