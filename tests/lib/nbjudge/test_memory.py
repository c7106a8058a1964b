"""Measure the memory of families of processes, of which some end meanwhile."""

from nbjudge.worker import memory

MB = 2**20


def machine(folder, processes):
    """Make a /proc: by process, its parent and its memory alone and shared fairly, in MB; None for
    the second if it ends before that is read.
    """
    for pid, (parent, alone, fair) in processes.items():
        files = folder / str(pid)
        (files / "task" / str(pid) / "fd").mkdir(parents=True)
        pages = alone * MB // memory.PAGE
        (files / "stat").write_text(f"{pid} (python) S {parent} {'0 ' * 19}{pages} 0")
        (files / "status").write_text(f"VmRSS: {1024 * alone} kB\n")
        if fair is not None:
            (files / "smaps_rollup").write_text(f"Pss: {1024 * fair} kB\n")
    return folder


def measured(monkeypatch, *looks, enough=600 * MB):
    """Measure the family of process 1, each time in the next of these machines."""
    left = list(looks)
    monkeypatch.setattr(memory, "PROC", left[0])
    plain = memory._table

    def table():
        if left:
            monkeypatch.setattr(memory, "PROC", left.pop(0))
        return plain()

    monkeypatch.setattr(memory, "_table", table)
    return memory.resident(1, enough) // MB


def test_shared_pages_count_once(tmp_path, monkeypatch):
    family = machine(tmp_path, {1: (0, 380, 130), 2: (1, 380, 130), 3: (1, 380, 130), 9: (0, 5, 5)})
    assert measured(monkeypatch, family) == 390


def test_a_child_that_ends_while_it_is_measured_is_measured_again(tmp_path, monkeypatch):
    """Its pages were its parent's, so that it would count them a second time."""
    ending = machine(tmp_path / "a", {1: (0, 380, 200), 2: (1, 380, 200), 3: (1, 380, None)})
    ended = machine(tmp_path / "b", {1: (0, 380, 200), 2: (1, 380, 200)})
    assert measured(monkeypatch, ending, ended) == 400


def test_children_that_always_end_at_once_count_in_full(tmp_path, monkeypatch):
    """Nobody hides memory in children that live for a moment only."""
    ending = machine(tmp_path, {1: (0, 380, 200), 2: (1, 900, None)})
    assert measured(monkeypatch, *[ending] * memory.LOOKS) == 1100


def test_what_is_too_much_without_them_is_told_at_once(tmp_path, monkeypatch):
    much = machine(tmp_path / "a", {1: (0, 700, 700), 2: (1, 380, None)})
    little = machine(tmp_path / "b", {1: (0, 100, 100)})
    assert measured(monkeypatch, much, little) >= 700
