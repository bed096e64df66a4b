//! The console's layers: each imports only itself and what stands before it, and `core` sees neither a framework nor the world.
//! Tests may import what they like.

use super::{Fault, Source};

const ROOT: &str = "console/src/";

/// From the innermost out. What lies beside the folders, such as `main.tsx`, stands last.
const LAYERS: [&str; 7] = ["gen", "core", "transport", "render", "hooks", "components", "pages"];

/// Packages, and the first layer that may import them.
const PACKAGES: [(&str, &str); 4] =
    [("@bufbuild/protobuf", "gen"), ("@connectrpc/", "transport"), ("react-dom", "main"), ("react", "hooks")];

/// Clocks, chance, network and the page: `core` takes what it needs of them as arguments.
const WORLD: [&str; 13] = [
    "window.",
    "document.",
    "navigator.",
    "location.",
    "localStorage",
    "sessionStorage",
    "fetch(",
    "new WebSocket(",
    "setTimeout(",
    "setInterval(",
    "Date.now(",
    "performance.now(",
    "Math.random(",
];

/// Finds imports against the order, and a `core` that touches the world.
pub(crate) fn check(source: &Source) -> Vec<Fault> {
    let Some(path) = source.path.strip_prefix(ROOT).filter(|_| source.by_hand() && !source.is_test()) else {
        return Vec::new();
    };
    if !matches!(source.ending(), "ts" | "tsx") {
        return Vec::new();
    }
    let imports = imports(&source.text).into_iter().filter_map(|target| import(path, target));
    let faults = imports.chain(source.text.lines().filter_map(|line| world(path, line)));
    faults.map(|text| Fault::new("layer", &source.path, text)).collect()
}

/// What a file imports: the text after `from`, of `import(` and of a bare `import`.
fn imports(text: &str) -> Vec<&str> {
    let begin = ["from \"", "import(\"", "import \"", "new URL(\""];
    let after = |line| begin.iter().find_map(|begin| str::split_once(line, begin)).map(|(_, rest)| rest);
    text.lines().filter_map(after).filter_map(|rest| rest.split_once('"')).map(|(target, _)| target).collect()
}

fn import(path: &str, target: &str) -> Option<String> {
    let own = rank(layer(path));
    if let Some(folder) = target.starts_with('.').then(|| resolve(path, target)) {
        let to = layer(&folder).to_owned();
        return (rank(&to) > own).then(|| {
            format!(
                "`{}` must not import `{to}`: move what both need further in, or pass it as an argument",
                layer(path)
            )
        });
    }
    let (name, first) = PACKAGES.iter().find(|(name, _)| target.starts_with(name))?;
    (rank(first) > own).then(|| format!("`{}` must not see {name}: it begins with `{first}`", layer(path)))
}

fn world(path: &str, line: &str) -> Option<String> {
    let code = line.trim_start();
    if layer(path) != "core" || code.starts_with("//") || code.starts_with('*') || code.starts_with("/*") {
        return None;
    }
    let found = WORLD.iter().find(|word| names(code, word))?;
    Some(format!("`core` must not touch `{found}`: take it as an argument"))
}

/// Whether a word stands in a line on its own, not as the end of another or behind a dot.
fn names(code: &str, word: &str) -> bool {
    code.match_indices(word).any(|(at, _)| {
        let before = code[..at].chars().next_back();
        !before.is_some_and(|c| c.is_alphanumeric() || "._\"`".contains(c))
    })
}

/// The folder of a path below `console/src`; of a file that lies there itself, its own name without the ending.
fn layer(path: &str) -> &str {
    let first = path.split('/').next().unwrap_or(path);
    first.split('.').next().unwrap_or(first)
}

fn rank(layer: &str) -> usize {
    LAYERS.iter().position(|known| *known == layer).unwrap_or(LAYERS.len())
}

/// `./a` and `../a` seen from a file, below `console/src`.
fn resolve(path: &str, target: &str) -> String {
    let mut parts: Vec<&str> = path.split('/').collect();
    parts.pop();
    for part in target.split('/') {
        match part {
            "." => {}
            ".." => drop(parts.pop()),
            name => parts.push(name),
        }
    }
    parts.join("/")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn faults(path: &str, text: &str) -> usize {
        check(&Source::new(&format!("{ROOT}{path}"), text)).len()
    }

    #[test]
    fn imports_go_inwards() {
        assert_eq!(faults("core/a.ts", "import { b } from \"../hooks/b\";\n"), 1);
        assert_eq!(faults("transport/fake/a.ts", "import { b } from \"../../render/b\";\n"), 1);
        assert_eq!(faults("components/a.tsx", "import { b } from \"../pages/b\";\n"), 1);
        assert_eq!(faults("hooks/a.ts", "const b = await import(\"../components/b\");\n"), 1);
        assert_eq!(faults("pages/a.tsx", "import { b } from \"../App\";\n"), 1);
        assert_eq!(faults("components/a.tsx", "import { b } from \"./b\";\nimport { c } from \"../core/c\";\n"), 0);
        assert_eq!(faults("main.tsx", "import { b } from \"./App\";\nimport \"./styles/base.css\";\n"), 0);
    }

    #[test]
    fn packages_begin_at_their_layer() {
        assert_eq!(faults("core/a.ts", "import { useState } from \"react\";\n"), 1);
        assert_eq!(faults("render/a.ts", "import type { Client } from \"@connectrpc/connect\";\n"), 0);
        assert_eq!(faults("core/a.ts", "import { Code } from \"@connectrpc/connect\";\n"), 1);
        assert_eq!(faults("hooks/a.ts", "import { useState } from \"react\";\n"), 0);
        assert_eq!(faults("pages/a.tsx", "import { createRoot } from \"react-dom/client\";\n"), 1);
        assert_eq!(faults("core/a.ts", "import { create } from \"@bufbuild/protobuf\";\n"), 0);
    }

    #[test]
    fn core_does_not_touch_the_world() {
        assert_eq!(faults("core/a.ts", "const now = Date.now();\n"), 1);
        assert_eq!(faults("core/a.ts", "  if (document.hidden) return;\n"), 1);
        assert_eq!(faults("core/a.ts", "// the caller reads Date.now()\nconst a = page.document.title;\n"), 0);
        assert_eq!(faults("hooks/a.ts", "const now = Date.now();\n"), 0);
    }

    #[test]
    fn tests_and_generated_code_are_left_alone() {
        assert_eq!(faults("core/a.test.ts", "import { b } from \"../hooks/b\";\n"), 0);
        assert_eq!(faults("gen/a.ts", "import { b } from \"../hooks/b\";\n"), 0);
    }
}
