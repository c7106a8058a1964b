"""Write numbers with their nouns, and lines in which nothing is invisible on a terminal."""

__all__ = ["CONTROLS", "TURNING", "UNSEEN", "counted", "visible"]

# For a regular expression's [...]: characters that change the direction of the following text, and
# all other invisible format characters that may carry hidden text (separators, tags, supplementary
# selectors). Joiners stay, as in emoji and Persian.
TURNING = "\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069"
UNSEEN = (
    f"{TURNING}\u180e\u200b\u2028\u2029\u2061-\u2065\u206a-\u206f\ufeff\ufff9-\ufffb"
    "\U000e0000-\U000e0fff"
)
CONTROLS = "\x00-\x08\x0b-\x1f\x7f-\x9f"  # likewise: control characters except tab and line end
SELECTORS = "\U000e0000"  # from here on, characters are invisible, though some count as printable


def counted(number: float, thing: str) -> str:
    """Write a number with its noun, in the plural unless the number is 1.

    Parameters
    ----------
    number : float
        The number.
    thing : str
        The noun in the singular, for example "student".

    Returns
    -------
    str
        The number with the noun.

    Examples
    --------
    >>> counted(1, "student"), counted(0, "student"), counted(1.5, "point")
    ('1 student', '0 students', '1.5 points')
    """
    shown = f"{number:g}" if isinstance(number, float) else str(number)
    return f"{shown} {thing}{'' if number == 1 else 's'}"


def visible(line: object, *, keep: str = "\n\t") -> str:
    """Write out characters of a line that are invisible, or that a terminal would obey.

    Many lines contain names that other people have typed.

    Parameters
    ----------
    line : object
        The line, or an exception with it.
    keep : str, default "\\n\\t"
        Characters that stay although they are not printed: line ends and tabs.

    Returns
    -------
    str
        The line, with letters and printable characters as they are.

    Examples
    --------
    >>> visible("Ada\\x1b[2J"), visible("Zoë\\n")
    ('Ada\\\\x1b[2J', 'Zoë\\n')
    """
    return "".join(
        sign if (sign.isprintable() and sign < SELECTORS) or sign in keep else ascii(sign)[1:-1]
        for sign in str(line)
    )
