import { PageHeader } from "../../components/page-header.tsx";

export function SuppressionTab() {
  return <PageHeader title="SuppressionTab" />;
}
