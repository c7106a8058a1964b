"""Grade what was handed in: judge in parallel, write into nbgrader's gradebook, keep the reason of every score."""
