"""Connect to a Dask cluster by the address of its scheduler, or explain why that fails."""

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from nbjudge.extras import needs

__all__ = ["connected", "cores"]

PATIENCE = 8.0  # seconds for a scheduler to answer


@contextmanager
def connected(address: str, *, timeout: float = PATIENCE) -> Iterator[Any]:
    """Connect to the Dask scheduler at an address, for the duration of a `with` block.

    Results that this process has not fetched when the block ends are lost; the scheduler and its
    workers keep running.

    Parameters
    ----------
    address : str
        tcp://HOST:PORT or tls://HOST:PORT; HOST:PORT means tcp.
    timeout : float, default 8.0
        Seconds for the scheduler to answer.

    Yields
    ------
    distributed.Client
        The client; its `get_executor()` returns an executor like those of concurrent.futures.

    Raises
    ------
    ImportError
        If Dask is not installed here.
    ConnectionError
        If no scheduler answers at this address in time.
    """
    with needs("cluster"):
        from distributed import Client
    address = address if "://" in address else f"tcp://{address}"
    if problem := asyncio.run(_problem(address, timeout)):
        raise ConnectionError(
            f"no Dask scheduler answers at {address} ({problem}). Is it running (dask scheduler), "
            "is this the address that it printed, and can this machine reach it?"
        )
    with Client(address, timeout=timeout, set_as_default=False) as client:
        yield client


def cores(client: Any) -> int:
    """Count the tasks that the currently connected workers can run at once.

    Parameters
    ----------
    client : distributed.Client
        The client of a scheduler.

    Returns
    -------
    int
        The number of threads of all workers.
    """
    return sum(client.nthreads().values())


async def _problem(address: str, timeout: float) -> str:
    """Say why there is no scheduler, "" if there is one; a client itself would wait forever."""
    with needs("cluster"):
        from distributed.core import connect
        from distributed.security import Security

    async def server_type() -> str:
        # Half of the time is for connecting, so that a refused connection is reported as such; the
        # rest is for a server that does not answer.
        comm = await connect(
            address, timeout=timeout / 2, **Security().get_connection_args("client")
        )
        try:
            await comm.write({"op": "identity", "reply": True})
            return (await comm.read()).get("type", "")
        finally:
            comm.abort()

    try:
        kind = await asyncio.wait_for(server_type(), timeout)
    except TimeoutError:
        return f"nothing within {timeout:g} s"
    # an invalid address, a refused connection, a bad certificate
    except (OSError, ValueError, TypeError) as error:
        return str(error).split("\n")[0] or type(error).__name__
    except Exception:  # what came back could not be read
        kind = ""
    return "" if kind == "Scheduler" else f"it is a {kind or 'server of another kind'}"
