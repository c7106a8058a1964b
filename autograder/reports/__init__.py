"""Summarize an assignment: the table, the class report, similar answers, and marks for export."""
