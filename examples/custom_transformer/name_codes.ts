import { defineTransformer, type Hl7Message, type Message, text } from "mitral";

/**
 * Writes the name of each code in OBX-3, as a terminology service has it: `GET /LOINC-CODE` gives the name as text. A
 * name is asked for once and then remembered. While the service is down the message is tried again, and those behind
 * it wait.
 */
export default defineTransformer({
  name: "name_codes",
  about: "Writes the names of the codes in OBX-3, as a terminology service has them.",
  config: {
    service: text("Address of the service.", {
      example: "https://terminology.example/names",
      pattern: {
        matches: "https?://[^/]+(/.*)?",
        says: "is an address that starts with https:// or http://",
      },
    }),
  },
  errors: {
    NAME_CODES_CODE_UNKNOWN: {
      blame: "sender",
      retry: "never",
      says: "Cannot name code: the service does not know the one of OBX {number}",
    },
    NAME_CODES_SERVICE_BROKEN: {
      blame: "receiver",
      retry: "later",
      says: "Cannot name code: the service answers with status {status}",
    },
  },
  hosts: ({ service }) => [new URL(service).host],
  async transform(message: Message<Hl7Message>, { config: { service }, state, fetch, fail, signal }) {
    let { body } = message;
    const count = body.segments.filter((segment) => segment === "OBX").length;
    for (let number = 1; number <= count; number++) {
      const code = body.get(`OBX[${number}]-3.1`);
      if (code === undefined) continue;
      const name = await state.get(code) ?? await ask(code, number);
      state.set(code, name);
      body = body.with(`OBX[${number}]-3.2`, name);
    }
    return message.derive({ body });

    async function ask(code: string, number: number): Promise<string> {
      const response = await fetch(`${service}/${encodeURIComponent(code)}`, { signal });
      if (response.status === 404) fail("NAME_CODES_CODE_UNKNOWN", { number });
      if (!response.ok) fail("NAME_CODES_SERVICE_BROKEN", { status: response.status });
      return (await response.text()).trim();
    }
  },
});
