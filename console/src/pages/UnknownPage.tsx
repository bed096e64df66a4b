// An address that leads nowhere.

import { MessagePage } from "../components/MessagePage";
import { useText } from "../hooks/use-text";

export function UnknownPage() {
  const { t } = useText();
  return (
    <MessagePage title={t("unknown.title")} icon="warning" tone="warn" actions={<a className="button main" href="/">{t("unknown.back")}</a>}>
      <p>{t("unknown.text")}</p>
    </MessagePage>
  );
}
