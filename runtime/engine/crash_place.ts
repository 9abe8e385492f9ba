import { MitralError } from "../contract/error.ts";

/**
 * The kind of a crash and where in the code it was: never its message, which may quote the data that caused it. A declared
 * error does not, and says what is to be done: it goes as it is.
 */
export function crashPlace(cause: unknown): string {
  if (cause instanceof MitralError) return `${cause.code} ${cause.message}`;
  if (!(cause instanceof Error)) return typeof cause;
  const { name, message, stack = "" } = cause;
  // The message stands in front of the frames, and may have lines that look like one.
  const start = stack.indexOf(message);
  const frames = start < 0 ? "" : stack.slice(start + message.length);
  const [, file, line] = /^\s+at .*?([\w.-]+)(?:\?\S*?)?(:\d+:\d+)\)?$/m.exec(frames) ?? [];
  return file ? `${name} at ${file}${line}` : name;
}
