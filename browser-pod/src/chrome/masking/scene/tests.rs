//! Frames in frames come out where they are seen, and hostile ones end.

use super::super::parse;
use super::Scene;

fn fields(fields: &str, frames: &str) -> String {
    format!(r#"{{"kind":"fields","sequence":1,"fields":[{fields}],"frames":[{frames}],"zoom":null}}"#)
}

fn field(x: u32, y: u32, text: &str) -> String {
    format!(
        r#"{{"id":"f1","kind":"card","look":"field","x":{x},"y":{y},"w":100,"h":20,"text":"{text}","font":16,"password":false,"multiline":false,"focused":false,"selection":null}}"#
    )
}

fn frame(name: &str, x: u32, y: u32, scale: f64, height: u32) -> String {
    format!(r#"{{"name":"{name}","x":{x},"y":{y},"scale":{scale},"seen":{{"x":{x},"y":{y},"w":500,"h":{height}}}}}"#)
}

#[test]
fn frames_in_frames_are_composed_and_clipped() {
    let mut scene = Scene::new("top");
    let change = scene.report("inner", parse(&fields(&field(10, 10, "4111111111111111"), "")).unwrap());
    assert!(change.unplaced && scene.fields().is_empty());
    assert_eq!(scene.take_unplaced(), ["inner"]);
    assert!(scene.take_unplaced().is_empty());
    scene.report("middle", parse(&fields("", &frame("inner", 5, 5, 1.0, 100))).unwrap());
    assert_eq!(scene.take_unplaced(), ["middle"]);
    scene.report("top", parse(&fields(&field(1, 2, "x"), &frame("middle", 100, 200, 2.0, 40))).unwrap());
    let all = scene.fields();
    assert_eq!(all.len(), 2);
    let inner = all.iter().find(|one| one.id == "inner.f1").unwrap();
    // 100 + 2 * (5 + 10), 200 + 2 * (5 + 10); the frame is cut off at 240.
    assert_eq!(
        (inner.field.rect.x, inner.field.rect.y, inner.field.rect.w, inner.field.rect.h),
        (130.0, 230.0, 200.0, 10.0)
    );
    assert!((inner.field.font - 32.0).abs() < f64::EPSILON);
    assert_eq!(scene.redact("see 4111111111111111"), "see ••••");
    scene.gone("middle");
    assert_eq!(scene.fields().len(), 1);
}

#[test]
fn frames_that_hold_each_other_end() {
    let mut scene = Scene::new("top");
    for (name, other) in [("top", "a"), ("a", "b"), ("b", "a")] {
        scene.report(name, parse(&fields(&field(1, 1, "x"), &frame(other, 0, 0, 1.0, 100))).unwrap());
    }
    assert!(scene.fields().len() <= 20);
}

#[test]
fn frames_that_name_all_others_many_times_end() {
    let mut scene = Scene::new("top");
    let names = ["top", "a", "b", "c"];
    for name in names {
        let frames: Vec<String> = (0..200).map(|at| frame(names[1 + at % 3], 0, 0, 1.0, 100)).collect();
        scene.report(name, parse(&fields("", &frames.join(","))).unwrap());
    }
    // Without a bound on all of them these are 200^16 places.
    assert!(scene.fields().is_empty());
}

#[test]
fn the_focus_counts_where_it_is() {
    let focus = |focused, protected| {
        parse(&format!(
            r#"{{"kind":"focus","sequence":1,"focused":{focused},"protected":{protected},"id":null,"frame":null}}"#
        ))
        .unwrap()
    };
    let mut scene = Scene::new("top");
    scene.report("top", focus(true, false));
    assert!(!scene.focused_protected());
    scene.report("child", focus(true, true));
    assert!(scene.focused_protected());
    scene.report("child", focus(false, true));
    assert!(!scene.focused_protected());
    scene.report("child", focus(true, true));
    scene.gone("child");
    assert!(!scene.focused_protected());
}

#[test]
fn texts_lose_what_any_document_holds_or_held() {
    let secrets = |values: &str| parse(&format!(r#"{{"kind":"secrets","sequence":1,"values":[{values}]}}"#)).unwrap();
    let mut scene = Scene::new("top");
    scene.report("top", secrets(r#""hunter22","321""#));
    scene.report("child", secrets(r#""correct-horse""#));
    let text = "hunter22 correct-horse 321 4321";
    assert_eq!(scene.redact(text), "•••• •••• •••• 4321");
    scene.gone("top");
    scene.gone("child");
    assert_eq!(scene.redact(text), "•••• •••• •••• 4321", "the next page may say it");
    scene.report("top", secrets(r#""other-value""#));
    assert_eq!(scene.redact("other-value hunter22"), "•••• ••••");
    scene.report("top", secrets(""));
    assert_eq!(scene.redact("other-value"), "other-value", "the field is empty, and it was not left");
    assert!(!format!("{scene:?}").contains("hunter22"));
}

#[test]
fn dots_of_a_hidden_password_take_nothing_out() {
    let mut scene = Scene::new("top");
    let hidden = field(1, 1, "•••••••").replace(r#""password":false"#, r#""password":true"#);
    scene.report("top", parse(&fields(&hidden, "")).unwrap());
    assert_eq!(scene.fields()[0].field.text, "•••••••");
    assert_eq!(scene.redact("rated ••••••• of seven"), "rated ••••••• of seven");
}
