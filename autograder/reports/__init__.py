"""Summarize an assignment: the table, the class report, similar answers, and exported marks."""

SHARE = 0.6  # of the smaller text's runs of words, from which two answers are called similar
