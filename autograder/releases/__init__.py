"""Release assignments: from the instructor's notebooks to the students' copies, and to one zip for a class."""
