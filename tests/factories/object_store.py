"""A few dozen lines of the S3 protocol on a port of this machine: one bucket, kept in memory."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from email.utils import format_datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, unquote, urlsplit
from xml.sax.saxutils import escape

ACCESS_KEY, SECRET_KEY, BUCKET = "portal", "only for tests", "portal-attachments"


class Bucket(ThreadingHTTPServer):
    """What has been stored, and what was asked for; `failing` makes it answer 500 to everything."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.objects: dict[str, tuple[bytes, datetime]] = {}
        self.asked: list[str] = []
        self.failing = False

    @property
    def options(self) -> dict[str, str]:
        """The options of `ObjectStore` that lead here."""
        return {
            "bucket_name": BUCKET,
            "endpoint_url": f"http://127.0.0.1:{self.server_port}",
            "access_key": ACCESS_KEY,
            "secret_key": SECRET_KEY,
            "region_name": "us-east-1",
        }


@contextmanager
def bucket() -> Iterator[Bucket]:
    server = Bucket()
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
    thread.start()
    try:
        yield server
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server: Bucket

    def do_HEAD(self) -> None:
        self._read()

    def do_GET(self) -> None:
        self._read()

    def do_PUT(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        if self._is_refused():
            return
        self.server.objects[self._key()] = (body, datetime.now(tz=UTC))
        self._answer(200)

    def do_DELETE(self) -> None:
        if self._is_refused():
            return
        self.server.objects.pop(self._key(), None)
        self._answer(204)

    def _read(self) -> None:
        if self._is_refused():
            return
        if not self._key():
            self._list()
        elif self._key() in self.server.objects:
            body, at = self.server.objects[self._key()]
            self._answer(200, body, {"Last-Modified": format_datetime(at.astimezone(UTC), True)})
        else:
            self._answer(404, b"<Error><Code>NoSuchKey</Code></Error>")

    def _list(self) -> None:
        asked = parse_qs(urlsplit(self.path).query)
        prefix = asked.get("prefix", [""])[0]
        names, folders = [], set()
        for key in sorted(self.server.objects):
            if key.startswith(prefix):
                head, slash, _ = key.removeprefix(prefix).partition("/")
                if slash:
                    folders.add(prefix + head + "/")
                else:
                    names.append(key)
        contents = "".join(f"<Contents><Key>{escape(name)}</Key></Contents>" for name in names)
        inside = "".join(
            f"<CommonPrefixes><Prefix>{escape(name)}</Prefix></CommonPrefixes>"
            for name in sorted(folders)
        )
        self._answer(
            200,
            '<ListBucketResult xmlns="http://s3.amazonaws.com/doc/2006-03-01/">'
            f"<IsTruncated>false</IsTruncated>{contents}{inside}</ListBucketResult>".encode(),
        )

    def _key(self) -> str:
        bucket_name, _, key = unquote(urlsplit(self.path).path).lstrip("/").partition("/")
        assert bucket_name == BUCKET
        return key

    def _is_refused(self) -> bool:
        self.server.asked.append(f"{self.command} {self._key()}")
        signed = f"AWS4-HMAC-SHA256 Credential={ACCESS_KEY}/"
        if not self.headers.get("Authorization", "").startswith(signed):
            self._answer(403, b"<Error><Code>AccessDenied</Code></Error>")
        elif self.server.failing:
            self._answer(500, b"<Error><Code>InternalError</Code></Error>")
        else:
            return False
        return True

    def _answer(
        self, status: int, body: bytes = b"", headers: dict[str, str] | None = None
    ) -> None:
        self.send_response(status)
        for name, value in {"ETag": '"x"', **(headers or {})}.items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(body)

    def log_message(self, *arguments: object) -> None:
        """Silence."""
