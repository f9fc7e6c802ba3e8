import { Button, Group, PasswordInput, Stack } from "@mantine/core";
import { useMutation } from "@tanstack/react-query";
import type { SyntheticEvent } from "react";
import { useTranslation } from "react-i18next";
import { answerOf, api } from "../../api/client.ts";
import { ApiProblem } from "../../api/problem.ts";
import { Fields } from "../../components/fields.tsx";
import { formText } from "../../components/form-text.ts";
import { ProblemNotice } from "../../components/notice.tsx";
import { Panel } from "../../components/panel.tsx";
import { useTell } from "../../components/use-tell.ts";

/** The own password, and the way out of every other browser. */
export function PasswordPanel() {
  const { t } = useTranslation("settings");
  const tell = useTell();
  const endOthers = useMutation({
    mutationFn: () => answerOf(api.POST("/api/v1/session/end-others")),
    onSuccess: ({ ended }) => tell(t("access.ended", { count: ended })),
  });
  return (
    <Panel
      title={t("access.title")}
      actions={
        <Button variant="default" loading={endOthers.isPending} onClick={() => endOthers.mutate()}>
          {t("access.endOthers")}
        </Button>
      }
    >
      {endOthers.isError && <ProblemNotice problem={endOthers.error} />}
      <PasswordForm />
    </Panel>
  );
}

function PasswordForm() {
  const { t } = useTranslation("settings");
  const tell = useTell();
  const save = useMutation({
    mutationFn: ({ body }: { body: { oldPassword: string; password: string }; form: HTMLFormElement }) =>
      answerOf(api.PUT("/api/v1/session/password", { body })),
    onSuccess: (_done, { form }) => {
      form.reset();
      tell(t("access.changed"));
    },
  });
  const submit = (event: SyntheticEvent<HTMLFormElement>) => {
    event.preventDefault();
    const form = event.currentTarget;
    save.mutate({ body: { oldPassword: formText(form, "oldPassword"), password: formText(form, "password") }, form });
  };
  const problem = save.error instanceof ApiProblem ? save.error : undefined;
  const [old, fresh] = [problem?.of("oldPassword"), problem?.of("password")];
  return (
    <form onSubmit={submit}>
      <Stack gap="md">
        <Fields>
          <PasswordInput
            name="oldPassword"
            label={t("access.old")}
            autoComplete="current-password"
            error={old !== undefined && t("access.notYours")}
            visibilityToggleButtonProps={{ "aria-label": t("access.show") }}
            required
          />
          <PasswordInput
            name="password"
            label={t("access.new")}
            description={t("access.rule")}
            autoComplete="new-password"
            error={fresh !== undefined && t("access.weak")}
            visibilityToggleButtonProps={{ "aria-label": t("access.show") }}
            required
          />
        </Fields>
        {problem !== undefined && problem.errors.length === 0 && <ProblemNotice problem={problem} />}
        <Group justify="flex-end">
          <Button type="submit" loading={save.isPending}>
            {t("access.change")}
          </Button>
        </Group>
      </Stack>
    </form>
  );
}
