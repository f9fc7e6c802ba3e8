import "./texts.ts";
import { Button, PasswordInput, Stack, Text, TextInput } from "@mantine/core";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useNavigate, useSearch } from "@tanstack/react-router";
import { type SyntheticEvent, useEffect } from "react";
import { useTranslation } from "react-i18next";
import { sessionQuery } from "../../app/session.ts";
import { answerOf, api } from "../../api/client.ts";
import { ApiProblem } from "../../api/problem.ts";
import { formText } from "../../components/form-text.ts";
import { Loading } from "../../components/loading.tsx";
import { Notice, ProblemNotice } from "../../components/notice.tsx";
import { Door } from "./door.tsx";
import { tokenOfAddress } from "./link-token.ts";

/** Signing in: with a password, or with the one-time link that the demo prints (its token is behind the `#`, which no server sees). */
export function SignInPage() {
  const { t } = useTranslation("sign-in");
  const entered = useEnter();
  const link = useMutation({
    mutationFn: (token: string) => answerOf(api.POST("/api/v1/session/link", { body: { token } })),
    onSuccess: entered,
  });
  const { mutate: follow } = link;
  useEffect(() => {
    const token = tokenOfAddress();
    if (token === undefined) return;
    window.history.replaceState(null, "", window.location.pathname);
    follow(token);
  }, [follow]);
  return (
    <Door title={t("signIn.title")}>
      {link.isPending ? <Loading lines={2} /> : <PasswordForm onEntered={entered} />}
      {link.isError && <Notice tone="bad">{t("link.bad")}</Notice>}
    </Door>
  );
}

function PasswordForm({ onEntered }: { readonly onEntered: () => Promise<void> }) {
  const { t } = useTranslation("sign-in");
  const signIn = useMutation({
    mutationFn: (body: { email: string; password: string }) => answerOf(api.POST("/api/v1/session", { body })),
    onSuccess: onEntered,
  });
  const submit = (event: SyntheticEvent<HTMLFormElement>) => {
    event.preventDefault();
    const form = event.currentTarget;
    signIn.mutate({ email: formText(form, "email"), password: formText(form, "password") });
  };
  const isWrong = signIn.error instanceof ApiProblem && signIn.error.kind === "unauthenticated";
  return (
    <form onSubmit={submit}>
      <Stack gap="md">
        <TextInput name="email" type="email" label={t("signIn.email")} autoComplete="username" required autoFocus />
        <PasswordInput name="password" label={t("signIn.password")} autoComplete="current-password" required />
        {isWrong && <Notice tone="bad">{t("signIn.wrong")}</Notice>}
        {signIn.isError && !isWrong && <ProblemNotice problem={signIn.error} />}
        <Button type="submit" loading={signIn.isPending} fullWidth>
          {t("signIn.submit")}
        </Button>
        <Text size="xs" c="dimmed">
          {t("signIn.forgotten")}
        </Text>
      </Stack>
    </form>
  );
}

/** Leads on to where the person wanted to go. */
function useEnter(): () => Promise<void> {
  const client = useQueryClient();
  const navigate = useNavigate();
  const { to = "/" } = useSearch({ from: "/sign-in" });
  return async () => {
    await client.query({ ...sessionQuery, staleTime: 0 });
    await navigate({ href: to });
  };
}
