//! The browser side's acts on orders, for a fuzz target: in a folder of its own, without Chrome. The product does not use it.

use super::files::carry_out;
use super::folders::Folders;
use crate::handover::{Note, Order};
use std::os::fd::OwnedFd;
use std::path::Path;

/// The folders of a browser side.
pub struct Stage(Folders);

impl Stage {
    /// Makes them below `root`.
    ///
    /// # Errors
    /// When a folder cannot be made.
    pub fn new(root: &Path) -> Result<Self, super::Error> {
        Folders::make(root).map(Self)
    }

    /// Carries an order out and says how it went.
    pub fn carry_out(&self, order: Order, files: Vec<OwnedFd>) -> (Note, Option<OwnedFd>) {
        carry_out(&self.0, order, files)
    }
}
