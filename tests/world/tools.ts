import {
  type Exchange,
  type ListenerSpec,
  type Listening,
  type Memory,
  noPartners,
  type OpenSender,
  type Partners,
  type RelayIdentity,
  type SenderSpec,
  type TransportEvent,
} from "../../runtime/contract/adapter.ts";
import { MitralError } from "../../runtime/contract/error.ts";
import type { ProbeResult } from "../../runtime/contract/probe.ts";
import type { Fault } from "../../runtime/contract/error.ts";
import {
  type Config,
  type ConfigInput,
  type Field,
  type Fields,
  isField,
  type Spec,
} from "../../runtime/contract/spec.ts";
import type { World } from "../../runtime/contract/world.ts";
import { denoWorld } from "../../runtime/world/deno_world.ts";
import { FakeClock } from "./fake_clock.ts";
import { FakeIntake } from "./fake_intake.ts";

/** This machine, with a clock that stands still. */
export function worldWith(clock: FakeClock, rest: Partial<World> = {}): World {
  return { ...denoWorld, ...rest, clock };
}

/** A config as the configuration reader would give it to the component: defaults filled in. */
export function configOf<S extends Spec>(spec: S, given: ConfigInput<S>): Config<S> {
  return (isField(spec) ? given : filled(spec as Fields, given as Record<string, unknown>)) as Config<S>;
}

function filled(fields: Fields, given: Readonly<Record<string, unknown>>): Record<string, unknown> {
  const unknown = Object.keys(given).filter((name) => !(name in fields));
  if (unknown.length > 0) throw new TypeError(`Cannot fill config: no setting called ${unknown.join(", ")}`);
  return Object.fromEntries(
    Object.entries(fields).map(([name, field]) => [name, valueOf(field, given[name] ?? field.default)]),
  );
}

function valueOf(field: Field, value: unknown): unknown {
  if (field.kind !== "record" || value === undefined) return value;
  const { fields, short } = field;
  const isShort = typeof value === "string" && short !== undefined;
  return filled(fields, isShort ? { [short]: value } : value as Record<string, unknown>);
}

/** Everything an adapter said while a test ran. */
export class Reports {
  readonly events: TransportEvent[] = [];
  readonly #watchers = new Set<() => void>();

  readonly report = (event: TransportEvent): void => {
    this.events.push(event);
    const watchers = [...this.#watchers];
    this.#watchers.clear();
    for (const tell of watchers) tell();
  };

  /** How often an event was reported. */
  count(name: string): number {
    return this.events.filter((event) => event.name === name).length;
  }

  /** Resolves with the `count`th event of a name. */
  async seen(name: string, count = 1): Promise<TransportEvent> {
    for (;;) {
      const found = this.events.filter((event) => event.name === name)[count - 1];
      if (found) return found;
      await new Promise<void>((resolve) => this.#watchers.add(resolve));
    }
  }
}

interface Declares<Code extends string> {
  readonly name: string;
  readonly errors: Readonly<Record<Code, Fault>>;
}

function errorsOf<Code extends string>({ name, errors }: Declares<Code>) {
  const error = (code: Code, facts?: Readonly<Record<string, string | number>>, cause?: unknown) => {
    const fault = errors[code];
    if (!fault) throw new TypeError(`Cannot make error: ${name} does not declare ${code}`);
    return new MitralError(code, fault, facts, cause);
  };
  const fail = (code: Code, facts?: Readonly<Record<string, string | number>>, cause?: unknown): never => {
    throw error(code, facts, cause);
  };
  return { error, fail };
}

/** An open listener and all that a test holds of it. Disposed: dropped. */
export interface ListenerRig extends AsyncDisposable {
  readonly listening: Listening;
  readonly intake: FakeIntake;
  readonly clock: FakeClock;
  readonly reports: Reports;
}

/** What a rig may be given instead of its own. */
export interface RigParts {
  readonly clock?: FakeClock;
  readonly intake?: FakeIntake;
  readonly world?: World;
  readonly contentTypes?: readonly string[];
  /** UTC where left out. */
  readonly timeZone?: string;
  /** None where left out. */
  readonly partners?: Partners;
  /** None where left out. */
  readonly exchange?: Exchange | undefined;
  /** Its own where left out: hand it in to see what outlives a listener. */
  readonly memory?: Memory;
  /** None where left out. */
  readonly relay?: RelayIdentity | undefined;
}

function relayOf({ relay }: RigParts): { readonly relay?: RelayIdentity } {
  return relay ? { relay } : {};
}

/** What a listener remembers, for as long as the test holds it. */
export function memoryInMemory(): Memory & { readonly known: ReadonlyMap<string, string> } {
  const known = new Map<string, string>();
  return {
    known,
    get: (key) => Promise.resolve(known.get(key)),
    set: async (key, value) => void known.set(key, value),
    delete: async (key) => void known.delete(key),
  };
}

/** Opens a listener on this machine, with a fake clock and a fake intake. */
export async function openListener<S extends Spec, Code extends string>(
  spec: ListenerSpec<string, S, Code>,
  given: ConfigInput<S>,
  parts: RigParts = {},
): Promise<ListenerRig> {
  const { clock = new FakeClock(), intake = new FakeIntake(), contentTypes = ["text/plain"] } = parts;
  const reports = new Reports();
  const listening = await spec.listen({
    config: configOf(spec.config, given),
    world: parts.world ?? worldWith(clock),
    intake,
    contentTypes,
    timeZone: parts.timeZone ?? "UTC",
    partners: parts.partners ?? noPartners,
    ...(parts.exchange ? { exchange: parts.exchange } : {}),
    memory: parts.memory ?? memoryInMemory(),
    ...relayOf(parts),
    report: reports.report,
    ...errorsOf(spec),
  });
  return { listening, intake, clock, reports, [Symbol.asyncDispose]: () => listening[Symbol.asyncDispose]() };
}

/** How each step of a component's connection test went, on this machine's network and disk unless `parts` say another. */
export async function probeOf<S extends Spec, Code extends string>(
  spec: ListenerSpec<string, S, Code> | SenderSpec<string, S, Code>,
  given: ConfigInput<S>,
  parts: Pick<RigParts, "clock" | "world" | "partners" | "relay"> & {
    readonly signal?: AbortSignal;
    readonly isRunning?: boolean;
  } = {},
): Promise<readonly ProbeResult[]> {
  const { clock = new FakeClock(), signal = new AbortController().signal, isRunning = false } = parts;
  const probe = spec.probe?.({
    config: configOf(spec.config, given),
    world: parts.world ?? worldWith(clock),
    partners: parts.partners ?? noPartners,
    report: new Reports().report,
    signal,
    isRunning,
    ...relayOf(parts),
    ...errorsOf(spec),
  });
  return probe ? await Array.fromAsync(probe) : [];
}

/** An open sender and all that a test holds of it. Disposed: closed. */
export interface SenderRig extends AsyncDisposable {
  readonly sender: OpenSender;
  readonly clock: FakeClock;
  readonly reports: Reports;
  readonly lanes: number;
}

/** Opens a sender on this machine, with a fake clock. */
export async function openSender<S extends Spec, Code extends string>(
  spec: SenderSpec<string, S, Code>,
  given: ConfigInput<S>,
  parts: Omit<RigParts, "intake" | "timeZone"> = {},
): Promise<SenderRig> {
  const { clock = new FakeClock(), contentTypes = ["text/plain"] } = parts;
  const reports = new Reports();
  const config = configOf(spec.config, given);
  const sender = await spec.open({
    config,
    world: parts.world ?? worldWith(clock),
    contentTypes,
    partners: parts.partners ?? noPartners,
    ...(parts.exchange ? { exchange: parts.exchange } : {}),
    report: reports.report,
    ...relayOf(parts),
    ...errorsOf(spec),
  });
  const lanes = spec.lanes?.(config) ?? 1;
  return { sender, clock, reports, lanes, [Symbol.asyncDispose]: () => sender[Symbol.asyncDispose]() };
}
