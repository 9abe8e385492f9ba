"""The other end of an MLLP connection, in Python's hl7: `send HOST PORT` or `serve [PORT]`.

Both write one line of JSON for each message they read.
"""
import asyncio
import json
import sys

import hl7
from hl7.client import MLLPClient
from hl7.mllp import start_hl7_server


def say(**facts):
    print(json.dumps(facts), flush=True)


def send(host, port):
    """Sends what comes on standard input and tells what the acknowledgement says."""
    message = sys.stdin.buffer.read()
    with MLLPClient(host, int(port)) as client:
        framed = client.send_message(message)
    answer = hl7.parse(framed.strip(b"\x0b\x1c\r"), encoding="utf-8")
    say(
        type=str(answer.segment("MSH")[9]),
        receiver=str(answer.segment("MSH")[5]),
        code=str(answer.segment("MSA")[1]),
        id=str(answer.segment("MSA")[2]),
    )


async def serve(port=0):
    """Takes messages on a port, or on a free one, acknowledges each, and tells what it read."""

    async def take(reader, writer):
        try:
            while True:
                message = await reader.readmessage()
                writer.writemessage(message.create_ack())
                await writer.drain()
                pid = message.segment("PID")
                say(id=str(message.segment("MSH")[10]), family=message.unescape(str(pid[5][0][0])), text=str(message))
        except asyncio.IncompleteReadError:
            writer.close()

    server = await start_hl7_server(take, host="127.0.0.1", port=int(port), encoding="utf-8")
    async with server:
        say(port=server.sockets[0].getsockname()[1])
        await server.serve_forever()


if __name__ == "__main__":
    if sys.argv[1] == "send":
        send(*sys.argv[2:])
    else:
        asyncio.run(serve(*sys.argv[2:]))
