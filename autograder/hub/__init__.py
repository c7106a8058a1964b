"""Configure JupyterHub and nbgrader's exchange for a course: see README.md of this folder."""
