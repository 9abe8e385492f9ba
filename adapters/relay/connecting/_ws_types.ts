import type { Buffer } from "node:buffer";
import type { Duplex } from "node:stream";

/** What of `ws` is used: it comes without types. */
export interface WebSocketOptions {
  createConnection(): Duplex;
  readonly perMessageDeflate: false;
  readonly maxPayload: number;
}

/** An open WebSocket, or one that is being opened. */
export interface WebSocket {
  on(event: "open" | "close", heard: () => void): void;
  on(event: "message", heard: (data: Buffer) => void): void;
  on(event: "error", heard: (cause: Error) => void): void;
  send(data: Uint8Array, sent: (cause?: Error) => void): void;
  pause(): void;
  resume(): void;
  terminate(): void;
}

/** What makes one. */
export type WebSocketMaker = new (url: string, options: WebSocketOptions) => WebSocket;
