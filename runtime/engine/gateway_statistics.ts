import { join } from "node:path";
import { MitralError } from "../contract/error.ts";
import { untilAborted } from "../contract/signal.ts";
import type { World } from "../contract/world.ts";
import type { Backlog, Oldest } from "../journal/backlog.ts";
import type { Journal } from "../journal/journal.ts";
import { destinationName } from "../journal/names.ts";
import type { CorrectionFigures } from "../journal/review/operations.ts";
import { CommitTimes } from "./commit_times.ts";
import { deadlineIn } from "./drain.ts";
import type { ChannelState, GatewaySnapshot, LineState } from "./events.ts";
import { FolderSize } from "./folder_size.ts";
import { limits } from "./limits.ts";
import type { GatewayPlan } from "./plan.ts";
import type {
  ChannelStatistics,
  GatewayStatistics,
  LineStatistics,
  StorageStatistics,
  Waiting,
} from "./statistics.ts";

/** What {@linkcode Statistics} are read from. */
export interface StatisticsSources {
  readonly keeper: { readonly journal: Pick<Journal, "ask"> };
  readonly world: World;
  readonly plan: Pick<GatewayPlan, "data"> & {
    readonly journal: Pick<GatewayPlan["journal"], "pendingBytesMax">;
  };
}

/**
 * Puts together what the engine counts and what only the journal and its disk know. People look when something is
 * wrong: what a broken or busy disk does not say within `statisticsMsMax` is left out.
 */
export class Statistics {
  readonly #sources: StatisticsSources;
  readonly #commits: CommitTimes;
  readonly #bodies: FolderSize;
  /** Being read: whoever asks meanwhile is given the same. */
  #reading: Promise<GatewayStatistics> | undefined;

  constructor(sources: StatisticsSources) {
    const { world: { clock, disk }, plan } = this.#sources = sources;
    this.#commits = new CommitTimes(clock);
    this.#bodies = new FolderSize(join(plan.data, "bodies"), disk, clock);
  }

  /** A commit has ended. */
  committed(operations: number, tookMs: number): void {
    this.#commits.add(operations, tookMs);
  }

  /** @param snapshot As everything stands now */
  read(snapshot: GatewaySnapshot): Promise<GatewayStatistics> {
    return this.#reading ??= this.#read(snapshot).finally(() => this.#reading = undefined);
  }

  async #read({ channels, journal: { pendingBytes } }: GatewaySnapshot): Promise<GatewayStatistics> {
    const { keeper: { journal }, world: { clock }, plan: { journal: { pendingBytesMax } } } = this.#sources;
    const { deadline, forget } = deadlineIn(limits.statisticsMsMax, clock);
    const known = <T>(work: Promise<T>) => untilAborted(work, deadline);
    const [standing, storage] = await Promise.all([known(standingIn(journal)), this.#storage(known)])
      .finally(forget);
    return {
      atMs: clock.nowMs(),
      channels: channels.map((channel) => channelStatistics(channel, standing)),
      commits: this.#commits.read(),
      pending: { bytes: pendingBytes, bytesMax: pendingBytesMax },
      storage,
      ...(standing && standing.corrections.length > 0 ? { corrections: standing.corrections } : {}),
    };
  }

  async #storage(known: <T>(work: Promise<T>) => Promise<T | undefined>): Promise<StorageStatistics> {
    const { world: { disk }, plan: { data } } = this.#sources;
    const size = async (name: string) => (await disk.facts(join(data, name)))?.size;
    const works: Readonly<Record<keyof StorageStatistics, Promise<number | undefined>>> = {
      databaseBytes: size("journal.db"),
      logBytes: size("journal.db-wal"),
      bodiesBytes: this.#bodies.read(),
      freeBytes: disk.freeBytes(data),
    };
    // A disk that is gone says nothing.
    const told = Object.entries(works).map(async ([name, work]) =>
      [name, await known(work.catch(() => undefined))] as const
    );
    return Object.fromEntries((await Promise.all(told)).filter(([, bytes]) => bytes !== undefined));
  }
}

/** Messages and deliveries not yet settled. */
export function pendingIn(channels: readonly ChannelState[]): number {
  const lines = channels.flatMap(({ work, destinations }) => [work, ...Object.values(destinations)]);
  return lines.reduce((sum, { queued, gathering = 0 }) => sum + queued + gathering, 0);
}

/** What the engine does not count, since it is no work of its own. */
const COUNTED = [
  "quarantinedMessages",
  "quarantinedDeliveries",
  "held",
  "reviews",
] as const satisfies Backlog[];

/** What the journal says of what waits. */
interface Standing {
  readonly oldest: Oldest;
  /** By channel, or by `channel/destination`; left out where there is nothing. */
  readonly counts: Readonly<Record<typeof COUNTED[number], Readonly<Record<string, number>>>>;
  readonly corrections: readonly CorrectionFigures[];
}

async function standingIn(journal: StatisticsSources["keeper"]["journal"]): Promise<Standing | undefined> {
  try {
    const oldest = await journal.ask({ ask: "oldest" });
    const counts = { quarantinedMessages: {}, quarantinedDeliveries: {}, held: {}, reviews: {} };
    for (const of of COUNTED) {
      const owned: Record<string, number> = counts[of];
      for (const owner of Object.keys(oldest[of])) owned[owner] = await count(journal, of, owner);
    }
    return { oldest, counts, corrections: await journal.ask({ ask: "corrections" }) };
  } catch (cause) {
    if (cause instanceof MitralError) return undefined;
    throw cause;
  }
}

/** Counts in slices: between two of them, lines read their queues. */
async function count(
  journal: StatisticsSources["keeper"]["journal"],
  of: Backlog,
  owner: string,
): Promise<number> {
  const { countSliceMax: limit } = limits;
  let total = 0;
  for (let after = 0;;) {
    const { count, last } = await journal.ask({ ask: "count", of, owner, after, limit });
    total += count;
    if (count < limit) return total;
    after = last;
  }
}

function channelStatistics(
  { name, work, destinations }: ChannelState,
  standing: Standing | undefined,
): ChannelStatistics {
  const unansweredSinceMs = standing?.oldest.unanswered[name];
  const reviewing = waitingIn(standing, standing?.counts.reviews[name] ?? 0, "reviews", name);
  return {
    name,
    ...(unansweredSinceMs === undefined ? {} : { unansweredSinceMs }),
    ...(reviewing.messages === 0 ? {} : { reviewing }),
    work: lineStatistics(work, name, ["inbox", "pieces", "quarantinedMessages"], standing),
    destinations: Object.fromEntries(
      Object.entries(destinations).map(([destination, state]) => {
        const owner = destinationName(name, destination);
        const line = lineStatistics(state, owner, ["outbox", "gathering", "quarantinedDeliveries"], standing);
        return [destination, standing ? { ...line, holding: standing.counts.held[owner] ?? 0 } : line];
      }),
    ),
  };
}

function lineStatistics(
  { queued, gathering }: LineState,
  owner: string,
  [queue, gathers, quarantine]: readonly [Backlog, Backlog, "quarantinedMessages" | "quarantinedDeliveries"],
  standing: Standing | undefined,
): LineStatistics {
  const waiting = (messages: number, backlog: Backlog) => waitingIn(standing, messages, backlog, owner);
  return {
    queued: waiting(queued, queue),
    ...(gathering === undefined ? {} : { gathering: waiting(gathering, gathers) }),
    ...(standing ? { quarantined: waiting(standing.counts[quarantine][owner] ?? 0, quarantine) } : {}),
  };
}

function waitingIn(
  standing: Standing | undefined,
  messages: number,
  backlog: Backlog,
  owner: string,
): Waiting {
  // The journal may be a commit behind, or ahead.
  const oldestAtMs = messages > 0 ? standing?.oldest[backlog][owner] : undefined;
  return { messages, ...(oldestAtMs === undefined ? {} : { oldestAtMs }) };
}
