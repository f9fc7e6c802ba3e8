import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import type { Email } from "postal-mime";
import { useTranslation } from "react-i18next";
import { answerOf, api } from "../../api/client.ts";
import { KEYS } from "../../api/queries.ts";
import { Loading } from "../../components/loading.tsx";
import { MailPreview } from "../../components/mail-preview.tsx";
import { ProblemNotice } from "../../components/notice.tsx";
import { bytesText } from "../../format/numbers.ts";
import styles from "./inbox.module.css";

/** A mail read as a mail program would. */
export function ReceivedMail({ number }: { readonly number: number }) {
  const { t } = useTranslation("inbox");
  const mail = useQuery({
    queryKey: [KEYS.inbox, number],
    queryFn: () => receivedMail(number),
    // A mail that has come does not change.
    staleTime: Number.POSITIVE_INFINITY,
    refetchInterval: false,
  });
  return (
    <>
      <Link to="/inbox" className={styles.back}>
        {t("back")}
      </Link>
      {mail.isPending && <Loading lines={10} />}
      {mail.isError && <ProblemNotice problem={mail.error} onRetry={() => void mail.refetch()} />}
      {mail.data !== undefined && <WholeMail mail={mail.data} />}
    </>
  );
}

async function receivedMail(number: number): Promise<Email> {
  const raw = await answerOf(api.GET("/api/v1/inbox/{id}", { params: { path: { id: number } }, parseAs: "text" }));
  const { default: PostalMime } = await import("postal-mime");
  return PostalMime.parse(raw);
}

function WholeMail({ mail }: { readonly mail: Email }) {
  const { t } = useTranslation("inbox");
  const { subject = "", text, html, attachments } = mail;
  return (
    <>
      <MailPreview
        subject={subject}
        text={text ?? null}
        html={html ?? null}
        from={mail.from && person(mail.from)}
        to={mail.to?.map(person).join(", ")}
      />
      {attachments.length > 0 && (
        <section className={styles.part}>
          <h2>{t("attachments")}</h2>
          <ul>
            {attachments.map(({ filename, content }, index) => (
              <li key={index}>{t("attachment", { name: filename ?? t("unnamed"), size: bytesText(sizeOf(content)) })}</li>
            ))}
          </ul>
        </section>
      )}
      <Headers mail={mail} />
    </>
  );
}

function Headers({ mail }: { readonly mail: Email }) {
  const { t } = useTranslation("inbox");
  return (
    <section className={styles.part}>
      <h2>{t("headers")}</h2>
      <div className={styles.headers}>
        <table>
          <thead className="visually-hidden">
            <tr>
              <th scope="col">{t("header")}</th>
              <th scope="col">{t("value")}</th>
            </tr>
          </thead>
          <tbody>
            {mail.headers.map(({ originalKey, value }, index) => (
              <tr key={index}>
                <th scope="row">{originalKey}</th>
                <td>{value}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </section>
  );
}

const person = ({ name, address }: { readonly name: string; readonly address?: string | undefined }): string =>
  name === "" ? (address ?? "") : `${name} <${address ?? ""}>`;

const sizeOf = (content: ArrayBuffer | Uint8Array | string): number =>
  typeof content === "string" ? content.length : content.byteLength;
