"""Match a submission to its release, and rebuild the notebook that is judged."""
