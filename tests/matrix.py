"""Run the tests under every arithmetic that this machine has.

`python tests/matrix.py [arguments for pytest]`; without arguments the whole suite is run.

Processors round differently, because the libraries below NumPy and PyTorch choose other
instructions and other orders of summation on each. The settings here make those libraries behave as
on other processors; the last one stands for those on which a batch of eight matrices rounds in
another way than a batch of four (tests/rounding). A setting under which a few sums, products and
functions give the same digits as without it has no effect on this machine and is not run; `--list`
prints the probes alone."""

import argparse
import os
import re
import subprocess
import sys
import time
from pathlib import Path

SETTINGS = (
    "",
    "MKL_CBWR=COMPATIBLE",
    "MKL_ENABLE_INSTRUCTIONS=AVX2",
    "ATEN_CPU_CAPABILITY=default",
    "OPENBLAS_CORETYPE=SkylakeX",  # AVX-512
    "OPENBLAS_CORETYPE=Haswell",
    "OPENBLAS_CORETYPE=Prescott",
    "NPY_DISABLE_CPU_FEATURES=X86_V4",  # NumPy's own loops without AVX-512
    "NPY_DISABLE_CPU_FEATURES=X86_V3 X86_V4",  # and without AVX2
    "OMP_NUM_THREADS=1",
    "OMP_NUM_THREADS=2",
    "PYTHONPATH=tests/rounding",  # each shape of a product or sum rounds in its own way
)

PROBE = """
import hashlib, numpy, threadpoolctl, torch
rng = numpy.random.default_rng(0)
A = rng.normal(size=(301, 203)), rng.normal(size=(203, 1009)), rng.normal(size=(50, 50))
np = [A[0] @ A[1], A[0] @ A[1][:, 0], numpy.linalg.svd(A[2])[1],
    numpy.linalg.eigh(A[2] + A[2].T)[0], numpy.linalg.inv(A[2])]
np += [f(numpy.abs(A[0]).astype(t)) for t in ("f", "d")
    for f in (numpy.exp, numpy.log, numpy.log10, numpy.sin, numpy.tanh, numpy.cbrt, numpy.sum)]
np += [numpy.abs(A[0]) ** 0.3]
th = [A[0].sum()]
for x, y, z in ([torch.as_tensor(a, dtype=t) for a in A] for t in (torch.float32, torch.float64)):
    th += [x @ y, x @ y[:, 0], x.sum(), y.norm(dim=-1), torch.linalg.svdvals(z), y.exp(),
        y.tanh(), y.softmax(0)]
    th += [torch.randn(1000, generator=torch.Generator().manual_seed(0), dtype=x.dtype)]
    th += [torch.nn.functional.conv2d(y[None, None, :64, :64], z[None, None, :7, :7])]
digits = [hashlib.sha1(b"".join(numpy.asarray(v).tobytes() for v in part)).hexdigest()[:6]
    for part in (np, th)]
blas = {info.get("architecture") for info in threadpoolctl.threadpool_info()
    if info["user_api"] == "blas"} - {None}
print("NumPy", *sorted(blas), digits[0], "PyTorch", torch.backends.cpu.get_cpu_capability(),
    digits[1], torch.get_num_threads(), "threads")
"""


def environment(setting: str) -> dict[str, str]:
    """This process's environment with one setting more; tests change the folder they are in."""
    name, _, value = setting.partition("=")
    value = str(Path(value).resolve()) if name == "PYTHONPATH" else value
    return {**os.environ, **({name: value} if name else {})}


def probe(setting: str) -> str:
    """Which code the libraries chose, with a checksum of the digits that they give, in words."""
    ran = subprocess.run(
        [sys.executable, "-c", PROBE], env=environment(setting), capture_output=True, text=True
    )
    return ran.stdout.strip() or f"cannot run: {ran.stderr.strip().splitlines()[-1]}"


def main() -> int:
    """Print a table of settings, outcomes and seconds; 1 if anything failed."""
    options = argparse.ArgumentParser(
        description=__doc__.splitlines()[0], epilog="All else goes to pytest."
    )
    options.add_argument(
        "--list", action="store_true", help="only say which settings have an effect"
    )
    options.add_argument(
        "--only", action="append", metavar="SETTING", help="leave out the others; may be repeated"
    )
    given, words = options.parse_known_args()
    if unknown := [name for name in given.only or () if name not in SETTINGS]:
        options.error(f"no setting is called {unknown[0]!r}; there are: {', '.join(SETTINGS[1:])}")
    seen: dict[str, str] = {}
    rows, failed = [], False
    for setting in SETTINGS:
        found, name, began = probe(setting), setting or "none", time.monotonic()
        if found in seen or found.startswith("cannot run"):
            outcome = (
                f"not run: the same digits as with {seen[found]}"
                if found in seen
                else f"not run: {found}"
            )
        else:
            seen[found], outcome = name, "not run"
            if not given.list and (given.only is None or setting in given.only):
                command = [sys.executable, "-m", "pytest", "-q", *words]
                ran = subprocess.run(
                    command, env=environment(setting), stdout=subprocess.PIPE, text=True
                )
                print(f"\n== {name} ==\n{ran.stdout}", flush=True)
                failed |= ran.returncode != 0
                last = ran.stdout.strip().splitlines()[-1] if ran.stdout.strip() else "nothing"
                outcome = re.sub(r" in [0-9.]+s.*$", "", last.strip("= "))
        rows.append(f"| {name} | {found} | {outcome} | {time.monotonic() - began:.0f} |")
    print(
        "\n| setting | what the libraries chose | tests | seconds |\n|---|---|---|---|",
        *rows,
        sep="\n",
    )
    return int(failed)


if __name__ == "__main__":
    sys.exit(main())
