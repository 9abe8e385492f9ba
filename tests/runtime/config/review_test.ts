import { assertEquals } from "@std/assert";
import { defineTransformer } from "../../../runtime/contract/actor.ts";
import type { Catalog } from "../../../runtime/contract/catalog.ts";
import { defineFormat, type FormatSpec } from "../../../runtime/contract/format.ts";
import { RawBody } from "../../../runtime/contract/message.ts";
import { printProblem } from "../../../runtime/config/problem.ts";
import { FILES, FOLDER, read } from "./_fixtures.ts";

const paper = defineFormat({
  name: "paper",
  about: "Pages.",
  contentTypes: ["application/x-paper"],
  config: {},
  errors: {},
  parse: (received) => new RawBody(received),
  recogniser: () => Promise.reject(new TypeError("nothing is read in this test")),
});

async function readChannel(
  lines: string,
  transforms: Catalog["transforms"] = {},
  format: FormatSpec = paper,
) {
  const { plan, problems } = await read(
    `gateway: st-elsewhere
channels:
  faxes:
${lines}
    send: { billing: { mllp: { host: h, port: 1 } } }
`,
    FILES,
    { paper: () => Promise.resolve(format) },
    transforms,
  );
  const printed = problems.map((problem) => printProblem({ ...problem, file: "" }).replace(/^:/, ""));
  return { review: plan?.channels[0].review, problems: printed };
}

const channel = (review: string, { parse = "paper", acknowledge = "received" } = {}) =>
  `    listen: { mllp: { port: 2575 }, acknowledge: ${acknowledge} }
    parse: ${parse}
    ${review}`;

Deno.test("config: a channel lets people review documents, below a confidence and by one person where it does not say", async () => {
  assertEquals(await readChannel(channel("review: {}")), {
    review: { below: 0.95, approvals: 1 },
    problems: [],
  });
  assertEquals(await readChannel(channel("review: { below: 0.9, approvals: 2 }")), {
    review: { below: 0.9, approvals: 2 },
    problems: [],
  });
  assertEquals(await readChannel(channel("about: no review")), { review: undefined, problems: [] });
});

Deno.test("config: a confidence is from 0 to 1, and no more than two people approve", async () => {
  const { problems } = await readChannel(channel("review: { below: 95, approvals: 3 }"));
  assertEquals(problems, [
    "6:22 CONFIG_VALUE_INVALID Cannot read channels.faxes.review.below: must be a number from 0 to 1, not 95",
    "6:37 CONFIG_VALUE_RANGE Cannot read channels.faxes.review.approvals: must be between 1 and 2, not 3",
  ]);
  assertEquals((await readChannel(channel("review: { below: high }"))).problems, [
    "6:22 CONFIG_VALUE_INVALID Cannot read channels.faxes.review.below: must be a number from 0 to 1, not high",
  ]);
});

Deno.test("config: only what has pages is reviewed, and no sender waits for people", async () => {
  assertEquals((await readChannel(channel("review: {}", { parse: "hl7v2" }))).problems, [
    "6:13 CONFIG_VALUE_INVALID Cannot read channels.faxes.review: what is parsed as hl7v2 has no pages to look at",
  ]);
  for (const acknowledge of ["processed", "delivered", "from billing"]) {
    assertEquals((await readChannel(channel("review: {}", { acknowledge }))).problems, [
      "4:50 CONFIG_VALUE_INVALID Cannot read channels.faxes.listen.acknowledge: its sender would wait until people have " +
      "reviewed its document (acknowledge: received, beside review)",
    ]);
  }
});

Deno.test("config: what takes reviewed documents alone needs a review in its channel", async () => {
  const clear = defineTransformer({
    name: "clear",
    about: "Takes what was reviewed.",
    config: {},
    errors: {},
    needsReview: true,
    transform: (message) => message,
  });
  const lines = (review: string) => channel(`${review}\n    transform: [ clear: {} ]`);
  assertEquals(
    (await readChannel(lines("review: {}"), { clear: () => Promise.resolve(clear.spec as never) })).problems,
    [],
  );
  assertEquals(
    (await readChannel(lines("about: none"), { clear: () => Promise.resolve(clear.spec as never) })).problems,
    [
      "7:25 CONFIG_STEP_REFUSED Cannot prepare clear: it takes reviewed documents alone, and the channel has no review " +
      "(review: {}, beside parse)",
    ],
  );
});

Deno.test("config: files that a format reads by are looked at before a channel starts", async () => {
  const looked: string[] = [];
  const { problems } = await readChannel(channel("review: {}"), {}, {
    ...paper,
    async checkFiles({ disk }) {
      looked.push(await disk.readText(`${FOLDER}/token.txt`));
      throw new TypeError("line 3 is no template");
    },
  });
  assertEquals(looked, [FILES[`${FOLDER}/token.txt`]]);
  assertEquals(problems, [
    "5:12 CONFIG_VALUE_INVALID Cannot read channels.faxes.parse: line 3 is no template",
  ]);
  const { problems: said } = await readChannel(channel("review: {}"), {}, {
    ...paper,
    checkFiles: () => Promise.reject(new TypeError("Cannot read template acme.yaml: kind is missing")),
  });
  assertEquals(said, [
    "5:12 CONFIG_VALUE_INVALID Cannot read channels.faxes.parse: template acme.yaml: kind is missing",
  ]);
});
