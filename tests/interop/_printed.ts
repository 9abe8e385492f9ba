/** Reads what a program prints until it has printed this; then lets the rest run by. Rejects where it never does. */
export async function printed(output: ReadableStream<Uint8Array>, wanted: RegExp): Promise<void> {
  const parts = output.pipeThrough(new TextDecoderStream());
  let text = "";
  for await (const part of parts.values({ preventCancel: true })) {
    text += part;
    if (!wanted.test(text)) continue;
    parts.pipeTo(new WritableStream()).catch(() => {});
    return;
  }
  throw new Error(`${wanted} was never printed:\n${text}`);
}
