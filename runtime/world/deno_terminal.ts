/** The {@linkcode Terminal} as Deno gives it: the one file of the console that touches `Deno`. */
import type { Terminal } from "../console/terminal.ts";

interface Output {
  writeSync(bytes: Uint8Array): number;
}

const utf8 = new TextEncoder();

/** A reader that went away wants no more text; that is no fault of the command. */
function writer(output: Output): (text: string) => void {
  let gone = false;
  return (text) => {
    if (gone) return;
    const bytes = utf8.encode(text);
    try {
      for (let at = 0; at < bytes.length;) at += output.writeSync(bytes.subarray(at));
    } catch (cause) {
      if (!(cause instanceof Deno.errors.BrokenPipe)) throw cause;
      gone = true;
    }
  };
}

/** The width of the window; not every terminal says it. */
function widthOf(isTerminal: boolean): number {
  if (!isTerminal) return 80;
  try {
    return Deno.consoleSize().columns || 80;
  } catch {
    return 80;
  }
}

/** SIGTERM does not exist as a signal one can listen for on Windows. */
const signals: readonly Deno.Signal[] = Deno.build.os === "windows"
  ? ["SIGINT", "SIGBREAK"]
  : ["SIGINT", "SIGTERM"];

/** The terminal of this process. */
export function denoTerminal(): Terminal {
  const isTerminal = Deno.stdout.isTerminal() && Deno.stderr.isTerminal();
  return {
    args: Deno.args,
    out: writer(Deno.stdout),
    err: writer(Deno.stderr),
    isTerminal,
    colour: isTerminal && !Deno.env.get("NO_COLOR"),
    columns: widthOf(isTerminal),
    env: (name) => Deno.env.get(name),
    cwd: Deno.cwd(),
    readStdin: async () => new Uint8Array(await new Response(Deno.stdin.readable).arrayBuffer()),
    onInterrupt(listener) {
      for (const signal of signals) Deno.addSignalListener(signal, listener);
      return () => {
        for (const signal of signals) Deno.removeSignalListener(signal, listener);
      };
    },
    onStrayError(listener) {
      const catchStray = (event: PromiseRejectionEvent | ErrorEvent) => {
        event.preventDefault();
        listener("reason" in event ? event.reason : event.error);
      };
      addEventListener("unhandledrejection", catchStray);
      addEventListener("error", catchStray);
      return () => {
        removeEventListener("unhandledrejection", catchStray);
        removeEventListener("error", catchStray);
      };
    },
  };
}
