import type { SenderSpec } from "../contract/adapter.ts";
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
}

/**
 * See {@linkcode ExchangePlan.wayTo}. What a partner's file says is somebody else's: it is read as settings of the names the
 * sender calls linkable, refers to no file, secret or variable of ours, and the whole is checked as a gateway file would be.
 */
export function wayToOf({ catalog, ways, ...tools }: LinkTools): ExchangePlan["wayTo"] {
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
    const whole = { ...own as object, ...theirs as object } as never;
    const config = spec.linked?.(whole, to) ?? whole;
    const [unfit] = spec.check?.(config) ?? [];
    if (unfit) refuse(`${unfit.setting} ${unfit.rule}`);
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

/** What a partner has written may be anything. */
function nameOf(kind: string): string {
  return /^[\w-]{1,63}$/.test(kind) ? kind : "(no name)";
}
