"""What a browser complains about while a test uses it."""

from playwright.sync_api import BrowserContext, ConsoleMessage, Request, Response, WebError


class Complaints:
    """Collects faults of every tab of the profiles it listens to.

    Faults are script errors, violations of the content policy and other lines in the console,
    files of a page that cannot be had, and addresses outside the portal.
    """

    def __init__(self, portal: str) -> None:
        self.portal = portal
        self.lines: list[str] = []

    def listen_to(self, profile: BrowserContext) -> None:
        """Begin to collect what happens in `profile`."""
        profile.on("weberror", self._script_error)
        profile.on("console", self._console_line)
        profile.on("request", self._request)
        profile.on("response", self._response)

    def raise_if_any(self) -> None:
        """Fail with everything collected so far, and forget it."""
        lines, self.lines = self.lines, []
        assert lines == []

    def _script_error(self, error: WebError) -> None:
        self.lines.append(f"{error.page.url if error.page else ''}: {error.error}")

    def _console_line(self, line: ConsoleMessage) -> None:
        # Chromium also logs each answer of 400 and above; those are often what a test is about.
        if line.type in {"error", "warning"} and "Failed to load resource" not in line.text:
            self.lines.append(f"{line.page.url if line.page else ''}: {line.text}")

    def _request(self, request: Request) -> None:
        if not request.url.startswith((self.portal, "data:", "blob:", "chrome-error:")):
            self.lines.append(f"asked for {request.url}")

    def _response(self, response: Response) -> None:
        # Autosave is told no by conflict, lost session and outage, and says so on the page.
        if response.url.endswith("/autosave/"):
            return
        if response.status >= 400 and response.request.resource_type != "document":
            self.lines.append(f"{response.status} for {response.url}")
