"""A mail server for the demo and the tests: it takes every mail and keeps it."""

from email import message_from_bytes, policy
from socket import socket

from aiosmtpd.controller import Controller


class Mailbox:
    """A mail server on loopback, on a free port.

    ``port`` is where it listens, ``messages`` are the mails that it took, as
    :class:`email.message.EmailMessage`.
    """

    def __init__(self):
        self.messages = []
        with socket() as probe:  # aiosmtpd does not say which port it was given
            probe.bind(("127.0.0.1", 0))
            self.port = probe.getsockname()[1]
        self._controller = Controller(self, hostname="127.0.0.1", port=self.port)
        self._controller.start()

    async def handle_DATA(self, _server, _session, envelope):  # noqa: N802
        """Take a mail: aiosmtpd's name for what a handler does."""
        self.messages.append(message_from_bytes(envelope.content, policy=policy.SMTP))
        return "250 OK"

    def close(self):
        """Take no more mails; what it took stays."""
        if self._controller.loop.is_running():
            self._controller.stop()
