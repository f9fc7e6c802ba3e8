import { Button, Group, NativeSelect, Stack, TextInput } from "@mantine/core";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { type SyntheticEvent, useState } from "react";
import { useTranslation } from "react-i18next";
import { answerOf, api, type Shape } from "../../api/client.ts";
import { LEAD_STATUSES } from "../../components/lead-status.tsx";
import { ProblemNotice } from "../../components/notice.tsx";
import { useTell } from "../../components/use-tell.ts";
import { useFaultOf } from "../../components/said/faults.ts";
import styles from "./lead.module.css";

type Lead = Shape<"Lead">;

interface EditFormProps {
  readonly lead: Lead;
  onDone(): void;
}

export function EditForm({ lead, onDone }: EditFormProps) {
  const { t } = useTranslation("lead");
  // As it was when the form was opened: what comes live meanwhile must not change it under the writer's hands.
  const [before] = useState(lead);
  const [status, setStatus] = useState(lead.status);
  const [fields, setFields] = useState<Readonly<Record<string, string>>>(lead.fields);
  const saved = useSave(before, onDone);
  const submit = (event: SyntheticEvent) => {
    event.preventDefault();
    saved.mutate({ status, fields });
  };
  const faultOf = useFaultOf();
  const without = (name: string) => setFields(Object.fromEntries(Object.entries(fields).filter(([one]) => one !== name)));
  return (
    <form onSubmit={submit}>
      <Stack gap="md">
        <NativeSelect
          label={t("form.status")}
          description={t("form.statusHelp")}
          value={status}
          onChange={(event) => setStatus(LEAD_STATUSES.find((one) => one === event.target.value) ?? status)}
          data={LEAD_STATUSES.map((one) => ({ value: one, label: t(`leadStatus.${one}`, { ns: "common" }) }))}
        />
        <fieldset className={styles.fields}>
          <legend>{t("form.fields")}</legend>
          <p className={styles.quiet}>{t("form.fieldsHelp")}</p>
          {Object.entries(fields).map(([name, value]) => (
            <Group key={name} align="flex-end" gap="xs" wrap="nowrap">
              <TextInput
                label={name}
                value={value}
                error={faultOf(saved.error, `fields.${name}`)}
                onChange={(event) => setFields({ ...fields, [name]: event.target.value })}
                style={{ flex: 1 }}
              />
              <Button variant="subtle" aria-label={t("form.remove", { name })} onClick={() => without(name)}>
                ×
              </Button>
            </Group>
          ))}
          <NewField onAdd={(name, value) => setFields({ ...fields, [name]: value })} />
        </fieldset>
        {saved.isError && <ProblemNotice problem={saved.error} />}
        <Group justify="flex-end">
          <Button variant="default" onClick={onDone}>
            {t("action.cancel", { ns: "common" })}
          </Button>
          <Button type="submit" loading={saved.isPending}>
            {t("action.save", { ns: "common" })}
          </Button>
        </Group>
      </Stack>
    </form>
  );
}

function useSave({ id, version }: Lead, onDone: () => void) {
  const { t } = useTranslation("lead");
  const client = useQueryClient();
  const tell = useTell();
  return useMutation({
    mutationFn: (body: Pick<Lead, "status" | "fields">) =>
      answerOf(api.PATCH("/api/v1/leads/{id}", { params: { path: { id }, header: { "if-match": `"${version}"` } }, body })),
    onSuccess: () => {
      onDone();
      tell(t("form.saved"));
      return client.invalidateQueries();
    },
  });
}

function NewField({ onAdd }: { onAdd(name: string, value: string): void }) {
  const { t } = useTranslation("lead");
  const [name, setName] = useState("");
  const [value, setValue] = useState("");
  const add = () => {
    onAdd(name.trim(), value);
    setName("");
    setValue("");
  };
  return (
    <Group align="flex-end" gap="xs">
      <TextInput
        label={t("form.newName")}
        value={name}
        onChange={(event) => setName(event.target.value)}
        style={{ flex: "1 1 9rem" }}
      />
      <TextInput
        label={t("form.newValue")}
        value={value}
        onChange={(event) => setValue(event.target.value)}
        style={{ flex: "1 1 9rem" }}
      />
      <Button variant="default" disabled={name.trim() === ""} onClick={add}>
        {t("form.add")}
      </Button>
    </Group>
  );
}
