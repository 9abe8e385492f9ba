import { MitralError } from "../../runtime/contract/error.ts";
import { ControlClient } from "../../runtime/console/control/client.ts";
import type { FollowedEvent } from "../../runtime/console/control/followed.ts";
import { denoWorld } from "../../runtime/world/deno_world.ts";
import type { Crashable } from "./_crashable.ts";

/** A gateway that may be down. */
type Gateway = Pick<Crashable, "up">;

/** Connects to a gateway that is killed again and again, once it is up. */
export async function connectTo(gateway: Gateway, folder: string, person: string): Promise<ControlClient> {
  for (;;) {
    await gateway.up();
    try {
      return await ControlClient.connect({ world: denoWorld, folder, person });
    } catch (cause) {
      if (!isLost(cause)) throw cause;
    }
  }
}

/** Whether the gateway was killed: what was asked may be done, or not. */
export function isLost(cause: unknown): boolean {
  return cause instanceof MitralError &&
    (cause.code === "CONTROL_CONNECTION_LOST" || cause.code === "CONTROL_GATEWAY_MISSING");
}

/** What happens in a gateway, through all its lives. */
export class Followed implements AsyncDisposable {
  readonly #end = new AbortController();
  readonly #following: Promise<void>;
  #count = 0;
  #waiting: (() => void)[] = [];

  constructor(
    gateway: Gateway,
    folder: string,
    private readonly happened: (event: FollowedEvent) => void = () => {},
  ) {
    this.#following = this.#follow(gateway, folder);
  }

  /** Grows with each event, and with each life. */
  get count(): number {
    return this.#count;
  }

  /** Resolves once it is more than `count`. */
  async after(count: number): Promise<void> {
    while (this.#count <= count) await new Promise<void>((resolve) => this.#waiting.push(resolve));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#end.abort();
    await this.#following;
  }

  async #follow(gateway: Gateway, folder: string): Promise<void> {
    const { signal } = this.#end, begun = () => this.#grow();
    while (!signal.aborted) {
      using client = await connectTo(gateway, folder, "watch");
      try {
        for await (const line of client.follow("events.follow", {}, { signal, begun })) {
          if ("what" in line) this.happened(line);
          this.#grow();
        }
      } catch (cause) {
        if (!isLost(cause)) throw cause;
      }
    }
  }

  #grow(): void {
    this.#count++;
    for (const resolve of this.#waiting.splice(0)) resolve();
  }
}
