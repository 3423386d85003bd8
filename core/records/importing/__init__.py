"""Tables of other systems -> rows of the records, one module a step (`core.records.exchange` is the way in)."""
