//! What the masking extension reports from a renderer that a page may have taken over, what is seen of it, and what is taken
//! out of texts.

use cobrowse_browser_pod::chrome::masking::{Field, Focus, Kind, Look, Report, Scene, Selectors, parse, redact};

/// Lines. `frame name, tab, report` is a report of that frame, `-frame name` its end, `?text` a text, `:selector` a
/// selector of the tenant.
pub fn target(bytes: &[u8]) {
    let text = String::from_utf8_lossy(bytes);
    let mut scene = Scene::new("T");
    let mut selectors = Vec::new();
    for line in text.split('\n') {
        match line.split_at_checked(1) {
            Some(("-", frame)) => drop(scene.gone(frame)),
            Some(("?", text)) => texts(&scene, text),
            Some((":", selector)) => selectors.push(selector.to_owned()),
            _ => reported(&mut scene, line),
        }
    }
    tenants(&selectors);
}

fn reported(scene: &mut Scene, line: &str) {
    let (frame, payload) = line.split_once('\t').unwrap_or(("T", line));
    let _ = Focus::parse(payload);
    let Ok(report) = parse(payload) else { return };
    if let Report::Fault(text) = &report {
        assert!(text.chars().count() <= 500);
    }
    scene.report(frame, report);
    let placed = scene.fields();
    assert!(placed.len() <= 400);
    for one in &placed {
        let Field { rect, text, font, .. } = &one.field;
        assert!(rect.w >= 1.0 && rect.h >= 1.0 && font.is_finite());
        assert!([rect.x, rect.y, rect.w, rect.h].iter().all(|value| value.abs() <= 2e6));
        assert!(text.encode_utf16().count() <= 4_096 && one.id.contains('.'));
    }
    let _ = (scene.focused_protected(), scene.shows(Kind::Card));
    for frame in scene.take_unplaced() {
        assert_ne!(frame, "T");
    }
    assert!(scene.take_unplaced().is_empty(), "each is given once");
}

fn texts(scene: &Scene, text: &str) {
    let out = scene.redact(text);
    assert_eq!(redact(&out, []), out, "a card number is left");
    for placed in scene.fields().iter().filter(|placed| placed.field.look != Look::Cover) {
        let value = placed.field.text.trim();
        // A mask in a value is a mask in a text too.
        if value.chars().count() >= 6 && !value.contains('\u{2022}') {
            assert!(!out.contains(value), "a value is left");
        }
    }
    assert!(out.len() <= text.len() * 3 + 12);
}

fn tenants(selectors: &[String]) {
    let Ok(selectors) = Selectors::parse(selectors) else { return };
    for (name, content) in selectors.files() {
        if name == "tenant.js" {
            let list = content.trim().strip_prefix("const TENANT_SELECTORS = ").and_then(|rest| rest.strip_suffix(';'));
            let list: Vec<String> = serde_json::from_str(list.expect("one statement")).expect("a list of strings");
            assert!(list.len() <= 200);
        }
        if name == "tenant.css" {
            assert_eq!(content.matches('{').count(), content.matches('}').count());
            assert!(!content.contains("/*") && !content.contains('@') && !content.contains('<'));
        }
    }
}
