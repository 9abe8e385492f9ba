/** The one place `ssh2` is imported from. */
import ssh2 from "ssh2";
import type { Client as AnyClient, Server as AnyServer, Ssh2 } from "./_ssh2_types.ts";

export type * from "./_ssh2_types.ts";

const typed: Ssh2 = ssh2;

export const { Client, Server, utils } = typed;
/** A client's connection. */
export type Client = AnyClient;
/** What accepts connections. */
export type Server = AnyServer;
