"""Tables as people take them out, change and bring back."""

import io
from typing import Any

from django.conf import settings
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from campaigns.plans.exporting import TASK_TABLE
from emulation_portal.core.spreadsheets import read_rows, write_csv
from tests.campaigns.plans.scenes import Scene

_TASK_KEYS = [column.key for column in TASK_TABLE]


def exported(client: Client, address: str, **query: Any) -> list[dict[str, str]]:
    """The rows of an exported table, by the columns of its header."""
    response = client.get(address, query)
    assert response.status_code == 200, response.status_code
    content = b"".join(response.streaming_content)
    name = response["Content-Disposition"].partition('filename="')[2].rstrip('"')
    return [cells for _number, cells in read_rows(io.BytesIO(content), filename=name)]


def as_file(rows: list[dict[str, str]], name: str = "bang.csv") -> SimpleUploadedFile:
    """The rows as a file to bring back."""
    header = list(rows[0])
    lines = b"".join(write_csv(header, ([row.get(key, "") for key in header] for row in rows)))
    return SimpleUploadedFile(name, lines)


def bring(client: Client, address: str, rows: list[dict[str, str]], **fields: Any) -> Any:
    """Choose the table: the answer is its preview, or its faults."""
    return client.post(address, {"table": as_file(rows), **fields})


def confirm(client: Client, address: str, preview: Any) -> Any:
    """Press the button of the preview."""
    form = preview.context["form"]
    data = {"payload": form["payload"].value(), "form_key": form["form_key"].value()}
    return client.post(address, data)


class TaskTable:
    """The exported tasks by the columns' keys, with the browser that brings them back."""

    def __init__(self, client: Client, scene: Scene) -> None:
        self.client = client
        client.cookies[settings.LANGUAGE_COOKIE_NAME] = "en"
        self.export = reverse("campaigns:task-export-csv", args=[scene.campaign.code])
        self.address = reverse("campaigns:task-import", args=[scene.campaign.code])

    def rows(self, **query: Any) -> list[dict[str, str]]:
        return [
            dict(zip(_TASK_KEYS, row.values(), strict=True))
            for row in exported(self.client, self.export, **query)
        ]

    def bring(self, rows: list[dict[str, str]], **fields: Any) -> Any:
        return bring(self.client, self.address, rows, **fields)

    def confirm(self, preview: Any) -> Any:
        return confirm(self.client, self.address, preview)


def faults(response: Any) -> list[tuple[int, str, str]]:
    """(row, column, reason) of each fault the page tells."""
    return [
        (fault["row"], fault["column"], fault["reason"])
        for fault in response.context["preview"].errors
    ]
