import { writeAll } from "./dial.ts";
import { type Exchange, message } from "./load.ts";

const encoder = new TextEncoder();
const decoder = new TextDecoder("latin1");

/** One message to a request (RFC 9112), posted to `/in`, and its answer read to the end. */
export function overHttp(): Exchange {
  const frame = message(0);
  const { length } = bodyOf(frame);
  const head = encoder.encode(
    "POST /in HTTP/1.1\r\nhost: 127.0.0.1\r\ncontent-type: x-application/hl7-v2+er7\r\n" +
      `content-length: ${length}\r\n\r\n`,
  );
  const request = new Uint8Array(head.length + length);
  request.set(head);
  const into = new Uint8Array(4096);
  return async (socket, number) => {
    request.set(bodyOf(message(number, frame)), head.length);
    await writeAll(socket, request);
    for (let had = 0, needed = Infinity; had < needed;) {
      const n = await socket.read(into.subarray(had));
      if (n === null) throw new Error(`no answer to message ${number}`);
      had += n;
      if (needed === Infinity) needed = bytesOf(decoder.decode(into.subarray(0, had)));
    }
  };
}

function bodyOf(frame: Uint8Array): Uint8Array {
  return frame.subarray(1, -2);
}

/** How long an answer is, its head and all, as soon as the head is there. */
function bytesOf(answer: string): number {
  const end = answer.indexOf("\r\n\r\n");
  if (end < 0) return Infinity;
  const head = answer.slice(0, end);
  const length = /\r\ncontent-length: *(\d+)/i.exec(head);
  if (!head.startsWith("HTTP/1.1 200 ") || !length) throw new Error(`a message was not accepted: ${head}`);
  return end + 4 + Number(length[1]);
}
