"""Check the installation, and suggest a remedy for each thing that is wrong."""

import importlib
import importlib.metadata
import os
import socket
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from packaging.requirements import Requirement

__all__ = ["Finding", "examine", "free_port"]

FIRST_PORT = 8888
TRIED_PORTS = 50
REINSTALL = "delete the folder .venv and run `make lab` again"


@dataclass(frozen=True)
class Finding:
    """Report on one part of the installation.

    Parameters
    ----------
    name : str
        The part.
    ok : bool
        Whether it is as it should be.
    state : str
        A version, a device, a port, or what is wrong.
    remedy : str, default ""
        What to do if it is wrong.
    """

    name: str
    ok: bool
    state: str
    remedy: str = ""


def examine(root: Path, *, port: int = FIRST_PORT) -> list[Finding]:
    """Check Python, the packages, torch and its device, a free port and the work folder.

    Parameters
    ----------
    root : Path
        The folder that holds `work/`, or will.
    port : int, default 8888
        The first port to try.

    Returns
    -------
    list of Finding
        One finding for each, in this order.
    """
    return [*_python(), *_packages(), *_torch(), _port(port), _work(root)]


def free_port(first: int = FIRST_PORT, tried: int = TRIED_PORTS) -> int | None:
    """Find a free port on 127.0.0.1.

    Parameters
    ----------
    first : int, default 8888
        The first port to try.
    tried : int, default 50
        How many ports to try.

    Returns
    -------
    int or None
        The first free port, or None if all are taken.
    """
    for port in range(first, min(first + tried, 65536)):
        with socket.socket() as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)  # as the server itself does
            try:
                probe.bind(("127.0.0.1", port))
            except OSError:
                continue
            return port
    return None


def _python() -> Iterator[Finding]:
    version = ".".join(map(str, sys.version_info[:3]))
    yield Finding(
        "Python",
        sys.version_info >= (3, 11),
        version,
        "install Python 3.11 or newer, then " + REINSTALL,
    )


def _packages() -> Iterator[Finding]:
    wrong, right = [], 0
    for line in importlib.metadata.requires("lazyrich") or []:
        requirement = Requirement(line)
        if requirement.marker and not requirement.marker.evaluate({"extra": "lab"}):
            continue
        try:
            version = importlib.metadata.version(requirement.name)
        except importlib.metadata.PackageNotFoundError:
            wrong.append(f"{requirement.name} is missing")
            continue
        if requirement.specifier.contains(version.split("+")[0], prereleases=True):
            right += 1
        else:
            wrong.append(f"{requirement.name} is {version}, expected {requirement.specifier}")
    yield Finding("packages", not wrong, "; ".join(wrong) or f"{right} as required", REINSTALL)


def _torch() -> Iterator[Finding]:
    try:
        torch = importlib.import_module("torch")
        device = "cpu"
        if torch.cuda.is_available():
            device = f"cuda ({torch.cuda.get_device_name(0)})"
        elif torch.backends.mps.is_available():
            device = "mps"
        total = float(torch.ones(3, device=device.split()[0]).sum())
        yield Finding("torch", total == 3.0, f"{torch.__version__} on {device}", REINSTALL)
    except Exception as error:  # whatever a broken installation raises
        yield Finding(
            "torch",
            False,
            f"does not start ({type(error).__name__}: {error})".splitlines()[0],
            REINSTALL,
        )


def _port(first: int) -> Finding:
    port = free_port(first)
    if port is None:
        return Finding(
            "port",
            False,
            f"ports {first} to {first + TRIED_PORTS - 1} are all taken",
            "close other Jupyter servers, or name a port: make lab ARGS='--port 9000'",
        )
    return Finding("port", True, f"{port} is free")


def _work(root: Path) -> Finding:
    folder = root / "work"
    where = folder if folder.exists() else root
    remedy = f"make {where} writable for you (chmod u+w), or clone the course into your home folder"
    return Finding("work folder", os.access(where, os.W_OK), str(folder), remedy)
