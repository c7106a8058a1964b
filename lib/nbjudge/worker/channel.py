"""Send and receive frames over a socket, each within a deadline."""

import socket
import time
from typing import Any

from nbjudge.errors import ChannelClosed, ChannelTimeout
from nbjudge.worker.frames import MAX_TOTAL, encode, read_frame

__all__ = ["Channel"]

AT_ONCE = 2**20  # a frame up to this many bytes is sent in one piece


class Channel:
    """Send and receive values as frames over a stream socket.

    Deadlines are absolute (`time.monotonic()`), one for each call: a sender that drips a byte at a
    time cannot stretch them. None waits forever.

    Parameters
    ----------
    sock : socket.socket
        One end of a connected pair.
    """

    def __init__(self, sock: socket.socket):
        self.sock = sock
        self.received = 0  # bytes of the last frame received

    def send(self, value: Any, deadline: float | None = None) -> None:
        """Send one frame.

        Parameters
        ----------
        value : object
            Plain data.
        deadline : float, optional
            When to give up.

        Raises
        ------
        FrameError
            If the value does not fit into a frame; nothing is sent.
        ChannelTimeout
            If the deadline has passed.
        ChannelClosed
            If the other side is gone.
        """
        parts = encode(value)
        if sum(map(len, parts)) <= AT_ONCE:
            parts = [b"".join(parts)]
        for part in parts:
            self._wait(deadline)
            try:
                self.sock.sendall(part)  # its timeout applies to the whole part, not to each piece
            except TimeoutError:
                raise ChannelTimeout from None
            except OSError as error:
                raise ChannelClosed from error

    def recv(self, deadline: float | None = None, most: int = MAX_TOTAL) -> Any:
        """Receive one value.

        Parameters
        ----------
        deadline : float, optional
            When to give up.
        most : int, optional
            The largest number of bytes (see `read_frame`).

        Returns
        -------
        object
            Plain data.

        Raises
        ------
        FrameError
            If the data is not a frame, or is a larger one.
        ChannelTimeout
            If the deadline has passed.
        ChannelClosed
            If the other side is gone.
        """
        self.received = 0
        return read_frame(lambda size: self._read(size, deadline), most)

    def close(self) -> None:
        """Close the socket."""
        self.sock.close()

    def _read(self, size: int, deadline: float | None) -> bytearray:
        buffer = bytearray(size)
        view = memoryview(buffer)
        while view:
            self._wait(deadline)
            try:
                got = self.sock.recv_into(view)
            except TimeoutError:
                raise ChannelTimeout from None
            except OSError as error:
                raise ChannelClosed from error
            if not got:
                raise ChannelClosed
            view = view[got:]
        self.received += size
        return buffer

    def _wait(self, deadline: float | None) -> None:
        left = None if deadline is None else deadline - time.monotonic()
        if left is not None and left <= 0:
            raise ChannelTimeout
        try:
            self.sock.settimeout(left)
        except OSError as error:  # closed on this side
            raise ChannelClosed from error
