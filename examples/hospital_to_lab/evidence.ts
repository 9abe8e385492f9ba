import { askMitral } from "../_kit/process.ts";
import type { Site } from "../_kit/site.ts";

/** What a gateway's journal says of one message. */
export interface Evidence {
  /** The gateway's own id of it. */
  readonly id: string;
  /** MSA segment of the answer the receiving system gave; `undefined` where the journal has none. */
  readonly answer?: string;
}

interface Listed {
  readonly id: string;
}

interface Shown {
  readonly payloads: readonly { readonly answer?: { readonly base64: string } }[];
}

/** Looks a message up by its control id, as a person would: `mitral messages list`, then `mitral messages show`. */
export async function evidenceOf(controlId: string, { file }: Site): Promise<Evidence> {
  const listed = await askMitral("messages", "list", "--file", file, "--control-id", controlId);
  const [{ id }] = listed as readonly Listed[];
  const shown = await askMitral("messages", "show", id, "--file", file, "--content") as Shown;
  const bytes = shown.payloads[0]?.answer?.base64;
  const answer = bytes && new TextDecoder().decode(Uint8Array.fromBase64(bytes))
    .split("\r").find((segment) => segment.startsWith("MSA"));
  return answer ? { id, answer } : { id };
}
