import type { ListenerSpec, Partners, SenderSpec } from "../../../contract/adapter.ts";
import { MitralError } from "../../../contract/error.ts";
import type { ProbeResult } from "../../../contract/probe.ts";
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
  let failed = 0;
  for (const end of ends) {
    if (!options.json) session.print(session.paint.bold(titleOf(end)));
    const { signal } = interrupts;
    failed += await probeEnd(end, { isRunning, partners, signal, channel: name, options }, session);
    if (interrupts.signal.aborted) return exitCodes.interrupted;
  }
  if (!options.json) {
    const { good, bad } = session.paint;
    session.print(
      failed > 0 ? bad(`${failed} of ${plural(ends.length, "connection")} failed`) : good("nothing is wrong"),
    );
  }
  return failed > 0 ? exitCodes.no : exitCodes.ok;
}

/** One end of a channel: its listener, or a destination's sender, which may be another channel. */
interface End {
  readonly destination?: string;
  readonly component?: Configured<ListenerSpec> | Configured<SenderSpec>;
  readonly toChannel?: string;
}

function endsOf({ listen, destinations }: ChannelPlan, { destination, file }: Options): readonly End[] {
  const all = destination === undefined
    ? destinations
    : [named(destinations, destination, "destination", file)];
  const senders = all.map(({ name, send }): End =>
    "channel" in send
      ? { destination: name, toChannel: send.channel }
      : { destination: name, component: send }
  );
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

function titleOf({ destination, component, toChannel }: End): string {
  if (destination === undefined) return `listens by ${component!.spec.name}`;
  return `sends to ${destination} by ${component?.spec.name ?? `channel ${toChannel}`}`;
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
  readonly isRunning: boolean;
  readonly partners: Partners;
  readonly signal: AbortSignal;
  readonly options: Options;
}

/** Tries one end; resolves with how many of its steps failed: one at most. */
async function probeEnd(end: End, { options, ...trial }: Trial, session: Session): Promise<number> {
  const { component, destination } = end;
  const tell = (step: Told) =>
    options.json
      ? session.printJson({
        channel: trial.channel,
        destination,
        component: component?.spec.name,
        ...step,
      })
      : session.print(stepText(step, session));
  if (!component?.spec.probe) {
    const says = component
      ? `${component.spec.name} has no connection test`
      : "it is a channel of the same gateway";
    tell({ state: "none", says });
    return 0;
  }
  const { spec, config } = component;
  const tools = { ...adapterTools(spec, config, session), ...trial };
  let failed = 0;
  for await (const result of spec.probe!(tools)) {
    tell(toldOf(result));
    if (result.error) failed++;
  }
  return failed;
}

/** A step as it is told, to people and programs. `none`: there was nothing to try. */
interface Told {
  readonly state: "ok" | "bad" | "none";
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
  if (step === undefined || ms === undefined) return `  ${paint.faint(`none ${plain(says)}`)}`;
  const tone = state === "ok" ? paint.good : paint.bad;
  const line = `  ${tone(state.padEnd(4))} ${step.padEnd(10)} ${latencyText(ms).padStart(7)}  ${plain(says)}`;
  const named = code === undefined ? line : `${line} ${paint.faint(`[${code}]`)}`;
  return hint === undefined ? named : `${named}\n       ${hint}`;
}
