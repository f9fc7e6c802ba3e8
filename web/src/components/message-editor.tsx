import { Button, Group, Menu, Stack, Tabs, Textarea, TextInput } from "@mantine/core";
import { type RefObject, useRef, useState } from "react";
import { useTranslation } from "react-i18next";

/** A campaign's text as it is written; an empty part is left out of the mail. */
export interface MessageDraft {
  readonly subject: string;
  readonly text: string;
  readonly html: string;
}

interface MessageEditorProps {
  readonly value: MessageDraft;
  readonly onChange: (value: MessageDraft) => void;
  /** Names of the fields that leads have. */
  readonly fields: readonly string[];
  readonly problemOf?: (field: string) => string | undefined;
}

type Part = keyof MessageDraft;
type Input = HTMLInputElement | HTMLTextAreaElement;

/** Writes subject, text and HTML; fields of the lead are put where the cursor stood last. */
export function MessageEditor({ value, onChange, fields, problemOf = () => undefined }: MessageEditorProps) {
  const { t } = useTranslation();
  const [part, setPart] = useState<Part>("text");
  const inputs = {
    subject: useRef<HTMLInputElement>(null),
    text: useRef<HTMLTextAreaElement>(null),
    html: useRef<HTMLTextAreaElement>(null),
  };
  const insert = (field: string) => {
    const input: RefObject<Input | null> = inputs[part];
    const at = input.current?.selectionStart ?? value[part].length;
    const end = input.current?.selectionEnd ?? at;
    onChange({ ...value, [part]: `${value[part].slice(0, at)}{{ ${field} }}${value[part].slice(end)}` });
    input.current?.focus();
  };
  const bind = (name: Part) => ({
    value: value[name],
    onChange: (event: { readonly target: { readonly value: string } }) => onChange({ ...value, [name]: event.target.value }),
    onFocus: () => setPart(name),
    error: problemOf(name),
  });
  return (
    <Stack gap="sm">
      <Group align="flex-end" wrap="nowrap">
        <TextInput ref={inputs.subject} label={t("message.subject")} style={{ flex: 1 }} required {...bind("subject")} />
        <FieldMenu fields={fields} onChoose={insert} />
      </Group>
      <Tabs defaultValue={value.text === "" && value.html !== "" ? "html" : "text"} keepMounted={false}>
        <Tabs.List aria-label={t("message.body")}>
          <Tabs.Tab value="text">{t("message.text")}</Tabs.Tab>
          <Tabs.Tab value="html">HTML</Tabs.Tab>
        </Tabs.List>
        <Tabs.Panel value="text" pt="sm">
          <Textarea
            ref={inputs.text}
            label={t("message.text")}
            description={t("message.textHelp")}
            autosize
            minRows={12}
            maxRows={30}
            {...bind("text")}
          />
        </Tabs.Panel>
        <Tabs.Panel value="html" pt="sm">
          <Textarea
            ref={inputs.html}
            label="HTML"
            description={t("message.htmlHelp")}
            autosize
            minRows={12}
            maxRows={30}
            spellCheck={false}
            {...bind("html")}
          />
        </Tabs.Panel>
      </Tabs>
    </Stack>
  );
}

function FieldMenu({ fields, onChoose }: { readonly fields: readonly string[]; onChoose(field: string): void }) {
  const { t } = useTranslation();
  return (
    <Menu position="bottom-end" returnFocus={false}>
      <Menu.Target>
        <Button variant="default" disabled={fields.length === 0}>
          {t("message.insert")}
        </Button>
      </Menu.Target>
      <Menu.Dropdown mah={320} style={{ overflowY: "auto" }}>
        {fields.map((field) => (
          <Menu.Item key={field} onClick={() => onChoose(field)}>
            {field}
          </Menu.Item>
        ))}
      </Menu.Dropdown>
    </Menu>
  );
}
