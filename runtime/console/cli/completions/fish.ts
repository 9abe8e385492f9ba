import { type CommandOutline, everyCommand, type Values } from "../outline.ts";
import { argumentValues } from "./_parts.ts";

/** For fish: to be sourced, or `mitral.fish` in its folder of completions. */
export function fishScript(program: CommandOutline): string {
  const commands = everyCommand(program);
  const known = commands.slice(1).map(({ words }) => quote(words.join(" "))).join(" ");
  return `# fish completions of mitral: mitral completions fish > ~/.config/fish/completions/mitral.fish
function __mitral_at
    set -l place
    for word in (commandline -opc)[2..]
        if contains -- "$place$word" ${known}
            set place "$place$word "
        end
    end
    test "$place" = "$argv"
end
complete -c mitral -f
${commands.flatMap(lines).join("\n")}
`;
}

function lines(command: CommandOutline): string[] {
  const { words, options, commands } = command;
  const at = `complete -c mitral -n ${
    quote(`__mitral_at ${quote(words.map((word) => `${word} `).join(""))}`)
  }`;
  const own = offer(argumentValues(command));
  return [
    ...commands.map(({ words, about }) => `${at} -a ${quote(words[words.length - 1])} -d ${quote(about)}`),
    ...(commands.length > 0 || own === "" ? [] : [`${at} ${own}`]),
    ...options.map(({ long, short, about, values }) => {
      const spelt = `-l ${long}${short === undefined ? "" : ` -s ${short}`}`;
      const takes = values === undefined ? "" : values === "file" ? " -r -F" : ` -x ${offer(values)}`;
      return `${at} ${spelt}${takes.trimEnd()} -d ${quote(about)}`;
    }),
  ];
}

function offer(values: Values): string {
  if (values === "file") return "-F";
  if (values === "folder") return `-a '(__fish_complete_directories)'`;
  return values === "text" ? "" : `-a ${quote(values.join(" "))}`;
}

/** fish reads `\\'` and `\\\\` between quotes, and nothing else. */
function quote(text: string): string {
  return `'${text.replace(/[\\']/g, "\\$&")}'`;
}
