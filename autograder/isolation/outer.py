"""The command line of the outer wall: bubblewrap with nothing in it but Python and the libraries."""

import os
import shutil
import sys
from dataclasses import dataclass
from pathlib import Path

import lazyrich
import nbjudge
from nbjudge.worker.launcher import ARITHMETIC

__all__ = ["Wall", "tools_missing"]

HERE = Path(__file__).parent
USER, NOBODY = "1000", "65534"
SMALL, LARGE = str(1024**2), str(64 * 1024**2)
SYSTEM = ("/usr", "/lib", "/lib64", "/bin", "/sbin", "/lib32", "/libx32")
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
    """Programs that the walls need and this machine lacks."""
    needed = ["bwrap"] + (["unshare", "setpriv", "mount"] if os.getuid() == 0 else [])
    return [name for name in needed if shutil.which(name) is None] + (
        [] if sys.platform == "linux" else ["Linux"]
    )


@dataclass(frozen=True)
class Wall:
    """What is visible inside, at neutral places: no path of the host shows its name to a student.

    idle: seconds without work after which the zygote ends. As root the wall is built in a mount namespace of its own and started as
    nobody: bubblewrap started by root keeps too much, and root's own folders are closed to others. The zygote is the first process
    inside: bubblewrap's own would be a neighbor whose memory a worker could open.
    """

    idle: float = 1800.0

    def command(self, fd: int, stage: Path) -> list[str]:
        """The command that starts the zygote on `fd`; `stage` is an empty folder that anybody may pass through."""
        inside = ["/venv/bin/python", "-P", "/w/zygote.py", str(fd), f"{self.idle:g}"]
        if os.getuid() != 0:
            return [*self._bubblewrap(self._sources()), *inside]
        binds, seen = [], {}
        for number, (name, path) in enumerate(self._sources().items()):
            place = stage / str(number)
            make = "mkdir" if path.is_dir() else "touch"
            binds.append(f"{make} {_quote(place)} && mount --bind {_quote(path)} {_quote(place)}")
            seen[name] = place
        drop = f"exec setpriv --reuid={NOBODY} --regid={NOBODY} --clear-groups --inh-caps=-all --bounding-set=-all"
        script = " && ".join(
            [f"mount -t tmpfs -o mode=0755 none {_quote(stage)}", *binds, f'{drop} -- "$@"']
        )
        outer = ["unshare", "--mount", "--propagation", "private", "sh", "-c", script, "sh"]
        return [*outer, *self._bubblewrap(seen), *inside]

    def _sources(self) -> dict[str, Path]:
        """Place inside -> folder or file of the host."""
        sources = {"/venv": Path(sys.prefix)}
        sources |= {
            f"/w/{package.__name__}": Path(package.__file__).parent
            for package in (nbjudge, lazyrich)
        }
        sources |= {f"/w/{name}.py": HERE / f"{name}.py" for name in ("zygote", "seccomp")}
        base = Path(sys.base_prefix)
        if not any(base.is_relative_to(folder) for folder in ("/usr", Path(sys.prefix))):
            sources[str(base)] = base
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
        for size, place in ((LARGE, "/tmp"), (SMALL, "/dev/shm"), (LARGE, "/home/w")):
            command += ["--size", size, "--tmpfs", place]
        for place, source in sources.items():
            command += ["--ro-bind", str(source), place]
        return [*command, "--remount-ro", "/dev", "--remount-ro", "/", "--chdir", "/"]


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
    import shlex

    return shlex.quote(str(path))
