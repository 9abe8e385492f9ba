import type { CommandOutline, OptionOutline, Values } from "../outline.ts";

/** Text as one word of a shell, whatever stands in it. */
export function quote(text: string): string {
  return `'${text.replaceAll("'", `'\\''`)}'`;
}

/** Both spellings of an option, with dashes. */
export function spellings({ long, short }: OptionOutline): readonly string[] {
  return short === undefined ? [`--${long}`] : [`--${long}`, `-${short}`];
}

/** What a command's arguments are completed with: those of the first that is not the person's own text. */
export function argumentValues({ arguments: all }: CommandOutline): Values {
  return all.find(({ values }) => values !== "text")?.values ?? "text";
}

/** What bash and zsh know a command by: the pattern of a `case`. */
export function knownPattern(commands: readonly CommandOutline[]): string {
  return commands.filter(({ words }) => words.length > 0).map(({ words }) => quote(words.join(" "))).join(
    "|",
  );
}

/** Cases of bash and zsh for what stands behind an option that takes a value. */
export function valueCases({ words, options }: CommandOutline, offer: (values: Values) => string): string[] {
  return options.flatMap((option) => {
    if (option.values === undefined) return [];
    const befores = spellings(option).map((spelling) => quote(`${words.join(" ")} ${spelling}`));
    return [`    ${befores.join("|")}) ${offer(option.values)}; return ;;`];
  });
}
