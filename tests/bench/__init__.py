"""`make bench`: how long the house takes over a county of a million people, and how much memory.

Every step runs in a process of its own, so that its time, its processor seconds and its largest memory are its own. The
database is the embedded one with its ordinary, durable settings. BENCH_PEOPLE, BENCH_WORKBOOKS (sizes, by comma) and
BENCH_ROOT (an empty or absent folder that is kept) change what is measured.
"""
