"""What only the operating system can do for a socket, and what stands in where it cannot."""

from __future__ import annotations

import os
import socket
import struct
import sys

from trio.socket import SocketType

if sys.platform == "linux":
    import fcntl
    import termios

#: Whether `take` can do anything: Windows has sockets that are no files.
TAKES = sys.platform != "win32"


def take(sock: SocketType, data: bytes | memoryview) -> int:
    """How many bytes of `data` the system takes right now.

    Trio's own `send` is the same call with a round of the scheduler behind it, which costs more
    than the call does, and does not tell how far it came when it is cancelled.

    Raises:
        OSError: the peer is gone.
    """
    if not TAKES:
        return 0
    try:
        return os.write(sock.fileno(), data)
    except BlockingIOError:
        return 0


def unacknowledged(sock: SocketType) -> int | None:
    """Bytes written that the peer's system does not have yet, None where ours cannot tell."""
    if sys.platform == "linux":
        # SIOCOUTQ, which has the number of TIOCOUTQ -- tcp(7)
        packed = fcntl.ioctl(sock.fileno(), termios.TIOCOUTQ, bytes(4))
        return int.from_bytes(packed, sys.byteorder)
    return None


def reset_on_close(sock: SocketType) -> None:
    """Make the coming `close` a reset, which discards whatever is queued -- socket(7), SO_LINGER."""
    on_for_no_seconds = struct.pack("hh" if sys.platform == "win32" else "ii", 1, 0)
    sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, on_for_no_seconds)
