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

/** The size of the window; not every terminal says it. */
function sizeOf(isTerminal: boolean): { readonly columns: number; readonly rows: number } {
  let columns = 0, rows = 0;
  try {
    if (isTerminal) ({ columns, rows } = Deno.consoleSize());
  } catch {
    // as if it said nothing
  }
  return { columns: columns || 80, rows: rows || 24 };
}

/** Reads a line that the terminal does not show; `undefined` where the person gives up (Ctrl-C, Ctrl-D). */
function readSecret(question: string): string | undefined {
  Deno.stderr.writeSync(utf8.encode(`${question} `));
  const bytes: number[] = [], byte = new Uint8Array(1);
  Deno.stdin.setRaw(true);
  try {
    while (Deno.stdin.readSync(byte) === 1) {
      const [key] = byte;
      if (key === CTRL_C || key === CTRL_D) return undefined;
      if (key === RETURN || key === NEWLINE) return new TextDecoder().decode(new Uint8Array(bytes));
      if (key !== BACKSPACE && key !== DELETE) bytes.push(key);
      // A character may be several bytes; those behind the first begin with the bits 10.
      else while (((bytes.pop() ?? 0) & 0xc0) === 0x80);
    }
    return undefined;
  } finally {
    Deno.stdin.setRaw(false);
    Deno.stderr.writeSync(utf8.encode("\n"));
  }
}

const [CTRL_C, CTRL_D, BACKSPACE, NEWLINE, RETURN, DELETE] = [3, 4, 8, 10, 13, 127];

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
    columns: sizeOf(isTerminal).columns,
    get rows() {
      return sizeOf(isTerminal).rows;
    },
    env: (name) => Deno.env.get(name),
    cwd: Deno.cwd(),
    readStdin: async () => new Uint8Array(await new Response(Deno.stdin.readable).arrayBuffer()),
    askSecret: (question) => Deno.stdin.isTerminal() ? readSecret(question) : undefined,
    ask: (question) => Deno.stdin.isTerminal() ? prompt(question) ?? undefined : undefined,
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
