import { join } from "node:path";
import { Hl7Message } from "mitral";
import { lateness } from "./lateness.ts";
import { Receiver } from "./receiver.ts";

/** A system at the other end of a line. What it receives is also in `received/NAME/` of the example's folder. */
export class Peer<T> implements AsyncDisposable {
  readonly name: string;
  /** In the order in which it came. */
  readonly received: T[] = [];
  readonly #folder: string;
  readonly #watchers = new Set<() => void>();
  #end: AsyncDisposable | undefined;

  private constructor(name: string, folder: string) {
    this.name = name;
    this.#folder = join(folder, "received", name);
    Deno.mkdirSync(this.#folder, { recursive: true });
  }

  /** A system that takes HL7 by MLLP. It answers AA, or what `answer` says. */
  static hl7(
    name: string,
    { folder, port, answer }: PeerPlace & { answer?(message: Hl7Message): Awaitable<Hl7Message | void> },
  ): Peer<Hl7Message> {
    const peer = new Peer<Hl7Message>(name, folder);
    peer.#end = Receiver.listen(port, async ({ message }) => {
      const body = Hl7Message.parse(message);
      await peer.#take(body, message, "hl7");
      return (await answer?.(body))?.toBytes();
    });
    return peer;
  }

  /** A web service that takes text by HTTP: JSON, XML. */
  static http(name: string, { folder, port }: PeerPlace): Peer<string> {
    const peer = new Peer<string>(name, folder);
    peer.#end = Deno.serve({ hostname: "127.0.0.1", port, onListen() {} }, async (request) => {
      const bytes = await request.bytes();
      const [, extension = "txt"] = /\b(json|xml)\b/.exec(request.headers.get("content-type") ?? "") ?? [];
      await peer.#take(new TextDecoder().decode(bytes), bytes, extension);
      return new Response(null, { status: 204 });
    });
    return peer;
  }

  /** Resolves once so many have come. */
  async until(count: number): Promise<void> {
    using late = lateness(`${this.name} has not got ${count} messages`);
    while (this.received.length < count) {
      await Promise.race([late.promise, new Promise<void>((resolve) => this.#watchers.add(resolve))]);
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#end?.[Symbol.asyncDispose]();
  }

  async #take(value: T, bytes: Uint8Array, extension: string): Promise<void> {
    const number = String(this.received.push(value)).padStart(3, "0");
    await Deno.writeFile(join(this.#folder, `${number}.${extension}`), bytes);
    for (const resolve of this.#watchers) resolve();
    this.#watchers.clear();
  }
}

/** Where a peer is. */
export interface PeerPlace {
  /** The example's folder. */
  readonly folder: string;
  readonly port: number;
}

type Awaitable<T> = T | Promise<T>;
