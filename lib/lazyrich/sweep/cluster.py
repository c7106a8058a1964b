"""A cluster by the address of its Dask scheduler: connected to, or a reason in words. Its executor is one of concurrent.futures'."""

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from nbjudge.extras import needs

__all__ = ["connected", "cores"]

PATIENCE = 8.0  # seconds for a scheduler to answer


@contextmanager
def connected(address: str, *, timeout: float = PATIENCE) -> Iterator[Any]:
    """A `distributed.Client` of the scheduler at `address` (tcp://HOST:PORT, tls://HOST:PORT); `get_executor()` gives its executor.

    What this process has not asked back when the block ends is given up; the scheduler and its workers go on.

    Raises:
        ImportError: if Dask is not installed here. ConnectionError: if no scheduler answers at this address within `timeout` seconds.
    """
    with needs("cluster"):
        from distributed import Client
    address = address if "://" in address else f"tcp://{address}"
    if why := asyncio.run(_wrong(address, timeout)):
        raise ConnectionError(
            f"no Dask scheduler answers at {address} ({why}). Is it running (dask scheduler), is this the address that it "
            "printed, and may this machine reach it?"
        )
    with Client(address, timeout=timeout, set_as_default=False) as client:
        yield client


def cores(client: Any) -> int:
    """How many tasks the workers that are there now do at once."""
    return sum(client.nthreads().values())


async def _wrong(address: str, timeout: float) -> str:
    """Why there is no scheduler; "" if there is one. A client itself waits without an end for a server of another kind."""
    with needs("cluster"):
        from distributed.core import connect
        from distributed.security import Security

    async def who() -> str:
        # Half of the time to connect, so that a port that refuses is told as such; the rest for a server that says nothing.
        comm = await connect(
            address, timeout=timeout / 2, **Security().get_connection_args("client")
        )
        try:
            await comm.write({"op": "identity", "reply": True})
            return (await comm.read()).get("type", "")
        finally:
            comm.abort()

    try:
        kind = await asyncio.wait_for(who(), timeout)
    except TimeoutError:
        return f"nothing within {timeout:g} s"
    except (
        OSError,
        ValueError,
        TypeError,
    ) as error:  # an address that is none, a refused connection, a bad certificate
        return str(error).split("\n")[0] or type(error).__name__
    except Exception:  # what came back could not be read
        kind = ""
    return "" if kind == "Scheduler" else f"it is a {kind or 'server of another kind'}"
