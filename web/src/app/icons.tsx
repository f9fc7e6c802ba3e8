import type { ReactNode } from "react";

/** Line icons of one weight on a grid of 20; decoration beside words, so hidden from screen readers. */
function icon(children: ReactNode) {
  return function Icon() {
    return (
      <svg
        viewBox="0 0 20 20"
        width="18"
        height="18"
        fill="none"
        stroke="currentColor"
        strokeWidth="1.5"
        strokeLinecap="round"
        strokeLinejoin="round"
        aria-hidden="true"
      >
        {children}
      </svg>
    );
  };
}

export const OverviewIcon = icon(<path d="M3 17V9m5 8V3m5 14v-6m4 6V6" />);
export const CampaignsIcon = icon(
  <>
    <path d="M17.5 3 2.5 9l5.5 2.5L10.5 17z" />
    <path d="m17.5 3-9.5 8.5" />
  </>,
);
export const OutboxIcon = icon(
  <>
    <circle cx="10" cy="10" r="7.25" />
    <path d="M10 6v4.2l2.8 1.8" />
  </>,
);
export const LeadsIcon = icon(
  <>
    <circle cx="10" cy="6.5" r="3.25" />
    <path d="M3.5 17c.7-3.3 3.2-5 6.5-5s5.8 1.7 6.5 5" />
  </>,
);
export const MailboxesIcon = icon(
  <>
    <rect x="2.5" y="4.5" width="15" height="11" rx="1.5" />
    <path d="m3 6 7 5 7-5" />
  </>,
);
export const SettingsIcon = icon(
  <>
    <path d="M3 6h7m4 0h3M3 14h3m4 0h7" />
    <circle cx="12" cy="6" r="2" />
    <circle cx="8" cy="14" r="2" />
  </>,
);
export const CheckIcon = icon(<path d="m4.5 10.5 3.5 3.5 7.5-8" />);
export const MovingIcon = icon(<path d="M3 6.5h13m-3.5-3.5 3.5 3.5-3.5 3.5M17 13.5H4m3.5-3.5L4 13.5 7.5 17" />);
export const InboxIcon = icon(<path d="M2.5 11.5 5 4h10l2.5 7.5V16h-15zm0 0h4l1 2h5l1-2h4" />);
