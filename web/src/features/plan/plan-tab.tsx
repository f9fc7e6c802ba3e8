import { PageHeader } from "../../components/page-header.tsx";

export function PlanTab() {
  return <PageHeader title="PlanTab" />;
}
