import { Button } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { answerOf, api, type Shape } from "../../api/client.ts";
import { KEYS } from "../../api/queries.ts";
import { sessionQuery } from "../../app/session.ts";
import { Badge } from "../../components/badge.tsx";
import { ConfirmDialog } from "../../components/confirm-dialog.tsx";
import { EmptyState } from "../../components/empty-state.tsx";
import { Loading } from "../../components/loading.tsx";
import { Moment } from "../../components/moment.tsx";
import { ProblemNotice } from "../../components/notice.tsx";
import { Panel } from "../../components/panel.tsx";
import { NewTokenDialog } from "./new-token-dialog.tsx";
import styles from "./settings.module.css";
import { useChange } from "./use-people.ts";

type Token = Shape<"ApiToken">;

/** Which programs may act for a person. */
export function TokensTab() {
  const { t } = useTranslation("settings");
  const tokens = useQuery({ queryKey: [KEYS.settings, "tokens"], queryFn: () => answerOf(api.GET("/api/v1/tokens")) });
  const [isMaking, setMaking] = useState(false);
  const [revoked, setRevoked] = useState<Token>();
  const make = <Button onClick={() => setMaking(true)}>{t("tokens.make")}</Button>;
  return (
    <Panel title={t("tokens.title")} actions={make} flush>
      {tokens.isError && <ProblemNotice problem={tokens.error} onRetry={() => void tokens.refetch()} />}
      {tokens.isPending && <Loading lines={5} />}
      {tokens.data?.items.length === 0 && <EmptyState title={t("tokens.empty")}>{t("tokens.emptyHelp")}</EmptyState>}
      <ul className={styles.list}>
        {tokens.data?.items.map((token) => (
          <TokenLine key={token.id} token={token} onRevoke={() => setRevoked(token)} />
        ))}
      </ul>
      {isMaking && <NewTokenDialog onClose={() => setMaking(false)} />}
      {revoked !== undefined && <RevokeDialog token={revoked} onClose={() => setRevoked(undefined)} />}
    </Panel>
  );
}

function TokenLine({ token, onRevoke }: { readonly token: Token; onRevoke(): void }) {
  const { t } = useTranslation("settings");
  const { data: session } = useQuery(sessionQuery);
  const { name, prefix, scopes, email, userId, lastUsedAt, expiresAt, revokedAt } = token;
  return (
    <li className={styles.line}>
      <div className={styles.words}>
        <div className={styles.name}>
          <span>{name}</span>
          <code className={styles.code}>{prefix}…</code>
          {revokedAt !== null && <Badge tone="plain">{t("tokens.revoked")}</Badge>}
        </div>
        <p className={styles.faint}>{scopes.map((scope) => t(`scope.${scope.replace(":", "-")}`)).join(", ")}</p>
        <p className={styles.faint}>
          {userId !== session?.user.id && `${email} · `}
          {lastUsedAt === null ? t("tokens.neverUsed") : t("tokens.lastUsed")}{" "}
          {lastUsedAt !== null && <Moment at={lastUsedAt} withZone />}
          {expiresAt !== null && (
            <>
              {" · "}
              {t("tokens.expires")} <Moment at={expiresAt} withZone />
            </>
          )}
        </p>
      </div>
      {revokedAt === null && (
        <div className={styles.actions}>
          <Button variant="default" aria-label={t("tokens.revokeOf", { name })} onClick={onRevoke}>
            {t("tokens.revoke")}
          </Button>
        </div>
      )}
    </li>
  );
}

function RevokeDialog({ token: { id, name }, onClose }: { readonly token: Token; onClose(): void }) {
  const { t } = useTranslation("settings");
  const revoke = useChange(
    () => answerOf(api.DELETE("/api/v1/tokens/{id}", { params: { path: { id } } })),
    () => onClose(),
  );
  return (
    <ConfirmDialog
      opened
      danger
      title={t("tokens.revokeTitle", { name })}
      action={t("tokens.revoke")}
      busy={revoke.isPending}
      problem={revoke.error}
      onConfirm={() => revoke.mutate(undefined)}
      onClose={onClose}
    >
      {t("tokens.revokeText")}
    </ConfirmDialog>
  );
}
