import type { AddCommand } from "../session.ts";
import { addApprove, addPatient, addReject, addSet } from "./fax_decide.ts";
import { addFigures } from "./fax_figures.ts";
import { addQueue } from "./fax_queue.ts";
import { addShow } from "./fax_show.ts";

/** `mitral fax queue|show|set|patient|approve|reject|figures` */
export const addFax: AddCommand = (parent, session) => {
  const fax = parent.command("fax").description(
    "review documents that the running gateway is not sure of, before they become messages",
  );
  addQueue(fax, session);
  addShow(fax, session);
  addSet(fax, session);
  addPatient(fax, session);
  addApprove(fax, session);
  addReject(fax, session);
  addFigures(fax, session);
};
