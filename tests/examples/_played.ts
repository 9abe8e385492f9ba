import { assertEquals } from "@std/assert";
import { join } from "node:path";
import { fieldsOf } from "../../examples/_kit/mllp.ts";
import { mitral, projectFolder } from "../../examples/_kit/process.ts";
import { fencesOf } from "../tidy/_documents.ts";
import { inFolder, Program } from "./_program.ts";

/** An example that was played to its end, and what is left of it. */
export interface Played {
  /** Where it was played. */
  readonly folder: string;
  /** What it said. */
  readonly out: string;
  /** What a peer received, in order. */
  received(peer: string): Promise<readonly Uint8Array[]>;
  /** A field of each HL7 message a peer received, read without the gateway's own parser: `PV1`, 10. */
  fields(peer: string, segment: string, field: number): Promise<readonly string[]>;
}

/** The one command of an example: the first of its README. */
export async function commandOf(name: string): Promise<readonly string[]> {
  const readme = await Deno.readTextFile(join(projectFolder, "examples", name, "README.md"));
  const [first] = fencesOf(readme).filter(({ language }) => language === "sh");
  return first.text.split("\n")[0].replace(/ +#.*$/, "").split(" ");
}

/** Plays an example by the command of its README; fails unless all it claims is true and its gateway files are right. */
export async function played(name: string, look: (played: Played) => Promise<void>): Promise<void> {
  const [deno, ...args] = await commandOf(name);
  assertEquals(deno, "deno");
  await inFolder(async (folder) => {
    await using program = new Program([...args, "--once", "--dir", folder]);
    assertEquals(await program.ended(), 0, program.out + program.err);
    const { out } = program;
    assertEquals(out.match(/^ {2}NO .*$/gm), null);
    for (const file of await gatewayFilesIn(folder)) {
      const { code, out, err } = await mitral("check", file);
      assertEquals(code, 0, out + err);
    }
    const received = (peer: string) => contentsOf(join(folder, "received", peer));
    await look({
      folder,
      out,
      received,
      async fields(peer, segment, field) {
        const messages = await received(peer);
        return messages.map((bytes) => fieldsOf(bytes).find(([name]) => name === segment)?.[field] ?? "");
      },
    });
  });
}

/** The files of a folder, in the order of their names. */
export async function contentsOf(folder: string): Promise<readonly Uint8Array[]> {
  const names = (await Array.fromAsync(Deno.readDir(folder), ({ name }) => name)).sort();
  return await Promise.all(names.map((name) => Deno.readFile(join(folder, name))));
}

async function gatewayFilesIn(folder: string): Promise<readonly string[]> {
  const found: string[] = [];
  for await (const { name, isDirectory } of Deno.readDir(folder)) {
    if (isDirectory) found.push(...await gatewayFilesIn(join(folder, name)));
    else if (name.endsWith(".yaml") && name.includes("gateway")) found.push(join(folder, name));
  }
  return found;
}
