import { notifications } from "@mantine/notifications";
import { useTranslation } from "react-i18next";

/** Says shortly, in a corner, what was done; what did not work stays there until it was read. */
export function useTell(): (message: string, how?: "done" | "failed") => void {
  const { t } = useTranslation();
  return (message, how = "done") => {
    const ending = how === "done" ? {} : { color: "bad", autoClose: false as const };
    notifications.show({ message, closeButtonProps: { "aria-label": t("action.close") }, ...ending });
  };
}
