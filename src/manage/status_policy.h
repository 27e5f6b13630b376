/*
 * What "status upgrade check" says about the policy rules.
 */
#ifndef BERTH_MANAGE_STATUS_POLICY_H
#define BERTH_MANAGE_STATUS_POLICY_H

#include "manage/command.h"

/* Complains about rules in force that refuse what clients of other releases ask for: callers with
   the role admin alone, which upstream's defaults let reshape until 2023.2; callers with the role
   service alone, which Nova has since then; and about rules of files under names that upstream's
   defaults do not have any more. These are not failures: nobody else knows which roles the clients
   have. */
void status_policy_report(struct command_call *call);

#endif
