"""Grade submissions: judge them, record the reasons, and write the scores to the gradebook."""
