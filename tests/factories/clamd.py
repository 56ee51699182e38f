"""A clamd that speaks the real protocol on a unix or loopback socket, and misbehaves when told."""

import contextlib
import socket
import struct
import threading
from pathlib import Path

EICAR_MARK = b"EICAR-STANDARD-ANTIVIRUS-TEST-FILE"


class FakeClamd:
    """Answers PING and INSTREAM. `mode` is "well", or how it misbehaves.

    "limit": hangs up at the first byte of the file, saying that it is too large; "hang": never
    answers; "close": hangs up in mid-way; "garbage": answers nonsense; "babble": never ends.
    """

    def __init__(self, place: str | None = None) -> None:
        self.mode = "well"
        self.scanned: list[bytes] = []
        if place is not None:
            self._server = socket.socket(socket.AF_UNIX)
            self._server.bind(place)
            self.address = place
        else:
            self._server = socket.create_server(("127.0.0.1", 0))
            self.address = f"127.0.0.1:{self._server.getsockname()[1]}"
        self._server.listen()
        self._ended = threading.Event()
        self._thread = threading.Thread(target=self._serve, daemon=True)
        self._thread.start()

    def stop(self) -> None:
        self._ended.set()
        with contextlib.suppress(OSError):
            self._server.shutdown(socket.SHUT_RDWR)
        self._server.close()
        self._thread.join(5)
        if self.address.startswith("/"):
            Path(self.address).unlink(missing_ok=True)

    def _serve(self) -> None:
        while not self._ended.is_set():
            try:
                caller, _ = self._server.accept()
            except OSError:
                return
            with caller, contextlib.suppress(OSError):
                self._answer(caller)

    def _answer(self, caller: socket.socket) -> None:
        command = self._read_until_nul(caller)
        if self.mode == "hang":
            while self.mode == "hang" and not self._ended.wait(0.02):
                pass
        elif self.mode == "garbage":
            caller.sendall(b"HTTP/1.1 400 Bad Request\r\n\0")
        elif self.mode == "babble":
            caller.sendall(b"x" * 100_000)
        elif command == b"zPING":
            caller.sendall(b"PONG\0")
        elif command == b"zINSTREAM":
            self._scan(caller)

    def _scan(self, caller: socket.socket) -> None:
        if self.mode == "limit":
            caller.sendall(b"INSTREAM size limit exceeded. ERROR\0")
            return
        content = b""
        while size := struct.unpack(">L", self._read(caller, 4))[0]:
            content += self._read(caller, size)
            if self.mode == "close":
                return
        self.scanned.append(content)
        infected = EICAR_MARK in content
        caller.sendall(b"stream: Eicar-Test-Signature FOUND\0" if infected else b"stream: OK\0")

    @staticmethod
    def _read(caller: socket.socket, size: int) -> bytes:
        content = b""
        while len(content) < size:
            part = caller.recv(size - len(content))
            if not part:
                raise ConnectionError
            content += part
        return content

    def _read_until_nul(self, caller: socket.socket) -> bytes:
        command = b""
        while not command.endswith(b"\0"):
            command += self._read(caller, 1)
        return command[:-1]
