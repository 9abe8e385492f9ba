import type { BodyFiles } from "./body_files.ts";

/** Body files in memory. */
export function memoryFiles(): BodyFiles {
  const files = new Map<string, Uint8Array>();
  return {
    begin() {
      const parts: Uint8Array[] = [];
      return {
        append: (bytes) => void parts.push(bytes.slice()),
        keep: (name) => void files.set(name, joined(parts)),
        drop() {},
      };
    },
    open(name) {
      const bytes = files.get(name);
      if (!bytes) return undefined;
      let at = 0;
      return {
        size: bytes.length,
        read: (length) => bytes.slice(at, at += length),
        close() {},
      };
    },
    remove: (name) => void files.delete(name),
    names: () => [...files.keys()],
    tidy() {},
  };
}

function joined(parts: readonly Uint8Array[]): Uint8Array {
  const all = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    all.set(part, at);
    at += part.length;
  }
  return all;
}
