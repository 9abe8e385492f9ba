/** The one place `ssh2` is imported from, with its types. */

// @ts-types="npm:@types/ssh2@1.15.6"
import ssh2 from "ssh2";

// @ts-types="npm:@types/ssh2@1.15.6"
export type * from "ssh2";

export const { Client, Server, utils } = ssh2;
