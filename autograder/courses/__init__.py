"""Find where a course keeps its things: our own layout (`own`), or that of any course set up for nbgrader (`foreign`)."""
