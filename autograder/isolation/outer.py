"""Write the command line that starts bubblewrap with only Python and libraries inside."""

import importlib.util
import os
import shlex
import shutil
import site
import sys
from dataclasses import dataclass
from pathlib import Path

from autograder.isolation.data_files import LARGEST
from nbjudge.worker.launcher import ARITHMETIC

__all__ = ["NOBODY", "Wall", "tools_missing", "user"]

HERE = Path(__file__).parent
INSIDE = ("zygote", "warm_up", "seccomp")  # modules of this folder that run inside
USER, NOBODY = "1000", "65534"
SMALL, LARGE = str(1024**2), str(64 * 1024**2)
HOME = str(LARGEST + 64 * 1024**2)
FIRST_USER = 0x70000000  # far from the user ids of any machine
# The parts of an environment and of the system that are shown: an explicit list, because a course
# may be beside them, and an environment's "etc" has Jupyter's and nbgrader's settings with keys.
PARTS = ("bin", "lib", "lib64", "libexec", "include", "share", "etc/fonts", "ssl", "pyvenv.cfg")
SYSTEM = (
    *(f"/usr/{part}" for part in ("bin", "sbin", "lib", "lib32", "lib64", "libx32", "libexec")),
    *("/usr/include", "/usr/share"),
    *(f"/usr/local/{part}" for part in ("bin", "sbin", "lib", "lib64", "include", "share")),
    *("/lib", "/lib64", "/bin", "/sbin", "/lib32", "/libx32"),
)
# The default place of nbgrader's exchange, which has the work of all students.
EXCHANGE = Path("/usr/local/share/nbgrader")
ETC = (
    "ld.so.cache",
    "ld.so.conf",
    "ld.so.conf.d",
    "alternatives",
    "fonts",
    "mime.types",
    "localtime",
)


def tools_missing() -> list[str]:
    """List the programs that walls need and that this machine lacks.

    Returns
    -------
    list of str
        Their names; "Linux" if this is another operating system.
    """
    needed = ["bwrap"] + (["unshare", "setpriv", "mount"] if os.getuid() == 0 else [])
    return [name for name in needed if shutil.which(name) is None] + (
        [] if sys.platform == "linux" else ["Linux"]
    )


@dataclass(frozen=True)
class Wall:
    """Choose what is visible inside, under neutral paths that do not reveal the host's names.

    As root, the walls are built in a separate mount namespace and started as another user (`user`):
    bubblewrap started by root keeps too many privileges, and root's own folders are closed to
    others. The zygote is the first process inside; otherwise a worker could open the memory of
    bubblewrap's own first process.

    Parameters
    ----------
    idle : float, default 1800
        The seconds without work after which the zygote ends.
    warm_up : tuple of str, default ()
        The modules that the zygote imports before the first worker.
    """

    idle: float = 1800.0
    warm_up: tuple[str, ...] = ()

    def command(self, fd: int, stage: Path) -> list[str]:
        """Write the command that starts the zygote on the file descriptor `fd`.

        `stage` is an empty folder that every user may traverse.
        """
        inside = ["/venv/bin/python", "-P", "/w/zygote.py", str(fd), f"{self.idle:g}"]
        inside += self.warm_up
        if os.getuid() != 0:
            return [*self._bubblewrap(self._sources()), *inside]
        binds, seen = [], {}
        for number, (name, path) in enumerate(self._sources().items()):
            place = stage / str(number)
            make = "mkdir" if path.is_dir() else "touch"
            binds.append(f"{make} {_quote(place)} && mount --bind {_quote(path)} {_quote(place)}")
            seen[name] = place
        drop = (
            f"exec setpriv --reuid={user()} --regid={user()} --clear-groups "
            '--inh-caps=-all --bounding-set=-all -- "$@"'
        )
        script = " && ".join([f"mount -t tmpfs -o mode=0755 none {_quote(stage)}", *binds, drop])
        outer = ["unshare", "--mount", "--propagation", "private", "sh", "-c", script, "sh"]
        return [*outer, *self._bubblewrap(seen), *inside]

    def shown(self) -> dict[str, Path]:
        """Map all paths inside to the host's folders and files that are visible there."""
        system = {folder: Path(folder) for folder in SYSTEM if os.path.isdir(folder)}
        return {name: path for name, path in system.items() if not path.is_symlink()} | (
            self._sources()
        )

    def exposed(self, private: tuple[Path, ...]) -> str:
        """Say which of these private paths would be visible inside; "" if none would.

        A folder that is shown must neither contain one of them nor be inside one. Covered paths do
        not count.
        """
        covered = EXCHANGE.resolve()
        there = (path.resolve() for path in private if path.exists())
        for path in (path for path in there if not path.is_relative_to(covered)):
            for seen in (seen.resolve() for seen in self.shown().values()):
                if path.is_relative_to(seen):
                    return f"{path} is in {seen}, which students' code sees"
                if seen.is_relative_to(path):
                    return f"{seen}, which students' code sees, is in {path}"
        return ""

    def _sources(self) -> dict[str, Path]:
        """Map paths inside to folders or files of the host, except the system's own."""
        sources = _parts(Path(sys.prefix), "/venv")
        installed = {Path(folder) for folder in site.getsitepackages()}
        for name in sorted({"nbjudge", *(module.partition(".")[0] for module in self.warm_up)}):
            spec = importlib.util.find_spec(name)
            for folder in (spec and spec.submodule_search_locations) or ():
                if Path(folder).parent not in installed:  # otherwise it is in /venv or /usr
                    sources[f"/w/{name}"] = Path(folder)
        sources |= {f"/w/{name}.py": HERE / f"{name}.py" for name in INSIDE}
        base = Path(sys.base_prefix)
        if not any(base.is_relative_to(folder) for folder in ("/usr", Path(sys.prefix))):
            sources |= _parts(base, str(base))
        return sources

    def _bubblewrap(self, sources: dict[str, Path]) -> list[str]:
        command = [
            shutil.which("bwrap") or "bwrap",
            "--unshare-all",
            "--uid",
            USER,
            "--gid",
            USER,
            "--cap-drop",
            "ALL",
            "--die-with-parent",
            "--as-pid-1",
        ]
        command += ["--new-session", "--hostname", "w", "--clearenv"]
        for name, value in ENVIRONMENT.items():
            command += ["--setenv", name, value]
        for folder in SYSTEM:
            if os.path.islink(folder):
                command += ["--symlink", os.readlink(folder), folder]
            elif os.path.isdir(folder):
                command += ["--ro-bind", folder, folder]
        command += ["--dir", "/etc"]
        for name in ETC:
            command += ["--ro-bind-try", f"/etc/{name}", f"/etc/{name}"]
        command += ["--proc", "/proc", "--dev", "/dev"]
        for size, place in ((LARGE, "/tmp"), (SMALL, "/dev/shm"), (HOME, "/home/w")):
            command += ["--size", size, "--tmpfs", place]
        for place, source in sources.items():
            command += ["--ro-bind", str(source), place]
        for place in self._covered():
            command += ["--tmpfs", place, "--remount-ro", place]
        return [*command, "--remount-ro", "/dev", "--remount-ro", "/", "--chdir", "/"]

    def _covered(self) -> list[str]:
        """List where the instructor's package and the exchange would be visible.

        Something empty is mounted over them.
        """
        shown = [(Path(name), path.resolve()) for name, path in self.shown().items()]
        hidden = [folder.resolve() for folder in (HERE.parent, EXCHANGE) if folder.is_dir()]
        return [
            str(name / folder.relative_to(path))
            for folder in hidden
            for name, path in shown
            if folder.is_relative_to(path)
        ]


def user() -> str:
    """Name the user that runs workers: for root, one that no other judge process uses.

    The kernel counts pipes, files in transit and much else per user, over all processes: workers of
    the same user could use up what the others need.

    Returns
    -------
    str
        The user's number; "65534" (nobody) for root if no other number may be used.
    """
    if os.getuid() != 0:
        return str(os.getuid())
    _, _, count = Path("/proc/self/uid_map").read_text().split()[:3]
    return str(FIRST_USER + os.getpid()) if int(count) > 2**31 else NOBODY


def _parts(prefix: Path, place: str) -> dict[str, Path]:
    """Map paths inside to the parts of a Python environment, and to nothing beside them."""
    return {f"{place}/{part}": prefix / part for part in PARTS if (prefix / part).exists()}


ENVIRONMENT = {
    "PATH": "/venv/bin:/usr/local/bin:/usr/bin:/bin",
    "HOME": "/home/w",
    "TMPDIR": "/tmp",
    "IPYTHONDIR": "/home/w/.ipython",
    "PYTHONPATH": "/w",
    "PYTHONHASHSEED": "0",
    "PYTHONDONTWRITEBYTECODE": "1",
    "LANG": "C.UTF-8",
    "MPLBACKEND": "module://matplotlib_inline.backend_inline",
    "CUDA_VISIBLE_DEVICES": "",
    **dict.fromkeys(("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"), "1"),
    **{name: os.environ[name] for name in ARITHMETIC if name in os.environ},
}


def _quote(path: Path) -> str:
    return shlex.quote(str(path))
