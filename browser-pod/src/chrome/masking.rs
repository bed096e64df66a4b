//! Base masking inside Chrome: an extension paints sensitive content masked from the first picture on, and reports to the pod
//! alone what it really is. This is the extension, what it reports, and where that is seen. It speaks no CDP itself.
//!
//! How the rest of `chrome` uses it:
//!
//! 1. *Loading.* Before the first navigation: [`Selectors::parse`] on the tenant's selectors; evaluate
//!    [`Selectors::check_script`] in any page (about:blank does) and give the string it returns to [`Selectors::checked`];
//!    write [`Selectors::files`] (all files of the extension, flat, the tenant's selectors in them) to a folder; call
//!    `Extensions.loadUnpacked {path}` and await it. It takes about 30 ms; loading the same folder again replaces what was loaded.
//!    A browser loads [`EXTENSION_FILES`] while it is warm, and again when it learns of selectors. Documents that
//!    were there before keep what they had, so navigate only afterwards.
//!    The extension has a service worker, without which every document stays blank. Do not attach to its target (documents in
//!    frames were not answered in one page of five then), and do not close it; it keeps itself from ending when it is idle. A
//!    document is blank until it was answered, 15 to 60 ms.
//! 2. *Listening.* In every session of a page or frame, before `Runtime.runIfWaitingForDebugger`: `Runtime.enable` and
//!    `Runtime.addBinding {name: BINDING, executionContextName: EXTENSION_NAME}`; `Target.setAutoAttach {autoAttach,
//!    waitForDebuggerOnStart, flatten}` in each session for frames of other processes. Chrome names the world of content
//!    scripts after the extension: `Runtime.executionContextCreated` with `name == EXTENSION_NAME` gives session,
//!    context and `auxData.frameId`. A document is for the end user alone until that world has sent [`Report::Alive`].
//! 3. *Reports.* `Runtime.bindingCalled` with `name == BINDING`, from a context that is such a world: [`parse`] the
//!    payload and give it to the tab's [`Scene::report`] with the frame id. When a world goes (`executionContextDestroyed`,
//!    `executionContextsCleared`): [`Scene::gone`]. [`Report::Fault`]: the extension failed and has blanked that document.
//! 4. *Frames.* A frame does not know where it is. [`Scene::take_unplaced`] gives frames whose place is wanted, and once
//!    each; for each, in the session of its **parent** frame: `DOM.getFrameOwner {frameId}`, `DOM.resolveNode {backendNodeId,
//!    executionContextId: the parent's world}`, `Runtime.callFunctionOn {objectId, functionDeclaration: NAME_FRAME,
//!    arguments: [{value: frameId}]}`. From then on the parent reports where it is. Take its own ancestors too: call again.
//! 5. *Answers.* [`Scene::fields`] is what the end user's client draws (top viewport, CSS pixels, clipped to what is seen);
//!    [`Scene::focused_protected`] is told within the event that moves the focus. To be sure after input that may move the
//!    focus, evaluate [`ASK_FOCUS`] in the worlds of all frames (returns the JSON of one `focus` report body); the answer
//!    comes after what was told before.
//! 6. *Who acts.* Before input of the end user is passed on: [`acts`] with [`Actor::EndUser`] in the worlds of all frames, and
//!    with [`Actor::Agent`] before an agent's; only when it changes, and in new worlds. Until it is said at all, copying, cutting and dragging of
//!    protected content are refused; after `Agent`, typing, pasting and dropping into protected fields too.
//! 7. *Text on other ways* (dialogs, titles, addresses, clipboard) to anybody but the end user goes through [`Scene::redact`],
//!    which knows by [`Report::Secrets`] what every protected field holds, also those that nobody sees, passwords too.
//!
//! How a mask holds: sheets of user origin, which win over all that a page can write; Chrome takes them from a service worker
//! only (a manifest's have author origin), so a veil covers each document until they are there. They do not reach into
//! shadow roots: there it is important declarations in style attributes, watched over, and where a page still wins the whole host
//! is covered. Marks are put on in the microtask of the change that calls for them, so before anything is painted.
//!
//! Not held: what a page draws of a value into a picture, a canvas or a style sheet's `content`, which the tenant lists; mirrors
//! shorter than six characters but whole words of three and more with a digit, mirrors that are encoded, and those in the
//! picture of the next page (card numbers are held there, and titles and questions of the next page are); a card number typed
//! into a field that nothing hints at, up to its last digit; the size of what a page's own script sizes by a value. The list
//! of a protected select does not open: the end user gets a picker of the own instead.

mod redact;
mod report;
mod scene;
mod selectors;

pub use redact::redact;
pub use report::{Error, Field, Fields, Focus, Frame, Kind, Look, Rect, Report, Secrets, parse};
pub use scene::{Change, PlacedField, Scene};
pub use selectors::{Error as SelectorsError, Selectors};

/// The extension's name, and so what Chrome calls the world of its content scripts.
pub const EXTENSION_NAME: &str = "cobrowse-masking";

/// The function in that world that carries reports.
pub const BINDING: &str = "cobrowseReport";

/// Function declaration to call on a frame's owner element, in the world of the document that holds it, with the frame's id.
pub const NAME_FRAME: &str = "function (name) { cobrowse.frame(this, name) }";

/// Expression for any world: the state of the focus, as JSON text; parse it with [`Focus::parse`].
pub const ASK_FOCUS: &str = "JSON.stringify(cobrowse.focus())";

/// Expression for any world: whether the extension is still there.
pub const ALIVE: &str = "cobrowse.alive()";

/// Expression for any world: has it report [`Report::Alive`] once the document was painted again.
pub const PROVE: &str = "cobrowse.prove()";

/// Who is about to act in the page.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Actor {
    /// May take out and put in what is his own.
    EndUser,
    /// Neither reads nor writes what is protected.
    Agent,
}

/// Expression for any world: from now on this one acts.
#[must_use]
pub fn acts(actor: Actor) -> &'static str {
    match actor {
        Actor::EndUser => r#"cobrowse.acts("end_user")"#,
        Actor::Agent => r#"cobrowse.acts("agent")"#,
    }
}

/// Longest text that is put into a field, characters.
const MAX_FILL: usize = 4_096;

/// Expression for a world: puts text into the field with this id, as its person would; true when it is there.
#[must_use]
pub fn fill(id: &str, text: &str) -> String {
    let text: String = text.chars().take(MAX_FILL).collect();
    format!("cobrowse.fill({}, {})", serde_json::json!(id), serde_json::json!(text))
}

macro_rules! files {
    ($($name:literal),* $(,)?) => {
        &[$(($name, include_str!(concat!("masking/extension/", $name)))),*]
    };
}

/// All files of the extension: name in its folder, content. Without selectors of a tenant; those are in [`Selectors::files`].
pub const EXTENSION_FILES: &[(&str, &str)] = files![
    "manifest.json",
    "mask.css",
    "tenant.css",
    "background.js",
    "hooks.js",
    "dom.js",
    "veil.js",
    "tenant.js",
    "numbers.js",
    "hints.js",
    "inline.js",
    "marks.js",
    "mirrors.js",
    "classify.js",
    "words.js",
    "watch.js",
    "view.js",
    "report.js",
    "focus.js",
    "guard.js",
    "fill.js",
    "start.js",
];

#[cfg(test)]
mod tests {
    use super::{EXTENSION_FILES, EXTENSION_NAME};

    #[test]
    fn the_manifest_names_all_files_and_no_other() {
        let (_, manifest) = EXTENSION_FILES[0];
        let manifest: serde_json::Value = serde_json::from_str(manifest).unwrap();
        assert_eq!(manifest["name"], EXTENSION_NAME);
        // The sheets are named by the service worker, and that by another key.
        let mut named = vec!["manifest.json", "background.js", "mask.css", "tenant.css"];
        for script in manifest["content_scripts"].as_array().unwrap() {
            named.extend(script["js"].as_array().into_iter().flatten().filter_map(|name| name.as_str()));
        }
        let mut here: Vec<_> = EXTENSION_FILES.iter().map(|(name, _)| *name).collect();
        named.sort_unstable();
        here.sort_unstable();
        assert_eq!(named, here);
    }
}
