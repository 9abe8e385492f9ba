/// <reference lib="deno.worker" />
/** Hashes passwords, one after the other, where it holds up nobody else. */
import { derive, type HashParameters } from "./password.ts";

/** What the thread is asked. */
export interface DeriveRequest {
  readonly password: string;
  readonly parameters: HashParameters;
}

self.onmessage = ({ data }: MessageEvent<DeriveRequest>) => {
  self.postMessage(derive(data.password, data.parameters));
};
