import type { Origin } from "../contract/message.ts";
import type { Stored } from "./large_bodies.ts";

/** What the journal keeps of every message. */
export interface NewMessage {
  readonly id: string;
  readonly channel: string;
  readonly receivedAtMs: number;
  readonly origin: Origin;
  readonly controlId: string;
  readonly type: string;
  readonly sender: string;
  readonly contentType: string;
  readonly body: Stored;
}
