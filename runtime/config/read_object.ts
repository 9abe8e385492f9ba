import type { Secret } from "../contract/spec.ts";
import { type ConfigNode, pathOf, WHOLE } from "./config_node.ts";
import { FILE_LIMITS } from "./gateway_defaults.ts";
import type { Problems, Spot } from "./problem.ts";

const NOWHERE: Spot = { path: WHOLE, place: { line: 0, column: 0 } };

/**
 * Reads a JavaScript value of a gateway file's shape, as an embedding service or a spec's own default gives it.
 * Numbers and booleans stand for their spelling; `undefined` is as if the key were not there. `spot`: where problems are reported.
 */
export function readObject(value: unknown, problems: Problems, spot = NOWHERE, depth = 0): ConfigNode {
  const { path, place } = spot;
  const here = { path, place, keyPlace: place };
  const part = (name: string | number, value: unknown) =>
    readObject(value, problems, { path: pathOf(path, name), place }, depth + 1);
  const empty = { kind: "empty", bare: false, ...here } as const;
  const refuse = (rule: string) => {
    problems.add(here, "CONFIG_VALUE_INVALID", { rule });
    return empty;
  };
  if (value === null || value === undefined) return empty;
  if (depth > FILE_LIMITS.depthMax) return refuse(`nested more than ${FILE_LIMITS.depthMax} deep`);
  if (isSecret(value)) return { kind: "scalar", text: "[secret]", secret: value, ...here };
  if (Array.isArray(value)) {
    return { kind: "list", items: value.map((item, index) => part(index, item)), flow: false, ...here };
  }
  switch (typeof value) {
    case "string":
    case "number":
    case "bigint":
    case "boolean":
      return { kind: "scalar", text: String(value), ...here };
    case "object": {
      const entries = Object.entries(value)
        .filter(([, inner]) => inner !== undefined)
        .map(([key, inner]) => ({ key, value: part(key, inner) }));
      return { kind: "map", entries, ...here };
    }
    default:
      return refuse(`must be plain data, not a ${typeof value}`);
  }
}

function isSecret(value: unknown): value is Secret {
  return typeof value === "object" && value !== null && "reveal" in value &&
    typeof value.reveal === "function";
}
