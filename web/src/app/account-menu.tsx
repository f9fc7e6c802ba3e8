import { Menu, UnstyledButton, useMantineColorScheme } from "@mantine/core";
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";
import { useTranslation } from "react-i18next";
import { api } from "../api/client.ts";
import { chooseLanguage, currentLanguage, LANGUAGES } from "../i18n/texts.ts";
import { CheckIcon } from "./icons.tsx";
import styles from "./account-menu.module.css";
import { sessionQuery } from "./session.ts";

const SCHEMES = ["light", "dark", "auto"] as const;

/** Who is signed in, in which language and light they read, and the way out. */
export function AccountMenu() {
  const { t } = useTranslation();
  const { data: session } = useQuery(sessionQuery);
  const { colorScheme, setColorScheme } = useMantineColorScheme();
  const client = useQueryClient();
  const navigate = useNavigate();
  const signOut = async () => {
    await api.DELETE("/api/v1/session");
    client.clear();
    await navigate({ to: "/sign-in" });
  };
  return (
    <Menu position="top-start" width={220} withinPortal>
      <Menu.Target>
        <UnstyledButton className={styles.button} aria-label={`${t("nav.account")}: ${session?.user.name ?? ""}`}>
          <span className={styles.initial} data-initial={session?.user.name.charAt(0).toUpperCase()} aria-hidden="true" />
          <span className={styles.name}>{session?.user.name}</span>
        </UnstyledButton>
      </Menu.Target>
      <Menu.Dropdown>
        <Menu.Label>{session?.user.email}</Menu.Label>
        <Menu.Label>{t("language.label")}</Menu.Label>
        {LANGUAGES.map((language) => (
          <Menu.Item
            key={language}
            lang={language}
            aria-current={language === currentLanguage()}
            rightSection={language === currentLanguage() && <CheckIcon />}
            onClick={() => void chooseLanguage(language)}
          >
            {t(`language.${language}`)}
          </Menu.Item>
        ))}
        <Menu.Label>{t("scheme.label")}</Menu.Label>
        {SCHEMES.map((scheme) => (
          <Menu.Item
            key={scheme}
            aria-current={scheme === colorScheme}
            rightSection={scheme === colorScheme && <CheckIcon />}
            onClick={() => setColorScheme(scheme)}
          >
            {t(`scheme.${scheme}`)}
          </Menu.Item>
        ))}
        <Menu.Divider />
        <Menu.Item onClick={() => void signOut()}>{t("nav.signOut")}</Menu.Item>
      </Menu.Dropdown>
    </Menu>
  );
}
