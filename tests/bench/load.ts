/** Traffic for the benchmarks: an MLLP sender that keeps every connection busy, and a receiver that says AA. */

const encoder = new TextEncoder();
const decoder = new TextDecoder("latin1");
const FRAME_END = "\x1c\r";
const FILLER = "OBX|1|NM|2345-7^GLUCOSE^LN||182|mg/dL|70-105|H|||F|||202602150730\r".repeat(12);

/** An ORU^R01 of about 1 kB, framed. */
export function message(number: number): Uint8Array {
  return encoder.encode(
    `\x0bMSH|^~\\&|ANALYSER|LAB|EHR|HOSPITAL|20260215073012||ORU^R01^ORU_R01|B${number}|P|2.5.1\r` +
      `PID|1||${4000 + number % 500}^^^HOSPITAL^MR||EXAMPLE^ANN^Q||19700203|F\r${FILLER}${FRAME_END}`,
  );
}

/** What a run of {@linkcode send} showed. */
export interface Sent {
  readonly perSecond: number;
  readonly p50Ms: number;
  readonly p99Ms: number;
}

/** Sends `count` messages over some connections, each waiting for its answer, and checks every answer. */
export async function send(port: number, connections: number, count: number, first = 0): Promise<Sent> {
  let next = first;
  const end = first + count;
  const tookMs: number[] = [];
  const startedMs = performance.now();
  await Promise.all(Array.from({ length: connections }, async () => {
    const socket = await Deno.connect({ hostname: "127.0.0.1", port });
    socket.setNoDelay(true);
    const into = new Uint8Array(4096);
    while (next < end) {
      const number = next++;
      const sentMs = performance.now();
      await socket.write(message(number));
      let answer = "";
      while (!answer.endsWith(FRAME_END)) {
        const n = await socket.read(into);
        if (n === null) throw new Error(`no answer to message ${number}`);
        answer += decoder.decode(into.subarray(0, n));
      }
      if (!answer.includes(`\rMSA|AA|B${number}\r`)) throw new Error(`message ${number} was not accepted`);
      tookMs.push(performance.now() - sentMs);
    }
    socket.close();
  }));
  const allMs = performance.now() - startedMs;
  tookMs.sort((a, b) => a - b);
  const at = (share: number) => tookMs[Math.min(tookMs.length - 1, Math.floor(share * tookMs.length))];
  return { perSecond: count / allMs * 1000, p50Ms: at(0.5), p99Ms: at(0.99) };
}

/** Posts `count` messages as bodies of a content type, some at once, and checks that each is taken. */
export async function post(
  url: string,
  contentType: string,
  atOnce: number,
  count: number,
  first = 0,
): Promise<void> {
  let next = first;
  const end = first + count;
  await Promise.all(Array.from({ length: atOnce }, async () => {
    while (next < end) {
      const body = message(next++).slice(1, -FRAME_END.length);
      const answer = await fetch(url, { method: "POST", body, headers: { "content-type": contentType } });
      await answer.body?.cancel();
      if (!answer.ok) throw new Error(`a message was not accepted: ${answer.status}`);
    }
  }));
}

/** An MLLP receiver that answers AA and counts. */
export class Receiver {
  /** What is awaited before anything is answered: nothing, where nobody says so. */
  gate: Promise<void> = Promise.resolve();
  readonly #listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  readonly #sockets = new Set<Deno.TcpConn>();
  #count = 0;
  #waiting: { count: number; resolve(): void }[] = [];

  constructor() {
    this.#accept();
  }

  get port(): number {
    return (this.#listener.addr as Deno.NetAddr).port;
  }

  get count(): number {
    return this.#count;
  }

  /** Resolves when so many messages have come since the start. */
  reached(count: number): Promise<void> {
    if (this.#count >= count) return Promise.resolve();
    return new Promise((resolve) => this.#waiting.push({ count, resolve }));
  }

  close(): void {
    this.#listener.close();
    for (const socket of this.#sockets) socket.close();
  }

  async #accept(): Promise<void> {
    for await (const socket of this.#listener) {
      this.#sockets.add(socket);
      this.#serve(socket).catch(() => {}).finally(() => this.#sockets.delete(socket));
    }
  }

  async #serve(socket: Deno.TcpConn): Promise<void> {
    socket.setNoDelay(true);
    const into = new Uint8Array(65536);
    let text = "";
    for (;;) {
      const n = await socket.read(into);
      await this.gate;
      if (n === null) return;
      text += decoder.decode(into.subarray(0, n));
      let answers = "";
      for (let end = text.indexOf(FRAME_END); end >= 0; end = text.indexOf(FRAME_END)) {
        const controlId = text.slice(0, text.indexOf("\r")).split("|")[9];
        text = text.slice(end + FRAME_END.length);
        answers +=
          `\x0bMSH|^~\\&|R|R|||20260215||ACK|${controlId}|P|2.5.1\rMSA|AA|${controlId}\r${FRAME_END}`;
        this.#count++;
      }
      if (answers !== "") await socket.write(encoder.encode(answers));
      this.#waiting = this.#waiting.filter(({ count, resolve }) => this.#count < count || resolve());
    }
  }
}
