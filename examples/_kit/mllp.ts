/** Both ends of MLLP in a page: the systems of the examples speak it without any help from the gateway. */

const [VT, FS, CR] = [0x0b, 0x1c, 0x0d];

/** A message as a frame. */
export function frameOf(message: Uint8Array): Uint8Array<ArrayBuffer> {
  const frame = new Uint8Array(message.length + 3);
  frame[0] = VT;
  frame.set(message, 1);
  frame.set([FS, CR], message.length + 1);
  return frame;
}

/** Writes a message as a frame, all of it; `written` is told again and again which share of it is on its way. */
export async function writeFrame(
  connection: Deno.Conn,
  message: Uint8Array,
  written: (share: number) => void = () => {},
): Promise<void> {
  const frame = frameOf(message);
  for (let at = 0; at < frame.length;) {
    at += await connection.write(frame.subarray(at));
    written(at / frame.length);
  }
}

/** The messages that come over a connection, until the other end closes or breaks it. */
export async function* framesOf(connection: Deno.Conn): AsyncGenerator<Uint8Array<ArrayBuffer>> {
  const piece = new Uint8Array(64 * 1024);
  let held = new Uint8Array(0);
  for (;;) {
    const length = await connection.read(piece).catch(() => null);
    if (length === null) return;
    const longer = new Uint8Array(held.length + length);
    longer.set(held);
    longer.set(piece.subarray(0, length), held.length);
    held = longer;
    for (let end = held.indexOf(FS); end >= 0 && held[end + 1] === CR; end = held.indexOf(FS)) {
      yield held.slice(held.indexOf(VT) + 1, end);
      held = held.slice(end + 2);
    }
  }
}

/** A message as segments of fields, read without the gateway's own parser: MSH-1 is `segments[0][1]`, PID-3 `[…][3]`. */
export function fieldsOf(message: Uint8Array): string[][] {
  return new TextDecoder().decode(message).split("\r").filter((segment) => segment !== "")
    .map((segment) => segment.split("|"))
    .map((fields) => fields[0] === "MSH" ? ["MSH", "|", ...fields.slice(1)] : fields);
}

/** The bytes of what {@linkcode fieldsOf} gives. */
export function bytesOf(segments: readonly (readonly string[])[]): Uint8Array<ArrayBuffer> {
  const lines = segments.map((fields) =>
    (fields[0] === "MSH" ? ["MSH", ...fields.slice(2)] : fields).join("|") + "\r"
  );
  return new TextEncoder().encode(lines.join(""));
}

/** A system that sends: one connection, made when it is needed, and made anew when it broke. */
export class MllpClient implements Disposable {
  readonly #port: number;
  #connection: Deno.Conn | undefined;
  #answers: AsyncGenerator<Uint8Array<ArrayBuffer>> | undefined;

  constructor(port: number) {
    this.#port = port;
  }

  /** The answer to a message; `undefined` where none came. `written`: see {@linkcode writeFrame}. */
  async ask(
    message: Uint8Array,
    written?: (share: number) => void,
  ): Promise<Uint8Array<ArrayBuffer> | undefined> {
    try {
      this.#connection ??= await Deno.connect({ hostname: "127.0.0.1", port: this.#port });
      this.#answers ??= framesOf(this.#connection);
      await writeFrame(this.#connection, message, written);
    } catch {
      return this.#lost();
    }
    const { value: answer } = await this.#answers.next();
    return answer ?? this.#lost();
  }

  [Symbol.dispose](): void {
    this.#lost();
  }

  #lost(): undefined {
    this.#connection?.close();
    this.#connection = this.#answers = undefined;
  }
}
