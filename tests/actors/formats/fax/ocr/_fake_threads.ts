import type { FromThread, ToThread } from "../../../../../actors/formats/fax/ocr/pool/protocol.ts";
import { ReaderPool } from "../../../../../actors/formats/fax/ocr/pool/pool.ts";
import type { Ran, RunOptions, Thread } from "../../../../../runtime/contract/world.ts";
import { FakeClock } from "../../../../world/fake_clock.ts";
import { worldWith } from "../../../../world/tools.ts";

/** A thread that does what a test says. */
export class FakeThread implements Thread {
  receive: (message: unknown) => void = () => {};
  died: (cause: unknown) => void = () => {};
  isEnded = false;
  /** What it was asked and has not answered. */
  asked: Extract<ToThread, { kind: "question" }> | undefined;
  /** TSV it was given. */
  readonly ran: string[] = [];

  constructor(readonly told: () => void) {}

  post(message: unknown): void {
    const { kind, ...rest } = message as ToThread;
    if (kind === "ran") this.ran.push(new TextDecoder().decode((rest as { tsv: Uint8Array }).tsv));
    else this.asked = message as Extract<ToThread, { kind: "question" }>;
    this.told();
  }

  terminate(): void {
    this.isEnded = true;
  }

  say(message: FromThread): void {
    if (message.kind !== "run") this.asked = undefined;
    this.receive(message);
  }

  answer(answer: number, heldBytes = 0): void {
    this.say({ kind: "answer", answer, heldBytes });
  }
}

/** A pool whose threads a test plays. */
export class FakeThreads {
  readonly clock = new FakeClock();
  readonly threads: FakeThread[] = [];
  /** What was asked, in order: the fax and the page. */
  readonly asked: string[] = [];
  run: (program: string, options: RunOptions) => Promise<Ran> = () => Promise.reject(new Error("no program"));
  readonly pool: ReaderPool;

  constructor(threads = 1) {
    const spawn = {
      thread: () => {
        const thread: FakeThread = new FakeThread(() => {
          if (!thread.asked) return;
          const { fax, question } = thread.asked;
          this.asked.push(`${fax.fax}:${"page" in question ? question.page : question.ask}`);
        });
        this.threads.push(thread);
        return thread;
      },
      run: (program: string, options: RunOptions) => this.run(program, options),
    };
    this.pool = new ReaderPool({
      world: worldWith(this.clock, { spawn }),
      run: async (_png, _layout, signal) => (await this.run("tesseract", { args: [], signal })).output,
    });
    this.pool.growTo(threads);
  }
}

export const bytes: Uint8Array = new Uint8Array(8);
