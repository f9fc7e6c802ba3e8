import "./texts.ts";
import { Button, PasswordInput, Stack, Text, TextInput } from "@mantine/core";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { Link, useNavigate } from "@tanstack/react-router";
import { type SyntheticEvent, useState } from "react";
import { useTranslation } from "react-i18next";
import { sessionQuery } from "../../app/session.ts";
import { answerOf, api } from "../../api/client.ts";
import { ApiProblem } from "../../api/problem.ts";
import { formText } from "../../components/form-text.ts";
import { Loading } from "../../components/loading.tsx";
import { Notice, ProblemNotice } from "../../components/notice.tsx";
import { useFaultOf } from "../../components/said/faults.ts";
import { Door } from "./door.tsx";
import { tokenOfAddress } from "./link-token.ts";

/** The first start: whoever has the printed link (its token is behind the `#`) becomes the owner. */
export function SetUpPage() {
  const { t } = useTranslation("sign-in");
  const [token] = useState(() => tokenOfAddress());
  const state = useQuery({ queryKey: ["set-up"], queryFn: () => answerOf(api.GET("/api/v1/setup")), refetchInterval: false });
  if (state.isPending) return <Door title={t("setUp.title")} children={<Loading />} />;
  if (state.isError)
    return (
      <Door title={t("setUp.title")} children={<ProblemNotice problem={state.error} onRetry={() => void state.refetch()} />} />
    );
  if (!state.data.needed) {
    return (
      <Door title={t("setUp.done")}>
        <p>{t("setUp.doneLong")}</p>
        <Link to="/sign-in">{t("signIn.title")}</Link>
      </Door>
    );
  }
  return (
    <Door title={t("setUp.title")}>
      {token === undefined ? <Notice tone="wait">{t("setUp.noLink")}</Notice> : <OwnerForm token={token} />}
    </Door>
  );
}

function OwnerForm({ token }: { readonly token: string }) {
  const { t } = useTranslation("sign-in");
  const client = useQueryClient();
  const navigate = useNavigate();
  const create = useMutation({
    mutationFn: (body: { token: string; name: string; email: string; password: string }) =>
      answerOf(api.POST("/api/v1/setup", { body })),
    onSuccess: async () => {
      await client.query({ ...sessionQuery, staleTime: 0 });
      await navigate({ to: "/" });
    },
  });
  const submit = (event: SyntheticEvent<HTMLFormElement>) => {
    event.preventDefault();
    const form = event.currentTarget;
    create.mutate({ token, name: formText(form, "name"), email: formText(form, "email"), password: formText(form, "password") });
  };
  const problem = create.error instanceof ApiProblem ? create.error : undefined;
  const faultOf = useFaultOf();
  const beside = (field: string) => faultOf(problem, field);
  const isElsewhere = problem !== undefined && problem.errors.length === 0;
  return (
    <form onSubmit={submit}>
      <Stack gap="md">
        <Text size="sm">{t("setUp.lead")}</Text>
        <TextInput name="name" label={t("setUp.name")} autoComplete="name" required autoFocus error={beside("name")} />
        <TextInput name="email" type="email" label={t("setUp.email")} autoComplete="username" required error={beside("email")} />
        <PasswordInput
          name="password"
          label={t("setUp.password")}
          description={t("setUp.passwordHelp")}
          autoComplete="new-password"
          required
          error={beside("password")}
        />
        {problem?.kind === "forbidden" && <Notice tone="bad">{t("setUp.badLink")}</Notice>}
        {isElsewhere && problem.kind !== "forbidden" && <ProblemNotice problem={problem} />}
        <Button type="submit" loading={create.isPending} fullWidth>
          {t("setUp.submit")}
        </Button>
      </Stack>
    </form>
  );
}
