import { Hl7Message } from "mitral";
import { testTransformer } from "mitral/testing";
import nameCodes from "./name_codes.ts";

const hl7 = (...observations: string[]) =>
  Hl7Message.parse(["MSH|^~\\&|LAB||||||ORU^R01|A|P|2.5.1", ...observations, ""].join("\r"));

const names: Readonly<Record<string, string>> = { "/2345-7": "Glucose", "/2951-2": "Sodium" };

testTransformer(nameCodes, {
  config: { service: "https://terminology.example" },
  fetch({ url }) {
    const name = names[new URL(url).pathname];
    return new Response(name ?? "no such code", { status: name ? 200 : 404 });
  },
  cases: [
    {
      name: "writes the names of codes, and leaves what has no code",
      body: hl7("OBX|1|NM|2345-7||5.4", "OBX|2|NM|||1", "OBX|3|NM|2951-2^NA||139"),
      expect: hl7("OBX|1|NM|2345-7^Glucose||5.4", "OBX|2|NM|||1", "OBX|3|NM|2951-2^Sodium||139"),
    },
    {
      name: "asks nobody for a name it remembers",
      body: hl7("OBX|1|NM|2345-7||5.4"),
      state: { "2345-7": "Sugar" },
      fetch: () => Promise.reject(new Error("asked")),
      expect: hl7("OBX|1|NM|2345-7^Sugar||5.4"),
    },
    {
      name: "fails where the service does not know the code",
      body: hl7("OBX|1|ST|CANARY-5d0c81||5.4"),
      expect: { code: "NAME_CODES_CODE_UNKNOWN" },
    },
    {
      name: "fails for now where the service is broken",
      body: hl7("OBX|1|ST|CANARY-5d0c81||5.4"),
      fetch: () => new Response(null, { status: 502 }),
      expect: { code: "NAME_CODES_SERVICE_BROKEN" },
    },
  ],
});
