import { Button, NativeSelect, Switch, TextInput } from "@mantine/core";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { Notice } from "../../components/notice.tsx";
import { useSaid } from "../../components/said/said.ts";
import { bytesText } from "../../format/numbers.ts";
import { columnFaults, KNOWN_FIELDS } from "./columns.ts";
import type { Column, Import, ImportOrders } from "./imports.ts";
import styles from "./wizard.module.css";

const ENCODINGS = ["utf-8", "cp1250", "iso-8859-2", "cp1252", "utf-16le", "utf-16be"] as const;
const SEPARATORS = [",", ";", "\t", "|"] as const;
const SAMPLES_SHOWN = 3;

interface ColumnMappingProps {
  readonly one: Import;
  readonly orders: ImportOrders;
  onChecked(): void;
}

/** How the file is written, and what its columns mean: guessed, and for a person to set right. */
export function ColumnMapping({ one, orders, onChecked }: ColumnMappingProps) {
  const { t } = useTranslation("wizard");
  const say = useSaid();
  const { format } = one;
  if (format === null) return null;
  // Read in another way, the file has other columns, whose guesses count anew.
  const layout = `${format.encoding} ${format.separator} ${format.header}`;
  return (
    <div className={styles.stack}>
      <p className={styles.hint}>{t("columns.help", { size: bytesText(one.bytes) })}</p>
      <LayoutFields format={format} orders={orders} />
      {format.doubt !== null && (
        <Notice tone="wait" title={t("columns.doubt")}>
          {say(format.doubt.message, format.doubt.messagePhrase)}
        </Notice>
      )}
      <ColumnChoices key={layout} one={one} format={format} orders={orders} onChecked={onChecked} />
    </div>
  );
}

type Format = NonNullable<Import["format"]>;

function LayoutFields({ format, orders }: { readonly format: Format; readonly orders: ImportOrders }) {
  const { t } = useTranslation("wizard");
  const { encoding, separator, header } = format;
  const set = (change: Partial<Pick<Format, "encoding" | "separator" | "header">>) =>
    orders.layout.mutate({ encoding, separator, header, ...change });
  const withOwn = (known: readonly string[], own: string) => (known.includes(own) ? known : [own, ...known]);
  return (
    <div className={styles.row}>
      <NativeSelect
        label={t("columns.encoding")}
        value={encoding}
        onChange={(event) => set({ encoding: event.target.value })}
        data={withOwn(ENCODINGS, encoding).map((name) => ({ value: name, label: t(`encoding.${name}`, { defaultValue: name }) }))}
      />
      <NativeSelect
        label={t("columns.separator")}
        value={separator}
        onChange={(event) => set({ separator: event.target.value })}
        data={withOwn(SEPARATORS, separator).map((one) => ({ value: one, label: separatorText(one, t("columns.tab")) }))}
      />
      <Switch mb="xs" label={t("columns.header")} checked={header} onChange={(event) => set({ header: event.target.checked })} />
    </div>
  );
}

const separatorText = (separator: string, tab: string): string => (separator === "\t" ? tab : separator);

interface ColumnChoicesProps extends ColumnMappingProps {
  readonly format: Format;
}

function ColumnChoices({ one, format, orders, onChecked }: ColumnChoicesProps) {
  const { t } = useTranslation("wizard");
  const [columns, setColumns] = useState(() => (one.mapping ?? format).columns);
  const [wasAsked, setAsked] = useState(false);
  const faults = columnFaults(columns);
  const check = () => {
    setAsked(true);
    if (faults.size > 0) return;
    const choices = columns.map(({ index, field }) => ({ index, field }));
    orders.check.mutate(choices, { onSuccess: onChecked });
  };
  const choose = (index: number, field: string) =>
    setColumns(columns.map((column) => (column.index === index ? { ...column, field } : column)));
  return (
    <>
      <div className={styles.scroll} role="region" aria-label={t("columns.label")} tabIndex={0}>
        <table className={styles.table}>
          <thead>
            <tr>
              <th scope="col">{t("columns.column")}</th>
              <th scope="col">{t("columns.field")}</th>
              <th scope="col">{t("columns.rows")}</th>
            </tr>
          </thead>
          <tbody>
            {columns.map((column) => (
              <tr key={column.index}>
                <th scope="row">
                  <span className={styles.cell}>{column.header || t("columns.nameless", { number: column.index + 1 })}</span>
                </th>
                <td className={styles.choice}>
                  <FieldChoice
                    column={column}
                    guess={format.columns[column.index]?.field ?? ""}
                    fault={faults.get(column.index)}
                    onChoose={(field) => choose(column.index, field)}
                  />
                </td>
                <td>
                  {format.sample.slice(0, SAMPLES_SHOWN).map((row, index) => (
                    <span key={index} className={styles.cell}>
                      {row[column.index] || "\u00a0"}
                    </span>
                  ))}
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
      {wasAsked && faults.has(-1) && <Notice tone="bad">{t("columns.fault.noAddress")}</Notice>}
      <div>
        <Button loading={orders.check.isPending} onClick={check}>
          {t("columns.check")}
        </Button>
      </div>
    </>
  );
}

interface FieldChoiceProps {
  readonly column: Column;
  readonly guess: string;
  readonly fault: "noAddress" | "twice" | "name" | undefined;
  onChoose(field: string): void;
}

const OTHER = "\u0000other";

function FieldChoice({ column: { index, header, field }, guess, fault, onChoose }: FieldChoiceProps) {
  const { t } = useTranslation("wizard");
  const known: readonly string[] = KNOWN_FIELDS;
  const named = guess === "" || known.includes(guess) ? known : [guess, ...known];
  const [isOther, setOther] = useState(field !== "" && !named.includes(field));
  const label = header || t("columns.nameless", { number: index + 1 });
  const error = fault && t(`columns.fault.${fault}`);
  return (
    <>
      <NativeSelect
        aria-label={t("columns.fieldOf", { column: label })}
        value={isOther ? OTHER : field}
        error={isOther ? undefined : error}
        onChange={({ target: { value } }) => {
          setOther(value === OTHER);
          onChoose(value === OTHER ? guess : value);
        }}
        data={[
          { value: "", label: t("columns.leaveOut") },
          ...named.map((name) => ({ value: name, label: known.includes(name) ? `${t(`field.${name}`)} (${name})` : name })),
          { value: OTHER, label: t("columns.other") },
        ]}
      />
      {isOther && (
        <TextInput
          mt="xs"
          aria-label={t("columns.nameOf", { column: label })}
          value={field}
          error={error}
          onChange={(event) => onChoose(event.target.value.trim())}
        />
      )}
    </>
  );
}
