"""Release assignments to the students: one copy of each notebook, and one zip for a class."""
