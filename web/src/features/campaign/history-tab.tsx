import { PageHeader } from "../../components/page-header.tsx";

export function HistoryTab() {
  return <PageHeader title="HistoryTab" />;
}
