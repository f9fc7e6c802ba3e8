import { SegmentedControl } from "@mantine/core";
import { useEffect, useState } from "react";
import { useTranslation } from "react-i18next";
import styles from "./mail-preview.module.css";

interface MailPreviewProps {
  readonly subject: string;
  readonly text?: string | null;
  readonly html?: string | null;
  readonly from?: string | undefined;
  readonly to?: string | undefined;
}

/** A mail as its reader will see it. Its HTML runs in a frame without scripts, and loads nothing from the net. */
export function MailPreview({ subject, text, html, from, to }: MailPreviewProps) {
  const { t } = useTranslation();
  const hasBoth = Boolean(text) && Boolean(html);
  const [chosen, setChosen] = useState<"html" | "text">("html");
  const shown = hasBoth ? chosen : html ? "html" : "text";
  return (
    <article className={styles.mail} aria-label={t("mail.preview")}>
      <header className={styles.head}>
        <strong>{subject || t("mail.noSubject")}</strong>
        {from !== undefined && (
          <span>
            {t("mail.from")} {from}
          </span>
        )}
        {to !== undefined && (
          <span>
            {t("mail.to")} {to}
          </span>
        )}
        {hasBoth && (
          <SegmentedControl
            size="xs"
            value={chosen}
            onChange={(value) => setChosen(value === "text" ? "text" : "html")}
            data={[
              { value: "html", label: "HTML" },
              { value: "text", label: t("mail.text") },
            ]}
          />
        )}
      </header>
      {shown === "html" && html ? <HtmlFrame html={html} /> : <pre className={styles.text}>{text}</pre>}
    </article>
  );
}

function HtmlFrame({ html }: { readonly html: string }) {
  const { t } = useTranslation();
  const [clean, setClean] = useState<string>();
  useEffect(() => {
    let isGone = false;
    void import("dompurify").then(({ default: purifier }) => {
      if (!isGone) setClean(purifier.sanitize(html, { WHOLE_DOCUMENT: true, FORBID_TAGS: ["script", "link", "base", "form"] }));
    });
    return () => {
      isGone = true;
    };
  }, [html]);
  const hasRemote = /<(img|video|source)[^>]+src=["']?https?:/i.test(html);
  return (
    <>
      {hasRemote && <p className={styles.remark}>{t("mail.remoteBlocked")}</p>}
      {clean === undefined ? (
        <div className={styles.frame} />
      ) : (
        // Chromium may go on showing the mail before when a frame that is loading gets another one: each has a frame of its own.
        <iframe key={clean} className={styles.frame} sandbox="" srcDoc={clean} title={t("mail.preview")} />
      )}
    </>
  );
}
