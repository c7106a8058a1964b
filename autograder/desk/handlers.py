"""Answer the browser: show the list of questions and the page of an answer, and save marks."""

import secrets
from typing import Any

from tornado.ioloop import IOLoop
from tornado.web import HTTPError

from autograder.desk.marks import Conflict, Mark, read_points, save, write_points
from autograder.desk.people import Share
from autograder.desk.queue import Entry, Question, State, entries, list_questions
from autograder.desk.render import ASSETS, address, asset, render
from autograder.desk.security import Guarded
from autograder.desk.sheet import Line, Sheet, read_answer, read_rubric, read_sheet
from autograder.grading.keys import outdated
from autograder.grading.writer import Stopped
from nbjudge.wording import counted

__all__ = ["ASSET", "Answer", "Asset", "Home", "NotFound", "Preferences", "ToFormgrader"]

ASSET = f"/({'|'.join(ASSETS)})"
OPEN = (State.WAITING, State.CONFIRM)


class _Page(Guarded):
    """Show pages of the desk, whose forms carry a secret against forged requests."""

    def initialize(self) -> None:
        self.desk = self.settings["desk"]

    def show(self, page: str, status: int = 200, **values: Any) -> None:
        self.set_status(status)
        self.set_header("Content-Type", "text/html; charset=utf-8")
        xsrf = self.xsrf_token.decode()
        self.finish(render(page, xsrf=xsrf, desk=self.desk, mark=secrets.token_hex(4), **values))

    def tell(self, words: object, status: int) -> None:
        """Show a page that says what was wrong."""
        self.show("message", status, title="This did not work", words=str(words), link="")


class NotFound(_Page):
    """Answer requests for all other addresses."""

    def prepare(self) -> None:
        super().prepare()
        if not self._finished:
            raise HTTPError(404)


class Asset(Guarded):
    """Serve the style sheet and the script."""

    def get(self, name: str) -> None:
        self.set_header("Content-Type", f"{ASSETS[name]}; charset=utf-8")
        self.finish(asset(name))


class Home(_Page):
    """Show all questions with their progress, and the grader's preferences."""

    def get(self) -> None:
        self.overview()

    def overview(self, status: int = 200, problem: str = "") -> None:
        """Show the list."""
        try:
            rows = [
                (question, queue, _count(queue), _first(queue))
                for question in list_questions(self.desk.course)
                if (queue := entries(self.desk.course, question, self.desk.share))
            ]
            asked = dict.fromkeys(question.assignment for question, *_ in rows)
            newer = {name: self._outdated(name) for name in asked}
        except (Stopped, ValueError) as error:
            self.tell(error, 503)
            return
        done = self.get_query_argument("done", "")
        self.show("home", status, rows=rows, newer=newer, problem=problem, done=done == "1")

    def _outdated(self, name: str) -> int:
        """Count the grader's submissions that changed since they were graded."""
        return sum(map(self.desk.share.takes, outdated(self.desk.course, name)))


class Preferences(Home):
    """Change the grader's share, and whether names are hidden."""

    def post(self) -> None:
        try:
            share = self.get_body_argument("share", "").strip()
            self.desk.share = Share.parse(share) if share else Share()
        except ValueError as error:
            self.overview(422, str(error))
            return
        self.desk.hidden = self.get_body_argument("hidden", "") == "1"
        self.redirect("/", status=303)

    def get(self) -> None:
        self.redirect("/")


class ToFormgrader(_Page):
    """Start formgrader on request, and link to it."""

    async def post(self) -> None:
        if self.desk.formgrader is None:
            raise HTTPError(404)
        try:
            link = await IOLoop.current().run_in_executor(None, self.desk.formgrader)
        except (ImportError, OSError) as error:
            self.tell(error, 503)
            return
        words = "Formgrader is running. It shows the same marks and comments as this desk."
        self.show("message", title="Formgrader", words=words, link=link)

    def get(self) -> None:
        self.redirect("/")


class Answer(_Page):
    """Show one answer, and save the grader's decision."""

    def get(self, *where: str) -> None:
        try:
            question, queue, entry = self._find(*where)
            sheet = self._sheet(question, entry)
        except LookupError as error:
            self.tell(error.args[0], 404)
        except (Stopped, ValueError) as error:
            self.tell(error, 503)
        else:
            saved = self.get_query_argument("saved", "") == "1"
            note = "Saved." if saved else ""
            self._answer(question, queue, entry, sheet, note=note)

    def post(self, *where: str) -> None:
        try:
            self._save(*self._find(*where))
        except LookupError as error:
            self.tell(error.args[0], 404)
        except (Stopped, ValueError) as error:
            self.tell(error, 503)

    def _save(self, question: Question, queue: list[Entry], entry: Entry) -> None:
        """Save the form and go to the page that the grader asked for; on failure, show it again."""
        course, student = self.desk.course, entry.student
        lines, rubric = read_rubric(course, question)
        typed = self._typed(lines)
        _, answer = read_answer(course, question, student)
        try:
            mark = self._mark(question, lines, typed)
            keep = {"answer": answer, "rubric": rubric, "version": typed["version"]}
            save(course, question, student, mark, **keep)
        except ValueError as error:
            now = self._sheet(question, entry)
            self._answer(question, queue, entry, now, 422, problem=str(error), typed=typed)
            return
        except Conflict:
            now = self._sheet(question, entry)
            words = (
                "Nothing was saved: since you opened this page, the mark, the comment or the "
                f"answer was changed elsewhere. The gradebook has {_summary(now, question)}. Your "
                "entries are below; saving them now replaces what the gradebook has."
            )
            self._answer(question, queue, entry, now, 409, problem=words, typed=typed)
            return
        self.redirect(self._after(question, queue, entry), status=303)

    def _typed(self, lines: list[Line]) -> dict[str, Any]:
        names = ("score", "comment", "version", "go")
        typed: dict[str, Any] = {
            name: self.get_body_argument(name, "", strip=False).replace("\r\n", "\n")
            for name in names
        }
        typed["items"] = [
            self.get_body_argument(f"item-{number}", "") for number in range(len(lines))
        ]
        return typed

    def _mark(self, question: Question, lines: list[Line], typed: dict[str, Any]) -> Mark:
        items = []
        for line, text in zip(lines, typed["items"], strict=True):
            points = read_points(text, line.points)
            if points is not None and points not in line.choices:
                raise ValueError(f"A line of the rubric cannot give {counted(points, 'point')}.")
            items.append(points)
        if self.get_body_argument("action", "") == "clear":
            return Mark(None, typed["comment"], (None,) * len(items))
        chosen = [points for points in items if points is not None]
        score = read_points(typed["score"], question.points)
        if score is None and chosen:
            score = min(sum(chosen), question.points)
        return Mark(score, typed["comment"], tuple(items))

    def _after(self, question: Question, queue: list[Entry], entry: Entry) -> str:
        """The page to show next: the neighbor, the next answer that waits, or this one again."""
        place = queue.index(entry)
        go = self.get_body_argument("go", "") or self.get_body_argument("action", "")
        if go == "forward" and place + 1 < len(queue):
            return address(question, queue[place + 1].key)
        if go == "back" and place > 0:
            return address(question, queue[place - 1].key)
        if go != "next":
            return f"{address(question, entry.key)}?saved=1"
        fresh = entries(self.desk.course, question, self.desk.share)
        waiting = _next(fresh, entry)
        return address(question, waiting.key) if waiting else "/?done=1"

    def _find(
        self, assignment: str, notebook: str, cell: str, key: str
    ) -> tuple[Question, list[Entry], Entry]:
        where = (assignment, notebook, cell)
        for question in list_questions(self.desk.course):
            if (question.assignment, question.notebook, question.cell) == where:
                queue = entries(self.desk.course, question, self.desk.share)
                for entry in queue:
                    if entry.key == key:
                        return question, queue, entry
        raise LookupError(
            "There is no such answer among the students whom you grade. Go back to the list."
        )

    def _sheet(self, question: Question, entry: Entry) -> Sheet:
        return read_sheet(self.desk.course, question, entry, hidden=self.desk.hidden)

    def _answer(
        self,
        question: Question,
        queue: list[Entry],
        entry: Entry,
        sheet: Sheet,
        status: int = 200,
        *,
        note: str = "",
        problem: str = "",
        typed: dict[str, Any] | None = None,
    ) -> None:
        place = queue.index(entry)
        mark = sheet.stored.mark
        form = typed or {
            "score": write_points(mark.score),
            "comment": mark.comment,
            "items": [write_points(line.chosen) for line in sheet.lines],
        }
        self.show(
            "answer",
            status,
            question=question,
            queue=queue,
            entry=entry,
            place=place,
            before=queue[place - 1] if place else None,
            after=queue[place + 1] if place + 1 < len(queue) else None,
            waiting=_next(queue, entry),
            counts=_count(queue),
            sheet=sheet,
            form=form,
            note=note,
            problem=problem,
            differs=_differs(sheet),
        )


def _count(queue: list[Entry]) -> dict[State, int]:
    return {state: sum(entry.state is state for entry in queue) for state in State}


def _first(queue: list[Entry]) -> Entry:
    return next((entry for entry in queue if entry.state in OPEN), queue[0])


def _next(queue: list[Entry], entry: Entry) -> Entry | None:
    """The next answer that waits, searching from this one on and then from the beginning."""
    place = next(k for k, each in enumerate(queue) if each.key == entry.key)
    around = queue[place + 1 :] + queue[:place]
    return next((each for each in around if each.state in OPEN), None)


def _differs(sheet: Sheet) -> bool:
    """Whether the mark differs from the sum of the chosen points."""
    chosen = [line.chosen for line in sheet.lines if line.chosen is not None]
    score = sheet.stored.mark.score
    return bool(chosen) and score is not None and abs(sum(chosen) - score) > 1e-9


def _summary(sheet: Sheet, question: Question) -> str:
    mark = sheet.stored.mark
    score = (
        "no mark"
        if mark.score is None
        else f"{mark.score:g} of {counted(question.points, 'point')}"
    )
    return f"{score} and {'a comment' if mark.comment else 'no comment'}"
