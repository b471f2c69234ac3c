"""One screening, done by our engine and by others: the same households, causes and amounts to the fen.

Every peer is a module with `answer(task) -> pyarrow.Table`; `work` runs one in a process of its own, `agreement` says
where two answers differ. The rules are those of the pack of 邢台, without handled evidence; the values in them are
read from the pack, so that a changed pack changes all.
"""
