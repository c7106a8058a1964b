"""Make wrong answers of a right one, by the lines in which they differ."""

__all__ = ["swapped"]


def swapped(source: str, *pairs: tuple[str, str]) -> str:
    """Replace each old part of a source, which must be there, by its new one."""
    for old, new in pairs:
        assert old in source, old
        source = source.replace(old, new)
    return source
