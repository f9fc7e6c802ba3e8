import { useQuery } from "@tanstack/react-query";
import { Link, Outlet, useRouter } from "@tanstack/react-router";
import { useEffect } from "react";
import { useTranslation } from "react-i18next";
import { followServer } from "../api/live.ts";
import { hasOlderSenderQuery } from "../api/migration.ts";
import { AccountMenu } from "./account-menu.tsx";
import { FrozenNotice } from "./frozen-notice.tsx";
import { LiveLight, LostConnection } from "./live-light.tsx";
import { Mark } from "./mark.tsx";
import { NAV } from "./nav.ts";
import { preloadPages } from "./preload-pages.ts";
import { returnFocus } from "./return-focus.ts";
import { sessionQuery } from "./session.ts";
import styles from "./shell.module.css";

/** The frame around every page of somebody who is signed in. */
export function Shell() {
  const { t } = useTranslation();
  const { data: session } = useQuery(sessionQuery);
  const { data: hasOlderSender = false } = useQuery(hasOlderSenderQuery);
  const router = useRouter();
  useEffect(followServer, []);
  useEffect(returnFocus, []);
  useEffect(() => void preloadPages(Object.values(router.routesById)), [router]);
  const items = NAV.filter(({ needs }) =>
    needs === "older-sender" ? hasOlderSender : needs === undefined || session?.features.includes(needs),
  );
  return (
    <div className={styles.shell}>
      <a className={styles.skip} href="#content">
        {t("nav.skip")}
      </a>
      <aside className={styles.side}>
        <Link to="/" className={styles.brand}>
          <Mark />
          <span>Goniec</span>
        </Link>
        <nav aria-label={t("nav.main")} className={styles.nav}>
          {items.map(({ to, text, icon: Icon }) => (
            <Link key={to} to={to} activeOptions={{ exact: to === "/" }} className={styles.item}>
              <Icon />
              <span>{t(text)}</span>
            </Link>
          ))}
        </nav>
        <div className={styles.foot}>
          <LiveLight />
          <AccountMenu />
        </div>
      </aside>
      <main id="content" tabIndex={-1} className={styles.main}>
        <LostConnection />
        <FrozenNotice />
        <Outlet />
      </main>
    </div>
  );
}
