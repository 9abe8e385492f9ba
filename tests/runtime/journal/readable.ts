/** What somebody reads who has the data folder and no key. */
import { Buffer } from "node:buffer";
import { join } from "node:path";

/** Which of the values are readable in some file under a folder, and how: as UTF-8, UTF-16, base64 or hex. */
export function readable(folder: string, values: readonly string[]): string[] {
  const files = filesUnder(folder).map((path) =>
    [path.slice(folder.length + 1), Deno.readFileSync(path)] as const
  );
  return values.flatMap((value) => {
    const forms = formsOf(value);
    return files.flatMap(([name, bytes]) => {
      const text = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length);
      return forms.filter(([, form]) => text.includes(form)).map(([how]) => `${value} in ${name} as ${how}`);
    });
  });
}

/** Every file under a folder, sorted. */
export function filesUnder(folder: string): readonly string[] {
  return [...Deno.readDirSync(folder)].flatMap(({ name, isDirectory }) =>
    isDirectory ? filesUnder(join(folder, name)) : [join(folder, name)]
  ).sort();
}

function formsOf(value: string): (readonly [string, Buffer])[] {
  const bytes = Buffer.from(value), hex = bytes.toString("hex");
  return [
    ["UTF-8", bytes],
    ["UTF-16", Buffer.from(value, "utf16le")],
    ["hex", Buffer.from(hex)],
    ["hex", Buffer.from(hex.toUpperCase())],
    ...[0, 1, 2].map((offset) => ["base64", Buffer.from(inBase64(bytes, offset))] as const),
  ];
}

/** The characters of base64 that are the same whatever comes before, by `offset` bytes, and after. */
function inBase64(bytes: Buffer, offset: number): string {
  const padded = Buffer.concat([Buffer.alloc(offset), bytes]);
  return padded.toString("base64").slice(Math.ceil(offset * 8 / 6), Math.floor(padded.length * 8 / 6));
}
