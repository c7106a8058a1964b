"""Run a student's cells in IPython without a kernel, and record their notebook outputs.

Everything a cell shows goes to a `Recorder`, which caps text, number of outputs and bytes at the
source, so that a cell that prints forever takes no memory. What bypasses Python's `sys.stdout`
(child processes, C code) goes to the worker's own pipe, which the judge drains.
"""

import base64
import io
import json
import subprocess
import sys
from typing import Any

from nbjudge.extras import needs
from nbjudge.limits import Limits

with needs("lab"):
    from IPython.core.displayhook import DisplayHook
    from IPython.core.displaypub import DisplayPublisher
    from IPython.core.history import HistoryManager
    from IPython.core.interactiveshell import InteractiveShell

__all__ = ["Recorder", "Shell", "start_shell"]


class Recorder:
    """Record what the running cell shows, as notebook outputs (plain dictionaries).

    Parameters
    ----------
    limits : Limits
        How much a cell may show.
    """

    def __init__(self, limits: Limits):
        self.limits = limits
        self.count = 0
        self.muted = False  # during a call from the judge: counted and dropped
        self.begin(0)

    def begin(self, count: int) -> None:
        self.count = count
        self.outputs: list[dict[str, Any]] = []
        self.text = self.bytes = self.dropped = 0
        self.clear_next = False

    def stream(self, name: str, text: str) -> None:
        room = self.limits.text - self.text
        if not text:
            return
        if self.muted or room <= 0:
            self.dropped += len(text)
            return
        self._maybe_clear()
        self.dropped += max(0, len(text) - room)
        text = text[:room].encode("utf-8", "replace").decode()
        self.text += len(text)
        last = self.outputs[-1] if self.outputs else None
        if last and last["output_type"] == "stream" and last["name"] == name:
            last["parts"].append(text)
            if len(last["parts"]) > 1000:
                last["parts"] = ["".join(last["parts"])]
        else:
            self._append({"output_type": "stream", "name": name, "parts": [text]}, 0)

    def rich(
        self,
        kind: str,
        data: dict,
        metadata: dict | None,
        display_id: Any = None,
        update: bool = False,
    ) -> None:
        data = {str(mime): _jsonable(str(mime), value) for mime, value in data.items()}
        output = {"output_type": kind, "data": data, "metadata": _json(metadata or {})}
        if kind == "execute_result":
            output["execution_count"] = self.count
        size = sum(
            len(value) if isinstance(value, str) else len(json.dumps(value))
            for value in data.values()
        )
        if update:
            fits = (
                display_id is not None
                and not self.muted
                and self.bytes + size <= self.limits.output_bytes
            )
            for old in self.outputs:
                if fits and old.get("display_id") == display_id:
                    self.bytes += size
                    old["data"], old["metadata"] = output["data"], output["metadata"]
            return
        keep = kind == "execute_result" and size < 1000  # the last result of a test cell
        self._append(
            output | ({"display_id": display_id} if display_id is not None else {}), size, keep=keep
        )

    def error(self, name: str, value: str, traceback: list[str]) -> None:
        cut = self.limits.text // 4
        lines = [str(line)[:cut] for line in traceback][-50:]
        error = {
            "output_type": "error",
            "ename": name[:200],
            "evalue": value[:2000],
            "traceback": lines,
        }
        self._append(error, sum(map(len, lines)), keep=True)

    def clear(self, wait: bool) -> None:
        self.clear_next = True
        if not wait:
            self._maybe_clear()

    def finish(self) -> list[dict[str, Any]]:
        """Return the outputs of the cell, ready to be sent."""
        outputs = []
        for output in self.outputs:
            output = {key: value for key, value in output.items() if key != "display_id"}
            if "parts" in output:
                output["text"] = "".join(output.pop("parts"))
            outputs.append(output)
        if self.dropped:
            note = f"\n[{self.dropped} more characters or bytes of output were left out]\n"
            outputs.append({"output_type": "stream", "name": "stdout", "text": note})
        self.begin(self.count)
        return outputs

    def _append(self, output: dict[str, Any], size: int, keep: bool = False) -> None:
        if not self.muted:
            self._maybe_clear()
        full = (
            len(self.outputs) >= self.limits.outputs or self.bytes + size > self.limits.output_bytes
        )
        if self.muted or (full and not keep):
            self.dropped += size
            return
        self.bytes += size
        self.outputs.append(output)

    def _maybe_clear(self) -> None:
        if self.clear_next:
            self.outputs, self.text, self.bytes, self.clear_next = [], 0, 0, False


def _jsonable(mime: str, value: Any) -> Any:
    if isinstance(value, bytes):
        return base64.b64encode(value).decode()
    if mime.endswith("json"):
        return _json(value)
    return str(value)


def _json(value: Any) -> Any:
    try:
        return json.loads(json.dumps(value, default=str))
    except (TypeError, ValueError, RecursionError):
        return {}


class Stream(io.TextIOBase):
    """Stand in for `sys.stdout` or `sys.stderr`."""

    def __init__(self, name: str, recorder: Recorder, fd: int):
        self._name, self._recorder, self._fd = name, recorder, fd

    encoding = "utf-8"
    errors = "replace"

    @property
    def name(self) -> str:
        return f"<{self._name}>"

    def writable(self) -> bool:
        return True

    def fileno(self) -> int:  # for subprocess.run(..., stdout=sys.stdout)
        return self._fd

    def write(self, text: str) -> int:
        if not isinstance(text, str):
            raise TypeError(f"write() argument must be str, not {type(text).__name__}")
        self._recorder.stream(self._name, text)
        return len(text)


class Hook(DisplayHook):
    """Send the value of a cell's last expression to the recorder."""

    exec_result: Any
    shell: Any

    def write_output_prompt(self) -> None:
        pass

    def quiet(self) -> bool:
        """Tell whether the running cell ends with a semicolon.

        IPython itself would look in its history, which lacks some cells.
        """
        try:
            return self.semicolon_at_end_of_expression(self.exec_result.info.raw_cell)
        except Exception:  # a text that is not Python
            return False

    def write_format_data(self, format_dict: dict, md_dict: dict | None = None) -> None:
        self.shell.recorder.rich("execute_result", format_dict, md_dict)


class Publisher(DisplayPublisher):
    """Send what a cell displays to the recorder."""

    shell: Any

    def publish(
        self,
        data: dict,
        metadata: dict | None = None,
        source: Any = None,
        *,
        transient: dict | None = None,
        update: bool = False,
        **kwargs: Any,
    ) -> None:
        display_id = (transient or {}).get("display_id")
        self.shell.recorder.rich("display_data", data, metadata, display_id, update)

    def clear_output(self, wait: bool = False) -> None:
        self.shell.recorder.clear(wait)


class Shell(InteractiveShell):
    """Run IPython's shell without a history file or a GUI event loop."""

    recorder: Recorder

    def begin_cell(self) -> None:
        """Start a cell without outputs and with fresh streams, since a cell may close them."""
        self.recorder.begin(self.execution_count)
        sys.stdout, sys.stderr = (
            Stream("stdout", self.recorder, 1),
            Stream("stderr", self.recorder, 2),
        )

    def _showtraceback(self, etype: type, evalue: BaseException, stb: list[str]) -> None:
        try:
            text = str(evalue)
        except Exception:  # the student's exception may have a __str__ that fails
            text = ""
        self.recorder.error(etype.__name__, text, stb)

    def enable_gui(self, gui: str | None = None) -> None:
        pass  # %matplotlib inline asks for it

    def ask_exit(self) -> None:
        pass  # exit() in a cell would end the grading of all later cells

    def system(self, cmd: str) -> None:
        """Run `!cmd` in a shell; its output becomes the cell's."""
        process = subprocess.Popen(
            ["/bin/sh", "-c", self.var_expand(cmd, depth=1)],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
        )
        output: Any = process.stdout
        try:
            while chunk := output.read1(65536):
                self.recorder.stream("stdout", chunk.decode("utf-8", "replace"))
            self.user_ns["_exit_code"] = process.wait()
        finally:
            process.kill()
            process.wait()


def start_shell(limits: Limits) -> Shell:
    """Start the shell of this process, which records `sys.stdout` and `sys.stderr`.

    Parameters
    ----------
    limits : Limits
        How much a cell may show.

    Returns
    -------
    Shell
        The only shell of this process.
    """
    manager: Any = HistoryManager
    manager.enabled = False  # no database, and no thread that writes to it
    recorder = Recorder(limits)
    Shell.recorder = recorder
    shell = Shell.instance(displayhook_class=Hook, display_pub_class=Publisher, colors="nocolor")
    shell.display_page = True
    shell.begin_cell()
    return shell
