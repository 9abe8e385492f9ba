import { fileURLToPath } from "node:url";
import settings from "../../deno.json" with { type: "json" };
import { NATS_SERVER } from "../interop/_peers.ts";
import type { Ports } from "./_ports.ts";

/** The checkout's folder. */
export const ROOT = fileURLToPath(new URL("../../", import.meta.url));

/** Where Deno keeps what it has downloaded. */
export const cache: string = JSON.parse(
  new TextDecoder().decode(
    (await new Deno.Command(Deno.execPath(), { args: ["info", "--json"] }).output()).stdout,
  ),
).denoDir;

/**
 * A folder that seems to be a fresh clone of this project to whoever types `deno` there: tasks, programs and tests of
 * the checkout run, but every file they write is in the folder. One process for each command, without checking types.
 */
export class Clone implements AsyncDisposable {
  readonly folder: string;
  /** Its programs, beside what is written there. */
  readonly #programs: string;
  readonly #ports: Ports;
  readonly env: Readonly<Record<string, string>>;

  private constructor(folder: string, programs: string, ports: Ports) {
    this.#ports = ports;
    this.folder = folder;
    this.#programs = programs;
    this.env = {
      PATH: `${programs}:${Deno.env.get("PATH")}`,
      HOME: `${programs}/home`,
      TMPDIR: programs,
      DENO_DIR: cache,
      DENO_NO_UPDATE_CHECK: "1",
      NO_COLOR: "1",
      LC_ALL: "C.UTF-8",
      TZ: "UTC",
    };
  }

  static async make(ports: Ports): Promise<Clone> {
    const [folder, programs] = [await Deno.makeTempDir(), await Deno.makeTempDir()];
    await Deno.mkdir(`${programs}/home`);
    await Deno.writeTextFile(`${programs}/deno`, DENO, { mode: 0o755 });
    // Whoever reads a page has it on the path.
    if (NATS_SERVER.includes("/")) await Deno.symlink(NATS_SERVER, `${programs}/nats-server`);
    await Deno.writeTextFile(`${programs}/npx`, NPX, { mode: 0o755 });
    return new Clone(folder, programs, ports);
  }

  async write(file: string, text: string): Promise<void> {
    const path = `${this.folder}/${file}`;
    await Deno.mkdir(path.slice(0, path.lastIndexOf("/")), { recursive: true });
    await Deno.writeTextFile(path, text);
  }

  /** Writes a script beside the clone; its path. */
  async script(name: string, text: string): Promise<string> {
    const path = `${this.#programs}/${name}`;
    await Deno.writeTextFile(path, text);
    return path;
  }

  /** Puts free ports into gateway files that a command has written. */
  async giveRealPorts(folder = this.folder): Promise<void> {
    for await (const { name, isDirectory } of Deno.readDir(folder)) {
      const path = `${folder}/${name}`;
      if (isDirectory) await this.giveRealPorts(path);
      else if (name.endsWith(".yaml")) {
        await Deno.writeTextFile(path, this.#ports.real(await Deno.readTextFile(path)));
      }
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const folder of [this.folder, this.#programs]) await Deno.remove(folder, { recursive: true });
  }
}

const quoted = (text: string) => `'${text.replaceAll("'", `'\\''`)}'`;

/** The tasks that run a program, as a shell knows them. */
const TASKS = Object.entries(settings.tasks).flatMap(([name, command]) => {
  const [deno, ...words] = command.split(" ");
  return deno === "deno" && words[0] === "run"
    ? [`${name}) set -- ${words.map(quoted).join(" ")} "$@" ;;`]
    : [];
});

const DENO = `#!/bin/bash
if [ "$1" = task ]; then
  task=$2
  shift 2
  case $task in
    ${TASKS.join("\n    ")}
    *) echo "no such task in a test: $task" >&2; exit 1 ;;
  esac
fi
command=$1
shift
words=()
for word in "$@"; do
  [[ $word == *.ts && ! -e $word && -e ${quoted(ROOT)}$word ]] && word=${quoted(ROOT)}$word
  words+=("$word")
done
flags=(--quiet)
[ -e deno.json ] && [ -z "$task" ] || flags+=(--config ${quoted(`${ROOT}deno.json`)})
[ "$command" = test ] && flags+=(--no-check)
exec ${quoted(Deno.execPath())} "$command" "\${flags[@]}" "\${words[@]}"
`;

const NPX = `#!/bin/bash
[ "$1 $2" = '-y deno@2.9.6' ] || { echo "no such package in a test: $*" >&2; exit 1; }
shift 2
exec deno "$@"
`;
