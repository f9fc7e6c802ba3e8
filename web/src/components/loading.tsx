import { Skeleton } from "@mantine/core";
import { useTranslation } from "react-i18next";

/** Holds the place of what is on its way, so that nothing jumps when it comes. */
export function Loading({ lines = 4 }: { readonly lines?: number }) {
  const { t } = useTranslation();
  return (
    <div role="status">
      <span className="visually-hidden">{t("list.loading")}</span>
      {Array.from({ length: lines }, (_, index) => (
        <Skeleton key={index} height={18} my={12} width={`${92 - ((index * 17) % 40)}%`} />
      ))}
    </div>
  );
}
