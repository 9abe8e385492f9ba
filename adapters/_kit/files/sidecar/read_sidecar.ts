import type { FaxArrival } from "../../../../runtime/contract/fax_arrival.ts";
import { readXml, XmlError, xmlValue } from "../../xml/read_xml.ts";
import type { SidecarSettings } from "./sidecar_spec.ts";

/** Why a sidecar says nothing. `message` is a rule, and quotes nothing of it. */
export class SidecarError extends Error {}

type Paths = Pick<SidecarSettings, "id" | "from" | "to" | "receivedAt" | "pages" | "subscriber" | "error">;

/** As `mitral fax hook` writes them. */
const HOOK_PATHS: Paths = {
  id: "$.id",
  from: "$.from",
  to: "$.to",
  receivedAt: "$.receivedAt",
  pages: "$.pages",
  subscriber: "$.subscriber",
  error: "$.error",
};

const FACT_LENGTH_MAX = 200;

/** How a fax arrived, as its sidecar says. `name`: what it is called where that says nothing. Throws {@linkcode SidecarError}. */
export function readSidecar(bytes: Uint8Array, settings: SidecarSettings, name: string): FaxArrival {
  const { provider, id, from, to, receivedAt, pages, subscriber, error } = settings;
  const given: Paths = { id, from, to, receivedAt, pages, subscriber, error };
  const paths = Object.values(given).some((path) => path !== undefined) ? given : HOOK_PATHS;
  const values = valuesOf(decoded(bytes));
  const said = (fact: keyof Paths) => {
    const path = paths[fact];
    const text = path === undefined ? undefined : values(path)?.trim().slice(0, FACT_LENGTH_MAX);
    return text === "" ? undefined : text;
  };
  const count = said("pages"), receivedAtMs = timeOf(said("receivedAt"));
  const texts = (["from", "to", "subscriber", "error"] as const).flatMap((fact) => {
    const text = said(fact);
    return text === undefined ? [] : [[fact, text]];
  });
  return {
    provider,
    faxId: said("id") ?? name,
    ...Object.fromEntries(texts),
    ...(receivedAtMs !== undefined && { receivedAtMs }),
    ...(count !== undefined && /^\d{1,6}$/.test(count) && { pages: Number(count) }),
  };
}

function decoded(bytes: Uint8Array): string {
  const isUtf16 = bytes[0] === 0xff && bytes[1] === 0xfe;
  return new TextDecoder(isUtf16 ? "utf-16le" : "utf-8").decode(bytes);
}

/** What stands at paths of a text, whichever of the two it is written in. */
function valuesOf(text: string): (path: string) => string | undefined {
  if (text.trimStart().startsWith("<")) {
    const root = xmlOf(text);
    return (path) => path.startsWith("/") ? xmlValue(root, path) : undefined;
  }
  const root = jsonOf(text);
  return (path) => path.startsWith("$") ? jsonValue(root, path) : undefined;
}

function xmlOf(text: string) {
  try {
    return readXml(text);
  } catch (cause) {
    if (cause instanceof XmlError) throw new SidecarError(`what looks like XML is none: ${cause.message}`);
    throw cause;
  }
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw new SidecarError("it is neither JSON nor XML");
  }
}

function jsonValue(root: unknown, path: string): string | undefined {
  let value = root;
  for (const step of path.split(".").slice(1)) {
    if (typeof value !== "object" || value === null || !Object.hasOwn(value, step)) return undefined;
    value = (value as Readonly<Record<string, unknown>>)[step];
  }
  return typeof value === "string" || typeof value === "number" ? `${value}` : undefined;
}

function timeOf(text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  const time = /^\d{12,15}$/.test(text) ? Number(text) : Date.parse(text);
  return Number.isNaN(time) || time < 0 ? undefined : time;
}
