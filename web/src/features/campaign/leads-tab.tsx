import { PageHeader } from "../../components/page-header.tsx";

export function LeadsTab() {
  return <PageHeader title="LeadsTab" />;
}
