import { type JsonSchema, settingsSchema } from "../config/json_schema.ts";
import { questionnaire } from "./questionnaire.ts";

/** The JSON Schema of a network file, for editors. */
export function networkSchema(): JsonSchema {
  return {
    $schema: "https://json-schema.org/draft/2020-12/schema",
    title: "Mitral network file",
    ...settingsSchema({ name: "network", about: "A network file.", config: questionnaire, errors: {} }),
  };
}
