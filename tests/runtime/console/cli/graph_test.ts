import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { graphMermaid } from "../../../../runtime/console/cli/graph/mermaid.ts";
import { pictureOf } from "../../../../runtime/console/cli/graph/picture.ts";
import { graphText } from "../../../../runtime/console/cli/graph/text.ts";
import { exitCodes } from "../../../../runtime/console/cli/exit_codes.ts";
import { paintFor } from "../../../../runtime/console/cli/paint.ts";
import {
  choice,
  integer,
  list,
  map,
  path,
  record,
  secret,
  secretOf,
  type Spec,
  text,
} from "../../../../runtime/contract/spec.ts";
import type {
  ActPlan,
  ChannelPlan,
  Configured,
  DestinationPlan,
  GatewayPlan,
  StepPlan,
} from "../../../../runtime/engine/plan.ts";
import { run, withFolder } from "../console_kit.ts";

const paint = paintFor({ colour: false });

/** A component of any kind: only what it says of itself is drawn. */
function component(name: string, config: Spec, value: unknown): Configured<never> {
  return { spec: { name, about: "A component.", config, errors: {} } as never, config: value };
}

const mllp = (value: unknown) =>
  component("mllp", {
    host: text("Host.", { default: "127.0.0.1" }),
    port: integer("Port."),
    role: choice("Role.", ["server", "client"], { default: "server" }),
    key: secret("Key."),
  }, value);
const filter = (expression: string) => component("filter", text("Expression."), expression);
const act = (label: string, configured: Omit<ActPlan, "label">, when?: string): StepPlan => ({
  label,
  ...configured,
  ...(when === undefined ? {} : { when: filter(when) }),
});
const set = (values: unknown, when?: string) =>
  act("set", component("set", map("Values.", "path", text("Value.")), values), when);

const destination = (name: string, parts: Partial<DestinationPlan>) =>
  ({ name, steps: [], ...parts }) as DestinationPlan;
const channel = (name: string, parts: Partial<ChannelPlan>) =>
  ({
    name,
    about: "",
    listen: mllp({ host: "127.0.0.1", port: 2575 }),
    acknowledge: "received",
    respond: [],
    parse: component("hl7v2", {}, {}),
    steps: [],
    destinations: [],
    ...parts,
  }) as unknown as ChannelPlan;
const gateway = (...channels: ChannelPlan[]) =>
  ({ name: "st-elsewhere", folder: "/etc/mitral", channels }) as unknown as GatewayPlan;

const lab = channel("lab", {
  about: "Results.",
  listen: mllp({ host: "0.0.0.0", port: 2575, key: secretOf("s3cret") }),
  decrypt: { ...component("hpke", {}, {}), from: ["clinic"] },
  steps: [
    act("filter", filter("MSH-9.1 = ORU")),
    { label: "for each OBX", each: "OBX", when: filter("MSH-4 = A"), steps: [set({ "1": "X" }, "3 = 7")] },
  ],
  destinations: [
    destination("ehr", { send: mllp({ port: 7001 }) }),
    destination("registry", {
      steps: [act("filter", filter("any OBX-3.1 in (1, 2)"))],
      collect: {
        as: "hl7-batch",
        at: ["02:15"],
        timeZone: "America/Chicago",
        bytesMax: 1,
        countMax: 500,
        empty: "skip",
      },
      encrypt: { ...component("hpke", {}, {}), to: ["state-registry", "archive"], expiresMs: 1 },
      send: component("file", { path: path("Folder."), tags: list("Tags.", text("A tag.")) }, {
        path: "/etc/mitral/outbox",
        tags: ["a", "b"],
      }),
    }),
    destination("bill", { send: { channel: "billing" } }),
  ],
});
const billing = channel("billing", {
  listen: mllp({ port: 2578 }),
  acknowledge: "processed",
  destinations: [destination("house", { send: mllp({ port: 1 }) })],
});
const lookUp = channel("look-up", {
  acknowledge: { from: "mpi" },
  respond: [set({ a: "b" }), set({ c: "d" })],
  destinations: [
    destination("mpi", { send: mllp({ port: 2 }) }),
    destination("log", { send: { channel: "billing" } }),
  ],
});

Deno.test("graph shows what a step makes, though the setting has a name of the author's choice", () => {
  const config = record("Makes.", { set: map("Values.", "path", text("Value."), { default: {} }) }, {
    others: { names: "format", item: text("What.") },
  });
  const build = act("build", component("build", config, { set: { a: "b" }, hl7v2: "ADT^A04" }));
  assertStringIncludes(
    graphText(pictureOf(gateway(channel("intake", { steps: [build] }))), paint),
    "─ build { hl7v2: ADT^A04 }\n",
  );
});

Deno.test("graph draws a channel from its listener to its destinations, and joins those that hand on", () => {
  assertEquals(
    graphText(pictureOf(gateway(billing, lab, lookUp)), paint),
    `st-elsewhere: 3 channels

lab: Results.
mllp { port: 2575, key: [secret] }
├─◀ acknowledged when received
├─ decrypt hpke from clinic
├─ parse hl7v2
├─ filter MSH-9.1 = ORU
├─ for each OBX, when MSH-4 = A
│  └─ set { 1: X }, when 3 = 7
├─▶ ehr
│   └─▶ mllp { port: 7001 }
├─▶ registry
│   ├─ filter any OBX-3.1 in (1, 2)
│   ├─ collect hl7-batch, at 02:15 America/Chicago, up to 500
│   ├─ encrypt hpke to state-registry, archive
│   └─▶ file { path: ./outbox, tags: a, b }
└─▶ bill
    └─▶ channel billing, which also listens by mllp { port: 2578 }
        ├─◀ acknowledged when processed
        ├─ parse hl7v2
        └─▶ house
            └─▶ mllp { port: 1 }

look-up
mllp { port: 2575 }
├─◀ answered by mpi, through
│   ├─ set { a: b }
│   └─ set { c: d }
├─ parse hl7v2
├─▶ mpi
│   └─▶ mllp { port: 2 }
└─▶ log
    └─▶ channel billing, drawn above
`,
  );
});

Deno.test("graph draws channels that hand on in a ring once each", () => {
  const ring = gateway(
    channel("a", { destinations: [destination("to-b", { send: { channel: "b" } })] }),
    channel("b", { destinations: [destination("to-a", { send: { channel: "a" } })] }),
  );
  const drawn = graphText(pictureOf(ring), paint);
  assertEquals(drawn.match(/parse hl7v2/g)?.length, 2);
  assertStringIncludes(drawn, "channel a, drawn above");
});

/** Nodes, frames and edges of a flowchart, by their labels. */
function readChart(chart: string) {
  const [head, ...lines] = chart.trimEnd().split("\n");
  assertEquals(head, "flowchart LR");
  const labels = new Map<string, string>();
  const edges: string[] = [];
  let depth = 0;
  for (const line of lines) {
    const node = /^ +(?:subgraph )?(n\d+)(?:\(\[|\[)"([^"]*)"(?:\]\)|\])$/.exec(line);
    const edge = /^ {2}(n\d+) (-->|-\.->)(?:\|"([^"]*)"\|)? (n\d+)$/.exec(line);
    if (line.trim() === "end") depth--;
    else if (node) labels.set(node[1], node[2]);
    else if (edge) {
      edges.push([labels.get(edge[1]), edge[2], edge[3], labels.get(edge[4])].filter(Boolean).join(" "));
    } else throw new Error(`neither node nor edge: ${line}`);
    if (line.includes("subgraph")) depth++;
  }
  assertEquals(depth, 0);
  return { labels: [...labels.values()], edges };
}

Deno.test("graph draws a flowchart whose edges join channels and bring answers back", () => {
  const { labels, edges } = readChart(graphMermaid(pictureOf(gateway(lab, billing, lookUp))));
  for (const frame of ["lab", "registry", "for each OBX, when MSH-4 = A", "house"]) {
    assert(labels.includes(frame), frame);
  }
  for (
    const edge of [
      "decrypt hpke from clinic -.-> received mllp { port: 2575, key: [secret] }",
      "filter MSH-9.1 = ORU --> set { 1: X }, when 3 = 7",
      "set { 1: X }, when 3 = 7 --> mllp { port: 7001 }",
      "encrypt hpke to state-registry, archive --> file { path: ./outbox, tags: a, b }",
      "channel billing --> parse hl7v2",
      "parse hl7v2 -.-> processed mllp { port: 2578 }",
      "mllp { port: 2 } -.-> set { a: b }",
      "set { a: b } -.-> set { c: d }",
      "set { c: d } -.-> answer mllp { port: 2575 }",
    ]
  ) assert(edges.includes(edge), `${edge}\nin\n${edges.join("\n")}`);
});

Deno.test("graph says delivered at every destination that has to accept", () => {
  const both = channel("both", {
    acknowledge: "delivered",
    destinations: [
      destination("a", { send: mllp({ port: 1 }) }),
      destination("b", { send: mllp({ port: 2 }) }),
    ],
  });
  const { edges } = readChart(graphMermaid(pictureOf(gateway(both))));
  assertEquals(edges.filter((edge) => edge.includes("delivered")).length, 2);
});

Deno.test("graph shows every path of a destination, the preferred first", () => {
  const paths = [mllp({ port: 1 }), mllp({ port: 2 }), mllp({ port: 3 })];
  const picture = pictureOf(
    gateway(channel("lab", { destinations: [destination("ehr", { send: { paths } })] })),
  );
  assertEquals(picture.channels[0].destinations, [{
    name: "ehr",
    steps: [],
    send: "mllp { port: 1 }",
    instead: ["mllp { port: 2 }", "mllp { port: 3 }"],
  }]);
  assertStringIncludes(
    graphText(picture, paint),
    "├─▶ mllp { port: 1 }\n    ├─▶ or mllp { port: 2 }\n    └─▶ or mllp { port: 3 }\n",
  );
  const { labels } = readChart(graphMermaid(picture));
  assert(labels.includes("mllp { port: 1 }, or mllp { port: 2 }, or mllp { port: 3 }"), labels.join("\n"));
});

Deno.test("graph lets no label be read as Mermaid, HTML or a terminal's control", () => {
  const hostile = gateway(channel("lab", {
    about: "\x1b[2J",
    steps: [act("set", component("set", text("x"), 'a"] --> b; <b>`end` #35; | \x1b[2J'))],
  }));
  const picture = pictureOf(hostile);
  const chart = graphMermaid(picture);
  readChart(chart);
  assert(!/[<`;>]/.test(chart.replace(/#\d+;/g, "").replace(/-\.?->/g, "")), chart);
  for (const drawn of [chart, graphText(picture, paint)]) assert(!drawn.includes("\x1b"));
});

Deno.test("graph prints a file's picture as text, Mermaid and JSON, and the problems of one that has some", () =>
  withFolder(async (cwd) => {
    await run(["init"], { cwd });
    const drawn = await run(["graph", "gateway.yaml"], { cwd });
    assertEquals([drawn.code, drawn.err], [exitCodes.ok, ""]);
    assertStringIncludes(drawn.out, "└─▶ files\n    └─▶ file { path: ./outbox }\n");
    readChart((await run(["graph", "gateway.yaml", "--mermaid"], { cwd })).out);
    const { channels } = JSON.parse((await run(["graph", "gateway.yaml", "--json"], { cwd })).out);
    assertEquals(channels[0].destinations, [{ name: "files", steps: [], send: "file { path: ./outbox }" }]);
    await Deno.writeTextFile(`${cwd}/broken.yaml`, "gateway: x\n");
    const broken = await run(["graph", "broken.yaml"], { cwd });
    assertEquals([broken.code, broken.out], [exitCodes.no, ""]);
    assertStringIncludes(broken.err, "CONFIG_");
  }));

Deno.test("graph shows a word that is not the default, and none that is", () => {
  const drawn = (role: string) =>
    graphText(pictureOf(gateway(channel("lab", { listen: mllp({ port: 1, role }) }))), paint);
  assertStringIncludes(drawn("client"), "mllp { port: 1, role: client }");
  assertStringIncludes(drawn("server"), "mllp { port: 1 }");
});
