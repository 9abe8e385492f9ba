import type { ComponentDefinition, FieldDefinition } from "../definitions/definition.ts";
import { segmentDefinition, typeDefinition } from "../definitions/definitions.ts";
import { newestVersion, type Version, VERSIONS } from "../definitions/version.ts";

/** What a version says of fields and types, for who asks it of every leaf of a message. */
export class Types {
  readonly #version: Version;
  readonly #parts = new Map<string, readonly ComponentDefinition[] | undefined>();

  private constructor(version: Version) {
    this.#version = version;
  }

  static readonly #known = new Map<Version, Types>();

  static of(version: Version): Types {
    let types = Types.#known.get(version);
    if (types === undefined) Types.#known.set(version, types = new Types(version));
    return types;
  }

  /** The fields of a segment; `undefined` where the version has no such segment. */
  fieldsOf(id: string): readonly FieldDefinition[] | undefined {
    return segmentDefinition(id, this.#version)?.fields;
  }

  /** Those the next version says it has. */
  fieldsAfter(id: string): readonly FieldDefinition[] | undefined {
    const next = VERSIONS[VERSIONS.indexOf(this.#version) + 1] ?? newestVersion;
    return segmentDefinition(id, next)?.fields;
  }

  /** The components of a type; `undefined` where it has none. Types come from tables, never from a message. */
  partsOf(type: string): readonly ComponentDefinition[] | undefined {
    if (!this.#parts.has(type)) this.#parts.set(type, partsOf(type, this.#version));
    return this.#parts.get(type);
  }
}

function partsOf(type: string, version: Version): readonly ComponentDefinition[] | undefined {
  const components = typeDefinition(type, version)?.components;
  if (components === undefined || components.length === 0) return undefined;
  // Older versions call the time within TS a mere ST.
  return type === "TS" ? [{ ...components[0], type: "DTM" }, ...components.slice(1)] : components;
}
