import { Button, Menu } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { answerOf, api, type Shape } from "../../api/client.ts";
import { KEYS } from "../../api/queries.ts";
import { sessionQuery, useMay } from "../../app/session.ts";
import { Badge } from "../../components/badge.tsx";
import { Loading } from "../../components/loading.tsx";
import { Moment } from "../../components/moment.tsx";
import { Notice, ProblemNotice } from "../../components/notice.tsx";
import { Panel } from "../../components/panel.tsx";
import styles from "./settings.module.css";
import { AddUserDialog, ChangeUserDialog, DeleteUserDialog, ResetPasswordDialog } from "./user-dialogs.tsx";

type User = Shape<"User">;
type UserTask = "change" | "password" | "delete";

/** Who may sign in, and what they may do. */
export function UsersTab() {
  const { t } = useTranslation("settings");
  const isOwner = useMay("owner");
  const users = useQuery({
    queryKey: [KEYS.settings, "users"],
    queryFn: () => answerOf(api.GET("/api/v1/users")),
    enabled: isOwner,
  });
  const [work, setWork] = useState<{ readonly task: UserTask; readonly user: User } | { readonly task: "add" }>();
  const close = () => setWork(undefined);
  if (!isOwner) return <Notice tone="wait">{t("problem.forbidden", { ns: "common" })}</Notice>;
  const add = <Button onClick={() => setWork({ task: "add" })}>{t("users.add")}</Button>;
  return (
    <Panel title={t("users.title")} actions={add} flush>
      {users.isError && <ProblemNotice problem={users.error} onRetry={() => void users.refetch()} />}
      {users.isPending && <Loading lines={5} />}
      <ul className={styles.list}>
        {users.data?.items.map((user) => (
          <UserLine key={user.id} user={user} onTask={(task) => setWork({ task, user })} />
        ))}
      </ul>
      {work?.task === "add" && <AddUserDialog onClose={close} />}
      {work?.task === "change" && <ChangeUserDialog user={work.user} onClose={close} />}
      {work?.task === "password" && <ResetPasswordDialog user={work.user} onClose={close} />}
      {work?.task === "delete" && <DeleteUserDialog user={work.user} onClose={close} />}
    </Panel>
  );
}

function UserLine({ user, onTask }: { readonly user: User; onTask(task: UserTask): void }) {
  const { t } = useTranslation("settings");
  const { data: session } = useQuery(sessionQuery);
  const { id, name, email, role, active, lastSignInAt } = user;
  return (
    <li className={styles.line}>
      <div className={styles.words}>
        <div className={styles.name}>
          <span>{name}</span>
          <Badge tone={role === "owner" ? "accent" : "plain"}>{t(`role.${role}`)}</Badge>
          {!active && <Badge tone="wait">{t("users.off")}</Badge>}
          {id === session?.user.id && <span className={styles.faint}>{t("users.you")}</span>}
        </div>
        <p className={styles.faint}>
          {email} · {lastSignInAt === null ? t("users.never") : t("users.lastSignIn")}{" "}
          {lastSignInAt !== null && <Moment at={lastSignInAt} withZone />}
        </p>
      </div>
      <div className={styles.actions}>
        <Button variant="default" aria-label={t("users.editOf", { name })} onClick={() => onTask("change")}>
          {t("action.edit", { ns: "common" })}
        </Button>
        <Menu position="bottom-end" withinPortal>
          <Menu.Target>
            <Button variant="default" aria-label={t("moreOf", { name })}>
              {t("more")}
            </Button>
          </Menu.Target>
          <Menu.Dropdown>
            <Menu.Item onClick={() => onTask("password")}>{t("users.reset")}</Menu.Item>
            <Menu.Item color="bad" onClick={() => onTask("delete")}>
              {t("users.delete")}
            </Menu.Item>
          </Menu.Dropdown>
        </Menu>
      </div>
    </li>
  );
}
