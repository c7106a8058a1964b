"""Release assignments to students: a copy of each notebook, and a zip file for the class."""
