"""Talking to the mail server, and telling its passing troubles from its refusals."""

import contextlib
import smtplib
from dataclasses import dataclass

from django.core.mail import EmailMessage, get_connection


class ServerUnreachable(Exception):
    """No mail can be sent at the moment, whatever the message."""


@dataclass(frozen=True)
class Outcome:
    """What became of one mail. `detail` is the server's answer, shortened."""

    ok: bool
    permanent: bool = False
    detail: str = ""


class MailServer:
    """One connection of the configured mail backend, opened when needed and used for many mails."""

    def __init__(self) -> None:
        self._connection = get_connection()
        self._open = False

    def open(self) -> None:
        """Make sure there is a connection. Raises ServerUnreachable."""
        if self._open:
            return
        try:
            self._connection.open()
        # Wrong credentials (SMTPAuthenticationError) are an outage too: no mail is at fault.
        except (smtplib.SMTPException, OSError) as error:
            raise ServerUnreachable(_describe(error)) from error
        self._open = True

    def send(self, mail: EmailMessage) -> Outcome:
        """Hand over one mail; never raises for what the server, the network or the address do."""
        try:
            self._connection.send_messages([mail])
        except smtplib.SMTPRecipientsRefused as error:
            code = max((code for code, _ in error.recipients.values()), default=0)
            return Outcome(ok=False, permanent=code >= 500, detail=_describe(error))
        except smtplib.SMTPSenderRefused as error:
            # Says something about our own address, not about the mail: an operator must act.
            return Outcome(ok=False, detail=_describe(error))
        except smtplib.SMTPResponseException as error:
            if error.smtp_code == 421:  # "closing the channel" (RFC 5321, 4.2.1)
                self.close()
            return Outcome(ok=False, permanent=error.smtp_code >= 500, detail=_describe(error))
        except (smtplib.SMTPServerDisconnected, OSError) as error:
            self.close()
            # SMTPException is an OSError: what is left of it (unsupported address) is final.
            final = isinstance(error, smtplib.SMTPNotSupportedError)
            return Outcome(ok=False, permanent=final, detail=_describe(error))
        except ValueError as error:  # an address or header that cannot be written
            return Outcome(ok=False, permanent=True, detail=_describe(error))
        return Outcome(ok=True)

    def close(self) -> None:
        """End the connection; a server that has gone already does not matter."""
        with contextlib.suppress(smtplib.SMTPException, OSError):
            self._connection.close()
        self._open = False


def _describe(error: Exception) -> str:
    answer: str | bytes
    if isinstance(error, smtplib.SMTPRecipientsRefused):
        code, answer = next(iter(error.recipients.values()), (0, b""))
    elif isinstance(error, smtplib.SMTPResponseException):
        code, answer = error.smtp_code, error.smtp_error
    else:
        return f"{type(error).__name__}: {error}"[:300]
    text = answer.decode("utf-8", "replace") if isinstance(answer, bytes) else str(answer)
    return f"{code} {text}"[:300]
