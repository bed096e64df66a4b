// The end user's own eyes only: the real content of fields that are masked in the picture. Never made for anybody else;
// the content is not even sent to them.

import type { ProtectedField } from "../gen/cobrowse/v1/stream_pb";
import { useText } from "../hooks/use-text";
import { Icon } from "./Icon";

export function ProtectedOverlay({ fields, scale }: { fields: ProtectedField[]; scale: number }) {
  const { t } = useText();
  return (
    <div className="protected" aria-hidden="true">
      {fields.map((field) => field.rect && (
        <div
          key={field.id} className="protected-field" data-focused={field.focused || undefined} data-text={field.text ? true : undefined} title={t("live.protected")}
          style={{
            left: field.rect.x * scale, top: field.rect.y * scale, width: field.rect.width * scale, height: field.rect.height * scale,
            fontSize: (field.fontPx || 16) * scale,
          }}
        >
          {field.text && <span className="protected-text">{field.text}</span>}
          <span className="protected-lock"><Icon name="lock" size={Math.max(10, Math.min(16, field.rect.height * scale * 0.5))} /></span>
        </div>
      ))}
    </div>
  );
}
