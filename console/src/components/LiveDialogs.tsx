// What the page asks: its dialogs, its pickers (on touch devices, and of masked lists), its file choosers.

import type { LiveHandle } from "../hooks/use-live";
import { FileDialog } from "./FileDialog";
import { PageDialog } from "./PageDialog";
import { PickerDialog } from "./PickerDialog";

interface Props {
  live: LiveHandle;
  endUser: boolean;
  company: string;
  mayAct: boolean;
}

export function LiveDialogs({ live, endUser, company, mayAct }: Props) {
  const { dialogs, picker, fileChooser } = live.live;
  const dialog = dialogs[0];
  return (
    <>
      {dialog && <PageDialog key={dialog.id} dialog={dialog} controller={live.controller} mayAct={mayAct} />}
      {!dialog && endUser && fileChooser && <FileDialog key={fileChooser.id} chooser={fileChooser} controller={live.controller} company={company} />}
      {!dialog && mayAct && picker && <PickerDialog key={picker.id} picker={picker} controller={live.controller} />}
    </>
  );
}
