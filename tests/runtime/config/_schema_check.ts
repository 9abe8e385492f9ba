import type { JsonSchema } from "../../../runtime/config/json_schema.ts";

/** The first place where a value breaks a schema; `undefined` where it fits. Knows the keywords the project uses. */
export function misfit(schema: JsonSchema, value: unknown, root = schema, at = "$"): string | undefined {
  const checks: Record<string, (rule: never) => boolean | string | undefined> = {
    $ref: (rule: string) => misfit(definition(root, rule), value, root, at) ?? true,
    type: (rule: string | string[]) => [rule].flat().some((type) => isOf(type, value)),
    enum: (rule: unknown[]) => rule.includes(value),
    pattern: (rule: string) => typeof value !== "string" || new RegExp(rule, "u").test(value),
    minimum: (rule: number) => typeof value !== "number" || value >= rule,
    maximum: (rule: number) => typeof value !== "number" || value <= rule,
    minItems: (rule: number) => !Array.isArray(value) || value.length >= rule,
    minProperties: (rule: number) => !isOf("object", value) || Object.keys(value as object).length >= rule,
    maxProperties: (rule: number) => !isOf("object", value) || Object.keys(value as object).length <= rule,
    anyOf: (rule: JsonSchema[]) => rule.some((one) => misfit(one, value, root, at) === undefined),
    oneOf: (rule: JsonSchema[]) =>
      rule.filter((one) => misfit(one, value, root, at) === undefined).length === 1,
    required: (rule: string[]) =>
      !isOf("object", value) || rule.every((key) => Object.hasOwn(value as object, key)),
    items: (rule: JsonSchema) =>
      !Array.isArray(value) || first(value.map((item, n) => misfit(rule, item, root, `${at}[${n}]`))),
    propertyNames: (rule: JsonSchema) =>
      !isOf("object", value) || first(Object.keys(value as object).map((key) => misfit(rule, key, root, at))),
    properties: () => properties(schema, value, root, at),
    additionalProperties: () => properties(schema, value, root, at),
  };
  for (const [keyword, rule] of Object.entries(schema)) {
    const result = checks[keyword]?.(rule as never) ?? true;
    if (typeof result === "string") return result;
    if (!result) return `${at}: ${keyword}`;
  }
}

/** Keywords that say something of a value. Any other is for people. */
function first(results: readonly (string | undefined)[]): string | true {
  return results.find((result) => result !== undefined) ?? true;
}

function properties(schema: JsonSchema, value: unknown, root: JsonSchema, at: string): string | true {
  if (!isOf("object", value)) return true;
  const named = (schema.properties ?? {}) as Record<string, JsonSchema>;
  const patterns = Object.entries((schema.patternProperties ?? {}) as Record<string, JsonSchema>);
  return first(
    Object.entries(value as object).map(([key, part]) => {
      const rule = Object.hasOwn(named, key)
        ? named[key]
        : patterns.find(([pattern]) => new RegExp(pattern, "u").test(key))?.[1] ??
          schema.additionalProperties;
      if (rule === false) return `${at}.${key}: unknown`;
      return typeof rule === "object" ? misfit(rule as JsonSchema, part, root, `${at}.${key}`) : undefined;
    }),
  );
}

function definition(root: JsonSchema, reference: string): JsonSchema {
  const found = (root.$defs as Record<string, JsonSchema>)[reference.replace("#/$defs/", "")];
  if (!found) throw new Error(`${reference} leads nowhere`);
  return found;
}

function isOf(type: string, value: unknown): boolean {
  if (type === "null") return value === null;
  if (type === "array") return Array.isArray(value);
  if (type === "object") return typeof value === "object" && value !== null && !Array.isArray(value);
  if (type === "integer") return Number.isInteger(value);
  if (type === "string") return typeof value === "string";
  return type === "number" ? typeof value === "number" : typeof value === "boolean";
}
