import { PageHeader } from "../../components/page-header.tsx";

export function UsersTab() {
  return <PageHeader title="UsersTab" />;
}
