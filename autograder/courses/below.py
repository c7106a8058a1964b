"""List the files that nbgrader copies; its own function scans the whole folder for each file."""

import glob
import os
from collections.abc import Collection

__all__ = ["files_but"]


def files_but(folder: str, ignored: Collection[str]) -> list[str]:
    """List the files below a folder, without those that nbgrader is told to ignore.

    Parameters
    ----------
    folder : str
        The folder.
    ignored : collection of str
        Patterns of names, as in `c.CourseDirectory.ignore`; what is in an ignored folder is
        ignored, too.

    Returns
    -------
    list of str
        The paths, as `nbgrader.utils.find_all_files` gives them.
    """
    files = []
    for top, folders, names in os.walk(folder):
        patterns = [os.path.join(glob.escape(top), pattern) for pattern in ignored]
        left = {path for pattern in patterns for path in glob.glob(pattern)}
        folders[:] = [name for name in folders if os.path.join(top, name) not in left]
        files += [path for name in names if (path := os.path.join(top, name)) not in left]
    return files
