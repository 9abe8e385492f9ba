import { bytesOf, fieldsOf, framesOf, writeFrame } from "./mllp.ts";

/** A message as it reached the receiving system. */
export interface Arrival {
  readonly controlId: string;
  readonly message: Uint8Array;
  /** Counts the connections, from 1. */
  readonly connection: number;
}

/**
 * What is done with a message before it is answered, and the answer where it is to be another than the usual one. A
 * promise holds the answer back until it resolves.
 */
export type Arrived = (arrival: Arrival) => Answer | Promise<Answer>;

/** An answer; AR, which asks to come again later; or none, and the connection breaks off. */
export type Answer = Uint8Array | "AR" | "hang up" | void;

/** A system that receives: takes messages by MLLP and answers each as MSH-15 asks, AA or CA. */
export class Receiver {
  readonly port: number;
  readonly #listener: Deno.TcpListener;
  readonly #arrived: Arrived;
  readonly #open = new Map<number, Deno.Conn>();
  readonly #ends = new Set<Promise<void>>();
  #connections = 0;
  #isClosed = false;

  private constructor(listener: Deno.TcpListener, arrived: Arrived) {
    this.#listener = listener;
    this.#arrived = arrived;
    this.port = (listener.addr as Deno.NetAddr).port;
    this.#accept();
  }

  /** Listens on this machine. */
  static listen(port: number, arrived: Arrived): Receiver {
    return new Receiver(Deno.listen({ hostname: "127.0.0.1", port }), arrived);
  }

  /** How many connections were made so far. */
  get connections(): number {
    return this.#connections;
  }

  /** Whether a connection has not ended, as far as it is known here. */
  isOpen(connection: number): boolean {
    return this.#open.has(connection);
  }

  /** Resolves when every connection made so far has ended. */
  async disconnected(): Promise<void> {
    await Promise.all(this.#ends);
  }

  /** Takes no more; connections break off. */
  async [Symbol.asyncDispose](): Promise<void> {
    this.#isClosed = true;
    this.#listener.close();
    for (const number of [...this.#open.keys()]) this.#close(number);
    await this.disconnected();
  }

  async #accept(): Promise<void> {
    for await (const connection of this.#listener) {
      // One may have been made in the very moment.
      if (this.#isClosed) {
        connection.close();
        continue;
      }
      const end = this.#serve(connection, ++this.#connections);
      this.#ends.add(end);
      end.then(() => this.#ends.delete(end));
    }
  }

  async #serve(connection: Deno.Conn, number: number): Promise<void> {
    this.#open.set(number, connection);
    for await (const message of framesOf(connection)) {
      const [header] = fieldsOf(message);
      const answer = await this.#arrived({ controlId: header[10], message, connection: number });
      // Where the gateway is gone, it sends the message again.
      const isWritten = answer !== "hang up" && await writeFrame(
        connection,
        answer instanceof Uint8Array ? answer : acknowledgmentOf(header, answer),
      ).then(() => true, () => false);
      if (!isWritten) break;
    }
    this.#close(number);
  }

  #close(number: number): void {
    this.#open.get(number)?.close();
    this.#open.delete(number);
  }
}

/** HL7 v2.5.1 section 2.9: in enhanced mode, where MSH-15 says so, the first answer accepts, CA; otherwise AA. */
function acknowledgmentOf(header: readonly string[], refusal?: "AR" | void): Uint8Array {
  const [field, encoding, version, charset] = [header[1], header[2], header[12], header[18] ?? ""];
  const event = header[9].split(encoding[0])[1];
  const code = refusal ?? ((header[15] ?? "") === "" ? "AA" : "CA");
  const type = ["ACK", event, "ACK"].join(encoding[0]);
  const now = new Date().toISOString().replace(/\D/g, "").slice(0, 14) + "+0000";
  return bytesOf([
    [
      "MSH",
      field,
      encoding,
      header[5],
      header[6],
      header[3],
      header[4],
      now,
      "",
      type,
      `A${header[10]}`,
      "P",
      version,
    ]
      .concat(charset === "" ? [] : ["", "", "", "", "", charset]),
    ["MSA", code, header[10]],
  ]);
}
