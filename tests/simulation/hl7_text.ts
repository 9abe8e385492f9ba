/** The few bytes of HL7 v2 and MLLP that machines around the gateway need, written apart from the product's own. */

const encoder = new TextEncoder();
const decoder = new TextDecoder();

/** A message of a patient; without one it is a barrier. */
export function messageText(
  { controlId, sender, type, patient, text }: {
    readonly controlId: string;
    readonly sender: string;
    readonly type: "ADT^A08" | "ORU^R01";
    readonly patient: string | undefined;
    readonly text: string;
  },
): Uint8Array {
  return encoder.encode([
    `MSH|^~\\&|${sender}|HOSPITAL|LAB|LAB|20260105120000||${type}|${controlId}|P|2.5`,
    ...(patient === undefined ? [] : [`PID|1||${patient}^^^HOSPITAL^MR||Doe^Jane`]),
    `NTE|1||${text}`,
    "",
  ].join("\r"));
}

/** An acknowledgment. */
export function answerText(code: string, controlId: string): Uint8Array {
  return encoder.encode(
    `MSH|^~\\&|LAB|LAB|HOSPITAL|HOSPITAL|20260105120000||ACK|A${controlId}|P|2.5\rMSA|${code}|${controlId}\r`,
  );
}

/** MSH-10; empty for what is no message. */
export function controlIdIn(bytes: Uint8Array): string {
  const [header] = decoder.decode(bytes).split("\r", 1);
  return header.startsWith("MSH") ? header.split("|")[9] ?? "" : "";
}

/** MSA-1 and MSA-2. */
export function verdictIn(answer: Uint8Array): { readonly code: string; readonly controlId: string } {
  const segment = decoder.decode(answer).split("\r").find((each) => each.startsWith("MSA|")) ?? "";
  const [, code = "", controlId = ""] = segment.split("|");
  return { code, controlId };
}

/** As it goes over MLLP. */
export function framed(bytes: Uint8Array): Uint8Array {
  const frame = new Uint8Array(bytes.length + 3);
  frame.set([0x0b]);
  frame.set(bytes, 1);
  frame.set([0x1c, 0x0d], bytes.length + 1);
  return frame;
}

/** Takes frames out of what comes. */
export class Frames {
  #rest = new Uint8Array(0);

  feed(bytes: Uint8Array): Uint8Array[] {
    const all = new Uint8Array(this.#rest.length + bytes.length);
    all.set(this.#rest);
    all.set(bytes, this.#rest.length);
    const frames = [];
    let from = 0;
    for (let end = all.indexOf(0x1c); end >= 0 && end + 1 < all.length; end = all.indexOf(0x1c, from)) {
      frames.push(all.slice(from + 1, end));
      from = end + 2;
    }
    this.#rest = all.slice(from);
    return frames;
  }
}
