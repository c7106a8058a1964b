"""Group similar texts, each given as the set of its runs of words.

The similarity of two texts is the share of the smaller one's runs that the other has too. It is
computed twice: for all runs, and for those that few students have. A high value only for all runs
may mean that there is one usual way to write the answer: it is reported, as shared by many.
"""

from collections import Counter
from collections.abc import Iterator, Mapping, Set

import numpy as np
from scipy.sparse import csr_matrix
from scipy.sparse.csgraph import connected_components

__all__ = ["LEAST", "Group", "groups", "is_many"]

LEAST = 20  # runs that a text must have; shorter texts are similar by chance
MANY = 0.2  # this share of the students (and at least four) counts as many

Group = tuple[tuple[str, ...], float]  # the names, and the least share of one with another


def is_many(number: int, students: int) -> bool:
    """Tell whether a number of students counts as many.

    Parameters
    ----------
    number : int
        The number of students.
    students : int
        The number of all students.

    Returns
    -------
    bool
        Whether it is at least four, and at least a fifth of all.
    """
    return number >= max(4, MANY * students)


def groups(
    texts: Mapping[str, Set], sources: Mapping[str, Set], least: float, students: int
) -> Iterator[Group]:
    """Find groups of similar texts by students, each with the sources that they are similar to.

    Parameters
    ----------
    texts : mapping of str to set
        The runs of each student's text.
    sources : mapping of str to set
        The runs of texts that a student may have copied.
    least : float
        The smallest share to report, 0 to 1.
    students : int
        The number of all students.

    Yields
    ------
    tuple of (tuple of str, float)
        The names in a group, sources last, and the share.
    """
    holders = Counter(run for text in texts.values() for run in text)
    rare = {run for run, held in holders.items() if not is_many(held, students)}
    names = [*texts, *sources]
    every = [*texts.values(), *sources.values()]
    few = _shares([text & rare for text in every], len(texts))
    found: list[set[int]] = []
    for shares in (few, np.maximum(few, _shares(every, len(texts)))):
        for group in _connected(shares >= max(least, 1e-9)):
            if not any(set(group) <= other for other in found):
                found.append(set(group))
                share = shares[np.ix_(group, group)].max(axis=1).min()
                yield tuple(names[k] for k in group), float(share)


def _shares(texts: list[Set], students: int) -> np.ndarray:
    """Compute the share of each pair; 0 for short texts, on the diagonal and between sources."""
    columns: dict[object, int] = {}
    places = [[columns.setdefault(run, len(columns)) for run in text] for text in texts]
    sizes = np.array([len(text) for text in texts], dtype=float)
    starts = np.concatenate([[0], np.cumsum(sizes)]).astype(int)
    flat = np.array([place for text in places for place in text], dtype=int)
    shape = (len(texts), max(len(columns), 1))
    holds = csr_matrix((np.ones(len(flat), dtype=np.int32), flat, starts), shape=shape)
    shares = (holds @ holds.T).toarray() / np.maximum(np.minimum.outer(sizes, sizes), 1)
    shares[np.minimum.outer(sizes, sizes) < LEAST] = 0
    shares[students:, students:] = 0
    np.fill_diagonal(shares, 0)
    return shares


def _connected(linked: np.ndarray) -> Iterator[list[int]]:
    number, labels = connected_components(csr_matrix(linked), directed=False)
    for label in range(number):
        group = np.flatnonzero(labels == label)
        if len(group) > 1:
            yield [int(k) for k in group]
