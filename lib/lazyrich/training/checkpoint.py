"""Save the state of a run on disk to resume from: one npz and one JSON file for each chunk."""

import json
from pathlib import Path
from typing import Any

import numpy as np

from lazyrich import _files

__all__ = ["Saved"]


class Saved:
    """Save and load the states of one run in a folder.

    Parameters
    ----------
    folder : Path
        The folder, used by one process at a time.
    identity : dict of str to Any
        The settings and data by which a run is recognized, as plain data.

    Raises
    ------
    ValueError
        If the folder holds another run, or anything else.
    """

    def __init__(self, folder: Path, identity: dict[str, Any]) -> None:
        self.folder = folder
        note = folder / "run.json"
        wanted = _files.canonical(identity)
        self.remedy = f"delete {folder} to start over, or choose another checkpoint="
        _files.begin("checkpoint", note, wanted.encode())
        there = _files.read_json(note, self.remedy)
        if _files.canonical(there) != wanted:
            old = there if isinstance(there, dict) else {}
            new = json.loads(wanted)
            differ = [name for name in {**old, **new} if old.get(name) != new.get(name)]
            raise ValueError(
                f"checkpoint: {folder} belongs to another run (different: "
                f"{', '.join(differ)}); {self.remedy}"
            )

    def exists(self, begin: int, end: int) -> bool:
        """Test whether there is a state of the chunk begin..end."""
        return self._path(begin, end, ".json").exists()

    def save(
        self, begin: int, end: int, facts: dict[str, Any], arrays: dict[str, np.ndarray]
    ) -> None:
        """Write a chunk's state.

        The JSON file comes last and names the file of the arrays, so that a run killed between the
        two keeps its older state.
        """
        content = _files.pack(arrays)
        name = f"{self._path(begin, end, '').name}-{_files.digest(content)}.npz"
        _files.write(self.folder / name, content)
        facts = facts | {"file": name, "checksum": _files.digest(content)}
        _files.write(self._path(begin, end, ".json"), _files.canonical(facts).encode())
        for old in self.folder.glob(f"{self._path(begin, end, '').name}-*.npz"):
            if old.name != name:
                old.unlink(missing_ok=True)

    def load(self, begin: int, end: int) -> tuple[dict[str, Any], dict[str, np.ndarray]]:
        """Read a chunk's state; raise ValueError if it is damaged."""
        path = self._path(begin, end, ".json")
        remedy = f"delete {path} to compute these members again"
        facts = _files.read_json(path, remedy)
        if not isinstance(facts, dict) or not {"file", "checksum"} <= set(facts):
            raise ValueError(f"{path} is damaged; {remedy}")
        if not (self.folder / facts["file"]).exists():
            raise ValueError(f"{self.folder / facts['file']} is missing; {remedy}")
        return facts, _files.unpack(self.folder / facts["file"], facts["checksum"], remedy)

    def _path(self, begin: int, end: int, suffix: str) -> Path:
        return self.folder / f"members-{begin:06d}-{end:06d}{suffix}"
