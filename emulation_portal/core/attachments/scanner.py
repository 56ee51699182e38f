"""Talking to clamd, the daemon of ClamAV, by its own protocol over its socket.

Only one answer means clean. Everything else, silence included, is `ScannerUnavailable`, and a
file about which nobody answered is not clean.
"""

import socket
import struct
import time
from dataclasses import dataclass
from typing import IO, Self

from django.conf import settings

_CHUNK = 64 * 1024
_LONGEST_ANSWER = 4096
_CLEAN = "stream: OK"
_FOUND = " FOUND"
_PING_SECONDS = 1.0
# A file of 20 MB takes clamd a few seconds; one that takes longer is tried again later.
SWEEP_SECONDS = 60.0


class ScannerUnavailable(Exception):
    """The scanner gave no answer about the file. The text says why, for the administrator."""


@dataclass(frozen=True)
class Verdict:
    """What the scanner says of a file; `signature` names the malware found, or is empty."""

    signature: str = ""

    @property
    def is_infected(self) -> bool:
        return bool(self.signature)


def is_configured() -> bool:
    """Return whether the installation names a scanner (`CLAMD_SOCKET`)."""
    return bool(settings.CLAMD_SOCKET)


def ping(*, seconds: float = _PING_SECONDS) -> bool:
    """Return whether the scanner answers at all within `seconds`. Never raises."""
    try:
        with _Conversation(seconds) as clamd:
            clamd.send(b"zPING\0")
            return clamd.answer() == "PONG"
    except ScannerUnavailable:
        return False


def scan(stream: IO[bytes], *, seconds: float = SWEEP_SECONDS) -> Verdict:
    """Send the whole of `stream` to the scanner and return what it says.

    Raises ScannerUnavailable when it cannot be reached, is not done within `seconds`, or says
    anything but that the file is clean or infected. Leaves `stream` at its beginning.
    """
    stream.seek(0)
    try:
        with _Conversation(seconds) as clamd:
            clamd.send(b"zINSTREAM\0")
            try:
                while chunk := stream.read(_CHUNK):
                    clamd.send(struct.pack(">L", len(chunk)) + chunk)
                clamd.send(struct.pack(">L", 0))
            except ConnectionError:
                pass  # it may have answered before it stopped listening: a file beyond its limit
            return _verdict(clamd.answer())
    finally:
        stream.seek(0)


def _verdict(answer: str) -> Verdict:
    if answer == _CLEAN:
        return Verdict()
    if answer.startswith("stream: ") and answer.endswith(_FOUND):
        signature = answer.removeprefix("stream: ").removesuffix(_FOUND).strip()
        if signature:
            return Verdict(signature[:200])
    raise ScannerUnavailable(f"clamd answered: {answer[:200]}")


class _Conversation:
    """One connection, one command, one answer, all within one limit of time."""

    def __init__(self, seconds: float) -> None:
        self._until = time.monotonic() + seconds

    def __enter__(self) -> Self:
        family, address = _address(settings.CLAMD_SOCKET)
        self._socket = socket.socket(family, socket.SOCK_STREAM)
        try:
            self._wait_no_longer()
            self._socket.connect(address)
        except OSError as fault:
            self._socket.close()
            raise ScannerUnavailable(f"clamd cannot be reached: {fault}") from fault
        except ScannerUnavailable:
            self._socket.close()
            raise
        return self

    def __exit__(self, *fault: object) -> None:
        self._socket.close()

    def send(self, data: bytes) -> None:
        """Raises ConnectionError when clamd has hung up, otherwise ScannerUnavailable."""
        self._wait_no_longer()
        try:
            self._socket.sendall(data)
        except ConnectionError:
            raise
        except OSError as fault:
            raise ScannerUnavailable(f"clamd does not take the file: {fault}") from fault

    def answer(self) -> str:
        received = b""
        while not received.endswith(b"\0"):
            self._wait_no_longer()
            try:
                part = self._socket.recv(_LONGEST_ANSWER)
            except OSError as fault:
                raise ScannerUnavailable(f"clamd does not answer: {fault}") from fault
            if not part:
                raise ScannerUnavailable("clamd closed the connection in mid-answer")
            received += part
            if len(received) > _LONGEST_ANSWER:
                raise ScannerUnavailable("clamd answered at too great a length")
        return received[:-1].decode("utf-8", "replace").strip()

    def _wait_no_longer(self) -> None:
        left = self._until - time.monotonic()
        if left <= 0:
            raise ScannerUnavailable("clamd took too long")
        self._socket.settimeout(left)


def _address(place: str) -> tuple[socket.AddressFamily, str | tuple[str, int]]:
    """Return what `CLAMD_SOCKET` names: the path of a unix socket, or host:port."""
    if place.startswith("/"):
        return socket.AF_UNIX, place
    host, _colon, port = place.rpartition(":")
    if not (host and port.isascii() and port.isdecimal() and int(port) < 65536):
        raise ScannerUnavailable(f"CLAMD_SOCKET is neither a path nor host:port: {place}")
    host = host.strip("[]")
    return (socket.AF_INET6 if ":" in host else socket.AF_INET), (host, int(port))
