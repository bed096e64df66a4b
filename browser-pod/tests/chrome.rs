//! Real Chromium, driven through `chrome` against a small website in this process. Nothing leaves the machine.

#[path = "chrome/dialogs.rs"]
mod dialogs;
#[path = "chrome/files.rs"]
mod files;
#[path = "chrome/masking.rs"]
mod masking;
#[path = "chrome/navigation.rs"]
mod navigation;
#[path = "chrome/pipe.rs"]
mod pipe;
#[path = "chrome/sight.rs"]
mod sight;
#[allow(dead_code, reason = "the website serves other tests too, which use more of it")]
#[path = "chrome/site.rs"]
mod site;
#[path = "chrome/stand.rs"]
mod stand;
#[path = "supervise/tree.rs"]
mod tree;
#[path = "chrome/trouble.rs"]
mod trouble;
#[path = "chrome/untrusted.rs"]
mod untrusted;
#[path = "chrome/view.rs"]
mod view;
