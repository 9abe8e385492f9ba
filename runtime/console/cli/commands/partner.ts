import { addPartnerAccept } from "./partner_accept.ts";
import { addPartnerAccount } from "./partner_account.ts";
import { addPartnerConfirm } from "./partner_confirm.ts";
import { addPartnerInvite } from "./partner_invite.ts";
import { addPartnerList } from "./partner_list.ts";
import { addPartnerRotate } from "./partner_rotate.ts";
import { addPartnerShow } from "./partner_show.ts";
import { addPartnerTest } from "./partner_test.ts";
import { addPartnerRemove, addPartnerResume, addPartnerSuspend } from "./partner_suspend.ts";
import type { AddCommand } from "../session.ts";

/** `mitral partner invite|accept|confirm|list|show|account|suspend|resume|remove|rotate|test` */
export const addPartner: AddCommand = (parent, session) => {
  const partner = parent.command("partner").description(
    "meet other organisations' gateways, and keep what they are known by",
  );
  const commands = [
    addPartnerInvite,
    addPartnerAccept,
    addPartnerConfirm,
    addPartnerList,
    addPartnerShow,
    addPartnerAccount,
    addPartnerSuspend,
    addPartnerResume,
    addPartnerRemove,
    addPartnerRotate,
    addPartnerTest,
  ];
  for (const add of commands) add(partner, session);
};
