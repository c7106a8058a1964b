"""Match a submission to its release, and rebuild the notebook to be judged."""
