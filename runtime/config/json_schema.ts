import { asField, type Field, type RecordField } from "../contract/spec.ts";
import { BYTE_UNITS, TIME_UNITS } from "./quantity.ts";
import { type CatalogSpecs, COMPONENT_KINDS, type ComponentSpec } from "./catalog_specs.ts";
import { GATEWAY, NAME } from "./gateway_shape.ts";
import { mayBeLeftOut } from "./may_be_left_out.ts";
import type { SenderSpec } from "../contract/adapter.ts";
import { ownSettings } from "./links.ts";
import { LOOP } from "./read_steps.ts";
import { type ComponentKind, type Entries, isContractField, type Section, type Shape } from "./shape.ts";

/** A JSON Schema, draft 2020-12. */
export type JsonSchema = { readonly [keyword: string]: unknown };

/**
 * The JSON Schema of a gateway file, for editors: it completes and explains what `readGateway` reads. It is the more
 * lenient of the two, because an editor cannot follow secrets, files and partners.
 */
export function toJsonSchema(specs: CatalogSpecs): JsonSchema {
  const definitions: Record<string, JsonSchema> = {};
  for (const kind of Object.keys(COMPONENT_KINDS) as ComponentKind[]) {
    for (const [name, spec] of Object.entries<ComponentSpec>(specs[kind])) {
      definitions[`${kind}.${name}`] = settingsSchema(spec);
    }
  }
  const schemas = new ShapeSchemas(specs);
  const { channels: _, ...ownEntries } = GATEWAY.entries;
  return {
    $schema: "https://json-schema.org/draft/2020-12/schema",
    title: "Mitral gateway file",
    ...schemas.section(GATEWAY),
    // Channels may be in files beside it.
    required: requiredOf(ownEntries),
    $defs: { ...definitions, [STEP]: schemas.step() },
  };
}

/** The JSON Schema of a component's settings. */
export function settingsSchema(spec: ComponentSpec): JsonSchema {
  return fieldSchema(asField(spec.about, spec.config));
}

/** The JSON Schema of one field. */
function fieldSchema(field: Field): JsonSchema {
  return { description: field.about, ...valueSchema(field), ...annotations(field) };
}

function annotations(field: Field): JsonSchema {
  return {
    ...(field.default === undefined ? {} : { default: field.default }),
    ...(field.example === undefined ? {} : { examples: [field.example] }),
  };
}

/** A value that a variable stands in, `${PORT}`, may turn out to be anything. */
const VARIABLE = String.raw`.*\$\{.*`;

/** Editors read `0042` and `yes` as a number and a boolean, where Mitral reads text. */
const ANY_SCALAR = ["string", "number", "boolean"];

function valueSchema(field: Field): JsonSchema {
  switch (field.kind) {
    case "text":
      return field.pattern
        ? { type: ANY_SCALAR, pattern: whole(`${field.pattern.matches}|${VARIABLE}`) }
        : { type: ANY_SCALAR };
    case "integer":
      return { type: ["integer", "string"], ...range(field), pattern: whole(VARIABLE) };
    case "bytes":
      return quantitySchema(field, BYTE_UNITS);
    case "durationMs":
      return quantitySchema(field, TIME_UNITS);
    case "switch":
      return { type: ["boolean", "string"], pattern: whole(VARIABLE) };
    case "choice":
      return { anyOf: [{ enum: field.of }, { type: "string", pattern: whole(VARIABLE) }] };
    case "path":
      return { type: ANY_SCALAR };
    case "secret":
      return { type: "string", pattern: whole(`(secret|env|file):.+|${VARIABLE}`) };
    case "list":
      return field.orOne
        ? { anyOf: [fieldSchema(field.item), { type: "array", items: fieldSchema(field.item) }] }
        : { type: "array", items: fieldSchema(field.item) };
    case "map": {
      const type = field.orFolder ? ["object", "string", "null"] : ["object", "null"];
      return { type, additionalProperties: fieldSchema(field.item) };
    }
    case "record":
      return recordSchema(field);
  }
}

function recordSchema({ fields, others, short }: RecordField): JsonSchema {
  const names = Object.keys(fields);
  const settings = {
    ...objectSchema(
      Object.fromEntries(names.map((name) => [name, fieldSchema(fields[name])])),
      names.filter((name) => !mayBeLeftOut(fields[name])),
    ),
    ...(others ? { additionalProperties: fieldSchema(others.item) } : {}),
  };
  return short === undefined ? settings : { anyOf: [fieldSchema(fields[short]), settings] };
}

function objectSchema(properties: Record<string, JsonSchema>, required: readonly string[]): JsonSchema {
  return {
    type: required.length === 0 ? ["object", "null"] : "object",
    properties,
    ...(required.length === 0 ? {} : { required }),
    additionalProperties: false,
  };
}

function requiredOf(entries: Entries): readonly string[] {
  return Object.entries(entries).filter(([, entry]) => !mayBeLeftOut(entry)).map(([key]) => key);
}

function quantitySchema(
  field: { readonly min?: number; readonly max?: number },
  units: Readonly<Record<string, number>>,
): JsonSchema {
  const pattern = whole(`(0|[1-9][0-9]*)(\\.[0-9]+)? *(${Object.keys(units).join("|")})|${VARIABLE}`);
  return { anyOf: [{ type: "integer", ...range(field) }, { type: "string", pattern }] };
}

function range({ min, max }: { readonly min?: number; readonly max?: number }): JsonSchema {
  return {
    ...(min === undefined ? {} : { minimum: min }),
    ...(max === undefined ? {} : { maximum: max }),
  };
}

function whole(pattern: string): string {
  return `^(?:${pattern})$`;
}

const STEP = "step";
const STEP_REFERENCE = `#/$defs/${STEP}`;

class ShapeSchemas {
  readonly #specs: CatalogSpecs;

  constructor(specs: CatalogSpecs) {
    this.#specs = specs;
  }

  section(shape: Section): JsonSchema {
    const own = Object.entries(shape.entries as Entries);
    const properties = Object.fromEntries(own.map(([key, entry]) => [key, this.#shape(entry)]));
    const required = requiredOf(shape.entries);
    const adapters = shape.adapter ? this.#references(shape.adapter) : {};
    const ways = [...Object.keys(adapters), ...shape.instead ?? []];
    const settings = {
      description: shape.about,
      ...objectSchema({ ...properties, ...adapters }, required),
      ...(shape.adapter ? { type: "object", oneOf: ways.map((name) => ({ required: [name] })) } : {}),
    };
    return shape.words === undefined
      ? settings
      : { description: shape.about, anyOf: [{ enum: Object.keys(shape.words) }, settings] };
  }

  /** One transform: by name, with its settings, with a condition, or a loop of transforms. */
  step(): JsonSchema {
    const custom = "\\.[mc]?[jt]s$";
    const when = "filter" in this.#specs.transforms ? { $ref: reference("transforms", "filter") } : {};
    const steps = { type: "array", items: { $ref: STEP_REFERENCE } };
    const loop = { type: ANY_SCALAR, description: "Does the steps of `do` for each thing at a path." };
    const one = {
      type: "object",
      properties: this.#references("transforms"),
      patternProperties: { [custom]: {} },
      additionalProperties: false,
    };
    return {
      anyOf: [
        { enum: Object.keys(this.#specs.transforms) },
        { type: "string", pattern: custom },
        { ...one, minProperties: 1, maxProperties: 1 },
        {
          ...one,
          properties: { ...one.properties, when },
          required: ["when"],
          minProperties: 2,
          maxProperties: 2,
        },
        {
          type: "object",
          properties: { [LOOP]: loop, do: steps, when },
          required: [LOOP, "do"],
          additionalProperties: false,
        },
      ],
    };
  }

  #shape(shape: Shape): JsonSchema {
    if (isContractField(shape)) return fieldSchema(shape);
    const description = shape.about;
    switch (shape.kind) {
      case "section":
        return this.section(shape);
      case "named":
        return {
          description,
          type: "object",
          minProperties: 1,
          propertyNames: { pattern: whole(NAME.matches) },
          additionalProperties: this.section(shape.item),
        };
      case "component": {
        const fallback = shape.default === undefined ? {} : { default: shape.default };
        return { description, ...this.#byName(shape.of), ...fallback };
      }
      case "filter":
        return "filter" in this.#specs.transforms
          ? { description, $ref: reference("transforms", "filter") }
          : { description };
      case "transform":
        return { description, type: "array", items: { $ref: STEP_REFERENCE } };
      case "senders": {
        const item = {
          type: "object",
          properties: this.#references("senders"),
          additionalProperties: false,
          minProperties: 1,
          maxProperties: 1,
        };
        return { description, type: "array", minItems: 1, items: item };
      }
      case "adapters":
        return { description, ...this.#linkable(shape.of) };
      case "partners": {
        const name = { type: ANY_SCALAR };
        return { description, anyOf: [name, { type: "array", items: name, minItems: 1 }] };
      }
    }
  }

  /** Adapters of the exchange by name, with their settings. */
  #linkable(kind: "listeners" | "senders"): JsonSchema {
    const specs = Object.entries<ComponentSpec>(this.#specs[kind]).filter(([, spec]) => "link" in spec);
    const properties = specs.map(([name, spec]) => [
      name,
      kind === "listeners"
        ? { $ref: reference(kind, name) }
        : settingsSchema(ownSettings(spec as SenderSpec)),
    ]);
    return {
      type: kind === "listeners" ? "object" : ["object", "null"],
      properties: Object.fromEntries(properties),
      additionalProperties: false,
    };
  }

  /** A name, or one name with its settings. */
  #byName(kind: ComponentKind): JsonSchema {
    const names = { enum: Object.keys(this.#specs[kind]) };
    const withSettings = {
      type: "object",
      properties: this.#references(kind),
      additionalProperties: false,
      minProperties: 1,
      maxProperties: 1,
    };
    return { anyOf: [names, withSettings] };
  }

  #references(kind: ComponentKind): Record<string, JsonSchema> {
    const names = Object.keys(this.#specs[kind]);
    return Object.fromEntries(names.map((name) => [name, { $ref: reference(kind, name) }]));
  }
}

function reference(kind: ComponentKind, name: string): string {
  return `#/$defs/${kind}.${name}`;
}
