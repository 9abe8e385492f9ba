import type { AddCommand } from "../session.ts";
import { addTlsCheck } from "./tls_check.ts";

/** `mitral tls check` */
export const addTls: AddCommand = (parent, session) => {
  addTlsCheck(parent.command("tls").description("see how others speak TLS"), session);
};
