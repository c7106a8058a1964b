"""Write numbers of things as a person writes them."""

__all__ = ["counted"]


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
