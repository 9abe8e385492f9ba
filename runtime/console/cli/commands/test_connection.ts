import type { ListenerSpec, Partners, RelayIdentity, SenderSpec } from "../../../contract/adapter.ts";
import { MitralError } from "../../../contract/error.ts";
import type { ProbeResult } from "../../../contract/probe.ts";
import { pathsOf } from "../../../engine/paths/paths_of.ts";
import type { ChannelPlan, Configured, GatewayPlan } from "../../../engine/plan.ts";
import { gatewayOn } from "../ask.ts";
import { adapterTools } from "../components.ts";
import { errors } from "../errors.ts";
import { type ExitCode, exitCodes } from "../exit_codes.ts";
import { latencyText, plural } from "../figures.ts";
import {
  addEnvOption,
  type EnvOptions,
  problemLines,
  problemsCode,
  readGatewayFile,
} from "../gateway_file.ts";
import { listenForInterrupts } from "../interrupts.ts";
import { hintFor } from "../net_hints.ts";
import { readOwnKeys } from "../own_keys.ts";
import { troubleReading } from "../notes_on_documents.ts";
import { knownPartners } from "../partners/known_partners.ts";
import { plain } from "../plain.ts";
import { type AddCommand, examples, type Session } from "../session.ts";

interface Options extends EnvOptions {
  readonly file: string;
  readonly destination?: string;
  readonly json?: boolean;
}

/** `mitral test-connection` */
export const addTestConnection: AddCommand = (parent, session) => {
  addEnvOption(parent.command("test-connection <channel>"))
    .description("try, step by step, whether a channel can listen and its destinations can be reached")
    .option("--file <file>", "gateway file the channel is in", "gateway.yaml")
    .option("--destination <name>", "try this destination only")
    .option("--json", "print each step as a line of JSON")
    .addHelpText(
      "after",
      "\nNo message is sent, and none is taken. The gateway may run or not.\n" +
        examples(
          "mitral test-connection lab-results",
          "mitral test-connection lab-results --destination ehr --file site/gateway.yaml",
        ),
    )
    .action(session.act((channel: string, options: Options) => testConnection(channel, options, session)));
};

async function testConnection(name: string, options: Options, session: Session): Promise<ExitCode> {
  const { plan, problems } = await readGatewayFile(options.file, session, options);
  if (!plan) {
    session.note(problemLines(problems, session));
    return problemsCode(problems);
  }
  const channel = named(plan.channels, name, "channel", options.file);
  const ends = endsOf(channel, options);
  using interrupts = listenForInterrupts(session.terminal);
  using partners = await knownPartners(plan, session);
  const isRunning = await runs(name, plan, session);
  const trial = { isRunning, partners, signal: interrupts.signal, channel: name, plan, options };
  const results: Result[] = [];
  if (options.destination === undefined && channel.parse.spec.recogniser) {
    results.push(await probeReading(channel, trial, session));
  }
  for (const end of ends) {
    if (!options.json) session.print(session.paint.bold(titleOf(end)));
    results.push(await probeEnd(end, trial, session));
    if (interrupts.signal.aborted) return exitCodes.interrupted;
  }
  if (!options.json) session.print(summaryOf(results, session));
  return results.includes("failed") ? exitCodes.no : exitCodes.ok;
}

/** What came of one end. `untried`: it is for the running gateway to try, and none runs. */
type Result = "good" | "failed" | "untried";

function summaryOf(results: readonly Result[], { paint }: Session): string {
  const count = (wanted: Result) => results.filter((result) => result === wanted).length;
  const of = (wanted: Result) => `${count(wanted)} of ${plural(results.length, "connection")}`;
  if (count("failed") > 0) return paint.bad(`${of("failed")} failed`);
  return count("untried") > 0 ? `${of("untried")} not tried` : paint.good("nothing is wrong");
}

/** One end of a channel: its listener, or a destination's sender, which may be another channel. */
interface End {
  readonly destination?: string;
  /** Which of several paths to the destination it is. */
  readonly path?: string;
  readonly component?: Configured<ListenerSpec> | Configured<SenderSpec>;
  readonly toChannel?: string;
}

function endsOf({ listen, destinations }: ChannelPlan, { destination, file }: Options): readonly End[] {
  const all = destination === undefined
    ? destinations
    : [named(destinations, destination, "destination", file)];
  const senders = all.flatMap(({ name: destination, send }): readonly End[] => {
    if ("channel" in send) return [{ destination, toChannel: send.channel }];
    const paths = pathsOf(send);
    return paths.map(({ name: path, send: component }) => ({
      destination,
      component,
      ...(paths.length > 1 ? { path } : {}),
    }));
  });
  return destination === undefined ? [{ component: listen }, ...senders] : senders;
}

function named<T extends { readonly name: string }>(
  all: readonly T[],
  name: string,
  kind: string,
  path: string,
): T {
  const found = all.find((one) => one.name === name);
  const known = all.map((one) => one.name).join(", ");
  return found ?? errors.fail("CONSOLE_NAME_UNKNOWN", { name: plain(name), path, kind, known });
}

function titleOf({ destination, path, component, toChannel }: End): string {
  if (destination === undefined) return `listens by ${component!.spec.name}`;
  return `sends to ${destination} by ${path ?? component?.spec.name ?? `channel ${toChannel}`}`;
}

/** Whether the channel runs, as far as this person may know. */
async function runs(channel: string, { data }: GatewayPlan, session: Session): Promise<boolean> {
  try {
    using gateway = await gatewayOn(data, session);
    const status = await gateway?.ask("status", {});
    return status?.channels.find(({ name }) => name === channel)?.condition === "running";
  } catch (cause) {
    // One that starts, hangs or may not be asked: what is listened on will tell.
    if (cause instanceof MitralError) return false;
    throw cause;
  }
}

interface Trial {
  readonly channel: string;
  readonly plan: GatewayPlan;
  readonly isRunning: boolean;
  readonly partners: Partners;
  readonly signal: AbortSignal;
  readonly options: Options;
}

/** What reads images needs programs and files: it is opened as the channel would, and reads nothing. */
async function probeReading(
  { parse }: ChannelPlan,
  { channel, plan, options: { json } }: Trial,
  session: Session,
): Promise<Result> {
  const { world } = session.outside, { name } = parse.spec;
  const startedMs = world.clock.elapsedMs();
  const trouble = await troubleReading(parse, { world, folder: plan.folder });
  const ms = world.clock.elapsedMs() - startedMs;
  const says = trouble?.message ?? "what reads its pages can be opened";
  const told = toldOf({ step: "settings", ms, says, ...(trouble ? { error: trouble } : {}) });
  if (json) session.printJson({ channel, format: name, ...told });
  else session.print(`${session.paint.bold(`reads by ${name}`)}\n${stepText(told, session)}`);
  return trouble ? "failed" : "good";
}

/** Tries one end, up to the first step that fails. */
async function probeEnd(end: End, trial: Trial, session: Session): Promise<Result> {
  const { channel, options } = trial;
  const { component, destination, path } = end;
  const tell: Tell = (step) =>
    options.json
      ? session.printJson({ channel, destination, path, component: component?.spec.name, ...step })
      : session.print(stepText(step, session));
  if (!component) {
    tell({ state: "none", says: "it is a channel of the same gateway" });
    return "good";
  }
  const feed = component.spec.feed?.(component.config as never);
  try {
    if (feed) return await probeExchange(feed.partner, destination !== undefined, { trial, tell }, session);
    return await probeComponent(component, { trial, tell }, session);
  } catch (cause) {
    if (!(cause instanceof MitralError)) throw cause;
    tell({ state: "bad", step: "gateway", says: cause.message, code: cause.code });
    return "failed";
  }
}

type Tell = (step: Told) => void;

interface Telling {
  readonly trial: Trial;
  readonly tell: Tell;
}

async function probeComponent(
  { spec, config }: Configured<ListenerSpec> | Configured<SenderSpec>,
  { trial: { plan, options, ...trial }, tell }: Telling,
  session: Session,
): Promise<Result> {
  if (!spec.probe) {
    tell({ state: "none", says: `${spec.name} has no connection test` });
    return "good";
  }
  const relay = spec.signsIn && plan.keys !== undefined ? await relayIdentity(options, session) : undefined;
  const tools = { ...adapterTools(spec, config, session), ...trial, ...(relay ? { relay } : {}) };
  let result: Result = "good";
  for await (const step of spec.probe(tools)) {
    tell(toldOf(step));
    if (step.error) result = "failed";
  }
  return result;
}

/** Who the gateway is to a relay. Errors: IDENTITY_…, MASTER_KEY_…. */
async function relayIdentity(options: Options, session: Session): Promise<RelayIdentity | undefined> {
  const { openIdentity, relayIdentityOf } = await import("../../../trust/identity.ts");
  const { keys, privatePath, masterKey } = await readOwnKeys({ file: options.file }, session);
  return relayIdentityOf(await openIdentity(keys, privatePath, masterKey));
}

/**
 * What sends and takes by the exchange is tried by the gateway that has its doors and ways: its doors where it takes, its
 * ways, each with a sealed ping, where it sends.
 */
async function probeExchange(
  partner: string,
  sends: boolean,
  { trial: { plan }, tell }: Telling,
  session: Session,
): Promise<Result> {
  using gateway = await gatewayOn(plan.data, session);
  if (!gateway) {
    tell({ state: "none", says: "the gateway that would try it, with a sealed ping, does not run" });
    return "untried";
  }
  let result: Result = "good";
  for await (const check of gateway.run("partner.test", { name: partner })) {
    if ("report" in check || check.of.startsWith(sends ? "door " : "way ")) continue;
    const { of, says, ...told } = check;
    tell({ ...told, says: `${of}: ${says}` });
    if (check.state === "bad") result = "failed";
  }
  return result;
}

/** A step as it is told, to people and programs. `none`: there was nothing to try. */
interface Told {
  readonly state: "ok" | "warn" | "bad" | "none";
  readonly step?: string;
  readonly ms?: number;
  readonly says: string;
  readonly code?: string;
  readonly hint?: string;
}

function toldOf({ step, ms, says, error, hint }: ProbeResult): Told {
  const took = Math.round(ms * 1000) / 1000;
  if (!error) return { state: "ok", step, ms: took, says };
  return { state: "bad", step, ms: took, says, code: error.code, hint: hint ?? hintFor(error.cause) };
}

function stepText({ state, step, ms, says, code, hint }: Told, { paint }: Session): string {
  if (step === undefined) return `  ${paint.faint(`none ${plain(says)}`)}`;
  const tone = { ok: paint.good, warn: paint.warn, bad: paint.bad, none: paint.faint }[state];
  const took = ms === undefined ? "" : latencyText(ms);
  const line = `  ${tone(state.padEnd(4))} ${step.padEnd(10)} ${took.padStart(7)}  ${plain(says)}`;
  const named = code === undefined ? line : `${line} ${paint.faint(`[${code}]`)}`;
  return hint === undefined ? named : `${named}\n       ${hint}`;
}
