import { type AdapterTools, noPartners } from "../../contract/adapter.ts";
import { type Facts, type Fault, MitralError } from "../../contract/error.ts";
import { bindFormat, type Format } from "../../contract/format.ts";
import { asField, type Spec, type Unfit } from "../../contract/spec.ts";
import type { Catalog, Lazy } from "../../contract/catalog.ts";
import { errors } from "./errors.ts";
import type { Session } from "./session.ts";

/** Loads a component that ships with the gateway. Errors: CONSOLE_COMPONENT_MISSING. */
export async function load<K extends keyof Catalog>(
  session: Session,
  kind: K,
  name: string,
): Promise<Awaited<ReturnType<Catalog[K][string]>>> {
  const shelf: Readonly<Record<string, Lazy<unknown>>> = session.outside.catalog[kind];
  if (!Object.hasOwn(shelf, name)) {
    errors.fail("CONSOLE_COMPONENT_MISSING", { name, kind: kind.replace(/s$/, "") });
  }
  return await shelf[name]() as Awaited<ReturnType<Catalog[K][string]>>;
}

/** Parses a component's settings as a gateway file's are parsed. Errors: CONSOLE_COMPONENT_REFUSED. */
export async function configOf(
  session: Session,
  component: { readonly name: string; readonly about: string; readonly config: Spec },
  settings: Readonly<Record<string, unknown>>,
): Promise<unknown> {
  const [{ parseField }, { readObject }, { Problems }] = await Promise.all([
    import("../../config/parse_field.ts"),
    import("../../config/read_object.ts"),
    import("../../config/problem.ts"),
  ]);
  const problems = new Problems(component.name);
  const { terminal, outside } = session;
  const context = { problems, folder: terminal.cwd, disk: outside.world.disk, env: terminal.env };
  const field = asField(component.about, component.config);
  const config = await parseField(field, readObject(settings, problems), context);
  const [first] = problems.inFileOrder();
  if (first) errors.fail("CONSOLE_COMPONENT_REFUSED", { name: component.name, reason: first.message });
  return config;
}

/** As `configOf`, for an adapter: its settings must fit together, too. Errors: CONSOLE_COMPONENT_REFUSED. */
export async function adapterConfigOf(
  session: Session,
  adapter: Parameters<typeof configOf>[1] & { check?(config: never): readonly Unfit[] },
  settings: Readonly<Record<string, unknown>>,
): Promise<unknown> {
  const config = await configOf(session, adapter, settings);
  const [unfit] = adapter.check?.(config as never) ?? [];
  if (!unfit) return config;
  const reason = `${unfit.setting} ${unfit.rule}`;
  return errors.fail("CONSOLE_COMPONENT_REFUSED", { name: adapter.name, reason });
}

/** What an adapter is given outside a gateway: nothing is counted or logged. */
export function adapterTools(
  { errors: faults }: { readonly errors: Readonly<Record<string, Fault>> },
  config: unknown,
  { outside }: Session,
): AdapterTools<Spec, string> {
  const error = (code: string, facts?: Facts, cause?: unknown) =>
    new MitralError(code, faults[code], facts, cause);
  const fail = (code: string, facts?: Facts, cause?: unknown): never => {
    throw error(code, facts, cause);
  };
  return {
    config: config as never,
    world: outside.world,
    partners: noPartners,
    error,
    fail,
    report: () => {},
  };
}

/** The first format, with its default settings, that reads a media type. */
export async function formatOf(session: Session, contentType: string): Promise<Format | undefined> {
  const wanted = contentType.split(";")[0].trim().toLowerCase();
  for (const [name, load] of Object.entries(session.outside.catalog.formats)) {
    if ((await load()).contentTypes.includes(wanted)) return await format(session, name);
  }
  return undefined;
}

/** A format with its default settings but for these. Errors: CONSOLE_COMPONENT_MISSING, CONSOLE_COMPONENT_REFUSED. */
export async function format(
  session: Session,
  name: string,
  settings: Readonly<Record<string, unknown>> = {},
): Promise<Format> {
  const spec = await load(session, "formats", name);
  return bindFormat(spec, await configOf(session, spec, settings) as never);
}

/** The HL7 v2 format with its default settings but for these. */
export function hl7v2(session: Session, settings: Readonly<Record<string, unknown>> = {}): Promise<Format> {
  return format(session, "hl7v2", settings);
}
