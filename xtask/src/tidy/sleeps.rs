//! Tests wait for what they need, never for time to pass.

use super::{Fault, Source};

const SLEEPS: [&str; 5] = ["sleep(", "waitForTimeout(", "timers/promises", "setTimeout(resolve", "setTimeout(r,"];

/// Finds sleeps in end-to-end tests, test folders and inline tests.
pub(crate) fn check(source: &Source) -> Vec<Fault> {
    let lines = match source.ending() {
        "rs" if source.is_test() => source.text.lines().collect(),
        "rs" if !source.path.starts_with("xtask/") => source.body_and_tests().1,
        "ts" | "tsx" | "mjs" | "js" if source.is_test() => source.text.lines().collect(),
        _ => return Vec::new(),
    };
    let sleeping = |line: &&str| SLEEPS.iter().any(|sleep| line.contains(sleep));
    let fault = |line: &str| {
        let text = format!("`{}` waits for time: wait for the condition (a poll with a bound, an event)", line.trim());
        Fault::new("sleep", &source.path, text)
    };
    lines.into_iter().filter(sleeping).map(fault).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_sleep_in_a_test_is_a_fault() {
        assert_eq!(check(&Source::new("e2e/flows/a.ts", "await page.waitForTimeout(50);\n")).len(), 1);
        assert_eq!(check(&Source::new("session-api/tests/a.rs", "tokio::time::sleep(d).await;\n")).len(), 1);
        let inline = "#[cfg(test)]\nmod tests {\n    thread::sleep(d);\n}\n";
        assert_eq!(check(&Source::new("session/src/a.rs", inline)).len(), 1);
    }

    #[test]
    fn programs_may_wait() {
        assert_eq!(check(&Source::new("session-api/src/a.rs", "tokio::time::sleep(d).await;\n")), []);
        assert_eq!(check(&Source::new("e2e/flows/a.ts", "await expect.poll(ready).toBe(true);\n")), []);
    }
}
