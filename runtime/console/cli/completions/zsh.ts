import { type CommandOutline, everyCommand, type Values } from "../outline.ts";
import { argumentValues, knownPattern, quote, spellings, valueCases } from "./_parts.ts";

/** For zsh, with its own completion system: to be sourced, or a file `_mitral` on the `fpath`. */
export function zshScript(program: CommandOutline): string {
  const commands = everyCommand(program);
  return `#compdef mitral
# zsh completions of mitral. In ~/.zshrc, after compinit: source <(mitral completions zsh)
_mitral() {
  local before=$words[CURRENT-1] word=$words[CURRENT] place='' at
  for ((at = 2; at < CURRENT; at++)); do
    case "\${place:+$place }$words[at]" in
      ${knownPattern(commands)})
        place="\${place:+$place }$words[at]" ;;
    esac
  done
  case "$place $before" in
${commands.flatMap((command) => valueCases(command, offer)).join("\n")}
  esac
  case "$place" in
${commands.map(commandCase).join("\n")}
  esac
}
_mitral_described() {
  local -a described=("$@")
  _describe 'mitral' described
}
if [[ $funcstack[1] == _mitral ]]; then _mitral "$@"; else compdef _mitral mitral; fi
`;
}

function commandCase(command: CommandOutline): string {
  const { words, options, commands } = command;
  const dashed = described(
    options.flatMap((option) => spellings(option).map((spelling) => [spelling, option.about] as const)),
  );
  const own = commands.length > 0
    ? described(commands.map(({ words, about }) => [words[words.length - 1], about]))
    : offer(argumentValues(command));
  return `    ${quote(words.join(" "))}) if [[ $word == -* ]]; then ${dashed}; else ${own}; fi ;;`;
}

function described(rows: readonly (readonly [word: string, about: string])[]): string {
  return `_mitral_described ${rows.map(([word, about]) => quote(`${word}:${about}`)).join(" ")}`;
}

function offer(values: Values): string {
  if (values === "file") return "_files";
  if (values === "folder") return "_files -/";
  return values === "text" ? ":" : `compadd -- ${values.map(quote).join(" ")}`;
}
