"""Read a CSV file so that every unchanged cell is written back byte for byte."""

import codecs
import re
from collections import Counter
from collections.abc import Collection
from pathlib import Path

from autograder.intake.names import named
from lazyrich._files import write

__all__ = ["FORMULA_SIGNS", "SHORTENED", "Sheet", "check_numbers"]

LARGEST = 50 * 1024**2  # bytes
SEPARATORS = ",;\t"
FIRST = re.compile(r"sep=([,;\t])(?:\r\n|\n|\r)", re.IGNORECASE)  # where Excel looks for it
FORMULA_SIGNS = r"=+\-@＝＋－＠﹦﹢﹣"  # begin a formula, half-width or full-width; for [...]
FORMULA = re.compile(rf"\s*[{FORMULA_SIGNS}]")
SHORTENED = re.compile(r"\d(?:[.,]\d+)?E\+\d+", re.IGNORECASE)  # a spreadsheet's 1.23457E+11
NUMBER = re.compile(r"-?[\d.,]+%?")


class Sheet:
    """Hold the cells of a CSV file as they were typed.

    Parameters
    ----------
    path : Path
        The file, in UTF-8 or UTF-16, with commas, semicolons or tabs between its cells.

    Attributes
    ----------
    rows : list of list of str
        The cells of each row, with their quotes. The first row is the header.

    Raises
    ------
    ValueError
        If it is not such a file, or ends in the middle of a cell.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self._mark, self._encoding, text = _decoded(path)
        if named := FIRST.match(text):  # kept with the byte-order mark: it is not a row
            self._mark += named[0].encode(self._encoding)
            text = text[named.end() :]
        self.separator = named[1] if named else _separator(text)
        self.rows: list[list[str]] = []
        self._ends: list[str] = []  # how each line ends
        self._lines: list[int] = []  # on which line of the file each row begins
        self._parse(text, 2 if named else 1)
        if not self.rows:
            raise ValueError(f"{path} is empty; export it from the platform again")

    def _parse(self, text: str, line: int) -> None:
        mark = re.escape(self.separator)
        quoted = rf'"[^"]*+(?:""[^"]*+)*+"(?={mark}|[\r\n]|\Z)'
        cell = re.compile(rf'{quoted}|[^"{mark}\r\n][^{mark}\r\n]*+|')
        place, row = 0, []
        while place < len(text):
            found = cell.match(text, place)
            assert found is not None  # it also matches nothing
            place = found.end()
            behind = text[place : place + 1]
            if behind == '"':
                raise ValueError(
                    f"{self.path} is damaged: on line {line}, a cell in quotes does not end. "
                    "Export it from the platform again"
                )
            row.append(found[0])
            if behind == self.separator:
                place += 1
                if place < len(text):
                    continue
                row.append("")
            end = re.compile(r"\r\n|\n|\r|").match(text, place)
            assert end is not None
            place = end.end()
            self.rows.append(row)
            self._ends.append(end[0])
            self._lines.append(line)
            line += sum(len(re.findall(r"\r\n|\n|\r", each)) for each in row) + 1
            row = []

    @property
    def header(self) -> list[str]:
        """The titles of the columns."""
        return [self.text(0, column).strip() for column in range(len(self.rows[0]))]

    def column(self, *titles: str) -> int | None:
        """Find the column with one of these titles, whatever the case; None if there is none."""
        header = [title.casefold() for title in self.header]
        return next((header.index(t.casefold()) for t in titles if t.casefold() in header), None)

    def text(self, row: int, column: int | None) -> str:
        """Read a cell without its quotes; "" for one that does not exist."""
        if column is None or column >= len(self.rows[row]):
            return ""
        cell = self.rows[row][column]
        return cell[1:-1].replace('""', '"') if cell.startswith('"') else cell

    def line(self, row: int) -> int:
        """Return the line of the file on which a row begins, counted from 1."""
        return self._lines[row]

    def too_long(self, row: int) -> bool:
        """Whether a row has something after the last column of the header."""
        return any(cell.strip() for cell in self.rows[row][len(self.rows[0]) :])

    def put(self, row: int, column: int, number: str) -> None:
        """Write a number into a cell, in quotes if it was in quotes or needs them.

        Raises ValueError if it is not a number, if the cell does not exist, or if cells of the row
        may have moved to other columns.
        """
        if not NUMBER.fullmatch(number):
            raise ValueError(f"{number!r} is not a number")
        if column >= len(self.rows[row]):
            raise ValueError("the row has fewer cells than the header")
        if self.too_long(row):
            raise ValueError(
                "the row has more cells than the header: quote the cell that has a comma"
            )
        quoted = self.rows[row][column].startswith('"') or self.separator in number
        self.rows[row][column] = f'"{number}"' if quoted else number

    def formulas(self) -> int:
        """Count the cells that a spreadsheet would run as formulas."""
        cells = (
            self.text(row, column)
            for row in range(len(self.rows))
            for column in range(len(self.rows[row]))
        )
        return sum(
            bool(FORMULA.match(cell)) and not NUMBER.fullmatch(cell.strip()) and cell.strip() != "-"
            for cell in cells
        )

    def write(self, path: Path) -> None:
        """Write the file completely or not at all."""
        lines = zip(self.rows, self._ends, strict=True)
        text = "".join(self.separator.join(row) + end for row, end in lines)
        write(path, self._mark + text.encode(self._encoding))


def _decoded(path: Path) -> tuple[bytes, str, str]:
    """The byte-order mark, the encoding and the text of a file."""
    if path.stat().st_size > LARGEST:
        raise ValueError(f"{path} has more than {LARGEST // 1024**2} MB, which no grade sheet has")
    raw = path.read_bytes()
    marks = (
        (codecs.BOM_UTF8, "utf-8"),
        (codecs.BOM_UTF16_LE, "utf-16-le"),
        (codecs.BOM_UTF16_BE, "utf-16-be"),
    )
    mark, encoding = next((m for m in marks if raw.startswith(m[0])), (b"", "utf-8"))
    try:
        text = raw[len(mark) :].decode(encoding)
    except UnicodeDecodeError:
        raise ValueError(
            f"{path} is not in UTF-8, as platforms export it; it may have been saved by a "
            "spreadsheet. Export it from the platform again, or save it as CSV in UTF-8"
        ) from None
    if "\0" in text:
        raise ValueError(f"{path} is not text, so it is not a CSV file; export it as CSV")
    return mark, encoding, text


def _separator(text: str) -> str:
    first = re.sub(r'"(?:[^"]|"")*"', "", text.lstrip("\r\n").partition("\n")[0])
    return max(SEPARATORS, key=Counter(first).__getitem__)


def check_numbers(path: Path, theirs: Collection[str], ours: Collection[str]) -> None:
    """Refuse Moodle's worksheet of another assignment.

    Moodle gives participants new numbers for each assignment, so that no number is the same.

    Parameters
    ----------
    path : Path
        The worksheet.
    theirs : collection of str
        Its numbers of participants.
    ours : collection of str
        Those of the hand-ins.

    Raises
    ------
    ValueError
        If there are numbers on both sides, but none in common.
    """
    if theirs and ours and not set(theirs) & set(ours):
        raise ValueError(
            f"{path} is the worksheet of another assignment: its participants are "
            f"{named(sorted(theirs), 3)}, and the hand-ins are of {named(sorted(ours), 3)}. "
            "Download the worksheet of this assignment; if it was created again in Moodle, "
            "collect its submissions again"
        )
