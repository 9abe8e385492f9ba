import { readYaml } from "../../../runtime/config/read_yaml.ts";
import { Problems } from "../../../runtime/config/problem.ts";
import { read, SMALLEST } from "../../runtime/config/_fixtures.ts";
import { must, type Target, textOf } from "../target.ts";

/** The largest gateway files people write; the YAML library takes its time. */
const bytesMax = 50_000;
const words = [
  ..."{}[]:,&*!|>'\"#%@`-? \n\t",
  "\n  ",
  "\n    ",
  "- ",
  ": ",
  "&a ",
  "*a",
  "<<: ",
  "!!str ",
  "---\n",
  "...\n",
  "${NAME}",
  "secret:tls-key",
  "file:./token.txt",
  "env:TOKEN",
  "mllp: { port: 1 }",
  "listen",
  "send",
  "filter",
  "transform",
  "on: { rejected: [retry] }",
  "order: none",
  "null",
  "__proto__",
  "1e9",
  "5 min",
  "é",
];

/** Gateway files: every problem has a place in the file, and nothing is thrown. */
export const gatewayFileTarget: Target = {
  name: "gateway-file",
  seeds: [
    SMALLEST,
    `gateway: a
keys: ./keys/gateway.json
partners: { registry: ./partners/registry.json }
channels:
  lab:
    listen: { mllp: { port: 2575, tls: { certificate: ./pki/server.pem, key: secret:tls-key } }, acknowledge: processed }
    parse: { hl7v2: { charset: ISO-8859-1 } }
    filter: "MSH-9.1 = ORU"
    transform:
      - ./transformers/normalise_phone.ts: { country: US }
      - { stamp: {}, when: "PID-3 exists" }
    order: by PID-3
    supervise: { restartsMax: 5, withinMs: 60000 }
    send:
      ehr: { mllp: { host: ehr.local, port: 7001 }, retry: { unansweredMs: 5 min }, on: { rejected: [quarantine, alert] } }
      reg: { https: { servers: ["https://a"] }, encrypt: { to: registry } }
`,
  ],
  words,
  bytesMax,
  async attempt(input) {
    const text = textOf(input), { plan, problems } = await read(text);
    must(plan !== undefined || problems.length > 0, "a file that is not used has a problem");
    const lines = text.split("\n").length;
    for (const { line } of problems) must(line >= 0 && line <= lines, "a problem is in the file");
    return plan;
  },
};

/** YAML, with variables. */
export const yamlTarget: Target = {
  name: "yaml",
  seeds: [
    "a: &x { b: [1, '2', \"3\\n\"] }\nc: *x\nd: |\n  text ${NAME}\ne: >-\n  folded\n",
    "- 1\n- { a: b }\n",
  ],
  words,
  bytesMax,
  attempt: (input) =>
    readYaml(textOf(input), new Problems("gateway.yaml"), { variables: new Map([["NAME", "a: {"]]) }),
};
