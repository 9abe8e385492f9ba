import type { ChannelState, Condition, GatewaySnapshot, LineState } from "../../../engine/events.ts";
import { addGatewayOptions, ask, type GatewayOptions } from "../ask.ts";
import { exitCodes } from "../exit_codes.ts";
import { bytesText, countText, durationText, plural, timeText } from "../figures.ts";
import { type AddCommand, examples, type Session } from "../session.ts";
import { type Cell, table } from "../table.ts";

interface StatusOptions extends GatewayOptions {
  readonly json?: boolean;
}

/** `mitral status` */
export const addStatus: AddCommand = (parent, session) => {
  addGatewayOptions(parent.command("status"))
    .description("channels, destinations, queues and trouble of the running gateway")
    .option("--json", "print the snapshot as JSON")
    .addHelpText("after", examples("mitral status --file gateway.yaml"))
    .action(session.act(async (options: StatusOptions) => {
      const snapshot = await ask(session, options, "status", {});
      if (options.json) session.printJson(snapshot);
      else session.terminal.out(statusText(snapshot, session));
      return exitCodes.ok;
    }));
};

function statusText(snapshot: GatewaySnapshot, { paint, outside }: Session): string {
  const { name, ready, startedAtMs, sendersHeld, journal, channels } = snapshot;
  const since = `since ${timeText(startedAtMs)} (${durationText(outside.world.clock.nowMs() - startedAtMs)})`;
  const head = `${paint.bold(name)} ${ready ? paint.good("ready") : paint.warn("not ready")} ${since}`;
  const waiting = `${plural(journal.pending, "message")} pending, ${bytesText(journal.pendingBytes)}`;
  const store = `journal ${journal.condition === "open" ? "open" : paint.bad(journal.condition)}, ${waiting}`;
  const lines = channels.flatMap(channelRows);
  const headings = ["channel", "line", "condition", ">queued", ">restarts", "trouble"];
  const countHeadings = [
    "channel",
    "listens on",
    ">received",
    ">repeated",
    ">filtered",
    ">delivered",
    ">failed",
    ">quarantined",
  ];
  const note = "counted since the start; in quarantine now: mitral messages list --state quarantined";
  const held = sendersHeld
    ? paint.warn("nothing is sent since the restore; let it go with: mitral journal release") + "\n"
    : "";
  return `${head}\n${store}\n${held}\n${table(countHeadings, channels.map(countRow), paint)}\n` +
    `${table(headings, lines, paint)}\n${note}\n`;
}

function countRow({ name, address, isOpen, counts }: ChannelState): Cell[] {
  const where = address === "" ? "nowhere" : isOpen ? address : `${address} (closed)`;
  return [
    name,
    isOpen ? where : { text: where, tone: "warn" },
    countText(counts.received),
    countText(counts.repeated),
    countText(counts.filtered),
    countText(counts.delivered),
    countText(counts.failed),
    counts.quarantined > 0
      ? { text: countText(counts.quarantined), tone: "bad" }
      : countText(counts.quarantined),
  ];
}

function channelRows({ name, work, destinations }: ChannelState): Cell[][] {
  return [
    lineRow(name, "work", work),
    ...Object.entries(destinations).map(([destination, line]) => lineRow(name, `→ ${destination}`, line)),
  ];
}

function lineRow(channel: string, name: string, line: LineState): Cell[] {
  return [
    channel,
    name,
    conditionCell(line),
    countText(line.queued) + (line.gathering ? ` + ${countText(line.gathering)} gathering` : ""),
    countText(line.stages.reduce((sum, stage) => sum + stage.restarts, line.restarts)),
    { text: line.trouble ?? "", tone: "bad" },
  ];
}

/** What it is doing, and what keeps its deliveries back. */
function conditionCell({ condition, circuitOpen, paused, divertedTo }: LineState): Cell {
  const words = [
    condition,
    ...(circuitOpen ? ["circuit open"] : []),
    ...(paused ? ["paused"] : []),
    ...(divertedTo === undefined ? [] : [`diverted to ${divertedTo}`]),
  ];
  const tone = toneOf(condition);
  return { text: words.join(", "), tone: words.length > 1 && tone === "good" ? "warn" : tone };
}

function toneOf(condition: Condition): "good" | "warn" | "bad" {
  if (condition === "running") return "good";
  return condition === "halted" ? "bad" : "warn";
}
