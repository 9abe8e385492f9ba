/**
 * What must compile and what must not. Checked by `deno check`, never run: each `@ts-expect-error` is a mistake an
 * author can make, and a mistake that compiles makes its comment an error.
 */
import {
  type Body,
  bytes,
  choice,
  type Config,
  type ConfigInput,
  declareErrors,
  defineEnvelope,
  defineFormat,
  defineListener,
  defineSender,
  defineTransformer,
  durationMs,
  Gateway,
  type GatewayEvent,
  Hl7Message,
  hl7v2,
  integer,
  list,
  map,
  type Message,
  type Outcome,
  parser,
  path,
  RawBody,
  record,
  type Secret,
  secret,
  text,
  toggle,
} from "mitral";

type Same<A, B> = (<T>() => T extends A ? 1 : 2) extends (<T>() => T extends B ? 1 : 2) ? true : false;

/** Compiles only where both types are the same. */
function same<A, B>(_: Same<A, B>): void {}

const says = "Cannot stamp: the test says so";
const fault = { blame: "sender", retry: "never", says } as const;

// A config spec gives the parsed type and what a caller may write.
const spec = {
  host: text("Host."),
  nick: text("Other name.", { optional: true }),
  port: integer("Port.", { min: 0, default: 2575 }),
  frameBytesMax: bytes("Largest frame.", { default: 1024 }),
  idleMsMax: durationMs("Idle time.", { optional: true }),
  keepAlive: toggle("Kept open.", { default: true }),
  mode: choice("Mode.", ["tight", "loose"]),
  folder: path("Folder.", { expects: "folder" }),
  password: secret("Password."),
  names: list("Names.", text("A name.")),
  values: map("Values.", "path", text("A value.")),
  retry: record("Retry.", { firstMs: durationMs("First.", { default: 1000 }), times: integer("Times.") }),
};
same<Config<typeof spec>["host"], string>(true);
same<Config<typeof spec>["nick"], string | undefined>(true);
same<Config<typeof spec>["port"], number>(true);
same<Config<typeof spec>["idleMsMax"], number | undefined>(true);
same<Config<typeof spec>["keepAlive"], boolean>(true);
same<Config<typeof spec>["mode"], "tight" | "loose">(true);
same<Config<typeof spec>["password"], Secret>(true);
same<Config<typeof spec>["names"], readonly string[]>(true);
same<Config<typeof spec>["values"], Readonly<Record<string, string>>>(true);
same<Config<typeof spec>["retry"]["times"], number>(true);

const input: ConfigInput<typeof spec> = {
  host: "ehr.local",
  mode: "tight",
  folder: "./in",
  password: "env:PASSWORD",
  names: ["a"],
  values: { "MSH-5": "A" },
  retry: { times: 3 },
};
// @ts-expect-error a needed setting is left out
const withoutHost: ConfigInput<typeof spec> = { ...input, host: undefined };
// @ts-expect-error a word that is none of the choice's
const otherMode: ConfigInput<typeof spec> = { ...input, mode: "slack" };
// @ts-expect-error a setting of another kind
const portAsText: ConfigInput<typeof spec> = { ...input, port: "2575" };
// @ts-expect-error a setting with a wrong name
const misspelt: ConfigInput<typeof spec> = { ...input, prot: 2575 };
// @ts-expect-error a default that is none of the choice's words
choice("Mode.", ["tight", "loose"], { default: "slack" });
// @ts-expect-error a number as a text's default
text("Host.", { default: 1 });
// @ts-expect-error a setting that does not exist
integer("Port.", { least: 1 });
void [withoutHost, otherMode, portAsText, misspelt];

// Transformers.
const stamp = defineTransformer({
  name: "stamp",
  about: "Stamps.",
  config: { facility: text("Facility.") },
  errors: { STAMP_FACILITY_EMPTY: fault },
  prepare: ({ config, fail }) => config.facility === "" ? fail("STAMP_FACILITY_EMPTY") : { at: 6 },
  transform(message: Message<Hl7Message>, { config, prepared, fail }) {
    same<typeof prepared, { at: number }>(true);
    same<typeof config.facility, string>(true);
    // @ts-expect-error a code that was not declared
    if (config.facility === "?") fail("STAMP_FACILITY_ODD");
    // @ts-expect-error a setting that was not declared
    void config.facilty;
    // @ts-expect-error a fact that is neither number nor text: a body could be quoted
    if (config.facility === "") fail("STAMP_FACILITY_EMPTY", { body: message.body });
    // @ts-expect-error a message does not change
    message.body = Hl7Message.parse("MSH|^~\\&|");
    return message.derive({ body: message.body.with(`MSH-${prepared.at}`, config.facility) });
  },
});
same<ReturnType<typeof stamp>, TransformStream<Message<Hl7Message>, Message<Hl7Message>>>(true);
stamp({ facility: "LAB" });
// @ts-expect-error its config is needed
stamp({});
// @ts-expect-error its config has another type
stamp({ facility: 1 });
defineTransformer({
  name: "stamp",
  about: "",
  config: {},
  // @ts-expect-error an error code under another owner's name
  errors: { STAPM_A_B: fault },
  transform: (m) => m,
});
defineTransformer({
  name: "stamp",
  about: "",
  config: {},
  // @ts-expect-error an error that blames nobody there is
  errors: { STAMP_A_B: { blame: "vendor", retry: "never", says } },
  transform: (message) => message,
});
defineTransformer({
  name: "stamp",
  about: "",
  config: {},
  errors: {},
  // @ts-expect-error a transformer returns a message or null, not a body
  transform: (message) => message.body,
});

// Streams fit where the bodies do.
declare const received: ReadableStream<Message>;
received.pipeThrough(parser(hl7v2)).pipeThrough(stamp({ facility: "LAB" }));
received.pipeThrough(parser(hl7v2, { accept: ["ADT"] }));
// @ts-expect-error a setting the format does not have
parser(hl7v2, { only: ["ADT"] });
// @ts-expect-error a body is no message
new ReadableStream<Hl7Message>().pipeThrough(stamp({ facility: "LAB" }));

// Adapters.
const listening = { address: "here", stop: async () => {}, [Symbol.asyncDispose]: async () => {} };
defineListener({
  name: "pigeon",
  about: "Takes messages from pigeons.",
  config: { loft: path("Loft.") },
  errors: { PIGEON_LOFT_CLOSED: fault },
  async listen({ config, fail, intake, report, error }) {
    same<typeof config.loft, string>(true);
    // @ts-expect-error a code that was not declared
    if (config.loft === "") fail("PIGEON_LOFT_OPEN");
    // @ts-expect-error a code that was not declared
    void error("PIGEON_LOFT_OPEN");
    // @ts-expect-error a delivery says who it came from
    await intake.receive({ bytes: new Uint8Array() });
    // @ts-expect-error a fact is a number or a name, not content
    report({ name: "featherLost", facts: { bytes: new Uint8Array() } });
    return listening;
  },
});
defineListener({
  name: "pigeon",
  about: "",
  config: {},
  errors: {},
  // @ts-expect-error a listener must be able to stop
  listen: async () => ({ address: "here", [Symbol.asyncDispose]: async () => {} }),
});
defineSender({
  name: "pigeon",
  about: "",
  config: { birds: integer("Birds.") },
  errors: {},
  lanes: (config) => config.birds,
  // @ts-expect-error a send ends in an outcome
  open: async () => ({
    send: async (parcel) => void parcel.bytes,
    [Symbol.asyncDispose]: async () => {},
  }),
});
defineSender({
  name: "pigeon",
  about: "",
  config: {},
  // @ts-expect-error an error code under another owner's name
  errors: { MLLP_A_B: fault },
  open: async () => never(),
});
declare function never(): never;

// Formats.
defineFormat({
  name: "morse",
  about: "",
  contentTypes: ["text/morse"],
  config: { dot: text("Dot.") },
  errors: { MORSE_SIGN_UNKNOWN: fault },
  parse(input, { config, fail }) {
    same<typeof config.dot, string>(true);
    // @ts-expect-error a code that was not declared
    return input.length === 0 ? fail("MORSE_SIGN_ODD") : new RawBody(input);
  },
  // @ts-expect-error an answer has a media type
  answer: () => ({ bytes: new Uint8Array() }),
});
defineFormat({
  name: "morse",
  about: "",
  contentTypes: ["text/morse"],
  config: {},
  errors: {},
  // @ts-expect-error a body can be written out
  parse: (): Body => ({ contentType: "text/morse" }),
});

// Envelopes.
declare const sealing: Parameters<typeof defineEnvelope>[0];
defineEnvelope({ ...sealing, name: "wax", errors: { WAX_SEAL_BROKEN: fault } });
// @ts-expect-error an error code under another owner's name
defineEnvelope({ ...sealing, name: "wax", errors: { HPKE_SEAL_BROKEN: fault } });
// @ts-expect-error an envelope that cannot be receipted is none
defineEnvelope({ ...sealing, name: "wax", errors: {}, receipt: undefined });

// Errors of a module.
const errors = declareErrors("parcel", { PARCEL_LABEL_MISSING: fault });
// @ts-expect-error a code that was not declared
errors.error("PARCEL_LABEL_LOST");
// @ts-expect-error a code under another owner's name
declareErrors("parcel", { LETTER_LABEL_MISSING: fault });

// Outcomes: a refusal always says why.
// @ts-expect-error a rejection without its error
const rejected: Outcome = { kind: "rejected" };
// @ts-expect-error a way to end that there is not
const lost: Outcome = { kind: "lost" };
void [rejected, lost];

// A running gateway.
await using gateway = await Gateway.open("gateway.yaml");
gateway.observe((event: GatewayEvent) => {
  if (event.name === "deliveryFailed") same<typeof event.attempt, number>(true);
  // @ts-expect-error an event that there is not
  if (event.name === "messageLost") return;
});
// @ts-expect-error a state that no message has
gateway.archive.list({ state: "lost" });
// @ts-expect-error a gateway is opened, not constructed
new Gateway();
