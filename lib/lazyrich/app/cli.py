"""Define the command `lazyrich`: thin commands over functions that can be imported."""

import os
import sys
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from lazyrich import __version__
from lazyrich.app import doctor, lab
from lazyrich.app.commands import Commands, options, stop
from lazyrich.app.paths import course_root
from nbjudge.extras import require

__all__ = ["app"]


app = typer.Typer(
    cls=Commands,
    add_completion=False,
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    help="Lazy to Rich: open the course, check your answers, run experiments.",
)
app.callback()(options)
console = Console(highlight=False)
DEMO_PORT = 8866  # fixed, because links to a demo contain it


def _root() -> Path:
    try:
        return course_root()
    except FileNotFoundError as error:
        stop(str(error))


def _print_findings(findings: list[doctor.Finding]) -> bool:
    for finding in findings:
        if finding.ok:
            console.print(f"[green]ok[/]   {finding.name}: ", end="")
            console.print(finding.state, markup=False)
        else:
            console.print(f"[bold red]wrong[/] {finding.name}: ", end="")
            console.print(f"{finding.state}. To fix it: {finding.remedy}", markup=False)
    return all(finding.ok for finding in findings)


@app.command("doctor")
def doctor_command() -> None:
    """Check packages, torch, a free port and the work folder, and say how to fix what is wrong."""
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
    """Copy new notebooks to work/ and open JupyterLab there."""
    root = _root()
    free = doctor.free_port(port)
    if free is None:
        stop(f"No free port from {port} on: close other servers, or choose one with --port.")
    if free != port:
        console.print(f"Port {port} is taken, so this uses {free}.")
    try:
        new = lab.copy_released(root)
    except OSError as error:
        stop(
            f"Cannot write to {root / 'work'} ({error.strerror}): make the folder writable for "
            "you, or free some space."
        )
    console.print(
        f"Your notebooks are in {root / 'work'}{lab.newly(new)}. Stop JupyterLab with Ctrl-C.",
        markup=False,
    )
    for line in lab.released_again(root):
        console.print(line, markup=False)
    command = lab.lab_command(root, port=free, browser=browser)
    if "--no-browser" in command:
        console.print("Open the address that starts with http://127.0.0.1 below in your browser.")
    raise typer.Exit(lab.serve(command))


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
        typer.Option(help="write the gallery to this file instead: one page without a server"),
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
                f"Cannot write {html} ({error.strerror}): name a file in an existing folder that "
                "you can write to."
            )
        console.print(f"Open {html} in any browser.", markup=False)
        return
    free = doctor.free_port(port)
    if free is None:
        stop(f"No free port from {port} on: close other servers, or choose one with --port.")
    serve.serve(
        gallery.document(),
        port=free,
        browser=lab.has_browser() if browser is None else browser,
        tell=lambda at: console.print(f"The demos are at {at}. Stop with Ctrl-C."),
    )


@app.command("site")
def site_command(
    out: Annotated[Path, typer.Argument(help="the folder to write")] = Path("site"),
    workers: Annotated[
        int, typer.Option(min=1, help="how many notebooks to run at the same time")
    ] = os.cpu_count() or 1,
    repository: Annotated[
        str,
        typer.Option(envvar="GITHUB_REPOSITORY", help="OWNER/NAME: link each notebook to Binder"),
    ] = "",
) -> None:
    """Write the course as a website of plain files: notebooks, figures, live demos, reference.

    The site opens from the folder as well as from any server, and loads nothing from other hosts.
    """
    from lazyrich.site import build

    try:
        with Console(file=sys.stderr).status("Running the notebooks for their figures (minutes)"):
            files = build(_root(), out, workers=workers, repository=repository)
    except (OSError, RuntimeError, ValueError) as error:
        why = getattr(error, "strerror", None)
        stop(f"Cannot write {out} ({why}): name a folder that you can write to." if why else error)
    size = sum(file.stat().st_size for file in files) / 1e6
    console.print(f"Wrote {len(files)} files ({size:.0f} MB): open {out / 'index.html'}.")


@app.command("check")
def check_command(
    name: Annotated[
        str, typer.Argument(help="a notebook or an exercise, for example 01_invariant or 01.3")
    ],
) -> None:
    """Run the visible checks on your copy in work/ and list what failed and why."""
    from nbjudge import local_check

    stderr = Console(file=sys.stderr)  # the terminal itself: the checks' own output goes elsewhere
    try:
        with stderr.status("Starting Python for your notebook") as status:
            report = local_check.check(
                name,
                root=_root(),
                progress=lambda check: status.update(f"{check.exercise}: {check.name}"),
            )
    except (OSError, RuntimeError, ValueError) as error:
        stop(str(error))
    console.print(local_check.render(report))


@app.command("run")
def run_command(
    experiment: Annotated[
        str, typer.Argument(help="the experiment, for example phase-diagram")
    ] = "",
    preset: Annotated[
        str,
        typer.Option(
            help="tiny (seconds) or teaching (minutes, as shipped); --list shows all presets"
        ),
    ] = "tiny",
    device: Annotated[str, typer.Option(help="auto, cpu or cuda")] = "auto",
    out: Annotated[
        Path | None, typer.Option(help="folder for the result and its figure (default: work/runs)")
    ] = None,
    show: Annotated[bool, typer.Option("--list", help="list the experiments and presets")] = False,
    scheduler: Annotated[
        str | None,
        typer.Option(help="compute the seeds on a Dask cluster: its scheduler, tcp://HOST:PORT"),
    ] = None,
    workers: Annotated[
        int, typer.Option(min=1, help="how many processes on this machine compute the seeds")
    ] = 1,
) -> None:
    """Run an experiment and write a NetCDF file with all numbers, and a figure.

    If interrupted, run the same command again to resume; --workers, --scheduler and --device may
    differ.
    """
    from lazyrich import experiments

    if show:
        for one in experiments.EXPERIMENTS.values():
            presets = ", ".join(reversed(one.presets))  # from small to large
            console.print(f"[bold]{one.name}[/] ({presets}): {one.question}", soft_wrap=True)
        return
    if not experiment:
        stop("Name an experiment; `lazyrich run --list` lists them.")
    if scheduler is not None:
        require("cluster", "distributed")
    if experiment not in experiments.EXPERIMENTS:
        stop(f"No experiment {experiment!r}; there are: {', '.join(experiments.EXPERIMENTS)}.")
    chosen = experiments.EXPERIMENTS[experiment]
    if preset not in chosen.presets:
        stop(f"No preset {preset!r}; {experiment} has: {', '.join(chosen.presets)}.")
    if workers > 1 and scheduler is not None:
        stop(
            "Use either --workers (processes on this machine) or --scheduler (a Dask cluster), "
            "not both."
        )
    folder = out if out is not None else _root() / "work" / "runs"
    from lazyrich.app import run

    try:
        result = run.run(
            chosen, preset, folder, device=device, scheduler=scheduler, workers=workers
        )
    except run.RunError as error:
        stop(error)
    console.print(result, markup=False)


if __name__ == "__main__":
    app()
