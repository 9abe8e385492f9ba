"""An analyser, or its host, by ASTM E1381 over TCP: `send HOST PORT [FLAW]` or `serve [FLAW]`.

Written from the standard, with the standard library alone. `send` reads records from standard input, one a line, sends
them in one transfer, and tells in one line of JSON what became of them. `serve` takes transfers on a free port, and tells
the port first, then each message it took.

A flaw happens once: `sum` spoils a check sum, `twice` sends a frame again although it was acknowledged, `deaf` does not
hear the last acknowledgement and sends everything again, `busy` refuses the line, `noise` refuses the first frame,
`interrupt` asks for the line by EOT.
"""
import json
import socket
import sys

STX, ETX, EOT, ENQ, ACK, NAK, ETB = b"\x02", b"\x03", b"\x04", b"\x05", b"\x06", b"\x15", b"\x17"
TEXT_MAX = 240


def say(**facts):
    print(json.dumps(facts), flush=True)


def check_sum(body):
    """Two hexadecimal digits for everything from the frame number to ETB or ETX."""
    return b"%02X" % (sum(body) & 0xFF)


def frames(records):
    """Each record as frames of its own, numbered 1 to 7, 0, 1 and so on over the whole transfer."""
    number = 0
    for record in records:
        rest = record + b"\r"
        while rest:
            number = (number + 1) % 8
            part, rest = rest[:TEXT_MAX], rest[TEXT_MAX:]
            body = b"%d" % number + part + (ETB if rest else ETX)
            yield STX + body + check_sum(body) + b"\r\n"


class Analyser:
    """The sender."""

    def __init__(self, host, port, flaw):
        self.line = socket.create_connection((host, int(port)))
        self.line.settimeout(15)
        self.flaw = flaw
        self.refused = 0

    def ask(self, data):
        self.line.sendall(data)
        return self.line.recv(1)

    def send(self, records):
        if self.ask(ENQ) != ACK:
            return "busy"
        every = list(frames(records))
        for frame in every:
            if self.flaw == "sum":
                self.flaw = None
                if self.ask(frame[:-4] + b"00\r\n") != NAK:
                    return "a wrong sum was not refused"
                self.refused += 1
            for _ in range(6):
                answer = self.ask(frame)
                if answer in (ACK, EOT):
                    break
                self.refused += 1
            else:
                self.line.sendall(EOT)
                return "given up"
            if self.flaw == "twice":
                self.flaw = None
                if self.ask(frame) != ACK:
                    return "a repeated frame was not acknowledged"
        if self.flaw == "deaf":
            # The acknowledgement got lost on the way to the device; the line broke, and it comes again.
            self.flaw = None
            host, port = self.line.getpeername()
            self.line.close()
            self.line = socket.create_connection((host, port))
            self.line.settimeout(15)
            return self.send(records)
        self.line.sendall(EOT)
        return "acknowledged"


class Host:
    """The receiver."""

    def __init__(self, flaw):
        self.flaw = flaw

    def serve(self, line):
        stream = line.makefile("rb")
        while True:
            enquiry = stream.read(1)
            if not enquiry:
                return
            if enquiry != ENQ:
                raise ValueError("not ENQ: %r" % enquiry)
            if self.flaw == "busy":
                self.flaw = None
                line.sendall(NAK)
                continue
            line.sendall(ACK)
            self.take(line, stream)

    def take(self, line, stream):
        text, expected, tries = b"", 1, []
        while True:
            start = stream.read(1)
            if start == EOT:
                say(text=text.decode("latin-1"), frames=tries)
                return
            if start != STX:
                raise ValueError("neither STX nor EOT: %r" % start)
            frame = stream.readline()
            tries.append(frame[0:1].decode())
            body, given, end = frame[:-4], frame[-4:-2], frame[-2:]
            if end != b"\r\n" or given != check_sum(body) or len(body) > TEXT_MAX + 2:
                raise ValueError("no frame: %r" % frame)
            if body[:1] != b"%d" % expected:
                raise ValueError("frame %r instead of %d" % (body[:1], expected))
            if self.flaw == "noise":
                self.flaw = None
                line.sendall(NAK)
                continue
            text += body[1:-1]
            expected = (expected + 1) % 8
            line.sendall(EOT if self.flaw == "interrupt" else ACK)
            if self.flaw == "interrupt":
                self.flaw = None


def main(command, *rest):
    if command == "send":
        host, port, *flaw = rest
        records = [line for line in sys.stdin.buffer.read().split(b"\n") if line]
        analyser = Analyser(host, port, flaw[0] if flaw else None)
        say(fate=analyser.send(records), refused=analyser.refused)
        return
    listener = socket.create_server(("127.0.0.1", 0))
    say(port=listener.getsockname()[1])
    host = Host(rest[0] if rest else None)
    while True:
        line, _ = listener.accept()
        with line:
            host.serve(line)


main(*sys.argv[1:])
