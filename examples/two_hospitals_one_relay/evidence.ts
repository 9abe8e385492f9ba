import { join } from "node:path";
import { lastLines, mitral } from "../_kit/process.ts";
import { countIn } from "../_kit/tap.ts";
import type { Hospital } from "./hospital.ts";
import { patientOf, secrets } from "./results.ts";

/** What came to a hospital's EHR of what the other one sent. */
export interface Arrivals {
  /** Control ids that were acknowledged to the laboratory and never came. */
  readonly lost: readonly string[];
  /** How many came more than once because a gateway was killed between. */
  readonly repeated: number;
  /** Control ids that came again though nothing was killed between. */
  readonly needless: readonly string[];
  /** Control ids that came before an earlier one about the same patient. */
  readonly overtaken: readonly string[];
}

/** Looks at what came, each for the first time and again. */
export function arrivalsAt(to: Hospital, from: Hospital): Arrivals {
  const lives = new Map<string, number>(), last = new Map<number, string>();
  const needless: string[] = [], overtaken: string[] = [];
  let repeated = 0;
  for (const { controlId, life } of to.arrived) {
    const before = lives.get(controlId);
    lives.set(controlId, life);
    if (before === undefined) {
      const patient = patientOf(controlId);
      if ((last.get(patient) ?? "") > controlId) overtaken.push(controlId);
      last.set(patient, controlId);
    } else if (before === life) needless.push(controlId);
    else repeated++;
  }
  const lost = from.results.map(({ controlId }) => controlId).filter((id) => !lives.has(id));
  return { lost, repeated, needless, overtaken };
}

interface Listed {
  readonly id: string;
  readonly controlId: string;
}

/** Messages of a channel, as its gateway's journal has them. */
export async function journalOf(hospital: Hospital, channel: string): Promise<readonly Listed[]> {
  return await hospital.ask("messages", "list", "--channel", channel, "--limit", "1000") as readonly Listed[];
}

/** The claims of the receipt that a hospital has for a message: a JWS, which its partner signed. */
export async function receiptOf(hospital: Hospital, id: string): Promise<Readonly<Record<string, unknown>>> {
  const file = join(hospital.site.folder, `${id}.jws`);
  const { code, err } = await mitral("messages", "receipt", id, "--out", file, "--file", hospital.site.file);
  if (code !== 0) throw new Error(`There is no receipt for ${id}:\n${lastLines(err)}`);
  const [, claims] = (await Deno.readTextFile(file)).split(".");
  return JSON.parse(new TextDecoder().decode(Uint8Array.fromBase64(claims, { alphabet: "base64url" })));
}

/** How often anything that only the hospitals may read stands in files, or in folders of them. */
export async function secretsIn(
  paths: readonly string[],
): Promise<{ readonly found: number; readonly bytes: number }> {
  let found = 0, bytes = 0;
  for (const path of paths) {
    const { isDirectory, isFile } = await Deno.stat(path);
    if (isDirectory) {
      const inside = await Array.fromAsync(Deno.readDir(path), ({ name }) => join(path, name));
      const sum = await secretsIn(inside);
      found += sum.found;
      bytes += sum.bytes;
    } else if (isFile) {
      const read = await Deno.readFile(path);
      found += countIn([read], secrets);
      bytes += read.length;
    }
  }
  return { found, bytes };
}
