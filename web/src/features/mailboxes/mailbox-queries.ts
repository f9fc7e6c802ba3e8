import { useMutation, useQueryClient } from "@tanstack/react-query";
import { answerOf, api, idempotencyKey, type Shape } from "../../api/client.ts";
import { KEYS } from "../../api/queries.ts";
import { useLongList } from "../../api/use-long-list.ts";
import { accountOf, type MailboxDraft, rulesOf } from "./draft.ts";

export type Mailbox = Shape<"Mailbox">;

export function useMailboxes() {
  return useLongList({
    queryKey: [KEYS.mailboxes, "pages"],
    ask: (page) => answerOf(api.GET("/api/v1/mailboxes", { params: { query: page } })),
    keyOf: ({ id }) => id,
    isDrawnWhole: true,
  });
}

/** Asks anew for all that a changed mailbox has a part in. */
function useRefresh(): () => Promise<void> {
  const client = useQueryClient();
  return async () => {
    const stale = [KEYS.mailboxes, KEYS.overview, KEYS.campaign, KEYS.campaigns, KEYS.outbox];
    await Promise.all(stale.map((key) => client.invalidateQueries({ queryKey: [key] })));
  };
}

type Change = Parameters<typeof sendChange>[1];

const sendChange = (
  { id, version }: Pick<Mailbox, "id" | "version">,
  body: Partial<ReturnType<typeof rulesOf> & ReturnType<typeof accountOf>> & { active?: boolean; name?: string | null },
) => answerOf(api.PATCH("/api/v1/mailboxes/{id}", { params: { path: { id }, header: { "if-match": `"${version}"` } }, body }));

/** Changes some of a mailbox; refused when somebody else changed it since it was shown. */
export function useChangeMailbox(mailbox: Pick<Mailbox, "id" | "version">, onDone?: () => void) {
  const refresh = useRefresh();
  return useMutation({
    mutationFn: (change: Change) => sendChange(mailbox, change),
    onSuccess: () => {
      onDone?.();
      return refresh();
    },
  });
}

/** Adds a mailbox, or saves the one that was opened. */
export function useSaveMailbox(mailbox: Mailbox | undefined, onDone: () => void) {
  const refresh = useRefresh();
  return useMutation({
    mutationFn: (draft: MailboxDraft) => {
      const body = { ...accountOf(draft, mailbox), ...rulesOf(draft), name: draft.name.trim() || null };
      if (mailbox !== undefined) return sendChange(mailbox, body);
      const header = { "idempotency-key": idempotencyKey() };
      return answerOf(api.POST("/api/v1/mailboxes", { params: { header }, body: { ...body, address: draft.address } }));
    },
    onSuccess: () => {
      onDone();
      return refresh();
    },
  });
}

export function useDeleteMailbox(id: number, onDone: () => void) {
  const refresh = useRefresh();
  return useMutation({
    mutationFn: () => answerOf(api.DELETE("/api/v1/mailboxes/{id}", { params: { path: { id } } })),
    onSuccess: () => {
      onDone();
      return refresh();
    },
  });
}

/** Tries the account as it is stored. */
export const checkStored = (id: number) => answerOf(api.POST("/api/v1/mailboxes/{id}/check", { params: { path: { id } } }));

/** Tries the account as it is typed in; without a typed password with the stored one of `mailbox`. */
export function checkTyped(draft: MailboxDraft, mailbox: Mailbox | undefined) {
  const { password, ...account } = accountOf(draft, mailbox);
  const isStored = mailbox?.hasPassword === true && password === undefined;
  const body = {
    ...account,
    address: draft.address,
    ...(isStored ? { passwordOf: mailbox.id } : { password: password ?? null }),
  };
  return answerOf(api.POST("/api/v1/mailboxes/check", { body }));
}
