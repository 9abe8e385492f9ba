import { defineTransformer } from "../../../runtime/contract/actor.ts";
import { defineListener, defineSender } from "../../../runtime/contract/adapter.ts";
import type { Catalog } from "../../../runtime/contract/catalog.ts";
import { defineEnvelope } from "../../../runtime/contract/envelope.ts";
import { declareErrors } from "../../../runtime/contract/error.ts";
import { defineFormat } from "../../../runtime/contract/format.ts";
import { RawBody } from "../../../runtime/contract/message.ts";
import {
  bytes,
  choice,
  durationMs,
  integer,
  list,
  map,
  path,
  record,
  secret,
  text,
  toggle,
} from "../../../runtime/contract/spec.ts";
import type { Disk } from "../../../runtime/contract/world.ts";
import { type GatewayReading, readGateway } from "../../../runtime/config/read_gateway.ts";
import { printProblem } from "../../../runtime/config/problem.ts";

/** Folder of the gateway files in these tests. */
export const FOLDER = "/gateway";
/** Path of the gateway file in these tests. */
export const FILE = `${FOLDER}/gateway.yaml`;

const unused = declareErrors("fixture", {
  FIXTURE_CALL_UNEXPECTED: { blame: "bug", retry: "never", says: "Cannot run: only its spec is wanted" },
});
const neverRun = () => unused.fail("FIXTURE_CALL_UNEXPECTED");

const tls = record("Transport security.", {
  certificate: path("Certificate chain.", { expects: "file" }),
  key: secret("Private key.", { example: "secret:tls-key" }),
  clients: choice("Who may connect.", ["anyone", "partners"], { default: "anyone" }),
}, { optional: true });

/** Listens. */
export const mllpListener = defineListener({
  name: "mllp",
  answersLater: true,
  about: "Takes framed messages from TCP connections.",
  config: {
    port: integer("Port.", { min: 0, max: 65_535, example: 2575 }),
    host: text("Interface to listen on.", { default: "0.0.0.0" }),
    frameBytesMax: bytes("Largest frame.", { min: 1, max: 1_000_000_000, default: 1_048_576 }),
    idleMsMax: durationMs("Longest silence.", { min: 1, default: 60_000 }),
    keepAlive: toggle("Keep connections alive.", { default: true }),
    tls,
  },
  errors: {
    MLLP_FRAME_TOO_LARGE: {
      blame: "sender",
      retry: "never",
      says: "Cannot read frame: larger than frameBytesMax ({frameBytesMax})",
    },
  },
  listen: neverRun,
});

const fileListener = defineListener({
  name: "file",
  about: "Takes the files of a folder.",
  config: { folder: path("Folder.", { expects: "folder" }) },
  errors: {},
  listen: neverRun,
});

/** Sends. */
export const mllpSender = defineSender({
  name: "mllp",
  about: "Sends framed messages.",
  config: { host: text("Host.", { example: "ehr.local" }), port: integer("Port.", { min: 1, max: 65_535 }) },
  errors: {},
  open: neverRun,
});

const httpsSender = defineSender({
  name: "https",
  about: "Posts messages.",
  config: {
    servers: list(
      "Servers.",
      text("A server.", { pattern: { matches: "https?://\\S+", says: "is an http address" } }),
    ),
    headers: map("Extra headers.", "header", text("A value."), { optional: true }),
    token: secret("Bearer token.", { optional: true }),
  },
  errors: {},
  paths: ({ headers = {} }) =>
    Object.values(headers).flatMap((value) => [...value.matchAll(/\{(.+?)\}/g)].map(([, path]) => path)),
  open: neverRun,
});

const hl7v2 = defineFormat({
  name: "hl7v2",
  about: "HL7 version 2.",
  contentTypes: ["x-application/hl7-v2+er7"],
  config: {
    charset: text("Charset.", { default: "UTF-8" }),
    lineFeeds: toggle("Take LF for CR.", { default: false }),
  },
  errors: {},
  parse: (received) => new RawBody(received),
  isAnsweredTwice: neverRun,
  batch: { name: "hl7-batch", contentType: "x-application/hl7-v2+er7", join: neverRun },
  checkPath(path) {
    if (!/^[A-Z0-9]{3}(-\d+(\.\d+)?)?$/.test(path)) unused.fail("FIXTURE_CALL_UNEXPECTED");
  },
});

const hpke = defineEnvelope({
  name: "hpke",
  about: "RFC 9180.",
  contentType: "application/x",
  receiptType: "application/y",
  config: {},
  errors: {},
  seal: neverRun,
  open: neverRun,
  receipt: neverRun,
  judge: neverRun,
});

const age = defineEnvelope({
  name: "age",
  about: "Files.",
  contentType: "application/x",
  receiptType: "application/y",
  config: {
    signed: toggle("Whether it is signed.", { default: true }),
    identity: secret("What opens.", { optional: true }),
  },
  isUnsigned: ({ signed }) => !signed,
  checkUse: (use, { identity }) =>
    use === "open" && !identity ? [{ setting: "identity", rule: "is needed to open" }] : [],
  errors: {},
  seal: neverRun,
  open: neverRun,
  receipt: neverRun,
  judge: neverRun,
});

/** Refuses an expression with a `#`, as a stand-in for a syntax error. */
const filter = defineTransformer({
  name: "filter",
  about: "Lets through what an expression says.",
  config: text("An expression.", { example: "MSH-9.1 = ORU" }),
  errors: {
    FILTER_EXPRESSION_INVALID: {
      blame: "operator",
      retry: "never",
      says: "Cannot read filter: unexpected character at column {column}",
    },
  },
  prepare({ config, fail }) {
    const at = config.indexOf("#");
    if (at >= 0) fail("FILTER_EXPRESSION_INVALID", { column: at + 1 });
  },
  transform: (message) => message,
});

const set = defineTransformer({
  name: "set",
  about: "Writes values.",
  config: map("Values.", "path", text("The value.")),
  errors: {},
  transform: (message) => message,
});

const stamp = defineTransformer({
  name: "stamp",
  about: "Stamps.",
  config: { with: text("What.", { default: "X" }) },
  errors: {},
  transform: (message) => message,
});

/** A custom actor, as a module under `FOLDER` would export it. */
export const normalisePhone = defineTransformer({
  name: "normalise_phone",
  about: "Rewrites a phone number.",
  config: { country: text("Country.", { example: "US" }) },
  errors: {},
  transform: (message) => message,
});

const ready = <T>(value: T) => () => Promise.resolve(value);

/** A few components of every kind. */
export const catalog: Catalog = {
  listeners: { mllp: ready(mllpListener), file: ready(fileListener) },
  senders: { mllp: ready(mllpSender), https: ready(httpsSender) },
  formats: { hl7v2: ready(hl7v2) },
  envelopes: { hpke: ready(hpke), age: ready(age) },
  transforms: {
    filter: ready(filter.spec),
    set: ready(set.spec),
    stamp: ready(stamp.spec),
  } as Catalog["transforms"],
};

/** Files by absolute path; whatever holds one is a folder. */
export function diskOf(files: Readonly<Record<string, string>>): Pick<Disk, "facts" | "readText" | "list"> {
  const missing = (path: string) => Promise.reject(Object.assign(new Error(path), { code: "ENOENT" }));
  return {
    facts: (path) => {
      const kind = path in files
        ? "file" as const
        : Object.keys(files).some((name) => name.startsWith(`${path}/`))
        ? "folder" as const
        : undefined;
      return Promise.resolve(kind && { kind, size: files[path]?.length ?? 0, modifiedMs: 0 });
    },
    readText: (path) => path in files ? Promise.resolve(files[path]) : missing(path),
    list: (path) => {
      const names = Object.keys(files).filter((name) => name.startsWith(`${path}/`))
        .map((name) => name.slice(path.length + 1)).filter((name) => !name.includes("/"));
      return names.length > 0 ? Promise.resolve(names.sort()) : missing(path);
    },
  };
}

/** What most gateway files in these tests refer to. */
export const FILES: Readonly<Record<string, string>> = {
  [`${FOLDER}/pki/server.pem`]: "certificate",
  [`${FOLDER}/keys/gateway.json`]: "{}",
  [`${FOLDER}/partners/registry.json`]: "{}",
  [`${FOLDER}/partners/lab.json`]: "{}",
  [`${FOLDER}/secrets/tls-key`]: "canary-from-secrets-folder\n",
  [`${FOLDER}/token.txt`]: "canary-from-file\r\n",
  [`${FOLDER}/transformers/normalise_phone.ts`]: "",
  [`${FOLDER}/transformers/no_default.ts`]: "",
  [`${FOLDER}/transformers/not_a_transformer.ts`]: "",
  [`${FOLDER}/transformers/half.ts`]: "",
  [`${FOLDER}/transformers/throws.ts`]: "",
};

/** Modules under `FOLDER`. */
const MODULES: Readonly<Record<string, unknown>> = {
  "normalise_phone.ts": { default: normalisePhone },
  "no_default.ts": {},
  "not_a_transformer.ts": { default: () => 1 },
  "half.ts": { default: { spec: { name: "half", about: "Half.", config: {}, errors: {} } } },
};

/** Reads a gateway file, or settings, against the fixtures, and formats and transformers beside them. */
export function read(
  source: string | { readonly settings: unknown },
  files: Readonly<Record<string, string>> = FILES,
  formats: Catalog["formats"] = {},
  transforms: Catalog["transforms"] = {},
): Promise<GatewayReading> {
  const given = typeof source === "string" ? { text: source, file: FILE } : { ...source, folder: FOLDER };
  return readGateway(given, {
    disk: diskOf(files) as Disk,
    catalog: {
      ...catalog,
      formats: { ...catalog.formats, ...formats },
      transforms: { ...catalog.transforms, ...transforms },
    },
    env: (name) => name === "TOKEN" ? "canary-from-environment" : undefined,
    timeZone: "UTC",
    loadActor(path) {
      const name = path.slice(path.lastIndexOf("/") + 1);
      return name in MODULES
        ? Promise.resolve(MODULES[name])
        : Promise.reject(new SyntaxError("Unexpected end"));
    },
  });
}

/** The problems of a gateway file as they are printed, less the file's name. */
export async function problemsOf(text: string): Promise<readonly string[]> {
  const { problems } = await read(text);
  return problems.map((problem) => printProblem({ ...problem, file: "" }).replace(/^:/, ""));
}

/** The smallest gateway file, with more lines in one place or another. */
export const SMALLEST = `gateway: st-elsewhere
channels:
  lab:
    listen: { mllp: { port: 2575 } }
    parse: hl7v2
    send: { ehr: { mllp: { host: ehr.local, port: 7001 } } }
`;

/** What today's plan supports of the gateway file in the guide. */
export const EXAMPLE = `gateway: st-elsewhere
data: ./data
keys: ./keys/gateway.json
partners:
  state-registry: ./partners/registry.json
monitor: { port: 9464 }

channels:
  lab-results:
    about: Analyser results to the EHR, reportable ones sealed for the registry.
    listen:
      mllp: { port: 2575, tls: { certificate: ./pki/server.pem, key: secret:tls-key, clients: partners } }
      acknowledge: received
    parse: hl7v2
    filter: MSH-9.1 = ORU
    transform:
      - set: { MSH-5: REGISTRY, MSH-6: 0042, PID-8: yes, OBX-5: 1e3, "OBX[1]-5.1": "" }
      - ./transformers/normalise_phone.ts: { country: US }
      - stamp
    send:
      ehr:
        mllp: { host: ehr.local, port: 7001 }
      registry:
        filter: any OBX-3.1 in table reportable.csv
        encrypt: { to: state-registry, expiresMs: 24 h }
        https: { servers: ["https://relay.example:443"], token: env:TOKEN }
        order: none
        retry: { longestMs: 1 h }
    supervise: { restartsMax: 5, withinMs: 60000 }
    order: by PID-3

  sealed-in:
    listen: { mllp: { port: 2576, frameBytesMax: 2 MB, idleMsMax: 10 min }, acknowledge: delivered, answerMsMax: 20000 }
    decrypt: { from: [state-registry] }
    parse: { hl7v2: { charset: ISO-8859-1 } }
    send: { ehr: { mllp: { host: ehr.local, port: 7002 } } }
`;
