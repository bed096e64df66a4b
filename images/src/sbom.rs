//! The list of all parts of an image, in the form of CycloneDX. The same parts give the same text: it has no time and no number.

use serde_json::{Value, json};

use crate::cargo::Crate;
use crate::recipe::Recipe;
use crate::root::{Package, RELEASE};

/// Writes it.
pub(crate) fn of(recipe: &Recipe, tag: &str, packages: &[Package], crates: &[Crate]) -> String {
    let components: Vec<Value> = packages.iter().map(package).chain(crates.iter().map(library)).collect();
    let list = json!({
        "bomFormat": "CycloneDX", "specVersion": "1.6", "version": 1,
        "metadata": {"component": {
            "type": "container", "bom-ref": recipe.name, "name": recipe.name, "version": tag,
            "description": recipe.description,
        }},
        "components": components,
    });
    // Values of JSON always have a text.
    format!("{list:#}\n")
}

fn package(package: &Package) -> Value {
    let Package { name, version, architecture, sha256 } = package;
    let address = format!("pkg:deb/debian/{name}@{}?arch={architecture}&distro={RELEASE}", escaped(version));
    json!({
        "type": "library", "bom-ref": address, "name": name, "version": version, "purl": address,
        "hashes": [{"alg": "SHA-256", "content": sha256}],
    })
}

fn library(library: &Crate) -> Value {
    let address = format!("pkg:cargo/{}@{}", library.name, escaped(&library.version));
    let mut component = json!({
        "type": "library", "bom-ref": address, "name": library.name, "version": library.version, "purl": address,
    });
    if let Some(license) = &library.license {
        // Older crates write a stroke for a choice.
        component["licenses"] = json!([{"expression": license.replace('/', " OR ")}]);
    }
    component
}

/// As package addresses have versions: what would mean something else there is written by its number.
fn escaped(version: &str) -> String {
    version.chars().fold(String::new(), |text, letter| match letter {
        'a'..='z' | 'A'..='Z' | '0'..='9' | '.' | '-' | '_' | '~' => text + letter.encode_utf8(&mut [0; 4]),
        other => text + &format!("%{:02X}", u32::from(other)),
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::archive::architecture;

    #[test]
    fn every_part_has_its_address() {
        let recipe = crate::recipe::all().expect("read").remove(0);
        let packages = [Package {
            name: "libc6".into(),
            version: "1:2.36-9+deb12u13".into(),
            architecture: architecture().into(),
            sha256: "ff".into(),
        }];
        let crates = [Crate { name: "a".into(), version: "1.0.0".into(), license: Some("MIT/Apache-2.0".into()) }];
        let text = of(&recipe, "dev", &packages, &crates);
        let list: Value = serde_json::from_str(&text).expect("JSON");
        let expected = format!("pkg:deb/debian/libc6@1%3A2.36-9%2Bdeb12u13?arch={}&distro=bookworm", architecture());
        assert_eq!(list["components"][0]["purl"], expected);
        assert_eq!(list["components"][1]["purl"], "pkg:cargo/a@1.0.0");
        assert_eq!(list["components"][1]["licenses"][0]["expression"], "MIT OR Apache-2.0");
        assert_eq!(of(&recipe, "dev", &packages, &crates), text);
    }
}
