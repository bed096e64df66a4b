//! Closes the process: its memory holds a key and what people type.

use rustix::process::{DumpableBehavior, Signal, set_dumpable_behavior, set_parent_process_death_signal};

/// No core dump, no debugger of the same user, and no life after the parent's.
pub(super) fn close() -> rustix::io::Result<()> {
    set_dumpable_behavior(DumpableBehavior::NotDumpable)?;
    set_parent_process_death_signal(Some(Signal::KILL))
}
