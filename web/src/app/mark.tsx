/** Goniec is a messenger, and the bishop of chess: a mitre whose cut is a stroke on its way. */
export function Mark({ size = 26 }: { readonly size?: number }) {
  return (
    <svg viewBox="0 0 32 32" width={size} height={size} aria-hidden="true">
      <g fill="var(--accent)">
        <path d="M16 2.5a2.6 2.6 0 0 1 1.7 4.6c3.6 2.6 6.5 6.6 6.5 11 0 2.6-1 4.6-2.6 5.9H10.4c-1.6-1.3-2.6-3.3-2.6-5.9 0-4.4 2.9-8.4 6.5-11A2.6 2.6 0 0 1 16 2.5z" />
        <path d="M8 25.6h16a1.7 1.7 0 0 1 1.7 1.7v2.2H6.3v-2.2A1.7 1.7 0 0 1 8 25.6z" />
      </g>
      <path fill="none" stroke="var(--ground)" strokeWidth="2.2" strokeLinecap="round" d="M15.2 17.8 21 11.6" />
    </svg>
  );
}
