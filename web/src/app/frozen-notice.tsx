import { useQuery } from "@tanstack/react-query";
import { Link, useLocation } from "@tanstack/react-router";
import { useTranslation } from "react-i18next";
import { systemQuery } from "../api/system.ts";
import { Notice } from "../components/notice.tsx";
import styles from "./live-light.module.css";

/** Where the whole of it stands. */
const PLACE = "/settings/system";

/** Says across the page that no mail leaves; somebody who opens any screen must not think that all is well. */
export function FrozenNotice() {
  const { t } = useTranslation();
  const { data } = useQuery(systemQuery);
  const { pathname } = useLocation();
  if (!data?.frozen || pathname === PLACE) return null;
  return (
    <div className={styles.lost}>
      <Notice tone="bad" actions={<Link to={PLACE}>{t("frozen.see")}</Link>}>
        {t("frozen.text")}
      </Notice>
    </div>
  );
}
