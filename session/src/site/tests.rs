//! What matches, what is refused, and who owns what.

use super::*;
use crate::id::TenantId;

fn pattern(text: &str) -> HostPattern {
    HostPattern::parse(text).expect(text)
}

#[test]
fn patterns_read() {
    let cases = [
        ("example.com", Ok("https://example.com")),
        ("https://example.com", Ok("https://example.com")),
        ("https://example.com:443", Ok("https://example.com")),
        ("example.com:8443", Ok("https://example.com:8443")),
        ("*.example.com", Ok("https://*.example.com")),
        ("http://localhost:8300", Ok("http://localhost:8300")),
        ("http://shop.localhost:8300", Ok("http://shop.localhost:8300")),
        ("http://*.localhost", Ok("http://*.localhost")),
        ("*.localhost:9000", Ok("https://*.localhost:9000")),
        ("xn--bcher-kva.example", Ok("https://xn--bcher-kva.example")),
        ("Example.com", Err(PatternError::UpperCase)),
        ("bücher.example", Err(PatternError::NotAscii)),
        ("ftp://example.com", Err(PatternError::Scheme)),
        ("HTTPS://example.com", Err(PatternError::UpperCase)),
        ("a@example.com", Err(PatternError::UserInfo)),
        ("https://a:b@example.com", Err(PatternError::UserInfo)),
        ("example.com/", Err(PatternError::Path)),
        ("example.com/shop", Err(PatternError::Path)),
        ("example.com?x", Err(PatternError::Path)),
        ("example.com#x", Err(PatternError::Path)),
        ("example.com\\x", Err(PatternError::Path)),
        ("example.com.", Err(PatternError::TrailingDot)),
        ("example.com.:443", Err(PatternError::TrailingDot)),
        ("*", Err(PatternError::Star)),
        ("*.", Err(PatternError::TrailingDot)),
        ("*.com", Err(PatternError::StarTooWide)),
        ("a.*.com", Err(PatternError::Star)),
        ("*a.example.com", Err(PatternError::Star)),
        ("*.*.example.com", Err(PatternError::Star)),
        ("10.0.0.1", Err(PatternError::IpAddress)),
        ("0x7f.1", Err(PatternError::IpAddress)),
        ("a.0x7f", Err(PatternError::IpAddress)),
        ("2130706433", Err(PatternError::IpAddress)),
        ("[::1]", Err(PatternError::IpAddress)),
        ("http://[::1]:80", Err(PatternError::IpAddress)),
        ("", Err(PatternError::Host)),
        ("https://", Err(PatternError::Host)),
        ("a..b", Err(PatternError::Host)),
        (".example.com", Err(PatternError::Host)),
        ("-a.example.com", Err(PatternError::Host)),
        ("exa mple.com", Err(PatternError::Host)),
        ("example.com:", Err(PatternError::Port)),
        ("example.com:0", Err(PatternError::Port)),
        ("example.com:080", Err(PatternError::Port)),
        ("example.com:65536", Err(PatternError::Port)),
        ("example.com:+80", Err(PatternError::Port)),
        ("example.com:80:80", Err(PatternError::Port)),
        ("http://example.com", Err(PatternError::Plain)),
        ("http://notlocalhost", Err(PatternError::Plain)),
        ("http://localhost.example.com", Err(PatternError::Plain)),
    ];
    for (text, expected) in cases {
        let found = HostPattern::parse(text).map(|pattern| pattern.to_string());
        assert_eq!(found, expected.map(str::to_owned), "{text}");
    }
}

#[test]
fn addresses_read() {
    let cases = [
        ("https://example.com", Ok("https://example.com/")),
        ("https://example.com/a?b#c", Ok("https://example.com/a?b#c")),
        ("https://example.com?b", Ok("https://example.com/?b")),
        ("https://example.com#c", Ok("https://example.com/#c")),
        ("HTTPS://Example.COM/A", Ok("https://example.com/A")),
        ("https://example.com:443/", Ok("https://example.com/")),
        ("https://example.com:8443/", Ok("https://example.com:8443/")),
        ("http://shop.localhost:8300/", Ok("http://shop.localhost:8300/")),
        ("https://example.com/a@b:c", Ok("https://example.com/a@b:c")),
        ("https://example.com?u=https://evil.example/", Ok("https://example.com/?u=https://evil.example/")),
        ("https://example.com/été", Ok("https://example.com/été")),
        ("", Err(UrlError::Scheme)),
        ("example.com", Err(UrlError::Scheme)),
        ("//example.com", Err(UrlError::Scheme)),
        ("https:example.com", Err(UrlError::Scheme)),
        ("https:/example.com", Err(UrlError::Scheme)),
        ("https:///example.com", Err(UrlError::Host)),
        ("javascript://example.com/%0aalert(1)", Err(UrlError::Scheme)),
        ("data:text/html,https://example.com", Err(UrlError::Scheme)),
        ("file:///etc/passwd", Err(UrlError::Scheme)),
        ("view-source:https://example.com", Err(UrlError::Scheme)),
        ("https://example.com@evil.example/", Err(UrlError::UserInfo)),
        ("https://a:b@example.com/", Err(UrlError::UserInfo)),
        ("https://example.com\\@evil.example/", Err(UrlError::Character)),
        (" https://example.com", Err(UrlError::Character)),
        ("https://exam\tple.com", Err(UrlError::Character)),
        ("https://example.com/a\nb", Err(UrlError::Character)),
        ("https://example.com\u{0}/", Err(UrlError::Character)),
        ("https://example.com./", Err(UrlError::Host)),
        ("https://exämple.com/", Err(UrlError::Host)),
        ("https://example。com/", Err(UrlError::Host)),
        ("https://example%2ecom/", Err(UrlError::Host)),
        ("https://127.0.0.1/", Err(UrlError::IpAddress)),
        ("https://0x7f000001/", Err(UrlError::IpAddress)),
        ("https://0X7F000001/", Err(UrlError::IpAddress)),
        ("https://2130706433/", Err(UrlError::IpAddress)),
        ("https://[::1]/", Err(UrlError::IpAddress)),
        ("https://example.com:/", Err(UrlError::Port)),
        ("https://example.com:99999/", Err(UrlError::Port)),
        ("https://example.com:-1/", Err(UrlError::Port)),
        ("http://example.com/", Err(UrlError::Plain)),
    ];
    for (text, expected) in cases {
        let found = PageUrl::parse(text).map(|url| url.expose());
        assert_eq!(found, expected.map(str::to_owned), "{text}");
    }
    let long = format!("https://example.com/{}", "a".repeat(URL_BYTES_MAX));
    assert_eq!(PageUrl::parse(&long), Err(UrlError::TooLong));
    // As long as allowed as it is written, one too long as it is passed on.
    let without_path = format!("https://example.com?{}", "a".repeat(URL_BYTES_MAX - 20));
    assert_eq!((without_path.len(), PageUrl::parse(&without_path)), (URL_BYTES_MAX, Err(UrlError::TooLong)));
    assert_eq!(Origin::of_address(&long).map(|origin| origin.to_string()), Ok("https://example.com".to_owned()));
    assert_eq!(Origin::of_address("about:blank"), Err(UrlError::Scheme));
}

#[test]
fn queries_are_not_shown() {
    let url = PageUrl::parse("https://example.com/account?token=secret#also-secret").expect("an address");
    assert_eq!(url.without_query(), "https://example.com/account");
    assert_eq!(format!("{url:?}"), "PageUrl(https://example.com/..)");
}

#[test]
fn matching() {
    let cases = [
        ("example.com", "https://example.com/x", true),
        ("example.com", "https://www.example.com/", false),
        ("example.com", "https://example.com:8443/", false),
        ("example.com", "https://example.com.evil.example/", false),
        ("example.com", "https://notexample.com/", false),
        ("*.example.com", "https://a.example.com/", true),
        ("*.example.com", "https://a.b.example.com/", true),
        ("*.example.com", "https://example.com/", false),
        ("*.example.com", "https://badexample.com/", false),
        ("http://shop.localhost:8300", "http://shop.localhost:8300/cart", true),
        ("http://shop.localhost:8300", "https://shop.localhost:8300/", false),
        ("http://shop.localhost:8300", "http://shop.localhost:8301/", false),
        ("http://shop.localhost:8300", "http://bank.localhost:8300/", false),
    ];
    for (text, url, expected) in cases {
        let url = PageUrl::parse(url).expect(url);
        assert_eq!(pattern(text).matches(url.origin()), expected, "{text} {url:?}");
    }
}

#[test]
fn overlapping() {
    let cases = [
        ("a.example.com", "a.example.com", true),
        ("a.example.com", "b.example.com", false),
        ("*.example.com", "a.example.com", true),
        ("*.example.com", "example.com", false),
        ("*.example.com", "*.example.com", true),
        ("*.example.com", "*.a.example.com", true),
        ("*.example.com", "*.badexample.com", false),
        ("a.example.com", "a.example.com:8443", false),
        ("http://a.localhost", "https://a.localhost:80", false),
    ];
    for (a, b, expected) in cases {
        assert_eq!(pattern(a).overlaps(&pattern(b)), expected, "{a} {b}");
        assert_eq!(pattern(b).overlaps(&pattern(a)), expected, "{b} {a}");
    }
}

#[test]
fn each_site_has_one_tenant() {
    let tenant = |name: &str| TenantId::parse(name).expect("a label");
    let rows = vec![
        (tenant("northwind"), vec![pattern("*.northwind.example"), pattern("www.northwind.example")]),
        (tenant("contoso"), vec![pattern("contoso.example")]),
    ];
    let table = SiteTable::new(rows.clone()).expect("they are apart");
    let owner = |url: &str| {
        let url = PageUrl::parse(url).expect(url);
        table.owner_of(url.origin()).map(|owner| owner.tenant().to_string())
    };
    assert_eq!(owner("https://www.northwind.example/"), Some("northwind".to_owned()));
    assert_eq!(owner("https://contoso.example/"), Some("contoso".to_owned()));
    assert_eq!(owner("https://other.example/"), None);

    let third = (tenant("fabrikam"), vec![pattern("shop.northwind.example")]);
    let overlap = SiteTable::new(rows.into_iter().chain([third]).collect()).expect_err("one site, two tenants");
    assert_eq!(
        overlap.to_string(),
        "failed to give each site one tenant: https://*.northwind.example of northwind and \
         https://shop.northwind.example of fabrikam overlap; take one away"
    );
}
