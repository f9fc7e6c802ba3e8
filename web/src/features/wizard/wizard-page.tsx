import { PageHeader } from "../../components/page-header.tsx";

export function WizardPage() {
  return <PageHeader title="WizardPage" />;
}
