"""Peers that Deno cannot be: `reset HOST PORT COUNT` and `trickle HOST PORT`. What they say comes on standard input."""
import socket
import struct
import sys
import time


def reset(host, port, count, said):
    """Connections that say something and are then reset, which is what SO_LINGER makes of a close."""
    for _ in range(count):
        with socket.create_connection((host, port)) as peer:
            peer.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            peer.sendall(said)


def trickle(host, port, said):
    """Says a byte at a time, and the last again and again, until it is cut off; tells what it was answered."""
    with socket.create_connection((host, port)) as peer:
        peer.settimeout(0.02)
        answer = b""
        at = 0
        while True:
            try:
                peer.sendall(said[min(at, len(said) - 1):][:1])
                at += 1
                more = peer.recv(65536)
                if not more:
                    break
                answer += more
            except TimeoutError:
                time.sleep(0.02)
            except OSError:
                break
        sys.stdout.buffer.write(answer)


if __name__ == "__main__":
    said = sys.stdin.buffer.read()
    host, port = sys.argv[2], int(sys.argv[3])
    if sys.argv[1] == "reset":
        reset(host, port, int(sys.argv[4]), said)
    else:
        trickle(host, port, said)
