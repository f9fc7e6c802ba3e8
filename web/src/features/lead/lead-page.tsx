import { PageHeader } from "../../components/page-header.tsx";

export function LeadPage() {
  return <PageHeader title="LeadPage" />;
}
