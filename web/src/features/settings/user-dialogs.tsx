import { Button, Group, Modal, PasswordInput, Radio, Stack, Switch, TextInput } from "@mantine/core";
import { type ReactNode, type SyntheticEvent, useState } from "react";
import { useTranslation } from "react-i18next";
import { answerOf, api, type Shape } from "../../api/client.ts";
import { ApiProblem } from "../../api/problem.ts";
import { ConfirmDialog } from "../../components/confirm-dialog.tsx";
import { formText } from "../../components/form-text.ts";
import { ProblemNotice } from "../../components/notice.tsx";
import { useTell } from "../../components/use-tell.ts";
import { useChange, useKnownProblem } from "./use-people.ts";

type User = Shape<"User">;
type Role = Shape<"Role">;

const ROLES: readonly Role[] = ["owner", "operator", "viewer"];

interface UserDialogProps {
  readonly user: User;
  onClose(): void;
}

export function AddUserDialog({ onClose }: { onClose(): void }) {
  const { t } = useTranslation("settings");
  const [role, setRole] = useState<Role>("operator");
  const add = useChange(
    (body: { email: string; name: string; password: string; role: Role }) => answerOf(api.POST("/api/v1/users", { body })),
    onClose,
  );
  const submit = (form: HTMLFormElement) =>
    add.mutate({ name: formText(form, "name"), email: formText(form, "email"), password: formText(form, "password"), role });
  return (
    <FormDialog title={t("users.add")} action={t("users.add")} change={add} onSubmit={submit} onClose={onClose}>
      <TextInput name="name" label={t("users.name")} required autoComplete="off" data-autofocus />
      <TextInput name="email" type="email" label={t("users.email")} required autoComplete="off" />
      <NewPassword isWeak={isPasswordRefused(add.error)} />
      <RoleChoice value={role} onChange={setRole} />
    </FormDialog>
  );
}

export function ChangeUserDialog({ user, onClose }: UserDialogProps) {
  const { t } = useTranslation("settings");
  const [role, setRole] = useState(user.role);
  const [active, setActive] = useState(user.active);
  const save = useChange((name: string) => {
    const params = { path: { id: user.id }, header: { "if-match": `"${user.version}"` } };
    return answerOf(api.PATCH("/api/v1/users/{id}", { params, body: { name, role, active } }));
  }, onClose);
  return (
    <FormDialog
      title={user.email}
      action={t("action.save", { ns: "common" })}
      change={save}
      onSubmit={(form) => save.mutate(formText(form, "name"))}
      onClose={onClose}
    >
      <TextInput name="name" label={t("users.name")} defaultValue={user.name} required data-autofocus />
      <RoleChoice value={role} onChange={setRole} />
      <Switch
        label={t("users.active")}
        description={t("users.activeHelp")}
        checked={active}
        onChange={(event) => setActive(event.target.checked)}
      />
    </FormDialog>
  );
}

export function ResetPasswordDialog({ user, onClose }: UserDialogProps) {
  const { t } = useTranslation("settings");
  const tell = useTell();
  const reset = useChange(
    (password: string) =>
      answerOf(api.PUT("/api/v1/users/{id}/password", { params: { path: { id: user.id } }, body: { password } })),
    () => {
      onClose();
      tell(t("users.resetDone", { name: user.name }));
    },
  );
  return (
    <FormDialog
      title={t("users.resetTitle", { name: user.name })}
      action={t("users.reset")}
      change={reset}
      onSubmit={(form) => reset.mutate(formText(form, "password"))}
      onClose={onClose}
    >
      <p>{t("users.resetText")}</p>
      <NewPassword isWeak={isPasswordRefused(reset.error)} />
    </FormDialog>
  );
}

export function DeleteUserDialog({ user, onClose }: UserDialogProps) {
  const { t } = useTranslation("settings");
  const known = useKnownProblem();
  const remove = useChange(
    () => answerOf(api.DELETE("/api/v1/users/{id}", { params: { path: { id: user.id } } })),
    () => onClose(),
  );
  return (
    <ConfirmDialog
      opened
      danger
      title={t("users.deleteTitle", { name: user.name })}
      action={t("action.delete", { ns: "common" })}
      typed={user.email}
      busy={remove.isPending}
      problem={known(remove.error)}
      onConfirm={() => remove.mutate(undefined)}
      onClose={onClose}
    >
      {t("users.deleteText")}
    </ConfirmDialog>
  );
}

const isPasswordRefused = (problem: unknown): boolean => problem instanceof ApiProblem && problem.of("password") !== undefined;

function NewPassword({ isWeak }: { readonly isWeak: boolean }) {
  const { t } = useTranslation("settings");
  return (
    <PasswordInput
      name="password"
      label={t("users.password")}
      description={t("access.rule")}
      error={isWeak && t("access.weak")}
      autoComplete="new-password"
      visibilityToggleButtonProps={{ "aria-label": t("access.show") }}
      required
    />
  );
}

function RoleChoice({ value, onChange }: { readonly value: Role; onChange(role: Role): void }) {
  const { t } = useTranslation("settings");
  return (
    <Radio.Group
      label={t("users.role")}
      value={value}
      onChange={(role) => onChange(ROLES.find((one) => one === role) ?? "viewer")}
    >
      <Stack gap="xs" mt="xs">
        {ROLES.map((role) => (
          <Radio key={role} value={role} label={t(`role.${role}`)} description={t(`roleHelp.${role}`)} />
        ))}
      </Stack>
    </Radio.Group>
  );
}

interface FormDialogProps {
  readonly title: string;
  readonly action: string;
  readonly change: { readonly isPending: boolean; readonly error: unknown };
  readonly children: ReactNode;
  onSubmit(form: HTMLFormElement): void;
  onClose(): void;
}

/** Fields and one button, with what is wrong above it. */
export function FormDialog({ title, action, change, children, onSubmit, onClose }: FormDialogProps) {
  const { t } = useTranslation("settings");
  const known = useKnownProblem();
  const submit = (event: SyntheticEvent<HTMLFormElement>) => {
    event.preventDefault();
    onSubmit(event.currentTarget);
  };
  const isShown = change.error !== null && !isPasswordRefused(change.error);
  return (
    <Modal opened onClose={onClose} title={title} closeButtonProps={{ "aria-label": t("action.close", { ns: "common" }) }}>
      <form onSubmit={submit}>
        <Stack gap="md">
          {children}
          {isShown && <ProblemNotice problem={known(change.error)} />}
          <Group justify="flex-end">
            <Button variant="default" onClick={onClose}>
              {t("action.cancel", { ns: "common" })}
            </Button>
            <Button type="submit" loading={change.isPending}>
              {action}
            </Button>
          </Group>
        </Stack>
      </form>
    </Modal>
  );
}
