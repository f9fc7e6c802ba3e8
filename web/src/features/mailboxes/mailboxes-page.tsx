import "./texts.ts";
import { Button } from "@mantine/core";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { useMay } from "../../app/session.ts";
import { EmptyState } from "../../components/empty-state.tsx";
import { Lines } from "../../components/lines.tsx";
import { ListState, LoadMore } from "../../components/list-state.tsx";
import { PageHeader } from "../../components/page-header.tsx";
import { Panel } from "../../components/panel.tsx";
import { CheckDialog } from "./check-dialog.tsx";
import { DeleteDialog } from "./delete-dialog.tsx";
import { type Mailbox, useMailboxes } from "./mailbox-queries.ts";
import { MailboxDrawer } from "./mailbox-drawer.tsx";
import { MailboxLine, type MailboxTask } from "./mailbox-line.tsx";
import { TestMailDialog } from "./test-mail-dialog.tsx";

/** What a person is doing with a mailbox; without one they add it. */
interface Work {
  readonly task: MailboxTask | "add";
  readonly mailbox?: Mailbox;
}

/** The accounts through which mail leaves: what each may do now, and why. */
export function MailboxesPage() {
  const { t } = useTranslation("mailboxes");
  const mayChange = useMay("operator");
  const mailboxes = useMailboxes();
  const [work, setWork] = useState<Work>();
  const add = mayChange && <Button onClick={() => setWork({ task: "add" })}>{t("add")}</Button>;
  const empty = (
    <Panel>
      <EmptyState title={t("empty")} action={add}>
        {t("emptyHelp")}
      </EmptyState>
    </Panel>
  );
  return (
    <>
      <PageHeader title={t("title")} lead={t("lead")} actions={mailboxes.rows.length > 0 && add} />
      <ListState list={mailboxes} lines={8} empty={empty}>
        <Panel flush>
          <Lines columns="minmax(0, 1.2fr) minmax(0, 1fr) auto">
            {mailboxes.rows.map((mailbox) => (
              <MailboxLine key={mailbox.id} mailbox={mailbox} onTask={(task) => setWork({ task, mailbox })} />
            ))}
          </Lines>
        </Panel>
      </ListState>
      <LoadMore list={mailboxes} />
      <Dialogs work={work} onClose={() => setWork(undefined)} />
    </>
  );
}

function Dialogs({ work, onClose }: { readonly work: Work | undefined; onClose(): void }) {
  const { task, mailbox } = work ?? {};
  const of = (wanted: MailboxTask): Mailbox | undefined => (task === wanted ? mailbox : undefined);
  return (
    <>
      <MailboxDrawer opened={task === "add" || task === "edit"} mailbox={mailbox} onClose={onClose} />
      <CheckDialog mailbox={of("check")} onClose={onClose} />
      <TestMailDialog mailbox={of("test")} onClose={onClose} />
      <DeleteDialog mailbox={of("delete")} onClose={onClose} />
    </>
  );
}
