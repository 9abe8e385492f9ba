/** All that a journal says when it is asked: bytes as their hashes, and in the order of the questions. */
import type { Journal } from "../../../../runtime/journal/journal.ts";
import { reviewStates } from "../../../../runtime/journal/review/operations.ts";
import type { OutboxRow } from "../../../../runtime/journal/rows.ts";
import type { MessageContent } from "../../../../runtime/journal/records.ts";

/** What to ask a journal for beside its messages. */
export interface Places {
  /** Destinations by channel. */
  readonly channels: Readonly<Record<string, readonly string[]>>;
  readonly state: readonly { readonly channel: string; readonly step: string; readonly key: string }[];
  readonly numbering: readonly { readonly channel: string; readonly sender: string }[];
}

const PAGE = { after: 0, limit: 100 };

/** Asks for everything. Bytes are told as size and SHA-256. */
export async function contentsOf(journal: Journal, { channels, state, numbering }: Places) {
  const messages = [];
  for (const { id } of (await journal.archive.list({ limit: 1000 })).toReversed()) {
    const seq = await journal.ask({ ask: "seqOf", id });
    messages.push({ seq, ...await shown((await journal.archive.show(id))!) });
  }
  const queues: Record<string, readonly Omit<Row, "body">[]> = {};
  const note = async (name: string, rows: readonly Row[]) => {
    if (rows.length > 0) queues[name] = await Promise.all(rows.map(hashed));
  };
  for (const [channel, destinations] of Object.entries(channels)) {
    await note(`inbox ${channel}`, await journal.ask({ ask: "inbox", channel, ...PAGE }));
    await note(`pieces ${channel}`, await journal.ask({ ask: "pieces", channel, ...PAGE }));
    for (const destination of destinations) {
      const of = { channel, destination };
      await note(`outbox ${channel}/${destination}`, await journal.ask({ ask: "outbox", ...of, ...PAGE }));
      const gathered = await journal.ask({ ask: "gathered", ...of, ...PAGE, bytesMax: 1 << 20 });
      await note(`gathered ${channel}/${destination}`, gathered);
      await note(`held ${channel}/${destination}`, await journal.ask({ ask: "held", ...of }));
    }
  }
  return {
    messages,
    queues,
    state: await Promise.all(
      state.map(async (of) => ({ ...of, value: await journal.ask({ ask: "state", ...of }) })),
    ),
    numbering: await Promise.all(
      numbering.map(async (of) => ({ ...of, ...await journal.ask({ ask: "numbering", ...of }) })),
    ),
    reviews: await reviewsIn(journal),
    corrections: await journal.ask({ ask: "corrections" }),
    pending: await journal.ask({ ask: "pending" }),
  };
}

/** Documents that wait, or waited, for people, with what they did. */
async function reviewsIn(journal: Journal) {
  const found = [];
  for (const state of reviewStates) {
    for (const { id } of await journal.ask({ ask: "reviews", state, limit: 100 })) {
      const { read, document, ...review } = (await journal.ask({ ask: "review", id }))!;
      found.push({ ...review, read: await sha256(read), document: await sha256(document) });
    }
  }
  return found;
}

/** What a journal has. */
export type Contents = Awaited<ReturnType<typeof contentsOf>>;

async function shown({ received, payloads, evidence, answer: _, ...record }: MessageContent) {
  const sent = payloads.map(async ({ bytes, answer, destination, contentType }) => ({
    destination,
    contentType,
    sha256: await sha256(bytes),
    ...(answer ? { answer: await sha256(answer) } : {}),
  }));
  return {
    ...record,
    sha256: await sha256(received),
    ...(evidence ? { evidence: await sha256(evidence) } : {}),
    payloads: await Promise.all(sent),
  };
}

type Row = object & Partial<Pick<OutboxRow, "body" | "keys">>;

async function hashed({ body, ...row }: Row) {
  return body ? { ...row, sha256: await sha256(body) } : row;
}

/** In hex. */
export async function sha256(bytes: Uint8Array): Promise<string> {
  return new Uint8Array(await crypto.subtle.digest("SHA-256", bytes.slice())).toHex();
}
