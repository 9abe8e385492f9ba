/** What an SFTP server does with a folder of this machine: just enough to be one, without any of OpenSSH's extensions. */
import { Buffer } from "node:buffer";
import * as fs from "node:fs";
import { join, normalize } from "node:path";
import { type Attributes, type SFTPWrapper, utils } from "../../../adapters/_kit/ssh/ssh2.ts";

const { STATUS_CODE, OPEN_MODE } = utils.sftp;

/** What a server is like. */
export interface Manners {
  /** Largest answer to a READ. */
  readBytesMax: number;
  /** Says whether a request is answered: `false` and it never is; a number and that is the status. */
  heeds: (request: string, path: string) => boolean | number;
  /** Told of each request, after {@linkcode heeds}. */
  asked: (request: string) => void;
}

type Handle = { readonly path: string; readonly fd?: number; readonly names?: string[] };

/** Serves `root`: a path is taken from there. */
export function serveFiles(sftp: SFTPWrapper, root: string, manners: Manners): void {
  const handles = new Map<number, Handle>();
  let made = 0;
  const at = (path: string) => join(root, normalize(join("/", path)));
  const held = (handle: Buffer) => handles.get(handle.readUInt32BE(0))!;
  const status = (id: number, code = STATUS_CODE.OK) => sftp.status(id, code);
  const take = (request: string, id: number, path: string, work: () => void) => {
    const heed = manners.heeds(request, path);
    manners.asked(request);
    if (heed === false) return;
    if (typeof heed === "number") return status(id, heed);
    try {
      work();
    } catch (cause) {
      status(id, codeOf(cause));
    }
  };
  const give = (id: number, handle: Handle) => {
    const name = Buffer.alloc(4);
    name.writeUInt32BE(made);
    handles.set(made++, handle);
    sftp.handle(id, name);
  };
  sftp.on("OPEN", (id, path, flags, { mode = 0o666 }) =>
    take("OPEN", id, path, () => {
      const writes = (flags & OPEN_MODE.WRITE) !== 0;
      const node = (writes ? (flags & OPEN_MODE.READ ? fs.constants.O_RDWR : fs.constants.O_WRONLY) : 0) |
        (flags & OPEN_MODE.CREAT ? fs.constants.O_CREAT : 0) |
        (flags & OPEN_MODE.TRUNC ? fs.constants.O_TRUNC : 0) |
        (flags & OPEN_MODE.EXCL ? fs.constants.O_EXCL : 0);
      give(id, { path, fd: fs.openSync(at(path), node, mode & 0o777) });
    }));
  sftp.on("READ", (id, handle, position, length) =>
    take("READ", id, held(handle).path, () => {
      const into = Buffer.alloc(Math.min(length, manners.readBytesMax));
      const count = fs.readSync(held(handle).fd!, into, 0, into.length, position);
      if (count === 0) status(id, STATUS_CODE.EOF);
      else sftp.data(id, into.subarray(0, count));
    }));
  sftp.on("WRITE", (id, handle, position, data) =>
    take("WRITE", id, held(handle).path, () => {
      fs.writeSync(held(handle).fd!, data, 0, data.length, position);
      status(id);
    }));
  sftp.on("CLOSE", (id, handle) =>
    take("CLOSE", id, held(handle).path, () => {
      const { fd } = held(handle);
      handles.delete(handle.readUInt32BE(0));
      if (fd !== undefined) fs.closeSync(fd);
      status(id);
    }));
  const stat = (id: number, found: fs.Stats) => sftp.attrs(id, attributesOf(found));
  sftp.on(
    "FSTAT",
    (id, handle) => take("FSTAT", id, held(handle).path, () => stat(id, fs.fstatSync(held(handle).fd!))),
  );
  sftp.on("LSTAT", (id, path) => take("LSTAT", id, path, () => stat(id, fs.lstatSync(at(path)))));
  sftp.on("STAT", (id, path) => take("STAT", id, path, () => stat(id, fs.statSync(at(path)))));
  sftp.on(
    "OPENDIR",
    (id, path) =>
      take("OPENDIR", id, path, () => give(id, { path, names: [".", "..", ...fs.readdirSync(at(path))] })),
  );
  sftp.on("READDIR", (id, handle) =>
    take("READDIR", id, held(handle).path, () => {
      const { path, names = [] } = held(handle);
      const some = names.splice(0, 50);
      if (some.length === 0) return status(id, STATUS_CODE.EOF);
      sftp.name(
        id,
        some.map((filename) => ({
          filename,
          longname: filename,
          attrs: attributesOf(fs.lstatSync(join(at(path), filename))),
        })),
      );
    }));
  sftp.on("REALPATH", (id, path) =>
    take("REALPATH", id, path, () => {
      const filename = normalize(join("/", path));
      sftp.name(id, [{ filename, longname: filename, attrs: NONE }]);
    }));
  const act = (request: string, id: number, path: string, work: () => void) =>
    take(request, id, path, () => {
      work();
      status(id);
    });
  sftp.on("REMOVE", (id, path) => act("REMOVE", id, path, () => fs.unlinkSync(at(path))));
  sftp.on("MKDIR", (id, path) => act("MKDIR", id, path, () => fs.mkdirSync(at(path))));
  sftp.on("RENAME", (id, from, to) =>
    act("RENAME", id, from, () => {
      // As OpenSSH: never in place of another file.
      fs.linkSync(at(from), at(to));
      fs.unlinkSync(at(from));
    }));
  const end = () => {
    for (const { fd } of handles.values()) if (fd !== undefined) fs.closeSync(fd);
    handles.clear();
  };
  sftp.on("close", end);
}

const NONE: Attributes = { mode: 0, uid: 0, gid: 0, size: 0, atime: 0, mtime: 0 };

function attributesOf({ mode, uid, gid, size, atimeMs, mtimeMs }: fs.Stats): Attributes {
  return { mode, uid, gid, size, atime: Math.trunc(atimeMs / 1000), mtime: Math.trunc(mtimeMs / 1000) };
}

function codeOf(cause: unknown): number {
  const { code } = cause as { code?: string };
  if (code === "ENOENT" || code === "ENOTDIR") return STATUS_CODE.NO_SUCH_FILE;
  return code === "EACCES" || code === "EPERM" ? STATUS_CODE.PERMISSION_DENIED : STATUS_CODE.FAILURE;
}
