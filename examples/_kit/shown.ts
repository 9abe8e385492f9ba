/** Text, or a body such as an HL7 message, a line for each line or segment, as it is shown within a story. */
export function shown(content: string | { toBytes(): Uint8Array }): string {
  const text = typeof content === "string" ? content : new TextDecoder().decode(content.toBytes());
  return text.trimEnd().split(/\r\n?|\n/).map((line) => `  │ ${line}`).join("\n");
}
