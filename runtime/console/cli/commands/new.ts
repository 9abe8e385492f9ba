import { join } from "node:path";
import { errors } from "../errors.ts";
import { exitCodes } from "../exit_codes.ts";
import { type AddCommand, examples, type Session } from "../session.ts";
import type { NewFile, TemplateKind } from "../../templates/mod.ts";

/** `mitral new` */
export const addNew: AddCommand = (parent, session) => {
  parent.command("new <kind> <name>")
    .description("write a transformer, adapter, format or envelope to start from, with a test that passes")
    .option("--dir <folder>", "where; the folder of the gateway file, or a clone of Mitral", ".")
    .addHelpText(
      "after",
      "\nA transformer is your own and lies beside a gateway file. Adapters, formats and envelopes are part of Mitral:\n" +
        "they go into a clone of it.\n" +
        examples("mitral new transformer normalise_phone", "mitral new adapter serial_line --dir ~/mitral"),
    )
    .action(session.act(async (kind: string, name: string, { dir }: { readonly dir: string }) => {
      const { newFiles, TEMPLATE_KINDS } = await import("../../templates/mod.ts");
      const { wordReader } = await import("../values.ts");
      const known = wordReader("the kind", TEMPLATE_KINDS)(kind);
      if (!NAME.test(name)) {
        const wanted = "lower case, words joined by _, such as normalise_phone";
        errors.fail("CONSOLE_VALUE_WRONG", { name: "the name", wanted });
      }
      const files = [...newFiles(known, name), ...await surroundings(known, dir, session)];
      await write(files, dir, session);
      for (const { path } of files) session.print(`wrote ${join(dir, path)}`);
      session.print(`next: ${nextStep(known, name, dir)}`);
      return exitCodes.ok;
    }));
};

const NAME = /^[a-z][a-z0-9]*(_[a-z0-9]+)*$/;

/** What a component of this kind needs beside it, where that is not there. */
async function surroundings(kind: TemplateKind, dir: string, session: Session): Promise<readonly NewFile[]> {
  if (kind !== "transformer") {
    if (!await isThere("runtime/contract/format.ts", dir, session)) {
      errors.fail("CONSOLE_CLONE_MISSING", { path: dir, kind });
    }
    return [];
  }
  // It says where `mitral` is, and everything Mitral itself imports.
  const { importMap } = session.outside;
  for (const name of ["deno.json", "deno.jsonc"]) {
    if (!await isThere(name, dir, session)) continue;
    session.note(
      `${join(dir, name)} is there already: run the test with deno test --import-map=${importMap}`,
    );
    return [];
  }
  return [{ path: "deno.json", text: `${JSON.stringify({ importMap }, null, 2)}\n` }];
}

async function isThere(path: string, dir: string, session: Session): Promise<boolean> {
  return await session.outside.world.disk.facts(session.path(join(dir, path))).catch(() => undefined) !==
    undefined;
}

/** Writes all of them, or none where one is there already. */
async function write(files: readonly NewFile[], dir: string, session: Session): Promise<void> {
  for (const { path } of files) await session.mustBeFree(join(dir, path));
  for (const { path, text } of files) await session.writeNew(join(dir, path), new TextEncoder().encode(text));
}

function nextStep(kind: TemplateKind, name: string, dir: string): string {
  const inside = dir === "." ? "" : `cd ${dir} && `;
  switch (kind) {
    case "transformer":
      return `${inside}deno test transformers/, and name ./transformers/${name}.ts in a channel's transform`;
    case "adapter":
      return `${inside}deno test -P=test tests/adapters/${name}/, then deno task generate`;
    case "format":
    case "envelope":
      return `${inside}deno test -P=test tests/actors/${kind}s/${name}_test.ts, then deno task generate`;
  }
}
