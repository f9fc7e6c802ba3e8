import { Button, Group, Modal, Stack, TextInput } from "@mantine/core";
import { useTranslation } from "react-i18next";
import { answerOf, api, type Shape } from "../../api/client.ts";
import { uploadFile } from "../../api/upload.ts";
import { ConfirmDialog } from "../../components/confirm-dialog.tsx";
import { FileDrop } from "../../components/file-drop.tsx";
import { formText } from "../../components/form-text.ts";
import { Notice, ProblemNotice } from "../../components/notice.tsx";
import { useSaid } from "../../components/said/said.ts";
import { numberText } from "../../format/numbers.ts";
import styles from "./settings.module.css";
import { useChange } from "./use-people.ts";
import { FormDialog } from "./user-dialogs.tsx";

/** As the server takes it. */
const FILE_BYTES_MAX = 20_000_000;

export function AddSuppressedDialog({ onClose }: { onClose(): void }) {
  const { t } = useTranslation("settings");
  const add = useChange(
    (body: { address: string; reason: string }) => answerOf(api.POST("/api/v1/suppressions", { body })),
    () => onClose(),
  );
  const submit = (form: HTMLFormElement) => add.mutate({ address: formText(form, "address"), reason: formText(form, "reason") });
  return (
    <FormDialog title={t("suppression.add")} action={t("suppression.add")} change={add} onSubmit={submit} onClose={onClose}>
      <p>{t("suppression.addText")}</p>
      <TextInput name="address" type="email" label={t("suppression.address")} required data-autofocus />
      <TextInput name="reason" label={t("suppression.reason")} defaultValue={t("suppression.reasonGiven")} required />
    </FormDialog>
  );
}

export function AllowDialog({ address, onClose }: { readonly address: string; onClose(): void }) {
  const { t } = useTranslation("settings");
  const allow = useChange(
    () => answerOf(api.DELETE("/api/v1/suppressions", { params: { query: { address } } })),
    () => onClose(),
  );
  return (
    <ConfirmDialog
      opened
      danger
      title={t("suppression.allowTitle", { address })}
      action={t("suppression.allow")}
      typed={address}
      busy={allow.isPending}
      problem={allow.error}
      onConfirm={() => allow.mutate(undefined)}
      onClose={onClose}
    >
      {t("suppression.allowText")}
    </ConfirmDialog>
  );
}

interface Imported {
  readonly added: number;
  readonly known: number;
  readonly refused: number;
  readonly firstRefused: readonly {
    readonly line: number;
    readonly value: string;
    readonly reason: string;
    readonly reasonPhrase: Shape<"Phrase"> | null;
  }[];
}

/** Takes a whole list, and says what became of each of its rows. */
export function ImportDialog({ onClose }: { onClose(): void }) {
  const { t } = useTranslation("settings");
  const take = useChange(
    (file: File) => uploadFile<Imported>("/api/v1/suppressions/import", file, () => undefined),
    () => undefined,
  );
  return (
    <Modal
      opened
      onClose={onClose}
      size="lg"
      title={t("suppression.import")}
      closeButtonProps={{ "aria-label": t("action.close", { ns: "common" }) }}
    >
      <Stack gap="md">
        <p>{t("suppression.importText")}</p>
        <FileDrop
          label={t("suppression.file")}
          accept=".csv,.txt,text/csv,text/plain"
          bytesMax={FILE_BYTES_MAX}
          busy={take.isPending}
          onFile={(file) => take.mutate(file)}
        />
        {take.isError && <ProblemNotice problem={take.error} />}
        {take.data !== undefined && <Outcome imported={take.data} />}
        <Group justify="flex-end">
          <Button variant="default" onClick={onClose}>
            {t("action.close", { ns: "common" })}
          </Button>
        </Group>
      </Stack>
    </Modal>
  );
}

function Outcome({ imported: { added, known, refused, firstRefused } }: { readonly imported: Imported }) {
  const say = useSaid();
  const { t } = useTranslation("settings");
  return (
    <Notice tone={refused === 0 ? "good" : "wait"}>
      {t("suppression.imported", { added: numberText(added), known: numberText(known), refused: numberText(refused) })}
      {firstRefused.length > 0 && (
        <ul className={styles.refused}>
          {firstRefused.map(({ line, value, reason, reasonPhrase }) => (
            <li key={line}>{t("suppression.refusedLine", { line, value, reason: say(reason, reasonPhrase) })}</li>
          ))}
        </ul>
      )}
    </Notice>
  );
}
