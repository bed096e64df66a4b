//! Where the top level of a tab may go. Judges addresses as Chrome writes them.

use cobrowse_session::site::{HostPattern, PageUrl};
use std::sync::Arc;

/// The tenant's sites.
#[derive(Debug, Clone)]
pub struct Sites(Arc<[HostPattern]>);

/// What an address is to the rule.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Verdict {
    /// A page of a site.
    Site,
    /// Empty, without any content of its own.
    Blank,
    /// Anything else: the host, or the scheme when there is none.
    Foreign(String),
}

impl Sites {
    /// The sites that match any of these patterns.
    pub fn new(patterns: Vec<HostPattern>) -> Self {
        Self(patterns.into())
    }

    /// Judges an address.
    pub(crate) fn judge(&self, url: &str) -> Verdict {
        if matches!(url, "" | "about:blank") {
            return Verdict::Blank;
        }
        // A blob belongs to the origin that made it.
        let url = url.strip_prefix("blob:").unwrap_or(url);
        let Some((scheme, rest)) = url.split_once("://") else {
            return Verdict::Foreign(url.split(':').next().unwrap_or_default().to_owned());
        };
        if !matches!(scheme, "http" | "https") {
            // What follows the scheme may be content.
            return Verdict::Foreign(scheme.split(':').next().unwrap_or_default().to_owned());
        }
        // The path may be longer than a start address may be; only the origin counts here.
        let authority = rest.split(['/', '?', '#']).next().unwrap_or_default();
        let known = PageUrl::parse(&format!("{scheme}://{authority}/"));
        match known {
            Ok(page) if self.0.iter().any(|pattern| pattern.matches(page.origin())) => Verdict::Site,
            _ => Verdict::Foreign(host(authority).chars().take(MAX_HOST).collect()),
        }
    }
}

/// Longest host with its port that is told.
const MAX_HOST: usize = 260;

/// The host of an address, for people; empty when there is none.
pub(crate) fn host_of(url: &str) -> String {
    parts(url).map(|(_, host)| host.to_owned()).unwrap_or_default()
}

/// Scheme, host and port of an address; empty when there is none.
pub(crate) fn origin_of(url: &str) -> String {
    parts(url).map(|(scheme, host)| format!("{scheme}://{host}")).unwrap_or_default()
}

/// Scheme and host. An address whose content follows its scheme (`data:`) has no host, whatever stands in it.
fn parts(url: &str) -> Option<(&str, &str)> {
    let (scheme, rest) = url.split_once("://")?;
    let host = host(rest.split(['/', '?', '#']).next().unwrap_or_default());
    let named = |c: char| c.is_ascii_alphanumeric() || "+-.".contains(c);
    (scheme.chars().all(named) && host.len() <= MAX_HOST).then_some((scheme, host))
}

fn host(authority: &str) -> &str {
    authority.rsplit('@').next().unwrap_or(authority)
}

#[cfg(test)]
mod tests {
    use super::{Sites, Verdict, host_of, origin_of};
    use cobrowse_session::site::HostPattern;

    fn sites() -> Sites {
        let parse = |text: &str| HostPattern::parse(text).expect("a pattern");
        Sites::new(vec![parse("*.shop.example"), parse("http://shop.localhost:8300")])
    }

    #[test]
    fn only_pages_of_the_sites_pass() {
        let sites = sites();
        for url in ["https://www.shop.example/a?b#c", "http://shop.localhost:8300", "blob:https://a.shop.example/1-2"] {
            assert_eq!(sites.judge(url), Verdict::Site, "{url}");
        }
        let foreign = [
            ("https://shop.example.evil.example/", "shop.example.evil.example"),
            ("http://www.shop.example/", "www.shop.example"),
            ("http://shop.localhost:8301/", "shop.localhost:8301"),
            ("https://a.shop.example@evil.example/", "evil.example"),
            ("https://[::1]/", "[::1]"),
            ("data:text/html,x", "data"),
            ("javascript:alert(1)", "javascript"),
            ("file:///etc/passwd", "file"),
            ("chrome://version/", "chrome"),
            ("blob:https://evil.example/1", "evil.example"),
            ("view-source:https://www.shop.example/", "view-source"),
            ("data:text/html,a secret <a href='https://b.example'>", "data"),
        ];
        for (url, host) in foreign {
            assert_eq!(sites.judge(url), Verdict::Foreign(host.into()), "{url}");
        }
        assert_eq!(sites.judge("about:blank"), Verdict::Blank);
        assert_eq!(sites.judge("about:version"), Verdict::Foreign("about".into()));
    }

    #[test]
    fn a_very_long_address_of_a_site_passes() {
        let url = format!("https://www.shop.example/?{}", "x".repeat(100_000));
        assert_eq!(sites().judge(&url), Verdict::Site);
    }

    #[test]
    fn people_are_told_host_and_origin_only() {
        assert_eq!(host_of("https://a.example:8/p?q"), "a.example:8");
        assert_eq!(origin_of("https://a.example:8/p?q"), "https://a.example:8");
        for content in ["data:text/html,<a href='https://b.example'>secret", "javascript:'x://secret'", "about:blank"] {
            assert_eq!((host_of(content), origin_of(content)), (String::new(), String::new()), "{content}");
        }
        assert_eq!(origin_of("https://name:secret@a.example/"), "https://a.example");
    }
}
