import type { AddCommand } from "../session.ts";

/** `mitral audit …` */
export const addAudit: AddCommand = (parent, _session) => {
  const _audit = parent.command("audit").description(
    "what the ledger says was done, when and by whom, and the proof of it",
  );
};
