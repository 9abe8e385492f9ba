/** What went over a network, as tcpdump wrote it down (pcap, little endian). */
import { inside, type Site } from "./_namespaces.ts";
import { printed } from "./_printed.ts";

/** One frame of an Ethernet, or one packet of a tunnel. */
export type Frame = Uint8Array<ArrayBuffer>;

/** Listens on an interface until it is stopped. */
export class Capture {
  readonly #child: Deno.ChildProcess;
  #pcap: Frame = new Uint8Array();

  private constructor(child: Deno.ChildProcess) {
    this.#child = child;
  }

  /** Resolves once nothing goes by unseen. `filter`: which packets; `count`: ends by itself after so many. */
  static async start(
    site: Site,
    link: string,
    { filter = [], count }: { readonly filter?: readonly string[]; readonly count?: number } = {},
  ): Promise<Capture> {
    const limits = count === undefined ? [] : ["-c", String(count)];
    const child = inside(site, [
      "tcpdump",
      "-i",
      link,
      "-Z",
      "root",
      "--immediate-mode",
      "-U",
      ...limits,
      "-w",
      "-",
      ...filter,
    ], {
      stdin: "null",
      stdout: "piped",
      stderr: "piped",
    }).spawn();
    await printed(child.stderr, /listening on/);
    return new Capture(child);
  }

  /** Waits until it has seen this, or has ended; what it has seen by then. */
  async until(isSeen: (frames: readonly Frame[]) => boolean): Promise<readonly Frame[]> {
    for await (const part of this.#child.stdout.values({ preventCancel: true })) {
      this.#pcap = Uint8Array.from([...this.#pcap, ...part]);
      if (isSeen(framesOf(this.#pcap))) break;
    }
    return framesOf(this.#pcap);
  }

  /** All that it has seen, once it has ended by itself. */
  async ended(): Promise<readonly Frame[]> {
    return await this.until(() => false);
  }

  /** All that it has seen until now. */
  async stop(): Promise<readonly Frame[]> {
    this.#child.kill("SIGINT");
    return await this.ended();
  }
}

/** A file's head, and a frame's, with its length (draft-ietf-opsawg-pcap). */
const HEAD_BYTES = 24, FRAME_HEAD_BYTES = 16, LENGTH_AT = 8;

function framesOf(pcap: Frame): readonly Frame[] {
  const view = new DataView(pcap.buffer);
  const frames: Frame[] = [];
  let at = HEAD_BYTES;
  while (at + FRAME_HEAD_BYTES <= pcap.length) {
    const from = at + FRAME_HEAD_BYTES, to = from + view.getUint32(at + LENGTH_AT, true);
    if (to > pcap.length) break;
    frames.push(pcap.slice(from, at = to));
  }
  return frames;
}

/** What an Ethernet frame carries, in a word: `udp 51820`, `tcp`, `arp`, or the numbers of something else. */
export function kindOf(frame: Frame): string {
  const view = new DataView(frame.buffer, frame.byteOffset);
  const type = view.getUint16(12);
  if (type === 0x0806) return "arp";
  if (type !== 0x0800) return `ethernet ${type}`;
  const protocol = frame[23];
  if (protocol === 6) return "tcp";
  return protocol === 17 ? `udp ${view.getUint16(14 + (frame[14] & 15) * 4 + 2)}` : `ipv4 ${protocol}`;
}

/** Whether any frame has this text in it. */
export function haveText(frames: readonly Frame[], text: string): boolean {
  return frames.some((frame) => new TextDecoder("latin1").decode(frame).includes(text));
}
