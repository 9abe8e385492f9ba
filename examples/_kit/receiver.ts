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
type Answer = Uint8Array | void;

/** A system that receives: takes messages by MLLP and answers each as MSH-15 asks, AA or CA. */
export class Receiver {
  readonly port: number;
  readonly #listener: Deno.TcpListener;
  readonly #arrived: Arrived;
  readonly #open = new Set<Deno.Conn>();
  readonly #ends = new Set<Promise<void>>();
  #connections = 0;

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

  /** Resolves when every connection made so far has ended. */
  async disconnected(): Promise<void> {
    await Promise.all(this.#ends);
  }

  /** Takes no more; connections break off. */
  async [Symbol.asyncDispose](): Promise<void> {
    this.#listener.close();
    for (const connection of this.#open) {
      this.#open.delete(connection);
      connection.close();
    }
    await this.disconnected();
  }

  async #accept(): Promise<void> {
    for await (const connection of this.#listener) {
      const end = this.#serve(connection, ++this.#connections);
      this.#ends.add(end);
      end.then(() => this.#ends.delete(end));
    }
  }

  async #serve(connection: Deno.Conn, number: number): Promise<void> {
    this.#open.add(connection);
    for await (const message of framesOf(connection)) {
      const [header] = fieldsOf(message);
      const answer = await this.#arrived({ controlId: header[10], message, connection: number });
      // Where the gateway is gone, it sends the message again.
      const isWritten = await writeFrame(connection, answer ?? acknowledgmentOf(header)).then(
        () => true,
        () => false,
      );
      if (!isWritten) break;
    }
    if (this.#open.delete(connection)) connection.close();
  }
}

/** HL7 v2.5.1 section 2.9: in enhanced mode, where MSH-15 says so, the first answer accepts, CA; otherwise AA. */
function acknowledgmentOf(header: readonly string[]): Uint8Array {
  const [field, encoding, version, charset] = [header[1], header[2], header[12], header[18] ?? ""];
  const event = header[9].split(encoding[0])[1];
  const code = (header[15] ?? "") === "" ? "AA" : "CA";
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
