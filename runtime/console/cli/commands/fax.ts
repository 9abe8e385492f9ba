import { addFaxLearn } from "./fax_learn.ts";
import { addFaxTest } from "./fax_test.ts";
import type { AddCommand } from "../session.ts";

/** `mitral fax learn|test` */
export const addFax: AddCommand = (parent, session) => {
  const fax = parent.command("fax").description("work with documents made of pages");
  for (const add of [addFaxLearn, addFaxTest]) add(fax, session);
};
