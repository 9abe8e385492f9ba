import type { AddCommand } from "../session.ts";
import { addApprove, addPatient, addReject, addSet } from "./fax_decide.ts";
import { addFigures } from "./fax_figures.ts";
import { addFaxHook } from "./fax_hook.ts";
import { addFaxLearn } from "./fax_learn.ts";
import { addQueue } from "./fax_queue.ts";
import { addShow } from "./fax_show.ts";
import { addFaxTest } from "./fax_test.ts";

const adds = [
  addQueue,
  addShow,
  addSet,
  addPatient,
  addApprove,
  addReject,
  addFigures,
  addFaxHook,
  addFaxLearn,
  addFaxTest,
];

/** `mitral fax queue|show|set|patient|approve|reject|figures|hook|learn|test` */
export const addFax: AddCommand = (parent, session) => {
  const fax = parent.command("fax").description(
    "review faxes that the running gateway is not sure of, before they become messages; make templates",
  );
  for (const add of adds) add(fax, session);
};
