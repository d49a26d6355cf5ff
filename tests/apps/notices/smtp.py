"""A little SMTP server (RFC 5321, one thread per connection) that keeps what it is given and answers as it is told."""

from __future__ import annotations

import socketserver
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from email import message_from_bytes
from email.message import Message


class SmtpServer(socketserver.ThreadingTCPServer):
    """`answers`: word of the dialogue (`RCPT a@b`, `DATA`, `.`, `EHLO`, …) → reply; "" answers nothing for ever."""

    allow_reuse_address, daemon_threads, block_on_close = True, True, False

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Dialogue)
        self.taken: list[tuple[str, list[str], Message]] = []
        self.answers: dict[str, str] = {}
        self.asked: list[str] = []
        self.silent = threading.Event()

    @property
    def port(self) -> int:
        return int(self.server_address[1])


class _Dialogue(socketserver.StreamRequestHandler):
    server: SmtpServer

    def say(self, word: str, usual: str) -> bool:
        reply = self.server.answers.get(word, usual)
        if not reply:
            self.server.silent.set()
            while self.rfile.readline():
                pass
            return False
        self.wfile.write(f"{reply}\r\n".encode())
        return not reply.startswith("421")

    def handle(self) -> None:
        if not self.say("connect", "220 test"):
            return
        sender, people = "", []
        while line := self.rfile.readline().decode().strip():
            self.server.asked.append(line)
            verb, _blank, rest = line.partition(" ")
            address = rest.partition("<")[2].partition(">")[0]
            if verb.upper() == "QUIT":
                self.say("QUIT", "221 bye")
                return
            if verb.upper() == "MAIL":
                sender, people = address, []
                going = self.say("MAIL", "250 ok")
            elif verb.upper() == "RCPT":
                people.append(address)
                going = self.say(f"RCPT {address}", "250 ok")
            elif verb.upper() == "DATA":
                self.wfile.write(b"354 go on\r\n")
                body = b""
                while (part := self.rfile.readline()) != b".\r\n":
                    body += part[1:] if part.startswith(b"..") else part
                self.server.taken.append((sender, people, message_from_bytes(body)))
                going = self.say(".", "250 taken")
            else:
                going = self.say(verb.upper(), "250 ok")
            if not going:
                return


@contextmanager
def smtp_server() -> Iterator[SmtpServer]:
    """A server that listens on a free port until the end of the block."""
    server = SmtpServer()
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
    thread.start()
    try:
        yield server
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
