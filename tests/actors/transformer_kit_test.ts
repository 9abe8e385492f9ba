import { AssertionError } from "node:assert";
import { assertEquals, assertRejects, assertThrows } from "@std/assert";
import { defineTransformer } from "../../runtime/contract/actor.ts";
import { MitralError } from "../../runtime/contract/error.ts";
import { createMessage, type Message, RawBody } from "../../runtime/contract/message.ts";
import { text } from "../../runtime/contract/spec.ts";
import {
  CANARY,
  checkCase,
  checkErrors,
  checkSpec,
  checkStream,
  testTransformer,
} from "../contract/transformer_kit.ts";
import { Lines, lines } from "./_lines.ts";

type Act = (
  message: Message<Lines>,
  fail: (code: "PROBE_VALUE_WRONG", facts?: { n: string }) => never,
) => unknown;

/** A transformer that does whatever is being tried. */
function probe(act: Act) {
  return defineTransformer({
    name: "probe",
    about: "Does what it is told.",
    config: {},
    errors: { PROBE_VALUE_WRONG: { blame: "sender", retry: "never", says: "Cannot probe: {n} is wrong" } },
    transform: (message: Message<Lines>, { fail }) => act(message, fail) as Message<Lines> | null,
  });
}

const body = new Lines(`A=${CANARY}\nB=2`);
const same = `A=${CANARY}\nB=2`;
const suite = { config: {}, cases: [] };
const refuses = (act: Act, expect: string | null | { code: string }, says: string) =>
  assertRejects(() => checkCase(probe(act), suite, { name: "", body, expect }), Error, says);

testTransformer(
  probe((message, fail) => {
    const value = message.body.get("B");
    if (value === undefined) return null;
    return value === "2" ? message : fail("PROBE_VALUE_WRONG", { n: "B" });
  }),
  {
    config: {},
    cases: [
      { name: "lets a message on", body, expect: same },
      { name: "filters", body: new Lines("A=1"), expect: null },
      { name: "fails", body: new Lines(`A=${CANARY}\nB=3`), expect: { code: "PROBE_VALUE_WRONG" } },
    ],
  },
);

Deno.test("the transformer kit refuses other bytes than expected", async () => {
  await refuses((message) => message.derive({ body: message.body.with("B", "3") }), same, "of the first run");
});

Deno.test("the transformer kit refuses a message that is filtered or let on against expectation", async () => {
  await refuses(() => null, same, "filtered the message");
  await refuses((message) => message, null, "did not filter");
  await refuses((message) => message, { code: "PROBE_VALUE_WRONG" }, "the message went on");
});

Deno.test("the transformer kit refuses a result that depends on anything but the message", async () => {
  let runs = 0;
  const act: Act = (message) => message.derive({ body: message.body.with("B", `${++runs}`) });
  await refuses(act, `A=${CANARY}\nB=1`, "of the second run");
});

Deno.test("the transformer kit refuses a message made anew instead of derived", async () => {
  const init = { id: "x", channel: "kit", origin: { adapter: "a", peer: "b" }, receivedAtMs: 0 };
  await refuses(
    ({ received, body }) => createMessage({ ...init, received, body }),
    same,
    "id was not carried along",
  );
});

Deno.test("the transformer kit refuses a change to what it hands in", async () => {
  await refuses(
    (message) => {
      message.received[0] = 0;
      return message;
    },
    same,
    "changed the received bytes",
  );
  const bytes = new RawBody(new Uint8Array([1]));
  const scribble = defineTransformer({
    name: "scribble",
    about: "Writes into its input.",
    config: {},
    errors: {},
    transform(message: Message) {
      message.body.toBytes()[0]++;
      return message;
    },
  });
  await assertRejects(
    () => checkCase(scribble, suite, { name: "", body: bytes, expect: new Uint8Array([1]) }),
    Error,
    "changed the body",
  );
});

Deno.test("the transformer kit refuses an error that shows content, is not declared or is a crash", async () => {
  const code = "PROBE_VALUE_WRONG";
  await refuses(
    (message, fail) => fail(code, { n: message.body.get("A")! }),
    { code },
    "shows what the message holds",
  );
  await refuses((_, fail) => fail(code), { code }, "leaves a fact out");
  await refuses(
    () => {
      throw new TypeError("broken");
    },
    { code },
    "broken",
  );
  await refuses(
    () => {
      throw new MitralError("PROBE_OTHER_WRONG", { blame: "bug", retry: "never", says: "Cannot probe" });
    },
    { code: "PROBE_OTHER_WRONG" },
    "is not declared",
  );
});

Deno.test("the transformer kit refuses a failing case without the canary", async () => {
  const act: Act = (_, fail) => fail("PROBE_VALUE_WRONG", { n: "B" });
  const one = { name: "", body: new Lines("A=1"), expect: { code: "PROBE_VALUE_WRONG" } };
  await assertRejects(() => checkCase(probe(act), suite, one), AssertionError, "must carry the CANARY");
});

Deno.test("the transformer kit compares parts one by one", async () => {
  const act: Act = (message) => [message, message.derive({ body: message.body.with("B", "3") })];
  const other = `A=${CANARY}\nB=3`;
  await checkCase(probe(act), suite, { name: "", body, expect: [same, other] });
  await refuses(act, same, "the number of parts");
  const one = { name: "", body, expect: [other, other] };
  await assertRejects(() => checkCase(probe(act), suite, one), Error, "of the first run");
});

Deno.test("the transformer kit says by path what differs", async () => {
  const act: Act = (message) => message.derive({ body: message.body.with("B", "3").with("C", "4") });
  const diff = "of the first run, by path (- expected, + found):\n" +
    '- B#1 "2"\n+ B#1 "3"\n+ C#1 "4"';
  const cases = [{ expect: same, formats: [lines] }, { expect: new Lines(same) }, {
    expect: body.toBytes(),
    format: lines,
  }];
  for (const one of cases) {
    const { message } = await assertRejects(() => checkCase(probe(act), suite, { name: "", body, ...one }));
    assertEquals(message, diff);
  }
  const reordered = { name: "", body: new Lines("A=1\nB=2"), expect: new Lines("B=2\nA=1") };
  await assertRejects(
    () => checkCase(probe((message) => message), suite, reordered),
    Error,
    "of the first run",
  );
});

Deno.test("the transformer kit surrounds a transformer with what the suite says", async () => {
  const surrounded = defineTransformer({
    name: "surrounded",
    about: "Writes what it is surrounded with.",
    config: { host: text("Host.", { default: "codes.example" }) },
    errors: {},
    hosts: ({ host }) => [host],
    async prepare({ live, readText, formats, body, timeZone }) {
      const table = await live("table.csv", (text) => text.toUpperCase());
      return [table.value, await readText("table.csv"), formats("lines").name, body?.name, timeZone];
    },
    async transform(message: Message<Lines>, { prepared, config, state, fetch }) {
      const count = Number(await state.get("count")) + 1;
      state.set("count", String(count));
      const answer = await (await fetch(`https://${config.host}/code`)).text();
      return message.derive({ body: message.body.with("A", [...prepared, count, answer].join()) });
    },
  });
  const scenery = {
    files: { "table.csv": "x" },
    format: lines,
    timeZone: "Asia/Tokyo",
    state: { count: "4" },
    fetch: ({ url }: Request) => new Response(`from ${new URL(url).host}`),
  };
  const one = {
    name: "",
    body: new Lines("A=1"),
    expect: "A=X,x,lines,lines,Asia/Tokyo,5,from codes.example",
  };
  await checkCase(surrounded, { config: {}, cases: [], ...scenery }, one);
  await checkCase(surrounded, { config: {}, cases: [] }, { ...one, ...scenery });
  await assertRejects(() => checkCase(surrounded, suite, one), Error, "ENOENT");
});

Deno.test("the transformer kit refuses a stream that loses messages", async () => {
  let passed = 0;
  const losing = probe((message) => passed++ === 0 ? message : null);
  const cases = [{ name: "", body, expect: same }, { name: "", body, expect: same }];
  await assertRejects(() => checkStream(losing, { config: {}, cases }), AssertionError);
});

Deno.test("the transformer kit refuses an error no case reaches and a spec against the rules", () => {
  assertThrows(() => checkErrors(probe(() => null), suite), AssertionError, "no case reaches");
  assertThrows(() => checkSpec({ spec: { name: "Bad", about: "Fine.", errors: {} } }), AssertionError);
  assertThrows(() => checkSpec({ spec: { name: "bad", about: "no sentence", errors: {} } }), AssertionError);
  const errors = { OTHER_NOUN_STATE: { says: "Cannot do" } };
  assertThrows(() => checkSpec({ spec: { name: "bad", about: "Fine.", errors } }), AssertionError, "owner");
});
