/** Reads values of the command line. Every reader fails with CONSOLE_VALUE_WRONG. */
import { BYTE_UNITS, readQuantity } from "../../config/quantity.ts";
import { errors } from "./errors.ts";

/** Where a socket listens or a peer is found. */
export interface Address {
  readonly host: string;
  readonly port: number;
}

/** A whole number between `min` and `max`, both included. */
export function integerReader(name: string, min: number, max = Number.MAX_SAFE_INTEGER) {
  const wanted = max === Number.MAX_SAFE_INTEGER
    ? `a whole number of at least ${min}`
    : `a whole number between ${min} and ${max}`;
  return (text: string): number => {
    const value = /^\d{1,16}$/.test(text) ? Number(text) : NaN;
    return value >= min && value <= max ? value : wrong(name, wanted);
  };
}

/** A size such as `64 kB` or `1 GiB`, in bytes, between `min` and `max`, both included. */
export function bytesReader(name: string, min: number, max: number) {
  return (text: string): number => {
    const bytes = readQuantity(text, BYTE_UNITS);
    return bytes !== undefined && bytes >= min && bytes <= max
      ? bytes
      : wrong(name, `a size such as 64 kB or 1 GiB, of ${min} to ${max} bytes`);
  };
}

/** `HOST:PORT`, `[::1]:PORT`, or `PORT` alone for this machine. */
export function readAddress(text: string): Address {
  const found = /^(?:(?:\[([0-9A-Fa-f:.]+)\]|([^\s:[\]]+)):)?(\d{1,5})$/.exec(text);
  const port = Number(found?.[3]);
  if (!found || port > 65_535) return wrong("the address", "HOST:PORT, with a port of at most 65535");
  return { host: found[1] ?? found[2] ?? "127.0.0.1", port };
}

/** As {@linkcode readAddress}, for a peer: port 0 is nobody's. */
export function readPeer(text: string): Address {
  const address = readAddress(text);
  return address.port > 0 ? address : wrong("the address", "HOST:PORT, with a port of at least 1");
}

const unitMs: Readonly<Record<string, number>> = {
  s: 1000,
  m: 60_000,
  min: 60_000,
  h: 3_600_000,
  d: 86_400_000,
};

/** A moment: `2026-01-31`, `2026-01-31T08:00:00Z` (UTC where no offset is given), or so long ago: `15m`, `2h`, `3d`. */
export function timeReader(name: string, nowMs: () => number) {
  return (text: string): number => {
    const ago = /^(\d{1,6})(s|m|min|h|d)$/.exec(text);
    if (ago) return nowMs() - Number(ago[1]) * unitMs[ago[2]];
    const iso = /^\d{4}-\d{2}-\d{2}(?:[T ]\d{2}:\d{2}(?::\d{2}(?:\.\d{1,3})?)?(Z|[+-]\d{2}:\d{2})?)?$/.exec(
      text,
    );
    const ms = iso ? Date.parse(text.replace(" ", "T") + (text.length > 10 && !iso[1] ? "Z" : "")) : NaN;
    return Number.isNaN(ms) ? wrong(name, "a time such as 2026-01-31T08:00Z, or 15m, 2h, 3d ago") : ms;
  };
}

/** A day, `1970-01-31`, as HL7 writes it: `19700131`. */
export function dayReader(name: string) {
  return (text: string): string => {
    const day = /^\d{4}-\d{2}-\d{2}$/.test(text) ? new Date(text) : undefined;
    const isDay = day !== undefined && !Number.isNaN(day.getTime()) && day.toISOString().startsWith(text);
    return isDay ? text.replaceAll("-", "") : wrong(name, "a day such as 1970-01-31");
  };
}

/** `NAME=VALUE`, once or several times. */
export function fieldReader(name: string) {
  return (text: string, before: Readonly<Record<string, string>> = {}): Readonly<Record<string, string>> => {
    const at = text.indexOf("=");
    if (at < 1 || at === text.length - 1) return wrong(name, "NAME=VALUE");
    return { ...before, [text.slice(0, at)]: text.slice(at + 1) };
  };
}

/** Reads one of a fixed set of words. */
export interface WordReader<W extends string> {
  (text: string): W;
  /** For help and completions. */
  readonly words: readonly W[];
}

/** One of a fixed set of words. */
export function wordReader<const W extends string>(name: string, words: readonly W[]): WordReader<W> {
  const read = (text: string): W => {
    const word = words.find((word) => word.toLowerCase() === text.toLowerCase());
    return word ?? wrong(name, `one of ${words.join(", ")}`);
  };
  return Object.assign(read, { words });
}

function wrong(name: string, wanted: string): never {
  return errors.fail("CONSOLE_VALUE_WRONG", { name, wanted });
}
