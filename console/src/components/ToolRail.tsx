// The agent's tools.

import { TOOLS, type Tool } from "../core/tools";
import { useText } from "../hooks/use-text";
import { Icon } from "./Icon";

interface Props {
  tool: Tool;
  mayPoint: boolean;
  onTool(tool: Tool): void;
  onClear(): void;
}

export function ToolRail({ tool, mayPoint, onTool, onClear }: Props) {
  const { t } = useText();
  return (
    <div className="tools" role="toolbar" aria-label={t("tool.title")}>
      {TOOLS.map((one) => (
        <button
          key={one} type="button" className="button icon-only tool" data-testid={`tool-${one}`} aria-pressed={tool === one} aria-label={t(`tool.${one}`)} title={t(`tool.${one}`)}
          disabled={one !== "act" && !mayPoint} onClick={() => onTool(one)}
        >
          <Icon name={one} />
        </button>
      ))}
      <button type="button" className="button icon-only tool" data-testid="tool-clear" aria-label={t("tool.clear")} title={t("tool.clear")} disabled={!mayPoint} onClick={onClear}><Icon name="clear" /></button>
    </div>
  );
}
