import { PageHeader } from "../../components/page-header.tsx";

export function SystemTab() {
  return <PageHeader title="SystemTab" />;
}
