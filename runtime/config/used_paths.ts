import { parcelWords, type SenderSpec } from "../contract/adapter.ts";
import { MitralError } from "../contract/error.ts";
import type { Configured } from "../engine/plan.ts";
import type { ReadContext } from "./_read_context.ts";
import type { ConfigNode } from "./config_node.ts";
import type { DestinationFile } from "./gateway_shape.ts";
import { formatsOf, type PrepareContext } from "./prepare_steps.ts";
import { shown } from "./problem.ts";
import type { Partially } from "./shape.ts";
import { suggest } from "./suggest.ts";

/** Keeps the paths of messages that the settings of a sender have, each with where it stands, for a later look. */
export function keepPaths(
  sender: Configured<SenderSpec>,
  node: ConfigNode,
  { usedPaths }: ReadContext,
): void {
  const paths = sender.spec.paths?.(sender.config as never) ?? [];
  usedPaths.set(sender, paths.map((path) => [path, textWith(path, node) ?? node]));
}

/** Notes paths in the settings of a destination's sender that are none of the format it is given. */
export function checkUsedPaths(
  { adapter, paths = [], collect }: Partially<DestinationFile>,
  format: string | undefined,
  context: PrepareContext,
): void {
  const { usedPaths, problems } = context;
  const senders = [adapter, ...paths].flatMap((sender) => sender ?? []);
  for (const [path, spot] of senders.flatMap((sender) => usedPaths.get(sender) ?? [])) {
    if (collect?.as === "zip") {
      const rule = `${shown(path)} is a path, and a ZIP file has none`;
      problems.add(spot, "CONFIG_VALUE_INVALID", { rule });
      continue;
    }
    const rule = format === undefined ? undefined : troubleOfPath(path, format, context);
    if (format === undefined || rule === undefined) continue;
    // A slip of the shift key, or in a word that is no path.
    const upper = path.toUpperCase();
    const near = troubleOfPath(upper, format, context) === undefined ? upper : suggest(path, parcelWords);
    problems.add(spot, "CONFIG_VALUE_INVALID", { rule }, near && `did you mean ${near}?`);
  }
}

/** What a format says of a path to read that is none for it. */
export function troubleOfPath(path: string, format: string, context: PrepareContext): string | undefined {
  try {
    formatsOf(context)(format).checkPath(path, "read");
  } catch (cause) {
    if (cause instanceof MitralError) return shown(cause.message, 240);
  }
  return undefined;
}

/** The first text of settings that a path stands in. */
function textWith(path: string, node: ConfigNode): ConfigNode | undefined {
  if (node.kind === "scalar") return node.text.includes(path) ? node : undefined;
  const within = node.kind === "map"
    ? node.entries.map(({ value }) => value)
    : node.kind === "list"
    ? node.items
    : [];
  return within.map((each) => textWith(path, each)).find((found) => found);
}
