import { PageHeader } from "../../components/page-header.tsx";

export function DefaultsTab() {
  return <PageHeader title="DefaultsTab" />;
}
