"""Cut texts into n-grams: the runs of neighboring words by which code is compared.

Comparing sets of n-grams takes time in proportion to the texts. A longest common subsequence
(difflib) can be made to take minutes by a hostile text.
"""

import re
from collections.abc import Iterator, Sequence

__all__ = ["code_words", "ngrams"]

_WORD = re.compile(r"""#[^\n]*|('{3}|"{3})(?s:.*?)\1|'[^'\n]*'|"[^"\n]*"|\d[\w.]*|\w+|[^\w\s]""")


def code_words(source: str) -> list[str]:
    """Split Python code into names, numbers and symbols, without comments, strings and layout.

    The code need not be valid Python.

    Parameters
    ----------
    source : str
        The code.

    Returns
    -------
    list of str
        The words in order. A symbol is one character: `**` is two words.

    Examples
    --------
    >>> code_words("x = f('a') + 1.5  # why")
    ['x', '=', 'f', '(', ')', '+', '1.5']
    """
    words = (match[0] for match in _WORD.finditer(source))
    return [word for word in words if word[0] not in "#'\""]


def ngrams(words: Sequence[str], n: int) -> Iterator[tuple[str, ...]]:
    """List every run of `n` neighboring words, in order and with repetitions.

    Parameters
    ----------
    words : sequence of str
        The words of a text.
    n : int
        The number of words in a run.

    Returns
    -------
    iterator of tuple of str
        `len(words) - n + 1` runs; none if the text is shorter than `n`.

    Examples
    --------
    >>> list(ngrams(["a", "b", "c"], 2))
    [('a', 'b'), ('b', 'c')]
    """
    return zip(*(words[start:] for start in range(n)), strict=False)
