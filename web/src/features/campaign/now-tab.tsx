import { PageHeader } from "../../components/page-header.tsx";

export function NowTab() {
  return <PageHeader title="NowTab" />;
}
