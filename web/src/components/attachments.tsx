import { Button } from "@mantine/core";
import { useTranslation } from "react-i18next";
import { randomKey } from "../api/random-key.ts";
import { bytesText } from "../format/numbers.ts";
import styles from "./attachments.module.css";
import { FileDrop } from "./file-drop.tsx";
import type { DraftFile } from "./message-draft.ts";

interface AttachmentsProps {
  readonly campaignId: number;
  readonly value: readonly DraftFile[];
  readonly onChange: (files: DraftFile[]) => void;
}

const BYTES_MAX = 10_000_000;
const FILES_MAX = 20;

/** Files that go with every mail of the campaign. */
export function Attachments({ campaignId, value, onChange }: AttachmentsProps) {
  const { t } = useTranslation();
  const left = BYTES_MAX - value.reduce((sum, { bytes }) => sum + bytes, 0);
  const add = (file: File) => onChange([...value, { key: randomKey(), filename: file.name, bytes: file.size, file }]);
  return (
    <div>
      <h3>{t("attachments.title")}</h3>
      <ul className={styles.files}>
        {value.map((file, index) => (
          <li key={"id" in file ? file.id : file.key}>
            <span>
              <FileName campaignId={campaignId} file={file} /> <span className={styles.size}>{bytesText(file.bytes)}</span>
            </span>
            <Button
              size="compact-sm"
              variant="default"
              aria-label={t("attachments.remove", { name: file.filename })}
              onClick={() => onChange(value.toSpliced(index, 1))}
            >
              {t("action.delete")}
            </Button>
          </li>
        ))}
      </ul>
      {value.length < FILES_MAX && <FileDrop label={t("attachments.add")} accept="" bytesMax={left} onFile={add} />}
    </div>
  );
}

function FileName({ campaignId, file }: { readonly campaignId: number; readonly file: DraftFile }) {
  if (!("id" in file)) return file.filename;
  return (
    <a href={`/api/v1/campaigns/${campaignId}/message/attachments/${file.id}`} download={file.filename}>
      {file.filename}
    </a>
  );
}
