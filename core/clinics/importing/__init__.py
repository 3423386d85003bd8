"""Clinic lists of others brought in: HIRA's public files as they come, and any table with names and places.

`files -> tables -> columns -> checked rows -> Prepared`, and nothing is written before `ClinicStore.add`:

    prepared = prepare([Upload("clinics.zip", content)])
    store.preview(prepared.new)          # what would be added and changed
    number, changes = store.add(prepared.new)
    store.remove(number)                 # undo

One small module a step: `archives`, `sheets` and `texts` open files, `files` tells them apart, `columns` understands a
header, `core.clinics.checking` checks a row, `gathering` and `extras` keep what is good, `rejects` what is not,
`reader` takes table after table, `preparing` leads.
"""

from core.clinics.checking import Role
from core.clinics.importing.columns import TableKind
from core.clinics.importing.files import Upload
from core.clinics.importing.preparing import Prepared, prepare, recognise
from core.clinics.importing.reader import TableReport

__all__ = ["Prepared", "Role", "TableKind", "TableReport", "Upload", "prepare", "recognise"]
