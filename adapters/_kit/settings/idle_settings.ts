import type { Unfit } from "../../../runtime/contract/spec.ts";
import type { Spec } from "../../../runtime/contract/spec.ts";

/** Settings that mean nothing beside the others: whoever changed one waits for something that never comes. */
export function idleSettings<S extends Spec>(
  spec: S,
  config: { readonly [Name in keyof S]: unknown },
  names: readonly (keyof S & string)[],
  beside: string,
): readonly Unfit[] {
  return names
    .filter((name) => config[name] !== (spec[name] as { readonly default?: unknown }).default)
    .map((setting) => ({ setting, rule: `means nothing at ${beside}` }));
}
