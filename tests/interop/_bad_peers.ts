/** Peers that mean no good, or know no better, and a gateway that has to live with them. */
import { assert, assertEquals } from "@std/assert";
import { fileURLToPath } from "node:url";
import { latin1, RawPeer } from "../adapters/mllp/mllp_peer.ts";
import { assertQuiet, canaryMessage } from "../bad_input/_canary.ts";
import { Ack } from "../bad_input/_messages.ts";
import { type LogLine, Product } from "../bad_input/_product.ts";
import { Folder, type Settings } from "../bad_input/_site.ts";
import { turns } from "../world/turns.ts";
import { type Peer, requirePeer } from "./_peers.ts";

/** What a gateway needs of its machine. */
export interface Figures {
  /** Open files, sockets among them. */
  readonly handles: number;
  /** Memory of the process. */
  readonly residentBytes: number;
  /** Memory in use for objects, after what is of no use was freed. */
  readonly heapBytes: number;
}

/** How often figures are asked for until what is being closed is closed. */
const ASKED_MAX = 500;

/**
 * A gateway in a process of its own, under attack. `good` is a channel of it that takes MLLP. When it is disposed it
 * must still end as it should, and have named no patient.
 */
export class Besieged implements AsyncDisposable {
  #asked = 0;

  private constructor(readonly product: Product, readonly folder: Folder) {}

  /**
   * Starts a gateway whose channel `bad` listens so, beside the channel `good`; `files` lie beside its own, `partners` are
   * as in its file, and `prepare` makes what else it needs in its folder.
   */
  static async start(
    listen: Settings,
    { files = {}, parse = "hl7v2", partners = {}, prepare = async () => {} }: {
      readonly files?: Readonly<Record<string, string>>;
      readonly parse?: string | undefined;
      readonly partners?: Settings;
      readonly prepare?: (folder: Folder) => Promise<void>;
    } = {},
  ): Promise<Besieged> {
    const folder = await Folder.make();
    const send = { out: { file: { path: "./out" } } };
    const channels = {
      good: { listen: { mllp: { port: 0 } }, parse: "hl7v2", send },
      bad: { listen, parse, send },
    };
    try {
      for (const [name, text] of Object.entries(files)) await folder.write(name, text);
      await prepare(folder);
      const settings = { gateway: "besieged", data: "./data", partners, channels };
      const file = await folder.write("gateway.yaml", JSON.stringify(settings));
      return new Besieged(await Product.start(file, "tests/interop/_gateway_that_tells.ts"), folder);
    } catch (cause) {
      await folder[Symbol.asyncDispose]();
      throw cause;
    }
  }

  /** Where its bad peers go. */
  get target(): { readonly hostname: string; readonly port: number } {
    const { hostname, port } = new URL(this.product.address("bad").replace(/^(?!http)/, "http://"));
    return { hostname, port: Number(port) };
  }

  /** A connection of a bad peer. */
  async dial(): Promise<RawPeer> {
    const { hostname, port } = this.target;
    return await RawPeer.dial(`${hostname}:${port}`);
  }

  /** Says something and closes, without a look at what it is answered. */
  async sayAndVanish(bytes: string | Uint8Array, dial = () => this.dial()): Promise<void> {
    using peer = await dial();
    // It may have been cut off by now.
    await peer.write(bytes).catch(() => {});
  }

  /** What the gateway answers until it closes. */
  async askAndWait(bytes: string | Uint8Array, dial = () => this.dial()): Promise<string> {
    using peer = await dial();
    await peer.write(bytes).catch(() => {});
    return new TextDecoder().decode(await peer.end());
  }

  /** Resolves with what the log says of the `count`th refusal with a code. */
  async refused(code: string, count = 1): Promise<Readonly<Record<string, unknown>>> {
    // A warning is the error itself, with its facts.
    const codeOf = ({ code, facts }: LogLine["properties"]) => code ?? (facts as { code?: string }).code;
    const refusal = await this.product.logged(
      (line) => line.name === "transportReported" && codeOf(line) === code,
      count,
    );
    return refusal.facts as Readonly<Record<string, unknown>>;
  }

  /** Resolves when the bad channel has reported so many connections, however each ended. */
  async over(count: number): Promise<void> {
    const ends = ["connectionClosed", "connectionProbed", "connectionTurnedAway", "strangerTurnedAway"];
    await this.product.logged(
      ({ name, channel, event }) =>
        name === "transportReported" && channel === "bad" && ends.includes(String(event)),
      count,
    );
  }

  /** Warnings with a code so far. */
  warnings(code: string): number {
    const lines = this.product.err.split("\n").filter((line) => line.includes(code));
    return lines.map((line) => JSON.parse(line) as LogLine)
      .filter(({ level, properties }) => level === "WARN" && properties.code === code).length;
  }

  /** A peer of the channel `good`, or of the bad one, that does nothing wrong. */
  async bystander(channel: "good" | "bad" = "good"): Promise<Bystander> {
    const address = this.product.address(channel);
    return address.startsWith("http")
      ? Bystander.posting(address)
      : Bystander.on(await RawPeer.dial(address));
  }

  async figures(): Promise<Figures> {
    this.product.signal("SIGUSR2");
    const line = await this.product.said((line) => line.startsWith("figures "), ++this.#asked);
    const [, residentBytes, heapBytes] = line.split(" ").map(Number);
    // Deno reads nothing there itself unless it may do everything.
    const { stdout } = await new Deno.Command("ls", { args: [`/proc/${this.product.pid}/fd`] }).output();
    return { handles: new TextDecoder().decode(stdout).trim().split("\n").length, residentBytes, heapBytes };
  }

  /** Figures with no more handles than before, as soon as there are. Fails where that does not come. */
  async settled(before: Figures): Promise<Figures> {
    let now = await this.figures();
    for (let asked = 1; now.handles > before.handles && asked < ASKED_MAX; asked++) {
      now = await this.figures();
    }
    assert(now.handles <= before.handles, `${now.handles} file handles are open, and were ${before.handles}`);
    return now;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const { code } = await this.product.stop();
    await this.folder[Symbol.asyncDispose]();
    assertEquals(code, 0);
    assertQuiet("the log", this.product.err);
    assertQuiet("standard output", this.product.out);
  }
}

/** Memory that may come and go beside what a gateway keeps. */
const HEAP_MARGIN = 8 << 20;
const RESIDENT_MARGIN = 128 << 20;

/** Fails where a gateway needs more memory than before. */
export function assertHasNotGrown(before: Figures, after: Figures): void {
  const grownBy = after.heapBytes - before.heapBytes, residentBy = after.residentBytes - before.residentBytes;
  assert(grownBy < HEAP_MARGIN, `its objects take ${grownBy} bytes more`);
  assert(residentBy < RESIDENT_MARGIN, `it takes ${residentBy} bytes more`);
}

let messages = 0;

/** A message that names the patient, with a control id of its own. */
export function message(controlId = `M${++messages}`): string {
  return canaryMessage("ADT^A01", controlId);
}

/** A peer that does nothing wrong: it wants to be served, whatever the others do. */
export class Bystander implements Disposable {
  readonly #send: (message: string) => Promise<string | undefined>;
  readonly #leave: () => void;

  /** `send` sends a message and resolves with its answer. */
  private constructor(send: (message: string) => Promise<string | undefined>, leave: () => void) {
    this.#send = send;
    this.#leave = leave;
  }

  /** One that speaks MLLP on a connection. */
  static on(peer: RawPeer): Bystander {
    const send = async (message: string) => {
      await peer.send(latin1(message));
      return await peer.text();
    };
    return new Bystander(send, () => peer.close());
  }

  /** One that posts to a URL. */
  static posting(url: string, client?: Deno.HttpClient): Bystander {
    return new Bystander((message) => post(url, message, client), () => client?.close());
  }

  /** Fails where a message of its own is not taken. */
  async isServed(): Promise<void> {
    const id = `B${++messages}`;
    const answer = await this.#send(message(id));
    assert(answer, "a peer that did nothing wrong was cut off");
    assertEquals(new Ack(answer).verdict, `AA ${id}`);
  }

  /** Is served again and again, while something goes on. */
  async during<T>(work: Promise<T>): Promise<T> {
    let isOver = false;
    const note = () => void (isOver = true);
    work.then(note, note);
    do {
      await this.isServed();
      await turns(10);
    } while (!isOver);
    return await work;
  }

  [Symbol.dispose](): void {
    this.#leave();
  }
}

async function post(url: string, body: string, client?: Deno.HttpClient): Promise<string> {
  const response = await fetch(url, {
    method: "POST",
    body,
    headers: { "content-type": "application/hl7-v2" },
    ...(client ? { client } : {}),
  });
  return await response.text();
}

/** Peers written in Python. */
export const python: Peer = await requirePeer("python3");

const script = fileURLToPath(new URL("./bad_peer.py", import.meta.url));

/** Runs a peer of `bad_peer.py` to its end; what it was answered. */
export async function badPeer(
  what: "reset" | "trickle",
  { hostname, port }: { readonly hostname: string; readonly port: number },
  says: string | Uint8Array<ArrayBuffer>,
  ...args: readonly string[]
): Promise<string> {
  const child = python.command([script, what, hostname, String(port), ...args], {
    stdin: "piped",
    stdout: "piped",
  }).spawn();
  const input = child.stdin.getWriter();
  await input.write(typeof says === "string" ? new TextEncoder().encode(says) : says);
  await input.close();
  const { success, stdout } = await child.output();
  assert(success);
  return new TextDecoder().decode(stdout);
}

/** Does `work` `count` times, `atOnce` at a time. */
export async function manyTimes(
  count: number,
  atOnce: number,
  work: (at: number) => Promise<unknown>,
): Promise<void> {
  let next = 0;
  const go = async () => {
    while (next < count) await work(next++);
  };
  await Promise.all(Array.from({ length: atOnce }, go));
}
