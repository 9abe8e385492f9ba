/** What somebody reads who has the data folder and no key. */
import { Buffer } from "node:buffer";
import { join } from "node:path";

/** Which of the values are readable in some file under a folder, and how: as UTF-8, UTF-16, base64 or hex. */
export function readable(folder: string, values: readonly string[]): string[] {
  const forms = values.flatMap(formsOf);
  return filesUnder(folder).flatMap((path) =>
    formsIn(Deno.readFileSync(path), forms).map((form) =>
      `${form.value} in ${path.slice(folder.length + 1)} as ${form.how}`
    )
  );
}

/** Every file under a folder, sorted. */
export function filesUnder(folder: string): readonly string[] {
  return [...Deno.readDirSync(folder)].flatMap(({ name, isDirectory, isFile }) =>
    isDirectory ? filesUnder(join(folder, name)) : isFile ? [join(folder, name)] : []
  ).sort();
}

interface Form {
  readonly value: string;
  readonly how: string;
  readonly bytes: Uint8Array;
}

/** One pass over the bytes, however many forms are looked for: they are told apart by their first two bytes. */
function formsIn(bytes: Uint8Array, forms: readonly Form[]): Form[] {
  const starts: (Form[] | undefined)[] = Array(1 << 16).fill(undefined);
  for (const form of forms) (starts[startOf(form.bytes, 0)] ??= []).push(form);
  const found = new Set<Form>();
  for (let at = 0; at < bytes.length - 1; at++) {
    for (const form of starts[startOf(bytes, at)] ?? []) {
      if (form.bytes.every((byte, ahead) => bytes[at + ahead] === byte)) found.add(form);
    }
  }
  return [...found];
}

function startOf(bytes: Uint8Array, at: number): number {
  return bytes[at] << 8 | bytes[at + 1];
}

function formsOf(value: string): Form[] {
  const bytes = Buffer.from(value), hex = bytes.toString("hex");
  const forms: readonly (readonly [string, Uint8Array])[] = [
    ["UTF-8", bytes],
    ["UTF-16", Buffer.from(value, "utf16le")],
    ["hex", Buffer.from(hex)],
    ["hex", Buffer.from(hex.toUpperCase())],
    ...[0, 1, 2].map((offset) => ["base64", Buffer.from(inBase64(bytes, offset))] as const),
  ];
  return forms.map(([how, bytes]) => ({ value, how, bytes }));
}

/** The characters of base64 that are the same whatever comes before, by `offset` bytes, and after. */
function inBase64(bytes: Buffer, offset: number): string {
  const padded = Buffer.concat([Buffer.alloc(offset), bytes]);
  return padded.toString("base64").slice(Math.ceil(offset * 8 / 6), Math.floor(padded.length * 8 / 6));
}
