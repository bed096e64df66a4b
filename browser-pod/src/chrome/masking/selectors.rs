//! The tenant's selectors: checked here for their form and in Chrome for their meaning, then written into the extension.

use super::EXTENSION_FILES;
use std::borrow::Cow;

/// Most selectors of a tenant.
const MAX_SELECTORS: usize = 200;
/// Longest selector, bytes.
const MAX_LENGTH: usize = 512;

/// Why selectors were refused. Names the selector, for the tenant's own people to mend.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
pub enum Error {
    /// More than the limit.
    #[error("failed to take the selectors to mask: there are {0}, at most {MAX_SELECTORS} are allowed")]
    TooMany(usize),
    /// Longer than the limit.
    #[error("failed to take selector {0} to mask: it is longer than {MAX_LENGTH} bytes")]
    TooLong(usize),
    /// Empty, or with something in it that no selector of elements has.
    #[error("failed to take the selector {selector:?} to mask: {reason}")]
    Form {
        /// As it was given.
        selector: String,
        /// What is wrong.
        reason: &'static str,
    },
    /// Chrome does not understand them.
    #[error("failed to take the selectors to mask: Chrome does not understand {0:?}")]
    Unknown(Vec<String>),
    /// The answer to the check was none.
    #[error("failed to check the selectors to mask in Chrome")]
    NoAnswer,
}

/// Selectors of the right form.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Selectors(Vec<String>);

impl Selectors {
    /// Takes CSS selectors of elements, each possibly a list with commas.
    ///
    /// # Errors
    /// When one is empty, too long, or can be no selector of elements. What only Chrome knows is left to [`Self::check_script`].
    pub fn parse(all: &[String]) -> Result<Self, Error> {
        if all.len() > MAX_SELECTORS {
            return Err(Error::TooMany(all.len()));
        }
        for (index, selector) in all.iter().enumerate() {
            if selector.len() > MAX_LENGTH {
                return Err(Error::TooLong(index));
            }
            form(selector).map_err(|reason| Error::Form { selector: selector.clone(), reason })?;
        }
        Ok(Self(all.iter().map(|selector| selector.trim().to_owned()).collect()))
    }

    /// Whether there are none. Then [`EXTENSION_FILES`] will do, and no check is needed.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Expression for any page: a string, for [`Self::checked`].
    #[must_use]
    pub fn check_script(&self) -> String {
        format!(
            "JSON.stringify({}.filter((one) => {{ try {{ new DocumentFragment().querySelector(one); return false }} catch {{ return true }} }}))",
            json(&self.0)
        )
    }

    /// Reads Chrome's answer to [`Self::check_script`].
    ///
    /// # Errors
    /// With the selectors that Chrome does not understand.
    pub fn checked(self, answer: &str) -> Result<Self, Error> {
        let bad: Vec<String> = serde_json::from_str(answer).map_err(|_| Error::NoAnswer)?;
        if bad.is_empty() { Ok(self) } else { Err(Error::Unknown(bad)) }
    }

    /// All files of the extension, with these selectors in them: name in its folder, content.
    #[must_use]
    pub fn files(&self) -> Vec<(&'static str, Cow<'static, str>)> {
        let filled = |name: &str, content: &'static str| match name {
            "tenant.js" => Cow::Owned(format!("const TENANT_SELECTORS = {};\n", json(&self.0))),
            "tenant.css" => Cow::Owned(self.0.iter().map(|selector| rules(selector)).collect()),
            _ => Cow::Borrowed(content),
        };
        EXTENSION_FILES.iter().map(|&(name, content)| (name, filled(name, content))).collect()
    }
}

/// What holds without the script too, and for selectors that come true with no change of the document (`:hover`).
fn rules(selector: &str) -> String {
    format!(
        ":is({selector}), :is({selector}) * {{ -webkit-text-security: disc !important; color: transparent !important; \
         -webkit-text-fill-color: transparent !important; -webkit-text-stroke: 0 !important; text-shadow: none !important; \
         text-decoration: none !important; caret-color: transparent !important; fill: transparent !important; \
         stroke: transparent !important; transition: none !important; animation: none !important; }}\n\
         :is({selector}):is(img, canvas, video, iframe, object, embed, svg, picture), \
         :is({selector}) :is(img, canvas, video, iframe, object, embed, svg, picture) {{ opacity: 0 !important; }}\n\
         :is({selector})::before, :is({selector})::after, :is({selector}) *::before, :is({selector}) *::after {{ content: none !important; }}\n"
    )
}

fn form(selector: &str) -> Result<(), &'static str> {
    if selector.trim().is_empty() {
        return Err("it is empty");
    }
    if selector.chars().any(char::is_control) {
        return Err("it has control characters");
    }
    if selector.contains("/*") || selector.contains(['{', '}', ';', '<', '@', '\\']) {
        return Err("it has one of { } ; < @ \\ or a comment");
    }
    if selector.contains("::") {
        return Err("it names a pseudo-element; name the element");
    }
    balanced(selector)
}

/// Brackets and quotes that are left open would swallow what follows in a style sheet.
fn balanced(selector: &str) -> Result<(), &'static str> {
    let mut open = Vec::new();
    let mut quote = None;
    for letter in selector.chars() {
        match (quote, letter) {
            (Some(one), _) if one == letter => quote = None,
            (Some(_), _) => {}
            (None, '"' | '\'') => quote = Some(letter),
            (None, '(') => open.push(')'),
            (None, '[') => open.push(']'),
            (None, ')' | ']') if open.pop() != Some(letter) => return Err("its brackets do not match"),
            (None, _) => {}
        }
    }
    if quote.is_some() || !open.is_empty() { Err("a bracket or quote is left open") } else { Ok(()) }
}

fn json(all: &[String]) -> String {
    serde_json::Value::from(all).to_string()
}

#[cfg(test)]
mod tests {
    use super::{Error, Selectors};

    fn parse(selector: &str) -> Result<Selectors, Error> {
        Selectors::parse(&[selector.to_owned()])
    }

    #[test]
    fn good_selectors_come_into_the_files() {
        let selectors = parse("#bsn, .secret[data-x=\"a'b\"] > span").unwrap();
        let files = selectors.files();
        let file = |wanted: &str| files.iter().find(|(name, _)| *name == wanted).unwrap().1.clone();
        assert!(file("tenant.js").contains(r##"["#bsn, .secret[data-x=\"a'b\"] > span"]"##));
        assert!(file("tenant.css").starts_with(":is(#bsn, .secret[data-x=\"a'b\"] > span)"));
        assert_eq!(files.len(), super::EXTENSION_FILES.len());
    }

    #[test]
    fn bad_selectors_are_named() {
        for bad in [
            "",
            "  ",
            "a{}b",
            "a;",
            "p::before",
            "a[b",
            "a)b(",
            "a[b=\"c]",
            "x\u{0}",
            "/*",
            "</style>",
            "@media",
            "a\\",
        ] {
            assert!(matches!(parse(bad), Err(Error::Form { .. })), "{bad:?}");
        }
        assert_eq!(parse(&"a".repeat(513)), Err(Error::TooLong(0)));
        assert_eq!(Selectors::parse(&vec!["a".to_owned(); 201]), Err(Error::TooMany(201)));
        let selectors = parse("p:nonsense").unwrap();
        assert_eq!(selectors.checked("[\"p:nonsense\"]"), Err(Error::Unknown(vec!["p:nonsense".to_owned()])));
        assert_eq!(parse("p").unwrap().checked("null"), Err(Error::NoAnswer));
    }
}
