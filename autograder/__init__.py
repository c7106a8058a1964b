"""Grade notebooks: intake, walls, judging in parallel, and nbgrader's gradebook as the record."""

import sys

# If this checker of international web addresses is installed, jsonschema (which nbformat loads)
# takes a second to import it. Notebooks hold no such addresses, and each grading run starts
# several processes.
sys.modules.setdefault("rfc3987_syntax", None)  # type: ignore[arg-type]  # None: not installed
