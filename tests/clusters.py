"""Start a Dask cluster on this machine for tests.

The scheduler runs in this process. Its two workers are processes of their own that come back when
they are killed."""

import logging
import os
import signal
from collections.abc import Iterator
from contextlib import contextmanager

import dask
from distributed import Client, LocalCluster

__all__ = ["kill_a_worker", "two_workers"]

DEATHS = 1  # of workers that a task survives; the scheduler's own default is 3


@contextmanager
def two_workers() -> Iterator[str]:
    """The address of its scheduler."""
    quiet = {
        "distributed.scheduler.allowed-failures": DEATHS,
        # A worker that was killed comes back, if slowly on a busy machine; the cluster must not
        # give it up meanwhile.
        "distributed.deploy.lost-worker-timeout": "1 hour",
        "logging.distributed": "critical",
        "distributed.admin.system-monitor.gil.enabled": False,
    }
    with (
        dask.config.set(quiet),
        LocalCluster(
            2,
            threads_per_worker=1,
            processes=True,
            dashboard_address=None,
            silence_logs=logging.CRITICAL,
        ) as cluster,
    ):
        yield cluster.scheduler_address


def kill_a_worker(scheduler: str) -> None:
    """Take away one of the workers, whatever it is at."""
    with Client(scheduler, set_as_default=False) as client:
        pids = client.run(os.getpid)
    os.kill(next(iter(pids.values())), signal.SIGKILL)
