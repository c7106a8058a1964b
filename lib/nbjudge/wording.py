"""Write numbers of things as a person writes them, and lines so that a terminal shows all."""

__all__ = ["CONTROLS", "TURNING", "UNSEEN", "counted", "visible"]

# For a regular expression's [...]: marks that turn the direction of what follows, and with them all
# format characters that nobody sees and that may carry a text of their own (separators, tags,
# supplementary selectors). Joiners stay, as in emoji and Persian.
TURNING = "\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069"
UNSEEN = (
    f"{TURNING}\u180e\u200b\u2028\u2029\u2061-\u2065\u206a-\u206f\ufeff\ufff9-\ufffb"
    "\U000e0000-\U000e0fff"
)
CONTROLS = "\x00-\x08\x0b-\x1f\x7f-\x9f"  # likewise: control characters but tab and line end
SELECTORS = "\U000e0000"  # from here on, no sign is seen, though some count as printable


def counted(number: float, thing: str) -> str:
    """Write how many things there are: one of them has no s.

    Parameters
    ----------
    number : float
        The number.
    thing : str
        What one of them is called, for example "student".

    Returns
    -------
    str
        The number with the word.

    Examples
    --------
    >>> counted(1, "student"), counted(0, "student"), counted(1.5, "point")
    ('1 student', '0 students', '1.5 points')
    """
    shown = f"{number:g}" if isinstance(number, float) else str(number)
    return f"{shown} {thing}{'' if number == 1 else 's'}"


def visible(line: object, *, keep: str = "\n\t") -> str:
    """Write out what nobody would see in a line, or what a terminal would take for a command.

    Names that others have typed come into many lines.

    Parameters
    ----------
    line : object
        The line, or an exception that holds it.
    keep : str, default "\\n\\t"
        Signs that stay though they are not printed: line ends and tabs.

    Returns
    -------
    str
        The line, with letters and printed signs as they are.

    Examples
    --------
    >>> visible("Ada\\x1b[2J"), visible("Zoë\\n")
    ('Ada\\\\x1b[2J', 'Zoë\\n')
    """
    return "".join(
        sign if (sign.isprintable() and sign < SELECTORS) or sign in keep else ascii(sign)[1:-1]
        for sign in str(line)
    )
