"""Grade notebooks: intake, walls, judging in parallel, and nbgrader's gradebook as the record."""

import sys

# jsonschema, which nbformat loads, takes a second to import this checker of international web
# addresses if it is installed. No notebook holds such an address, and a grading starts several
# processes.
sys.modules.setdefault("rfc3987_syntax", None)  # type: ignore[arg-type]  # None says: not there
