import { PageHeader } from "../../components/page-header.tsx";

export function TokensTab() {
  return <PageHeader title="TokensTab" />;
}
