"""A log that is piped in: passed on to stderr as it comes, and kept for what is to be read out of it."""

import contextlib
import os
import queue
import signal
import sys
import threading

KEPT = 32_000_000  # bytes of a log that never ends
HEARD_WITHIN = 0.2  # seconds in which Ctrl-C is heard while nothing comes
LAST_WORDS = 1  # seconds that the writer has for them after Ctrl-C, which reaches both


def passed_on() -> str:
    """All that stands on stdin, or the end of it; each piece is on stderr before the next one is waited for.

    Raises:
        KeyboardInterrupt: Ctrl-C; what the writer says within a second after it is still passed on.
    """
    pieces: queue.SimpleQueue[bytes] = queue.SimpleQueue()
    threading.Thread(target=_read, args=(pieces, sys.stdin.fileno()), daemon=True).start()
    stopped: list[int] = []  # noted and not raised, which could lose the piece that just came
    handler = signal.signal(signal.SIGINT, lambda number, _: stopped.append(number))
    kept = bytearray()
    try:
        while piece := _next(pieces, stopped):
            _show(piece)
            kept += piece
            del kept[: -KEPT if len(kept) > 2 * KEPT else 0]
    finally:
        signal.signal(signal.SIGINT, handler)
    if stopped:
        raise KeyboardInterrupt
    if kept and not kept.endswith(b"\n"):
        _show(b"\n")
    return kept.decode("utf-8", "replace")


def _next(pieces: "queue.SimpleQueue[bytes]", stopped: list[int]) -> bytes:
    """The next piece; none at the end, or where nothing comes after Ctrl-C."""
    while len(stopped) < 2:
        asked = bool(stopped)
        try:
            return pieces.get(timeout=LAST_WORDS if asked else HEARD_WITHIN)
        except queue.Empty:
            if asked:
                break
    return b""


def _read(pieces: "queue.SimpleQueue[bytes]", source: int) -> None:
    """Put what arrives into the queue, and an empty piece at the end."""
    with contextlib.suppress(OSError):
        while piece := os.read(source, 65536):
            pieces.put(piece)
    pieces.put(b"")


def _show(piece: bytes) -> None:
    """Bytes as they came; nothing is lost of the answer where stderr is full, closed or gone."""
    with contextlib.suppress(OSError, ValueError, AttributeError):
        sys.stderr.buffer.write(piece)
        sys.stderr.flush()
