import type { TransportEvent } from "../../../runtime/contract/adapter.ts";
import type { World } from "../../../runtime/contract/world.ts";
import { openCalling } from "../../_kit/tls/calling.ts";
import type { RelayTools } from "../_errors.ts";
import { Receipts } from "../sending/receipts.ts";
import type { ConnectingConfig } from "../_settings.ts";
import { Line } from "./line.ts";
import { Posts } from "./posts.ts";

/** What listener and senders of a gateway share of one relay. */
export interface Office {
  readonly line: Line;
  /** What goes out. */
  readonly posts: Posts;
  /** Receipts that come in, for all senders. */
  readonly receipts: Receipts;
}

/** An office, and that it is used. */
export interface OfficeUse extends Office {
  /** Hangs up where nobody else uses it. May be called twice. */
  release(): Promise<void>;
}

interface Shared extends Office {
  readonly reports: Set<(event: TransportEvent) => void>;
}

/** By what makes lines different. A relay lets an account have a few connections only. */
const offices = new WeakMap<World, Map<string, Promise<Shared>>>();
/** Who uses an office. */
const uses = new Map<Promise<Shared>, number>();

/** Errors: those of `openCalling`, and RELAY_IDENTITY_MISSING. */
export async function useOffice(tools: RelayTools, config: ConnectingConfig): Promise<OfficeUse> {
  const { world, relay } = tools;
  if (!relay) throw tools.error("RELAY_IDENTITY_MISSING");
  const { servers, tls, proxy, connectMsMax, redialMsMax, answerMsMax } = config;
  const key = JSON.stringify([relay.mailbox, servers, tls, proxy, connectMsMax, redialMsMax, answerMsMax]);
  const known = offices.get(world) ?? new Map<string, Promise<Shared>>();
  offices.set(world, known);
  const shared = known.get(key) ?? openOffice(tools, config);
  known.set(key, shared);
  uses.set(shared, (uses.get(shared) ?? 0) + 1);
  let isReleased = false;
  const release = async () => {
    if (isReleased) return;
    isReleased = true;
    const left = uses.get(shared)! - 1;
    uses.set(shared, left);
    if (left > 0) return;
    uses.delete(shared);
    known.delete(key);
    await (await shared.catch(() => undefined))?.line.close();
  };
  try {
    const { reports, ...office } = await shared;
    reports.add(tools.report);
    return {
      ...office,
      release: async () => {
        await release();
        reports.delete(tools.report);
      },
    };
  } catch (cause) {
    await release();
    throw cause;
  }
}

async function openOffice(given: RelayTools, config: ConnectingConfig): Promise<Shared> {
  const reports = new Set<(event: TransportEvent) => void>();
  const tools: RelayTools = { ...given, report: (event) => reports.forEach((report) => report(event)) };
  const line = new Line(tools, config, await openCalling("RELAY", config.tls, tools));
  return { line, posts: new Posts(line, tools, config), receipts: new Receipts(line, tools), reports };
}
