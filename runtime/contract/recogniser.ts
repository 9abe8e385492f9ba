import type { Box } from "./document.ts";
import type { Fail, MitralError } from "./error.ts";
import type { Body } from "./message.ts";
import type { Config, Spec } from "./spec.ts";
import type { World } from "./world.ts";

/** What reading is given that needs more than the bytes. */
export interface RecogniseTools<S extends Spec, Code extends string> {
  /** What its config says, parsed; every default filled in. */
  readonly config: Config<S>;
  /** The only way to time, disk, threads and programs. */
  readonly world: World;
  /** Folder of the gateway file: relative paths of the config are relative to it. */
  readonly folder: string;
  /**
   * Told of a file or a folder that was good when reading began, and is no use any more: the old content stays, and the
   * gateway reports `fileRefused`. Left out where nobody wants to know.
   */
  refused?(path: string): void;
  /** Throws a declared error. */
  readonly fail: Fail<Code>;
  /** Makes a declared error without throwing it. */
  error(code: Code, facts?: Readonly<Record<string, string | number>>, cause?: unknown): MitralError;
}

/** Reads images: takes threads, files and time, which a format's `parse` may not. */
export interface Recogniser<B extends Body = Body> {
  /**
   * Bytes to body. Fails with a declared error where nobody could read them; anything else thrown is a crash. Several may
   * be asked for at once: what it holds is bounded all the same.
   */
  recognise(bytes: Uint8Array, contentType: string | undefined, signal: AbortSignal): Promise<B>;
  /** A page as people see it, or a part of it, as PNG. Pages count from 1. */
  picture(
    bytes: Uint8Array,
    contentType: string | undefined,
    page: number,
    box?: Box,
  ): Promise<Uint8Array<ArrayBuffer>>;
  /**
   * What to read a layout by, from a few examples of it: the text of a file as the format's config takes them, for a person
   * to look over and to put right. Says itself what it is not sure of; of what differs from example to example it quotes
   * nothing. Fails as `recognise` does.
   */
  propose?(name: string, examples: readonly Uint8Array[], signal: AbortSignal): Promise<string>;
  /** Gives up what it holds. */
  [Symbol.asyncDispose](): Promise<void>;
}

/** Opens what reads a format's bytes, for a gateway file in `folder`. */
export type OpenRecogniser<B extends Body = Body> = (
  tools: Pick<RecogniseTools<Spec, string>, "world" | "folder" | "refused">,
) => Promise<Recogniser<B>>;
