import type { Acceptor, Connection, Net } from "../../runtime/contract/world.ts";
import { broken, fakeNet } from "../world/fake_net.ts";
import { Frames } from "./hl7_text.ts";
import type { SeededRandom } from "../world/seeded_random.ts";
import type { Timeline } from "./timeline.ts";

/** Bytes that may be on their way, or unread, before a writer waits. */
const WINDOW_BYTES = 8192;
/** Bytes take up to this from end to end … */
const LATENCY_MS = 4;
/** … and now and then this. */
const LAG_MS = 40;
/** When the system notices that the other end of a silent connection is gone. */
const KEEP_ALIVE_MS = 60_000;

interface Piece {
  readonly bytes: Uint8Array;
  /** Called once all of it was read. */
  readonly heard?: (() => void) | undefined;
}

interface Reader {
  readonly into: Uint8Array;
  resolve(count: number | null): void;
  reject(cause: unknown): void;
}

/** One end of a simulated TCP connection. What is written comes later, whole or in pieces, in order. */
export class SimulatedConnection implements Connection {
  readonly peer: string;
  readonly #net: SimulatedNet;
  #other!: SimulatedConnection;
  readonly #unread: Piece[] = [];
  #unreadBytes = 0;
  #underWay = 0;
  #lastArrivalMs = 0;
  #reader: Reader | undefined;
  #writers: { resolve(): void; reject(cause: unknown): void }[] = [];
  #hasEnded = false;
  #trouble: string | undefined;
  #isClosed = false;
  #isGone = false;

  private constructor(net: SimulatedNet, peer: string) {
    [this.#net, this.peer] = [net, peer];
  }

  static pair(net: SimulatedNet, near: string, far: string): [SimulatedConnection, SimulatedConnection] {
    const [a, b] = [new SimulatedConnection(net, far), new SimulatedConnection(net, near)];
    a.#other = b;
    b.#other = a;
    return [a, b];
  }

  /** True once this end was closed, or has noticed that the other is gone. */
  get isOver(): boolean {
    return this.#isClosed || this.#trouble !== undefined;
  }

  read(into: Uint8Array): Promise<number | null> {
    if (this.#isClosed) return Promise.reject(broken("EBADF"));
    return new Promise((resolve, reject) => {
      this.#reader = { into, resolve, reject };
      this.#serve();
    });
  }

  /** `heard` is called once the other end has read all of it. */
  write(bytes: Uint8Array, heard?: () => void): Promise<void> {
    if (this.#isClosed) return Promise.reject(broken("EBADF"));
    if (this.#trouble) return Promise.reject(broken(this.#trouble));
    const pieces = this.#net.pieces(bytes);
    pieces.forEach((piece, at) =>
      this.#send({ bytes: piece, heard: at === pieces.length - 1 ? heard : undefined })
    );
    if (this.#underWay + this.#other.#unreadBytes <= WINDOW_BYTES) return Promise.resolve();
    return new Promise((resolve, reject) => void this.#writers.push({ resolve, reject }));
  }

  close(): void {
    if (this.#isClosed || this.#isGone) return;
    this.#isClosed = true;
    this.#reader?.reject(broken("EINTR"));
    this.#reader = undefined;
    for (const writer of this.#writers.splice(0)) writer.reject(broken("EINTR"));
    // A socket that is closed with something unread in it is reset, and what the peer has not read may be lost to it.
    const resets = this.#unreadBytes > 0;
    this.#arrive(() => resets ? this.#other.#break("ECONNRESET") : this.#other.#end());
  }

  /** The program at this end has died: the system closes for it. */
  reset(): void {
    if (this.#isClosed || this.#isGone) return;
    this.#isClosed = this.#isGone = true;
    this.#arrive(() => this.#other.#break("ECONNRESET"));
  }

  /** This end is gone without a word. The other notices when it writes, or after long. */
  vanish(): void {
    if (this.#isClosed || this.#isGone) return;
    this.#isClosed = this.#isGone = true;
    this.#net.timeline.after(KEEP_ALIVE_MS, () => this.#other.#break("ETIMEDOUT"));
  }

  #send(piece: Piece): void {
    this.#underWay += piece.bytes.length;
    this.#arrive(() => {
      this.#underWay -= piece.bytes.length;
      this.#other.#receive(piece);
    });
  }

  /** In order, one after another. */
  #arrive(action: () => void): void {
    const { timeline } = this.#net;
    this.#lastArrivalMs = Math.max(this.#lastArrivalMs + 0.001, timeline.nowMs + this.#net.latencyMs());
    timeline.after(this.#lastArrivalMs - timeline.nowMs, action);
  }

  #receive(piece: Piece): void {
    // Nobody is there: a system that runs says so.
    if (this.#isClosed) {
      if (!this.#isGone) this.#arrive(() => this.#other.#break("ECONNRESET"));
      return;
    }
    if (this.#trouble) return;
    this.#unread.push(piece);
    this.#unreadBytes += piece.bytes.length;
    this.#serve();
  }

  #end(): void {
    this.#hasEnded = true;
    this.#serve();
  }

  #break(code: string): void {
    if (this.#isClosed || this.#trouble) return;
    this.#trouble = code;
    this.#unread.length = this.#unreadBytes = 0;
    for (const writer of this.#writers.splice(0)) writer.reject(broken(code));
    this.#serve();
  }

  #serve(): void {
    const reader = this.#reader;
    if (!reader) return;
    const [first] = this.#unread;
    if (!first && !this.#trouble && !this.#hasEnded) return;
    this.#reader = undefined;
    if (!first) return this.#trouble ? reader.reject(broken(this.#trouble)) : reader.resolve(null);
    const { bytes, heard } = first;
    const count = Math.min(bytes.length, reader.into.length);
    reader.into.set(bytes.subarray(0, count));
    this.#unreadBytes -= count;
    if (count < bytes.length) this.#unread[0] = { bytes: bytes.subarray(count), heard };
    else {
      this.#unread.shift();
      heard?.();
    }
    if (this.#other.#underWay + this.#unreadBytes <= WINDOW_BYTES) {
      for (const writer of this.#other.#writers.splice(0)) writer.resolve();
    }
    reader.resolve(count);
  }
}

/** A port somebody listens at. */
class SimulatedAcceptor implements Acceptor {
  readonly #waiting: SimulatedConnection[] = [];
  #next: PromiseWithResolvers<void> = Promise.withResolvers();
  #isClosed = false;

  constructor(readonly port: number, readonly closed: () => void) {}

  take(connection: SimulatedConnection): void {
    this.#waiting.push(connection);
    this.#next.resolve();
  }

  review(): void {}

  close(): void {
    this.abandon();
    this.#next.resolve();
  }

  /** The program that listens is gone: nobody is told. */
  abandon(): void {
    if (this.#isClosed) return;
    this.#isClosed = true;
    this.closed();
    for (const connection of this.#waiting.splice(0)) connection.reset();
  }

  async *[Symbol.asyncIterator](): AsyncIterator<Connection> {
    for (;;) {
      for (let one = this.#waiting.shift(); one; one = this.#waiting.shift()) yield one;
      if (this.#isClosed) return;
      await this.#next.promise;
      this.#next = Promise.withResolvers();
    }
  }
}

/** How calls to a port are met. */
export type Reach = "open" | "refused" | "silent";

/** The network between all machines of a run. */
export class SimulatedNet {
  readonly timeline: Timeline;
  readonly #random: SeededRandom;
  readonly #ports = new Map<number, SimulatedAcceptor>();
  readonly #reach = new Map<number, Reach>();
  #lags = true;
  #callers = 0;

  constructor(timeline: Timeline, random: SeededRandom) {
    [this.timeline, this.#random] = [timeline, random];
  }

  /** From here on nothing is refused, dropped or late. */
  calm(): void {
    this.#lags = false;
    this.#reach.clear();
  }

  meet(port: number, reach: Reach): void {
    this.#reach.set(port, reach);
  }

  latencyMs(): number {
    return this.#lags && this.#random.chance(0.02)
      ? this.#random.number() * LAG_MS
      : this.#random.number() * LATENCY_MS;
  }

  /** Bytes as they travel. */
  pieces(bytes: Uint8Array): Uint8Array[] {
    if (bytes.length < 2 || !this.#lags || !this.#random.chance(0.15)) return [bytes.slice()];
    const at = 1 + this.#random.below(bytes.length - 1);
    return [bytes.slice(0, at), bytes.slice(at)];
  }

  listen(port: number): SimulatedAcceptor {
    if (this.#ports.has(port)) throw broken("EADDRINUSE");
    const acceptor = new SimulatedAcceptor(port, () => this.#ports.delete(port));
    this.#ports.set(port, acceptor);
    return acceptor;
  }

  /** `by`: who calls. */
  async connect(port: number, by: string): Promise<SimulatedConnection> {
    await this.timeline.sleep(this.latencyMs());
    const reach = this.#reach.get(port) ?? "open";
    if (reach === "silent") await new Promise<never>(() => {});
    const acceptor = this.#ports.get(port);
    if (!acceptor || reach === "refused") throw broken("ECONNREFUSED");
    const [near, far] = SimulatedConnection.pair(this, `${by}:${49_152 + this.#callers++}`, `peer:${port}`);
    acceptor.take(far);
    return near;
  }
}

/** Who looks on while the gateway writes. */
export interface NetObserver {
  /** To whoever listens at a port that it called. */
  sent(port: number, frame: Uint8Array): void;
  /** To whoever called it. */
  answered(frame: Uint8Array): void;
}

/** The network as one life of the gateway sees it. */
export class NetOfLife {
  readonly #net: SimulatedNet;
  readonly #observer: NetObserver;
  readonly #connections = new Set<SimulatedConnection>();
  readonly #acceptors = new Set<SimulatedAcceptor>();
  #isOver = false;

  constructor(net: SimulatedNet, observer: NetObserver) {
    [this.#net, this.#observer] = [net, observer];
  }

  /** What the program is given. */
  get port(): Net {
    return fakeNet({
      lookup: () => Promise.resolve(["192.0.2.1"]),
      listen: async ({ port }) => {
        const acceptor = this.#net.listen(port);
        this.#acceptors.add(acceptor);
        const noted = (connection: SimulatedConnection) =>
          this.#note(connection, (frame) => this.#observer.answered(frame));
        return {
          port,
          close: () => acceptor.close(),
          review: () => {},
          async *[Symbol.asyncIterator]() {
            for await (const connection of acceptor) yield noted(connection as SimulatedConnection);
          },
        };
      },
      connect: async ({ port }) => {
        const connection = await this.#net.connect(port, "gateway");
        if (this.#isOver) {
          connection.vanish();
          await new Promise<never>(() => {});
        }
        return this.#note(connection, (frame) => this.#observer.sent(port, frame));
      },
    });
  }

  /** The program has died, and perhaps the machine with it. */
  end(how: "killed" | "powerCut"): void {
    this.#isOver = true;
    for (const connection of this.#connections) how === "killed" ? connection.reset() : connection.vanish();
    for (const acceptor of this.#acceptors) acceptor.abandon();
  }

  #note(connection: SimulatedConnection, wrote: (frame: Uint8Array) => void): Connection {
    this.#connections.add(connection);
    const frames = new Frames();
    return {
      peer: connection.peer,
      read: (into) => connection.read(into),
      write: (bytes) => {
        if (!connection.isOver) frames.feed(bytes).forEach(wrote);
        return connection.write(bytes);
      },
      close: () => connection.close(),
    };
  }
}
