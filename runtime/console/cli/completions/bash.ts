import { type CommandOutline, everyCommand, type Values } from "../outline.ts";
import { argumentValues, knownPattern, quote, spellings, valueCases } from "./_parts.ts";

/** For bash from 3.2 on, with nothing installed beside it. */
export function bashScript(program: CommandOutline): string {
  const commands = everyCommand(program);
  return `# bash completions of mitral. In ~/.bashrc: source <(mitral completions bash)
_mitral() {
  local word=\${COMP_WORDS[COMP_CWORD]} before=\${COMP_WORDS[COMP_CWORD-1]} place='' at
  local IFS=$'\\n'
  COMPREPLY=()
  for ((at = 1; at < COMP_CWORD; at++)); do
    case "\${place:+$place }\${COMP_WORDS[at]}" in
      ${knownPattern(commands)})
        place="\${place:+$place }\${COMP_WORDS[at]}" ;;
    esac
  done
  case "$place $before" in
${commands.flatMap((command) => valueCases(command, offer)).join("\n")}
  esac
  case "$place" in
${commands.map(commandCase).join("\n")}
  esac
}
_mitral_words() { COMPREPLY=($(compgen -W "$1" -- "$word")); }
_mitral_files() { compopt -o filenames 2>/dev/null; COMPREPLY=($(compgen -f -- "$word")); }
_mitral_folders() { compopt -o filenames 2>/dev/null; COMPREPLY=($(compgen -d -- "$word")); }
complete -F _mitral mitral
`;
}

function commandCase(command: CommandOutline): string {
  const { words, options, commands } = command;
  const dashed = offer(options.flatMap(spellings));
  const own = commands.length > 0
    ? offer(commands.map(({ words }) => words[words.length - 1]))
    : offer(argumentValues(command));
  return `    ${quote(words.join(" "))}) if [[ $word == -* ]]; then ${dashed}; else ${own}; fi ;;`;
}

function offer(values: Values): string {
  if (values === "file") return "_mitral_files";
  if (values === "folder") return "_mitral_folders";
  return values === "text" ? ":" : `_mitral_words $'${values.join("\\n")}'`;
}
