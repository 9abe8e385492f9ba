import adapterTest from "./adapter_test.ts.txt" with { type: "text" };
import envelope from "./envelope.ts.txt" with { type: "text" };
import envelopeTest from "./envelope_test.ts.txt" with { type: "text" };
import format from "./format.ts.txt" with { type: "text" };
import formatTest from "./format_test.ts.txt" with { type: "text" };
import listener from "./listener.ts.txt" with { type: "text" };
import sender from "./sender.ts.txt" with { type: "text" };
import transformer from "./transformer.ts.txt" with { type: "text" };
import transformerTest from "./transformer_test.ts.txt" with { type: "text" };

/** What `mitral new` can begin. */
export const TEMPLATE_KINDS = ["transformer", "adapter", "format", "envelope"] as const;
export type TemplateKind = typeof TEMPLATE_KINDS[number];

/** A file to be written, relative to the folder it was asked for. */
export interface NewFile {
  readonly path: string;
  readonly text: string;
}

const templates: Readonly<Record<TemplateKind, Readonly<Record<string, string>>>> = {
  transformer: {
    "transformers/{{name}}.ts": transformer,
    "transformers/{{name}}_test.ts": transformerTest,
  },
  adapter: {
    "adapters/{{name}}/listener.ts": listener,
    "adapters/{{name}}/sender.ts": sender,
    "tests/adapters/{{name}}/{{name}}_test.ts": adapterTest,
  },
  format: {
    "actors/formats/{{name}}.ts": format,
    "tests/actors/formats/{{name}}_test.ts": formatTest,
  },
  envelope: {
    "actors/envelopes/{{name}}.ts": envelope,
    "tests/actors/envelopes/{{name}}_test.ts": envelopeTest,
  },
};

/** The files of a component to start from; each works as it is. `name`: lower case, words joined by `_`. */
export function newFiles(kind: TemplateKind, name: string): readonly NewFile[] {
  const words = name.split("_");
  const forms: Readonly<Record<string, string>> = {
    name,
    NAME: name.toUpperCase(),
    Name: words.map((word) => word[0].toUpperCase() + word.slice(1)).join(""),
    kebab: words.join("-"),
  };
  const filledIn = (text: string) => text.replace(/\{\{(\w+)\}\}/g, (_, form) => forms[form]);
  return Object.entries(templates[kind])
    .map(([path, text]) => ({ path: filledIn(path), text: filledIn(text) }));
}
