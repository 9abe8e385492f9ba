import type { ChannelState, LineState } from "../../engine/events.ts";
import type { LineStatistics, Waiting } from "../../engine/statistics.ts";
import type { GatewayStatus } from "../control/protocol.ts";

/** A line as a person is shown it. */
export interface ShownLine {
  readonly channel: string;
  /** Left out on a work line. */
  readonly destination?: string;
  readonly state: LineState;
  readonly statistics: LineStatistics;
  /** Since when the oldest message in front of it has waited, in milliseconds; left out where nothing does. */
  readonly waitedMs?: number;
  /** How soon somebody should look: 0 first; {@linkcode allIsWell} where nobody has to. */
  readonly urgency: number;
}

/** The urgency of a line that nobody has to look at. */
export const allIsWell = 9;

/** What has waited for longer than this is shown as old: alerts about a peer that does not answer come then, too. */
export const oldMs = 300_000;

/** The lines of a gateway, what needs a person first; among equals what has waited longest, then as in the file. */
export function linesByUrgency({ channels, statistics }: GatewayStatus): readonly ShownLine[] {
  const { atMs } = statistics;
  const lines = channels.flatMap((channel) => {
    const known = statistics.channels.find(({ name }) => name === channel.name);
    const shown = (state: LineState, line: LineStatistics | undefined, isShut: boolean) =>
      shownLine(channel.name, state, line ?? { queued: { messages: state.queued } }, isShut, atMs);
    return [
      shown(channel.work, known?.work, isShut(channel)),
      ...Object.entries(channel.destinations).map(([destination, state]) => ({
        ...shown(state, known?.destinations[destination], false),
        destination,
      })),
    ];
  });
  return lines.sort((a, b) => a.urgency - b.urgency || (a.urgency < allIsWell ? waited(b) - waited(a) : 0));
}

/** How long something has waited; `undefined` where nothing does, or where that is not known. */
export function waitedIn(place: Waiting | undefined, atMs: number): number | undefined {
  // Where somebody has set the clock back, nothing is older than now.
  return place?.oldestAtMs === undefined ? undefined : Math.max(0, atMs - place.oldestAtMs);
}

/** True where a channel that runs takes no messages. */
function isShut({ condition, isOpen }: ChannelState): boolean {
  return condition === "running" && !isOpen;
}

function shownLine(
  channel: string,
  state: LineState,
  statistics: LineStatistics,
  isShut: boolean,
  atMs: number,
): ShownLine {
  const waitedMs = waitedIn(statistics.queued, atMs);
  const { holding = 0, quarantined } = statistics;
  const reasons = [
    state.condition === "halted",
    state.condition !== "running" || isShut,
    holding > 0,
    (quarantined?.messages ?? 0) > 0,
    (waitedMs ?? 0) > oldMs,
    isKeptBack(state),
    state.trouble !== undefined || (state.paths ?? []).some(({ condition }) => condition !== "healthy"),
  ];
  const first = reasons.indexOf(true);
  return {
    channel,
    state,
    statistics,
    ...(waitedMs === undefined ? {} : { waitedMs }),
    urgency: first < 0 ? allIsWell : first,
  };
}

/** True where deliveries do not go out as the file says. */
function isKeptBack({ circuitOpen, paused, divertedTo }: LineState): boolean {
  return circuitOpen === true || paused === true || divertedTo !== undefined;
}

function waited({ waitedMs = 0 }: ShownLine): number {
  return waitedMs;
}
