"""Read what students handed in: inbox/ is kept as it is, submitted/ is built from the release.

inbox/STUDENT/ASSIGNMENT/ holds the files that arrived. nbgrader only ever sees notebooks made of
the release's own cells with the student's sources in them, or, if nothing could be read, empty ones
that say why.

`names` checks students' ids; `inbox` finds each student's work, and what belongs to nobody;
`listing` lists what arrived, and `files` copies it, without following links;
`reader` has the copy read by a limited process (`child`, which uses `parse`, `damaged`, `cells` and
`archive`) and checks the result; `choose` picks among several files; `build` assembles and stores
the notebooks. This process never parses a student's file itself.
"""

from nbjudge.extras import late

_HOMES = {
    "Unreadable": "parse",
    "check_student": "names",
    "digest": "files",
    "read_submission": "parse",
    "places": "inbox",
    "students_with": "inbox",
    "survey": "inbox",
    "take_in": "build",
}
__all__ = [*_HOMES]

# Imported late, because the process that reads files must not load the course.
__getattr__, __dir__ = late(__name__, _HOMES)
