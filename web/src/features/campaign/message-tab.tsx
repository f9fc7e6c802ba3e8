import { PageHeader } from "../../components/page-header.tsx";

export function MessageTab() {
  return <PageHeader title="MessageTab" />;
}
