import { Button } from "@mantine/core";
import { type DragEvent, useRef, useState } from "react";
import { useTranslation } from "react-i18next";
import { bytesText } from "../format/numbers.ts";
import { Notice } from "./notice.tsx";
import styles from "./file-drop.module.css";

interface FileDropProps {
  /** What is asked for, such as "A CSV file of leads". */
  readonly label: string;
  /** As in an input: `.csv,text/csv`. */
  readonly accept: string;
  readonly bytesMax: number;
  readonly onFile: (file: File) => void;
  readonly busy?: boolean;
}

/** Takes one file, dropped or chosen. */
export function FileDrop({ label, accept, bytesMax, onFile, busy = false }: FileDropProps) {
  const { t } = useTranslation();
  const input = useRef<HTMLInputElement>(null);
  const [isOver, setOver] = useState(false);
  const [tooLarge, setTooLarge] = useState<File>();
  const take = (file: File | undefined) => {
    setTooLarge(file !== undefined && file.size > bytesMax ? file : undefined);
    if (file !== undefined && file.size <= bytesMax) onFile(file);
  };
  const drop = (event: DragEvent) => {
    event.preventDefault();
    setOver(false);
    if (!busy) take(event.dataTransfer.files[0]);
  };
  const over = (event: DragEvent) => {
    event.preventDefault();
    setOver(true);
  };
  return (
    <div
      className={styles.zone}
      data-over={isOver || undefined}
      onDragOver={over}
      onDragLeave={() => setOver(false)}
      onDrop={drop}
    >
      <p>{label}</p>
      <Button variant="default" loading={busy} onClick={() => input.current?.click()}>
        {t("file.choose")}
      </Button>
      <p className={styles.hint}>{t("file.hint", { size: bytesText(bytesMax) })}</p>
      <input
        ref={input}
        type="file"
        hidden
        accept={accept}
        aria-label={label}
        onChange={(event) => {
          take(event.target.files?.[0]);
          // The same file chosen again is a choice, too.
          event.target.value = "";
        }}
      />
      {tooLarge !== undefined && (
        <Notice tone="bad">
          {t("file.tooLarge", { name: tooLarge.name, size: bytesText(tooLarge.size), max: bytesText(bytesMax) })}
        </Notice>
      )}
    </div>
  );
}
