import { resolve } from "node:path";
import { parseArgs } from "node:util";
import { interrupted } from "./interrupted.ts";
import { Stage } from "./stage.ts";

/**
 * Plays an example. Ends the program, with 0 where all that was claimed is true. Options of the
 * command line:
 *
 *   --once      end when the story has been told, instead of going on until Ctrl-C
 *   --dir DIR   keep everything in this empty folder; a temporary one is removed at the end
 */
export async function runExample(main: string, story: (stage: Stage) => Promise<void>): Promise<never> {
  try {
    Deno.exit(await play(main, story));
  } catch (cause) {
    console.error(messageOf(cause));
    Deno.exit(1);
  }
}

async function play(main: string, story: (stage: Stage) => Promise<void>): Promise<number> {
  const { values: { once, dir } } = parseArgs({
    options: { once: { type: "boolean", default: false }, dir: { type: "string" } },
  });
  const interrupt = interrupted();
  await using open = new AsyncDisposableStack();
  const folder = await folderFor(dir, open);
  const stage = open.use(await Stage.prepare(main, folder));
  const told = story(stage).then(() => true, (cause) => {
    if (once) throw cause;
    // Whoever has changed something wants to look at what has become of it.
    stage.claim(messageOf(cause), false);
    return true;
  });
  if (!await Promise.race([told, stage.fallen, interrupt])) return 130;
  if (!once) {
    console.log(nextSteps(stage));
    await Promise.race([stage.fallen, interrupt]);
  }
  return stage.isRight ? 0 : 1;
}

function messageOf(cause: unknown): string {
  return cause instanceof Error ? cause.message : String(cause);
}

async function folderFor(dir: string | undefined, open: AsyncDisposableStack): Promise<string> {
  if (dir === undefined) {
    const folder = await Deno.makeTempDir({ prefix: "mitral-example-" });
    open.defer(() => Deno.remove(folder, { recursive: true }));
    return folder;
  }
  await Deno.mkdir(dir, { recursive: true });
  // What an earlier run has delivered would not be delivered again.
  for await (const _ of Deno.readDir(dir)) throw new Error(`Cannot use --dir: ${dir} is not empty`);
  return resolve(dir);
}

function nextSteps({ folder, sites }: Stage): string {
  const commands = sites.flatMap(({ file }) => [
    `  deno task mitral status --file ${file}`,
    `  deno task mitral messages list --file ${file}`,
  ]);
  return `\nIt goes on until Ctrl-C, in ${folder}. Try, in another terminal:\n${commands.join("\n")}`;
}
