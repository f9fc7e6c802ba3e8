import { PageHeader } from "../../components/page-header.tsx";

export function MailboxesPage() {
  return <PageHeader title="MailboxesPage" />;
}
