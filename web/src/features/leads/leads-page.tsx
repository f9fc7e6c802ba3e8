import { PageHeader } from "../../components/page-header.tsx";

export function LeadsPage() {
  return <PageHeader title="LeadsPage" />;
}
