"""Summarize an assignment: the table, the class report, similar answers, and marks for export."""

SHARE = 0.6  # of the smaller text's runs of words, from which on two answers are called alike
