//! Closes the process: its memory holds a key and what people type.

use rustix::process::{DumpableBehavior, Signal, set_dumpable_behavior, set_parent_process_death_signal};

/// No core dump and no debugger of the same user.
pub(super) fn close() -> rustix::io::Result<()> {
    set_dumpable_behavior(DumpableBehavior::NotDumpable)
}

/// No life after the parent's. A container ends with its first process, whose parent is none of ours.
pub(super) fn end_with_parent() -> rustix::io::Result<()> {
    set_parent_process_death_signal(Some(Signal::KILL))
}
