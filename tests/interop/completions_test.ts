import { assert, assertEquals } from "@std/assert";
import { join } from "node:path";
import type { Shell } from "../../runtime/console/cli/completions/shells.ts";
import { exitCodes } from "../../runtime/console/cli/exit_codes.ts";
import { run, withFolder } from "../runtime/console/console_kit.ts";
import { requirePeer } from "./_peers.ts";

const peers = {
  bash: await requirePeer("bash"),
  zsh: await requirePeer("zsh"),
  fish: await requirePeer("fish"),
};

/** Each is run with lines that somebody has begun to type; it prints what is offered, and `;` after each line. */
const scripts: Readonly<Record<Shell, readonly string[]>> = {
  // As readline does it: with the function that was registered.
  bash: [
    "--norc",
    "-c",
    String.raw`
    source ./mitral.bash; [[ $(complete -p mitral) == *_mitral* ]] || exit 9
    for line in "$@"; do
      IFS=' ' read -ra COMP_WORDS <<< "mitral $line"; [[ $line == *' ' ]] && COMP_WORDS+=('')
      COMP_CWORD=$(( ${"$"}{#COMP_WORDS[@]} - 1 )); _mitral
      printf '%s\n' "${"$"}{COMPREPLY[@]}" ';'
    done`,
    "bash",
  ],
  fish: [
    "--no-config",
    "-c",
    String.raw`
    source ./mitral.fish
    for line in $argv; complete -C "mitral $line" | string replace -r '\t.*' ''; echo ';'; end`,
    "--",
  ],
  // zsh completes only for a person: one sits at a pseudo-terminal, presses tab, and asks what stands in the line.
  zsh: [
    "-f",
    "-c",
    String.raw`
    zmodload zsh/zpty
    zpty -b person zsh -f -i
    zpty -w person 'autoload -Uz compinit; compinit -u -D; source ./mitral.zsh'
    zpty -w person 'tell() { print -r -- "{$BUFFER}"; }; zle -N tell; bindkey "^X" tell'
    for line in "$@"; do
      zpty -w -n person "mitral $line"$'\t\x18'
      zpty -r person heard $'*{mitral *}'
      heard=${"$"}{heard##*\{mitral }; heard=${"$"}{${"$"}{heard%\}*}% }
      print -r -- "${"$"}{heard##* }"; print ';'
      zpty -w -n person $'\x15'
    done`,
    "zsh",
  ],
};

/** What a shell offers for the end of each line, in order of the alphabet. */
async function offered(shell: Shell, folder: string, lines: readonly string[]): Promise<readonly string[][]> {
  const child = peers[shell].command([...scripts[shell], ...lines], {
    cwd: folder,
    stdout: "piped",
    stderr: "piped",
  });
  const { success, stdout, stderr } = await child.output();
  assert(success, new TextDecoder().decode(stderr));
  const parts = new TextDecoder().decode(stdout).split(/;\r?\n/).slice(0, -1);
  // A folder's slash, and the backslash before a blank, are the shell's own.
  return parts.map((part) =>
    part.split(/\r?\n/).filter(Boolean).map((word) => word.replace(/\/$/, "").replaceAll("\\", "")).sort()
  );
}

/** A folder with the shell's script, two files that begin alike, a file with a blank in its name, and a folder. */
function withScript(shell: Shell, use: (folder: string) => Promise<void>): Promise<void> {
  return withFolder(async (folder) => {
    const { code, out } = await run(["completions", shell]);
    assertEquals(code, exitCodes.ok);
    await Deno.writeTextFile(join(folder, `mitral.${shell}`), out);
    for (const file of ["gateway.yaml", "gauge.txt", "my file.yaml"]) {
      await Deno.writeTextFile(join(folder, file), "");
    }
    await Deno.mkdir(join(folder, "data"));
    await use(folder);
  });
}

const endings = {
  "me": "messages",
  "messages li": "list",
  "--debug messages sh": "show",
  "run --log j": "json",
  "messages list --state quar": "quarantined",
  "messages list --control-i": "--control-id",
  "completions fi": "fish",
  "run gat": "gateway.yaml",
  "status --file gat": "gateway.yaml",
  "status --data da": "data",
};

for (const shell of Object.keys(scripts) as Shell[]) {
  Deno.test({
    name: `${shell} completes commands, options, their words, files and folders`,
    ignore: peers[shell].missing,
    fn: () =>
      withScript(shell, async (folder) => {
        const found = await offered(shell, folder, Object.keys(endings));
        assertEquals(found, Object.values(endings).map((word) => [word]));
      }),
  });
}

for (const shell of ["bash", "fish"] as const) {
  Deno.test({
    name: `${shell} offers everything that fits, and nothing for what is the person's own`,
    ignore: peers[shell].missing,
    fn: () =>
      withScript(shell, async (folder) => {
        const lines = [
          "keys ",
          "run --log-level ",
          "messages show ",
          "messages list --channel ",
          "check my",
        ];
        assertEquals(await offered(shell, folder, lines), [
          ["export", "init", "master", "recover", "revoke", "rotate", "seal", "show", "wireguard"],
          ["debug", "error", "info", "warning"],
          [],
          [],
          ["my file.yaml"],
        ]);
      }),
  });
}

Deno.test("completions are refused for a shell that has none", async () => {
  const { code, err } = await run(["completions", "cmd"]);
  assertEquals([code, err.split(" ")[0]], [exitCodes.usage, "CONSOLE_VALUE_WRONG"]);
});
