import type { Awaitable, KeyedState, Surroundings } from "../../runtime/contract/actor.ts";
import { withDefaults } from "../../runtime/contract/actor.ts";
import { bindFormat, type Format, type FormatSpec } from "../../runtime/contract/format.ts";

/** Stands for patient data. A body that is to fail carries it, so that an error that quotes content is caught. */
export const CANARY = "CANARY-5d0c81";

/** What a transformer is surrounded with while it is tested. */
export interface Scenery {
  /** Text by path, for what `prepare` reads and follows. */
  readonly files?: Readonly<Record<string, string>>;
  /** The formats bodies can be made of, and results are compared by. */
  readonly formats?: readonly FormatSpec[];
  /** The format of the bodies, where `prepare` is to know it; one of `formats` too. */
  readonly format?: FormatSpec;
  /** What the transformer remembers before the first message. */
  readonly state?: Readonly<Record<string, string>>;
  /** Answers what the transformer fetches from the hosts it declares. Rejects where left out. */
  readonly fetch?: (request: Request) => Awaitable<Response>;
  /** IANA name of the zone that dates without an offset are in; `UTC` where left out. */
  readonly timeZone?: string;
}

/** The surroundings of one stage; its state is its own. */
export function surroundingsOf(scenery: Scenery): Surroundings {
  const { files = {}, format, fetch, timeZone = "UTC" } = scenery;
  const formats = boundFormats(scenery);
  const readText = (path: string) =>
    Object.hasOwn(files, path) ? Promise.resolve(files[path]) : Promise.reject(new Error(`ENOENT ${CANARY}`));
  return {
    readText,
    live: async (path, read) => ({ value: read(await readText(path)) }),
    formats(name) {
      return formats.find((one) => one.name === name) ?? unknown(name);
    },
    ...(format ? { body: formats.find(({ name }) => name === format.name) } : {}),
    timeZone,
    turn: () => Promise.resolve(),
    fetch: async (request) => await fetch?.(request as Request) ?? unknown("fetch"),
    state: stateOf(scenery.state ?? {}),
  };
}

/** The suite's formats, each with its default settings. */
export function boundFormats({ formats = [], format }: Scenery): readonly Format[] {
  return [...formats, ...format ? [format] : []]
    .map((spec) => bindFormat(spec, withDefaults(spec.config, undefined) as never));
}

function unknown(what: string): never {
  throw new Error(`the suite gives no ${what}`);
}

function stateOf(initial: Readonly<Record<string, string>>): KeyedState {
  const values = new Map(Object.entries(initial));
  return {
    get: (key) => Promise.resolve(values.get(key)),
    set: (key, value) => void values.set(key, value),
    delete: (key) => void values.delete(key),
  };
}
