"""The command `lazyrich`: thin commands over functions that can be imported."""

import os
import tempfile
from collections.abc import Iterator
from concurrent.futures import Executor
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated, Any, NoReturn

import typer
from rich.console import Console
from typer.core import TyperGroup

from lazyrich import __version__
from lazyrich.app import doctor, lab
from lazyrich.app.paths import course_root
from nbjudge.extras import missing, require

__all__ = ["Commands", "app", "stop", "tell"]


def tell(error: object) -> None:
    """Say in a line what went wrong."""
    Console(stderr=True, highlight=False).print(
        str(error), style="bold red", markup=False, soft_wrap=True
    )


def stop(error: object) -> NoReturn:
    """End a command with a line in place of a traceback."""
    tell(error)
    raise typer.Exit(1)


class Commands(TyperGroup):
    """Commands of which each says in one line what is missing, where a package is. extra: the one that brings what they need."""

    extra = ""

    def invoke(self, ctx: typer.Context) -> Any:
        try:
            return super().invoke(ctx)
        except ImportError as error:
            if line := missing(error, self.extra):
                stop(line)
            raise


app = typer.Typer(
    cls=Commands,
    add_completion=False,
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    help="Lazy to Rich: work through the course, check your answers, see that all is in place.",
)
console = Console(highlight=False)
DEMO_PORT = 8866  # links carry it, so it stays the same where it can


def _root() -> Path:
    try:
        return course_root()
    except FileNotFoundError as error:
        stop(str(error))


def _print_findings(findings: list[doctor.Finding]) -> bool:
    for finding in findings:
        if finding.ok:
            console.print(f"[green]ok[/]   {finding.name}: ", end="")
            console.print(finding.found, markup=False)
        else:
            console.print(f"[bold red]wrong[/] {finding.name}: ", end="")
            console.print(f"{finding.found}. To mend it: {finding.remedy}", markup=False)
    return all(finding.ok for finding in findings)


@app.command("doctor")
def doctor_command() -> None:
    """Look at versions, torch's device, a free port and the work folder; say how to mend what is wrong."""
    console.print(f"lazyrich {__version__}")
    if not _print_findings(doctor.examine(_root())):
        raise typer.Exit(1)


@app.command("lab")
def lab_command(
    port: Annotated[
        int, typer.Option(min=1, max=65535, help="port to start looking from")
    ] = doctor.FIRST_PORT,
    browser: Annotated[
        bool | None, typer.Option(help="open a browser (default: where there is one)")
    ] = None,
) -> None:
    """Copy notebooks that are not there yet to work/ and open JupyterLab on them."""
    root = _root()
    free = doctor.free_port(port)
    if free is None:
        stop(
            f"No free port from {port} on: close other Jupyter servers, or choose one with --port."
        )
    if free != port:
        console.print(f"Port {port} is taken, so this uses {free}.")
    try:
        new = lab.copy_released(root)
    except OSError as error:
        stop(
            f"Cannot write to {root / 'work'} ({error.strerror}): make the folder writable for you, or free some space."
        )
    console.print(
        f"Your notebooks are in {root / 'work'} ({len(new)} new). Stop JupyterLab with Ctrl-C.",
        markup=False,
    )
    command = lab.lab_command(root, port=free, browser=browser)
    if "--no-browser" in command:
        console.print("Open the address that starts with http://127.0.0.1 below in your browser.")
    os.execve(command[0], command, lab.lab_environment())


@app.command("demo")
def demo_command(
    port: Annotated[
        int, typer.Option(min=1, max=65535, help="port to start looking from")
    ] = DEMO_PORT,
    browser: Annotated[
        bool | None, typer.Option(help="open a browser (default: where there is one)")
    ] = None,
    html: Annotated[
        Path | None,
        typer.Option(help="write the gallery to this file instead: one page, no server"),
    ] = None,
) -> None:
    """Open the gallery: every demo of the course on one page, for lectures and for browsing."""
    from lazyrich.demos import gallery
    from lazyrich.demos.gallery import serve

    if html is not None:
        try:
            html.write_text(gallery.document(), encoding="utf-8")
        except OSError as error:
            stop(
                f"Cannot write {html} ({error.strerror}): name a file in a folder that is there and yours."
            )
        console.print(f"Open {html} in any browser.", markup=False)
        return
    free = doctor.free_port(port)
    if free is None:
        stop(f"No free port from {port} on: close other servers, or choose one with --port.")
    console.print(f"The demos are at http://127.0.0.1:{free}/ in a few seconds. Stop with Ctrl-C.")
    with tempfile.TemporaryDirectory(prefix="lazyrich-") as folder:
        try:
            notebook = serve.prepare(Path(folder))
        except OSError as error:
            stop(f"Cannot write to {folder} ({error.strerror}): free some space.")
        serve.serve(notebook, port=free, browser=lab.has_browser() if browser is None else browser)


@app.command("check")
def check_command(
    name: Annotated[
        str, typer.Argument(help="a notebook or an exercise, for example 01_invariant or 01.3")
    ],
) -> None:
    """Run the visible checks on your copy in work/ and say, for each exercise, what failed and why."""
    from nbjudge import local_check

    try:
        report = local_check.check(name, root=_root())
    except (OSError, RuntimeError, ValueError) as error:
        stop(str(error))
    console.print(local_check.render(report))


@app.command("run")
def run_command(
    experiment: Annotated[str, typer.Argument(help="its name, for example phase-diagram")] = "",
    preset: Annotated[
        str,
        typer.Option(
            help="tiny (seconds) or teaching (minutes, what ships); --list shows who has others"
        ),
    ] = "tiny",
    device: Annotated[str, typer.Option(help="auto, cpu or cuda")] = "auto",
    out: Annotated[
        Path | None, typer.Option(help="folder for the result and its figure (default: work/runs)")
    ] = None,
    show: Annotated[
        bool, typer.Option("--list", help="say what experiments there are, and their presets")
    ] = False,
    scheduler: Annotated[
        str | None,
        typer.Option(help="spread the seeds over a Dask cluster: its scheduler, tcp://HOST:PORT"),
    ] = None,
    workers: Annotated[
        int, typer.Option(min=1, help="spread the seeds over so many processes of this machine")
    ] = 1,
) -> None:
    """Run an experiment: a NetCDF file with all numbers and a figure. If it is stopped, run the same command again to go on where it was; --workers, --scheduler and --device may differ."""
    from lazyrich import experiments

    if show:
        for name, presets, line in experiments.listed():
            console.print(f"[bold]{name}[/] ({', '.join(presets)}): {line}", soft_wrap=True)
        return
    if not experiment:
        stop("Which experiment? `lazyrich run --list` says what there is.")
    if scheduler is not None:
        require("cluster", "distributed")
    if experiment not in experiments.EXPERIMENTS:
        stop(f"No experiment {experiment!r}; there are: {', '.join(experiments.EXPERIMENTS)}.")
    module = getattr(experiments, experiments.EXPERIMENTS[experiment])
    if preset not in module.PRESETS:
        stop(f"No preset {preset!r}; {experiment} has: {', '.join(module.PRESETS)}.")
    if workers > 1 and scheduler is not None:
        stop(
            "Use either --workers (processes on this machine) or --scheduler (a Dask cluster), not both."
        )
    folder = out if out is not None else _root() / "work" / "runs"
    from lazyrich import sweep
    from lazyrich.experiments import results, spread
    from lazyrich.training import devices

    store = place = folder / f"{experiment}-{preset}"
    config = module.PRESETS[preset]
    try:
        if scheduler is None:  # else it is the workers' device that is meant
            devices.choose(device)  # now, rather than once in every run of a sweep
        folder.mkdir(parents=True, exist_ok=True)
        with _executor(scheduler, min(workers, len(config.seeds))) as executor:
            dataset = spread.over_seeds(
                experiment, config, executor, device=device, progress=True, store=store
            )
        results.write(dataset, place.with_suffix(".nc"))
        place.with_suffix(".png").write_bytes(module.picture(dataset).png)
    except ConnectionError as error:
        stop(str(error))
    except OSError as error:
        stop(f"{error}. Name a folder that you can write to with --out, or free some space.")
    except (ValueError, RuntimeError, MemoryError) as error:
        memory = devices.out_of_memory(error)
        if isinstance(error, RuntimeError) and not (memory or isinstance(error, sweep.SweepError)):
            raise
        said = str(error) or "out of memory"
        hint = ". Close other programs, or run it on a larger machine" if memory else ""
        kept = (
            f". What has finished is kept in {store}; --out names another folder."
            if store.is_dir()
            else ""
        )
        stop(f"{said}{hint}{kept}")
    console.print(
        f"{place.with_suffix('.nc')} and {place.with_suffix('.png')}: {module.words(dataset)}",
        markup=False,
    )


@contextmanager
def _executor(scheduler: str | None, workers: int) -> Iterator[Executor | None]:
    """Processes of this machine, a cluster's workers, or None for this process alone."""
    from lazyrich import sweep
    from lazyrich.sweep import cluster

    if scheduler is not None:
        with cluster.connected(scheduler) as client:
            if not cluster.cores(client):
                console.print(
                    f"{scheduler} has no workers yet; this begins when one comes (dask worker {scheduler})."
                )
            yield client.get_executor(pure=False)
    elif workers > 1:
        with sweep.pool(workers) as executor:
            yield executor
    else:
        yield None


if __name__ == "__main__":
    app()
