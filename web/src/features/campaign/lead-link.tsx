import { Link } from "@tanstack/react-router";

/** A lead's address, which leads to all that is known of it. */
export function LeadLink({ id, address }: { readonly id: number | null; readonly address: string }) {
  if (id === null) return address;
  return (
    <Link to="/leads/$leadId" params={{ leadId: String(id) }}>
      {address}
    </Link>
  );
}
