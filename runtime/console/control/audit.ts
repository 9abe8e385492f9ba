import type { RunningGateway } from "../../engine/gateway_api.ts";
import type { RunningLedger } from "../../engine/ledger/ledger_api.ts";
import type { By } from "../../journal/acts.ts";
import type { NumberedEntry } from "../../journal/ledger/operations.ts";
import type { LedgerEntry } from "../../trust/ledger/entry.ts";
import { evidenceFiles } from "../evidence/evidence_pack.ts";
import { gather } from "../evidence/gather.ts";
import { count, optional, type Params, text } from "./params.ts";
import type { Methods } from "./protocol.ts";

/** Which entries of the ledger to list: those that match every word given. */
export interface EntryQuery {
  /** The one that counts now where left out. */
  readonly epoch?: number;
  readonly channel?: string;
  readonly destination?: string;
  /** Id of a message, or how it begins. */
  readonly message?: string;
  /** Who did it. */
  readonly person?: string;
  readonly kind?: string;
  readonly sinceMs?: number;
  readonly untilMs?: number;
  /** 50 where left out. */
  readonly limit?: number;
  /** Newest first, older than the entry of this number. */
  readonly before?: number;
  /** Oldest first, from the entry of this number on. */
  readonly from?: number;
}

/** Entries of one epoch. */
export interface ListedEntries {
  readonly epoch: number;
  /** How many entries the epoch has. */
  readonly size: number;
  readonly entries: readonly Omit<NumberedEntry, "bytes">[];
  /** Where the next page begins, as `before` or `from`; `null`: there is no more, or not yet. */
  readonly next: number | null;
}

/** The ledger of an epoch, as far as it has come. */
export interface ToldHead {
  /** Whose it is. */
  readonly gateway: string;
  readonly epoch: number;
  readonly size: number;
  /** The newest head that was signed of it, a C2SP checkpoint with the lines of its witnesses; `null`: none was. */
  readonly checkpoint: string | null;
}

/** How far the ledger has come; of the epoch that counts now where none is named. */
export async function headOf({ name, ledger }: RunningGateway, wanted?: number): Promise<ToldHead> {
  const epoch = wanted ?? (await ledger.ask({ ask: "entries", from: 0, limit: 1 })).epoch;
  const size = await ledger.ask({ ask: "entryAt", epoch, atMs: Number.MAX_SAFE_INTEGER });
  const [newest] = await ledger.ask({ ask: "checkpoints", epoch, limit: 1 });
  return { gateway: name, epoch, size, checkpoint: newest?.note ?? null };
}

/** Entries that are looked at for one question. */
const WINDOW = 4_096;

/** Entries that match, of one epoch. */
export async function listEntries(
  ledger: Pick<RunningLedger, "ask">,
  query: EntryQuery,
): Promise<ListedEntries> {
  const { epoch } = query.epoch === undefined
    ? await ledger.ask({ ask: "entries", from: 0, limit: 1 })
    : query;
  const at = (atMs: number) => ledger.ask({ ask: "entryAt", epoch: epoch!, atMs });
  const size = await at(Number.MAX_SAFE_INTEGER);
  const sinceMs = query.sinceMs ?? (query.message === undefined ? undefined : madeAtMs(query.message));
  const lowest = sinceMs === undefined ? 0 : await at(sinceMs);
  const listed: Omit<NumberedEntry, "bytes">[] = [], limit = query.limit ?? 50;
  const window = async (from: number, upTo: number) => {
    const slice = await ledger.ask({ ask: "entries", epoch: epoch!, from, limit: upTo - from });
    return slice.entries.filter(({ entry }) => matches(entry, query)).map(({ number, entry }) => ({
      number,
      entry,
    }));
  };
  if (query.from !== undefined) {
    let from = Math.max(query.from, lowest);
    while (from < size && listed.length < limit) {
      const upTo = Math.min(from + WINDOW, size);
      listed.push(...await window(from, upTo));
      from = upTo;
    }
    const entries = listed.slice(0, limit);
    // What there is no room for comes with the next page.
    const next = listed.length > limit ? entries.at(-1)!.number + 1 : from < size ? from : null;
    return { epoch: epoch!, size, entries, next };
  }
  let upTo = Math.min(query.before ?? size, size);
  while (upTo > lowest && listed.length < limit) {
    const from = Math.max(lowest, upTo - WINDOW);
    listed.push(...(await window(from, upTo)).reverse());
    upTo = from;
  }
  const entries = listed.slice(0, limit);
  const next = listed.length > limit || upTo > lowest ? entries.at(-1)?.number ?? upTo : null;
  return { epoch: epoch!, size, entries, next };
}

/** When a message got its id, a UUIDv7; `undefined` where too little of it is given. */
function madeAtMs(id: string): number | undefined {
  const digits = /^([0-9a-f]{8})-([0-9a-f]{4})/.exec(id);
  return digits ? parseInt(digits[1]! + digits[2]!, 16) : undefined;
}

function matches(entry: LedgerEntry, query: EntryQuery): boolean {
  const { channel, destination, message, person, kind, sinceMs = 0, untilMs = Infinity } = query;
  return entry.atMs >= sinceMs && entry.atMs < untilMs &&
    (channel === undefined || entry.channel === channel) &&
    (destination === undefined || entry.destination === destination) &&
    (message === undefined || (entry.message?.startsWith(message) ?? false)) &&
    (person === undefined || entry.by === person) &&
    (kind === undefined || entry.kind === kind);
}

/** Errors: CONTROL_REQUEST_MALFORMED. */
export function readEntryQuery(params: Params): EntryQuery {
  return {
    epoch: optional(params, "epoch", count),
    channel: optional(params, "channel", text),
    destination: optional(params, "destination", text),
    message: optional(params, "message", text),
    person: optional(params, "person", text),
    kind: optional(params, "kind", text),
    sinceMs: optional(params, "sinceMs", count),
    untilMs: optional(params, "untilMs", count),
    limit: optional(params, "limit", count),
    before: optional(params, "before", count),
    from: optional(params, "from", count),
  };
}

/** What proves what became of a message, as files; who takes it is recorded before. */
export async function prove(
  gateway: RunningGateway,
  { id, by, ...wanted }: {
    readonly id: string;
    readonly destination?: string;
    readonly part?: number;
    readonly withoutPayload: boolean;
    readonly by: By;
  },
): Promise<Methods["audit.prove"]["result"]> {
  const message = await gateway.archive.show(id);
  if (!message) return null;
  const { evidence, ...told } = await gather(gateway.ledger, { ...wanted, message, gateway: gateway.name });
  await gateway.noteSeen([message.id], "exported as evidence", by);
  return { ...told, id: message.id, files: evidenceFiles(evidence) };
}
