import { isAbsolute, relative } from "node:path";
import { isTimeZone } from "../contract/schedule.ts";
import { checkAudit } from "./check_audit.ts";
import { checkPatients } from "./check_patients.ts";
import { checkExchange } from "./check_exchange.ts";
import { checkEnvelopes } from "./check_envelopes.ts";
import { checkReview } from "./check_review.ts";
import { checkReviews } from "./check_reviews.ts";
import { type ConfigNode, nearestNode } from "./config_node.ts";
import { CHANNEL_SHAPE, type ChannelFile, type GatewayFile } from "./gateway_shape.ts";
import { type Problems, shown, type Spot } from "./problem.ts";
import { adapterEntry } from "./read_adapter.ts";
import type { Partially } from "./shape.ts";
import { didYouMean } from "./suggest.ts";

const LISTEN_SETTINGS = Object.keys(CHANNEL_SHAPE.entries.listen.entries);
const LOOPBACK = "127.0.0.1";

/** Notes what no setting can know alone: settings that contradict each other. */
export function checkGateway(file: Partially<GatewayFile>, root: ConfigNode, problems: Problems): void {
  const channels = (file.channels ?? []).map(({ name = "", value }) => ({
    name,
    value,
    node: nearestNode(root, "channels", name),
  }));
  for (const channel of channels) {
    if (!channel.value) continue;
    checkSupervise(channel.value.supervise, nearestNode(channel.node, "supervise"), problems);
    checkRetries(channel.value, channel.node, problems);
    checkAnswers(channel.value, channel.node, problems);
    checkSecondAnswers(channel.value, channel.node, channels, problems);
    checkDisclosures(channel.value, channel.node, problems);
    checkReview(channel.value, channel.node, problems);
    checkTimes(channel.value, channel.node, problems);
    checkDuplicates(channel.value, channel.node, problems);
    checkRemedies(channel.value, channel.node, problems);
  }
  checkMasterKey(file, root, problems);
  checkHandingOn(channels, problems);
  checkGathering(file.journal?.pendingBytesMax, channels, problems);
  checkPorts(file, root, channels, problems);
  checkMounts(channels, problems);
  checkExchange(file, channels, problems);
  checkAudit(file, root, problems);
  checkPatients(file, root, problems);
  checkReviews(file, root, problems);
  for (const { value = {}, node } of channels) checkEnvelopes(value, node, problems);
  checkKeys(root, channels, problems);
}

/** A backup of the data folder must not hold what opens it. */
function checkMasterKey(
  { data, masterKey }: Partially<GatewayFile>,
  root: ConfigNode,
  problems: Problems,
): void {
  if (data === undefined || masterKey === undefined) return;
  const below = relative(data, masterKey);
  if (isAbsolute(below) || /^\.\.([/\\]|$)/.test(below)) return;
  const rule = "must lie outside the data folder, whose backups it opens";
  problems.add(nearestNode(root, "masterKey"), "CONFIG_VALUE_INVALID", { rule });
}

type PartialChannel = Partially<ChannelFile>;
interface ReadChannel {
  readonly name: string;
  readonly value?: PartialChannel;
  readonly node: ConfigNode;
}

function checkSupervise(supervise: PartialChannel["supervise"], node: ConfigNode, problems: Problems): void {
  const { crashesMax, restartsMax, backoffMs, backoffMsMax } = supervise ?? {};
  if (crashesMax !== undefined && restartsMax !== undefined && crashesMax >= restartsMax) {
    const rule = `crashesMax (${crashesMax}) must be less than restartsMax (${restartsMax})`;
    problems.add(nearestNode(node, "crashesMax"), "CONFIG_VALUE_INVALID", { rule });
  }
  if (backoffMs !== undefined && backoffMsMax !== undefined && backoffMs > backoffMsMax) {
    const rule = `backoffMs (${backoffMs}) must not be more than backoffMsMax (${backoffMsMax})`;
    problems.add(nearestNode(node, "backoffMs"), "CONFIG_VALUE_INVALID", { rule });
  }
}

type Waits = { readonly firstMs?: number | undefined; readonly longestMs?: number | undefined };

function checkRetries(channel: PartialChannel, node: ConfigNode, problems: Problems): void {
  const check = ({ firstMs, longestMs }: Waits, spot: Spot): boolean => {
    if (firstMs === undefined || longestMs === undefined || firstMs <= longestMs) return true;
    const rule = `firstMs (${firstMs}) must not be more than longestMs (${longestMs})`;
    problems.add(spot, "CONFIG_VALUE_INVALID", { rule });
    return false;
  };
  const own: Waits = channel.retry ?? {};
  // A channel that contradicts itself would be blamed on each of its destinations again.
  const fine = check(own, nearestNode(node, "retry", "firstMs"));
  for (const { name = "", value } of channel.send ?? []) {
    const retry: Waits = value?.retry ?? {};
    const { firstMs = fine ? own.firstMs : undefined, longestMs = fine ? own.longestMs : undefined } = retry;
    if (value?.retry) check({ firstMs, longestMs }, nearestNode(node, "send", name, "retry", "firstMs"));
  }
}

/** Nobody outside is told of what another channel is given: that channel's destinations may tell somebody. */
function checkDisclosures({ send = [] }: PartialChannel, node: ConfigNode, problems: Problems): void {
  for (const { name = "", value } of send) {
    if (!value?.disclosure || value.channel === undefined) continue;
    const spot = nearestNode(node, "send", name, "disclosure");
    const rule = "a channel of this gateway is no recipient";
    problems.add(spot, "CONFIG_VALUE_INVALID", { rule }, "say it at the destination that leads out");
  }
}

const FROM = "from ";

/** An answer that is waited for must be able to come. */
function checkAnswers(
  { listen, send = [], respond = [] }: PartialChannel,
  node: ConfigNode,
  problems: Problems,
): void {
  const { acknowledge } = listen ?? {};
  if (acknowledge === undefined) return;
  const spot = nearestNode(node, "listen", "acknowledge");
  const refuse = (rule: string, hint: string) => problems.add(spot, "CONFIG_VALUE_INVALID", { rule }, hint);
  if (acknowledge.startsWith(FROM)) {
    const from = acknowledge.slice(FROM.length);
    const found = send.find(({ name }) => name === from);
    const names = send.flatMap(({ name }) => name ?? []);
    if (!found) {
      problems.add(spot, "CONFIG_DESTINATION_UNKNOWN", { key: shown(from) }, didYouMean(from, names));
    } else if (found.value?.collect) {
      refuse(`${from} collects`, "a message that is collected is answered later");
    } else if (found.value?.channel !== undefined) {
      refuse(`${from} is a channel`, "take its answer from an adapter");
    }
  } else if (respond.length > 0) {
    const hint = "acknowledge: from NAME, the destination whose answer it is";
    problems.add(nearestNode(node, "respond"), "CONFIG_VALUE_INVALID", {
      rule: "there is no answer to change",
    }, hint);
  }
  const collecting = send.find(({ value }) => value?.collect);
  if (acknowledge === "delivered" && collecting) {
    refuse(
      `${collecting.name} collects`,
      "acknowledge: processed; a message that is collected is delivered later",
    );
  }
}

/** There must be a second answer, and a way back for it. */
function checkSecondAnswers(
  { listen, decrypt, parse }: PartialChannel,
  node: ConfigNode,
  channels: readonly ReadChannel[],
  problems: Problems,
): void {
  const { applicationAcknowledge: where, adapter } = listen ?? {};
  if (where === undefined) return;
  const format = parse?.spec;
  const [to] = answersTo(where).map(({ to }) => channels.find(({ name }) => name === to));
  const reads = to?.value?.parse?.spec?.name;
  const spot = nearestNode(node, "listen", "applicationAcknowledge");
  const refuse = (rule: string, hint?: string) => problems.add(spot, "CONFIG_VALUE_INVALID", { rule }, hint);
  if (decrypt) refuse("a sealed message is answered by a receipt, once");
  else if (format?.name !== undefined && !format.isAnsweredTwice) {
    refuse(`${format.name} has no second answers`);
  } else if (format?.name !== undefined && reads !== undefined && reads !== format.name) {
    refuse(`${shown(to?.name ?? "")} reads ${reads}, and the answer is ${format.name}`);
  } else if (where === "here" && adapter?.spec?.name !== undefined && !adapter.spec.answersLater) {
    refuse(
      `${adapter.spec.name} cannot answer later`,
      "applicationAcknowledge: to NAME, a channel of this gateway",
    );
  }
}

function checkTimes({ listen, send = [] }: PartialChannel, node: ConfigNode, problems: Problems): void {
  const check = (zone: string | undefined, ...keys: readonly string[]) => {
    if (zone === undefined || isTimeZone(zone)) return;
    const rule = `must be a time zone, not ${shown(zone)}`;
    problems.add(nearestNode(node, ...keys), "CONFIG_VALUE_INVALID", { rule }, "for example America/Chicago");
  };
  check(listen?.timeZone, "listen", "timeZone");
  for (const { name = "", value } of send) {
    if (!value?.collect) continue;
    const { timeZone, at = [], countMax } = value.collect;
    check(timeZone, "send", name, "collect", "timeZone");
    const spot = nearestNode(node, "send", name, "collect");
    // Its default alone is no reason to send anything for a long time.
    const isBySize = nearestNode(spot, "bytesMax") !== spot;
    if (at.length > 0 || countMax !== undefined || isBySize) continue;
    const rule = "must say when what has gathered is sent";
    problems.add(spot, "CONFIG_VALUE_INVALID", { rule }, "at:, countMax: or bytesMax:");
  }
}

function checkDuplicates({ duplicates }: PartialChannel, node: ConfigNode, problems: Problems): void {
  if (duplicates?.answer !== "never" || duplicates.reused !== "reject") return;
  const rule = "nothing is looked up at answer: never, so nothing is found to be reused";
  problems.add(nearestNode(node, "duplicates", "reused"), "CONFIG_VALUE_INVALID", { rule });
}

function checkRemedies(
  { retry, order, send = [] }: PartialChannel,
  node: ConfigNode,
  problems: Problems,
): void {
  for (const { name = "", value } of send) {
    const on = value?.on ?? {};
    for (const failure of ["rejected", "postponed", "unanswered"] as const) {
      const words = (on[failure] ?? []).filter((word) => word !== "alert");
      const spot = nearestNode(node, "send", name, "on", failure);
      if (words.length > 1) {
        problems.add(spot, "CONFIG_VALUE_INVALID", { rule: `one of ${words.join(", ")}, not several` });
      }
      if (words.includes("holdKey") && (value?.order ?? order) === "none") {
        const rule = "holdKey has nothing to hold at order: none";
        problems.add(spot, "CONFIG_VALUE_INVALID", { rule });
      }
      const waits = value?.retry?.unansweredMs ?? retry?.unansweredMs;
      if (failure !== "unanswered" || words.every((word) => word === "retry") || waits !== undefined) {
        continue;
      }
      const rule = `${words[0]} is done once retry.unansweredMs is over, and that is missing`;
      problems.add(spot, "CONFIG_VALUE_INVALID", { rule });
    }
  }
}

/** Channels that hand on must hand on to one that is there, and never to themselves. */
function checkHandingOn(channels: readonly ReadChannel[], problems: Problems): void {
  const targets = new Map(channels.map(({ name, value }) => [
    name,
    [
      ...(value?.send ?? []).flatMap(({ name: destination = "", value }) =>
        value?.channel === undefined ? [] : [{ at: ["send", destination, "channel"], to: value.channel }]
      ),
      ...answersTo(value?.listen?.applicationAcknowledge),
    ],
  ]));
  const comesBack = (from: string, to: string): boolean => {
    // A set goes on to what is added to it on the way.
    const reached = new Set([to]);
    for (const name of reached) for (const next of targets.get(name) ?? []) reached.add(next.to);
    return reached.has(from);
  };
  for (const { name, node } of channels) {
    for (const { at, to } of targets.get(name)!) {
      const spot = nearestNode(node, ...at);
      const key = shown(to);
      if (!targets.has(to)) {
        problems.add(spot, "CONFIG_CHANNEL_UNKNOWN", { key }, didYouMean(to, targets.keys()));
      } else if (comesBack(name, to)) problems.add(spot, "CONFIG_CHANNEL_CIRCULAR", { key });
    }
  }
}

function answersTo(written: string | undefined) {
  const to = /^to (.+)$/.exec(written ?? "")?.[1];
  return to === undefined ? [] : [{ at: ["listen", "applicationAcknowledge"], to }];
}

/** What gathers is pending: a destination that may gather more than may be pending would stop every listener. */
function checkGathering(
  pendingBytesMax: number | undefined,
  channels: readonly ReadChannel[],
  problems: Problems,
): void {
  if (pendingBytesMax === undefined) return;
  for (const { value, node } of channels) {
    for (const { name = "", value: destination } of value?.send ?? []) {
      const { bytesMax } = destination?.collect ?? {};
      if (bytesMax === undefined || bytesMax < pendingBytesMax) continue;
      const rule = `bytesMax (${bytesMax}) must be less than journal.pendingBytesMax (${pendingBytesMax})`;
      const spot = nearestNode(node, "send", name, "collect", "bytesMax");
      problems.add(spot, "CONFIG_VALUE_INVALID", { rule });
    }
  }
}

interface Port {
  readonly port: number;
  readonly host: string;
  readonly owner: string;
}

function checkPorts(
  file: Partially<GatewayFile>,
  root: ConfigNode,
  channels: readonly ReadChannel[],
  problems: Problems,
): void {
  const taken: Port[] = [];
  const take = (port: Port, spot: Spot) => {
    if (port.port === 0) return;
    const other = taken.find((one) => one.port === port.port && overlap(one.host, port.host));
    if (!other) taken.push(port);
    else problems.add(spot, "CONFIG_PORT_TAKEN", { port: port.port, other: other.owner });
  };
  const monitor = file.monitor?.port;
  if (typeof monitor === "number") {
    take({ port: monitor, host: LOOPBACK, owner: "monitor" }, nearestNode(root, "monitor", "port"));
  }
  const page = file.reviews;
  if (typeof page?.port === "number") {
    take(
      { port: page.port, host: page.host ?? LOOPBACK, owner: "reviews" },
      nearestNode(root, "reviews", "port"),
    );
  }
  for (const door of file.exchange?.doors ?? []) {
    const { port, host } = (door?.config ?? {}) as Readonly<Record<string, unknown>>;
    if (typeof port !== "number") continue;
    const name = String(door?.spec?.name);
    take(
      { port, host: typeof host === "string" ? host : LOOPBACK, owner: `door ${name}` },
      nearestNode(root, "exchange", "doors", name, "port"),
    );
  }
  for (const channel of channels) {
    const owner = `channel ${shown(channel.name)}`;
    const { port, host, role } = listenerSettings(channel);
    if (typeof port === "number" && role !== "client") {
      take({ port, host: typeof host === "string" ? host : LOOPBACK, owner }, listenerSpot(channel, "port"));
    }
    for (const { name = "", value } of channel.value?.send ?? []) {
      const destination = nearestNode(channel.node, "send", name);
      for (const { spec, config } of [value?.adapter, ...value?.paths ?? []].flatMap((each) => each ?? [])) {
        const { port, host, role } = (config ?? {}) as Readonly<Record<string, unknown>>;
        if (typeof port !== "number" || role !== "server") continue;
        take(
          {
            port,
            host: typeof host === "string" ? host : LOOPBACK,
            owner: `${owner}, destination ${shown(name)}`,
          },
          nearestNode(nearestNode(destination, "paths"), spec?.name ?? "", "port"),
        );
      }
    }
  }
}

/** Notes channels that are to get the same requests of the service around the gateway. */
function checkMounts(channels: readonly ReadChannel[], problems: Problems): void {
  const taken = new Map<string, string>();
  for (const channel of channels) {
    const { mount, path } = listenerSettings(channel);
    if (mount !== true || typeof path !== "string") continue;
    const other = taken.get(path);
    if (other === undefined) taken.set(path, channel.name);
    else {
      const facts = { path: shown(path), other: `channel ${shown(other)}` };
      problems.add(listenerSpot(channel, "path"), "CONFIG_MOUNT_TAKEN", facts);
    }
  }
}

/** What a channel's listener is told, whichever it is. */
function listenerSettings({ value }: ReadChannel): Readonly<Record<string, unknown>> {
  return (value?.listen?.adapter?.config ?? {}) as Readonly<Record<string, unknown>>;
}

function listenerSpot({ node }: ReadChannel, setting: string): Spot {
  const listen = nearestNode(node, "listen");
  const adapter = adapterEntry(listen, LISTEN_SETTINGS);
  return adapter ? nearestNode(adapter.value, setting) : listen;
}

/** True where two listeners at the same port would meet: the same host, or one that stands for all. */
function overlap(a: string, b: string): boolean {
  const every = (host: string) => host === "" || host === "0.0.0.0" || host === "::" || host === "[::]";
  const plain = (host: string) => host.toLowerCase() === "localhost" ? LOOPBACK : host.toLowerCase();
  return every(a) || every(b) || plain(a) === plain(b);
}

function checkKeys(root: ConfigNode, channels: readonly ReadChannel[], problems: Problems): void {
  if (root.kind !== "map" || root.entries.some(({ key }) => key === "keys")) return;
  const exchange = nearestNode(root, "exchange");
  for (const { value, node } of channels) {
    const sealing = (value?.send ?? []).find((destination) => destination.value?.encrypt?.to);
    const spot = exchange !== root
      ? exchange
      : value?.decrypt?.from
      ? nearestNode(node, "decrypt")
      : sealing && nearestNode(node, "send", sealing.name ?? "", "encrypt");
    if (!spot) continue;
    const hint = "name the gateway's own keys at the top of the file: keys: FILE";
    return problems.add(
      { path: spot.path, place: spot.keyPlace },
      "CONFIG_VALUE_MISSING",
      { key: "keys" },
      hint,
    );
  }
}
