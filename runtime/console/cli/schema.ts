import type { Session } from "./session.ts";

/** The JSON Schema of a gateway file, with every component of this build. */
export async function schemaText({ outside }: Session): Promise<string> {
  const [{ loadCatalog }, { toJsonSchema }] = await Promise.all([
    import("../../config/catalog_specs.ts"),
    import("../../config/json_schema.ts"),
  ]);
  return JSON.stringify(toJsonSchema(await loadCatalog(outside.catalog)), null, 2) + "\n";
}
