/** The token of a printed link: behind the #, because that part goes into no server's or proxy's log. */
export function tokenOfAddress(): string | undefined {
  const token = window.location.hash.slice(1);
  return token === "" ? undefined : token;
}
