// Select, date, time and colour with the viewer's own control: on touch devices, and a masked list anywhere.

import { useState } from "react";
import { PickerKind, type Picker, type PickerOption } from "../gen/cobrowse/v1/stream_pb";
import type { LiveController } from "../hooks/live-controller";
import { useText } from "../hooks/use-text";
import { Modal } from "./Modal";

const INPUT_OF: Partial<Record<PickerKind, string>> = {
  [PickerKind.DATE]: "date", [PickerKind.TIME]: "time", [PickerKind.COLOR]: "color", [PickerKind.DATETIME]: "datetime-local", [PickerKind.MONTH]: "month", [PickerKind.WEEK]: "week",
};

export function PickerDialog({ picker, controller }: { picker: Picker; controller: LiveController }) {
  const { t } = useText();
  const [values, setValues] = useState(() => (picker.kind === PickerKind.SELECT ? picker.options.filter((one) => one.selected).map((one) => one.value) : [picker.value]));
  const answer = (cancelled: boolean) => void controller.command({ case: "picker", value: { pickerId: picker.id, values: cancelled ? [] : values, cancelled } });
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault();
        answer(false);
      }}
    >
      <Modal
        title={t("picker.title")} onClose={() => answer(true)} testId="picker"
        actions={
          <>
            <button type="button" className="button" onClick={() => answer(true)}>{t("common.cancel")}</button>
            <button type="submit" className="button main">{t("picker.done")}</button>
          </>
        }
      >
        {picker.kind === PickerKind.SELECT ? (
          <select
            data-autofocus className="field" aria-label={t("picker.title")} multiple={picker.multiple} value={picker.multiple ? values : (values[0] ?? "")}
            onChange={(event) => setValues([...event.target.selectedOptions].map((one) => one.value))}
          >
            {grouped(picker.options).map(([group, options]) =>
              group ? <optgroup key={group} label={group}>{options.map(option)}</optgroup> : options.map(option))}
          </select>
        ) : (
          <input
            data-autofocus className="field" type={INPUT_OF[picker.kind] ?? "text"} aria-label={t("picker.title")} min={picker.min || undefined} max={picker.max || undefined}
            value={values[0] ?? ""} onChange={(event) => setValues([event.target.value])}
          />
        )}
      </Modal>
    </form>
  );
}

function option(one: PickerOption) {
  return <option key={one.value} value={one.value} disabled={one.disabled}>{one.label}</option>;
}

/** Neighbours of the same group together, in the page's order. */
function grouped(options: PickerOption[]): Array<[string, PickerOption[]]> {
  const groups: Array<[string, PickerOption[]]> = [];
  for (const one of options) {
    const last = groups.at(-1);
    if (last && last[0] === one.group) last[1].push(one);
    else groups.push([one.group, [one]]);
  }
  return groups;
}
