import type { LinkedTo, ListenerSpec, SenderSpec } from "../contract/adapter.ts";
import type { Catalog } from "../contract/catalog.ts";
import { asField, type Field, type Fields, isField } from "../contract/spec.ts";
import type { Configured, ExchangePlan } from "../engine/plan.ts";
import type { FieldContext } from "./_node_checks.ts";
import { errors } from "./errors.ts";
import { parseField } from "./parse_field.ts";
import { Problems } from "./problem.ts";
import { readObject } from "./read_object.ts";

/** What `wayTo` needs. */
export interface LinkTools extends Omit<FieldContext, "problems" | "env" | "partners"> {
  readonly catalog: Catalog;
  /** Our own settings, by kind of link, as the gateway file has them. */
  readonly ways: readonly Configured<SenderSpec>[];
  readonly doors: readonly Configured<ListenerSpec>[];
}

/**
 * See {@linkcode ExchangePlan.wayTo}. What a partner's file says is somebody else's: it is read as settings of the names the
 * sender calls linkable, refers to no file, secret or variable of ours, and the whole is checked as a gateway file would be.
 */
export function wayToOf({ catalog, ways, doors, ...tools }: LinkTools): ExchangePlan["wayTo"] {
  return async (to, { kind, settings }) => {
    const { partner } = to;
    const refuse = (rule: string): never =>
      errors.fail("CONFIG_LINK_UNFIT", { partner, kind: nameOf(kind), rule });
    const spec = Object.hasOwn(catalog.senders, kind) ? await catalog.senders[kind]() : undefined;
    if (!spec?.link) return refuse("no way to partners is called that");
    const problems = new Problems(`link of ${partner}`);
    const context: FieldContext = { ...tools, problems, env: () => undefined };
    const own = ways.find((way) => way.spec.name === kind)?.config ??
      await parseField(asField(spec.about, ownSettings(spec).config), readObject({}, problems), context);
    const linkable = linkSettings(spec);
    // What a later version says besides is none of our business.
    const known = Object.fromEntries(Object.keys(linkable).map((name) => [name, settings[name]]));
    const theirs = await parseField(asField(spec.about, linkable), readObject(known, problems), context);
    const [problem] = problems.inFileOrder();
    if (problem) refuse(problem.message);
    const door = doors.find((each) => each.spec.name === kind);
    const whole = { ...own as object, ...theirs as object } as never;
    const shown = shownBy(door?.config);
    const config = spec.linked?.(whole, { ...to, ...(shown ? { shown } : {}) }) ?? whole;
    const [unfit] = spec.check?.(config) ?? [];
    if (unfit) refuse(`${unfit.setting} ${unfit.rule}`);
    if (isInClear(theirs) && !isPlain(door)) {
      refuse("leads to this machine in clear, where our own door does not");
    }
    return { spec, config };
  };
}

/** The settings of a sender that are for us to say, where its link comes from a partner's file. */
export function ownSettings(spec: SenderSpec): SenderSpec {
  const defaults = spec.linkDefaults ?? {};
  const own = Object.entries(fieldsOf(spec)).filter(([name]) => !spec.link!.includes(name));
  const config = own.map(([name, field]) => [
    name,
    Object.hasOwn(defaults, name) ? { ...field, default: defaults[name] } : field,
  ]);
  return { ...spec, config: Object.fromEntries(config) };
}

/** Those that a partner's file may give. A path or a secret is never one of them. */
function linkSettings(spec: SenderSpec): Fields {
  const isHarmless = ({ kind }: Field) => kind !== "path" && kind !== "secret";
  const theirs = Object.entries(fieldsOf(spec)).filter(([name, field]) =>
    spec.link!.includes(name) && isHarmless(field)
  );
  return Object.fromEntries(theirs);
}

function fieldsOf({ config }: SenderSpec): Fields {
  return isField(config) ? {} : config;
}

/**
 * True for a link without TLS, which senders take to this machine alone. It is of use where both gateways run on one; anywhere
 * else a partner would have us post to services of ours that trust whoever is on this machine.
 */
function isInClear(settings: unknown): boolean {
  return Object.values(settings ?? {}).flat().some((each) =>
    typeof each === "string" && /^(http|ws|nats):/i.test(each)
  );
}

/** True for a door of ours that partners reach without TLS. */
function isPlain(door: Configured<ListenerSpec> | undefined): boolean {
  if (!door) return false;
  const link = door.spec.link?.(door.config as never);
  return link ? isInClear(link) : (door.config as { readonly tls?: unknown }).tls === undefined;
}

/** What a listener shows, whichever it is: what `tls` says, as every one of them has it. */
function shownBy(config: unknown): LinkedTo["shown"] {
  const { tls } = (config ?? {}) as { readonly tls?: Partial<NonNullable<LinkedTo["shown"]>> };
  const { certificate, key } = tls ?? {};
  return certificate !== undefined && key ? { certificate, key } : undefined;
}

/** What a partner has written may be anything. */
function nameOf(kind: string): string {
  return /^[\w-]{1,63}$/.test(kind) ? kind : "(no name)";
}
