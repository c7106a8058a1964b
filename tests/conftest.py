"""What holds for the whole suite: tools that some tests need, and an honest account of which ran.

A browser or isolation test is skipped, with a reason, where its tool is missing. Where the tool is
present and the tests were chosen, at least one of them must have run: otherwise the run fails, so
that a broken fixture cannot pass for green.

No test depends on the order: `--shuffle SEED` draws another one. At the end stands what each file
cost, the ten most expensive first; `--budget SECONDS` starts no test after that time, and says how
many it left."""

import os
import random
import re
import shutil
import sys
import time
from collections import Counter
from contextlib import closing

import hypothesis
import lanes
import pytest

hypothesis.settings.register_profile(
    "no clock", deadline=None, suppress_health_check=[hypothesis.HealthCheck.too_slow]
)
hypothesis.settings.load_profile("no clock")

TOOLS = {"browser": "chromium", "isolation": "bwrap"}
BEGAN = time.monotonic()
SPENT = pytest.StashKey[float]()
NO_TIME = "the time given by --budget is over"


def pytest_addoption(parser: pytest.Parser) -> None:
    text = "run the files, and the tests of each file, in an order drawn with this seed"
    parser.addoption("--shuffle", type=int, metavar="SEED", help=text)
    parser.addoption(
        "--budget", type=float, metavar="SECONDS", help="start no test after so many seconds"
    )


@pytest.hookimpl(optionalhook=True)  # of pytest-xdist
def pytest_xdist_make_scheduler(config: pytest.Config, log: object) -> object | None:
    """Tests of one file run in one process, and those of `tests/solutions` about one notebook: the
    banks of answers would otherwise keep one process busy for a long time after the others."""
    if config.getoption("dist") != "loadfile":
        return None
    from xdist.scheduler import LoadFileScheduling

    class ByNotebook(LoadFileScheduling):
        def _split_scope(self, nodeid: str) -> str:
            file, _, test = nodeid.partition("::")
            notebook = re.search(r"\[(\d\d_[a-z]+)", test)
            divided = notebook and file.startswith("tests/solutions/")
            return f"{file} {notebook[1]}" if divided else file

    return ByNotebook(config, log)


def pytest_report_header(config: pytest.Config) -> str | None:
    seed = config.getoption("shuffle")
    return None if seed is None else f"order: --shuffle {seed}"


@pytest.hookimpl(tryfirst=True)  # before tests are left out by their markers
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    tests = [(item.location[0], item.name) for item in items]
    whole = not any("::" in argument for argument in config.args)
    if whole and (gone := lanes.missing(tests)):
        raise pytest.UsageError(f"tests/lanes.py names tests that are not there: {', '.join(gone)}")
    for item, test in zip(items, tests, strict=True):
        if lanes.is_slow(*test):
            item.add_marker(pytest.mark.slow)
            if item.get_closest_marker("long") is None:
                item.add_marker(pytest.mark.listed)
    if config.getoption("shuffle") is not None:
        items[:] = _shuffled(items, config.getoption("shuffle"))
    else:  # expensive files first, so that no process ends with a long one while others are idle
        items.sort(key=lambda item: lanes.rank(item.location[0]))
    for item in items:
        for marker, tool in TOOLS.items():
            if item.get_closest_marker(marker) and shutil.which(tool) is None:
                item.add_marker(pytest.mark.skip(reason=f"{tool} is not installed on this machine"))


def _shuffled(items: list[pytest.Item], seed: int) -> list[pytest.Item]:
    """Tests of one file stay together: they share what is slow to start."""
    files: dict[str, list[pytest.Item]] = {}
    for item in items:
        files.setdefault(str(item.path), []).append(item)
    draw, order = random.Random(seed), sorted(files)
    draw.shuffle(order)
    for name in order:
        draw.shuffle(files[name])
    return [item for name in order for item in files[name]]


@pytest.fixture(scope="module")
def browser():
    """A headless browser for the tests of a file."""
    from browser import chromium

    with chromium() as opened:
        yield opened


@pytest.hookimpl(tryfirst=True)
def pytest_runtest_setup(item: pytest.Item) -> None:
    item.stash[SPENT] = _processor()
    budget = item.config.getoption("budget")
    if budget is not None and time.monotonic() - BEGAN > budget:
        pytest.skip(NO_TIME)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item, call: pytest.CallInfo):
    if call.when == "teardown":
        item.user_properties.append(("processor", _processor() - item.stash[SPENT]))
    return (yield)


def _processor() -> float:
    """Seconds of processor time of this process, of those it has waited for, and of the workers
    that `forked` started."""
    module = sys.modules.get("forked")
    return sum(os.times()[:4]) + getattr(module and module.forked, "spent", 0.0)


def _costs(terminalreporter: pytest.TerminalReporter) -> list[str]:
    """What the files of tests cost, the ten most expensive first."""
    wall, processor = Counter(), Counter()
    for reports in terminalreporter.stats.values():
        for report in reports:
            if isinstance(report, pytest.TestReport):
                file = report.nodeid.partition("::")[0]
                wall[file] += report.duration
                processor[file] += (
                    dict(report.user_properties).get("processor", 0)
                    if report.when == "teardown"
                    else 0
                )
    lines = [
        f"{wall[file]:8.1f} {processor[file]:9.1f}  {file}" for file, _ in wall.most_common(10)
    ]
    return [f"{'seconds':>8} {'processor':>9}  the most expensive of {len(wall)} files", *lines,
            f"{wall.total():8.1f} {processor.total():9.1f}  all files"]  # fmt: skip


def _counts(config: pytest.Config) -> dict[str, tuple[int, int]]:
    reporter = config.pluginmanager.get_plugin("terminalreporter")
    counts = {}
    for marker in TOOLS:
        ran = {
            report.nodeid
            for outcome in ("passed", "failed")
            for report in reporter.stats.get(outcome, [])
            if marker in getattr(report, "keywords", {})
        }
        skipped = {
            r.nodeid
            for r in reporter.stats.get("skipped", [])
            if marker in getattr(r, "keywords", {})
        }
        counts[marker] = (len(ran), len(ran | skipped))
    return counts


def pytest_sessionfinish(session: pytest.Session) -> None:
    if hasattr(session.config, "workerinput"):  # a worker of pytest-xdist: the controller counts
        return
    for marker, (ran, chosen) in _counts(session.config).items():
        if chosen and not ran and shutil.which(TOOLS[marker]):
            session.exitstatus = pytest.ExitCode.TESTS_FAILED


def pytest_terminal_summary(
    terminalreporter: pytest.TerminalReporter, config: pytest.Config
) -> None:
    for line in _costs(terminalreporter):
        terminalreporter.write_line(line)
    left = sum(
        NO_TIME in str(report.longrepr) for report in terminalreporter.stats.get("skipped", [])
    )
    if left:
        terminalreporter.write_line(f"{left} tests were not run: {NO_TIME}")
    for marker, (ran, chosen) in _counts(config).items():
        tool = TOOLS[marker]
        if not chosen:
            continue
        present = shutil.which(tool) is not None
        line = (
            f"{marker} tests: {ran} of {chosen} ran ({tool} is "
            f"{'present' if present else 'missing'})"
        )
        if not ran and present:
            line += ": FAILED, the tool is there but none of its tests ran"
        elif marker == "isolation" and ran:
            line += f"; level: {_level()}"
        terminalreporter.write_line(line)


def _level() -> str:
    """The level of isolation that this machine holds."""
    from autograder.isolation import choose

    with closing(choose(trusted=True)) as level:
        return level.launcher.isolation
