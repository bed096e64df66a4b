//! Names and other short texts in the schema.

use super::texts;
use crate::rule::NAME_LONGEST;

const LABEL: &str = "self.matches('^[a-z0-9]([-a-z0-9]*[a-z0-9])?$')";
/// Control and direction characters, as `session::participant` refuses them: they make one name look like another.
const SEEN: &str = "self.size() > 0 && self.trim() == self && !self.matches('[\\\\x{0}-\\\\x{1f}\\\\x{7f}-\\\\x{9f}\\\\x{ad}\\\\x{61c}\\\\x{200b}\\\\x{200e}\\\\x{200f}\\\\x{2028}-\\\\x{202e}\\\\x{2060}-\\\\x{206f}\\\\x{feff}\\\\x{fff9}-\\\\x{fffb}]')";

texts! {
    /// A name of one of our objects.
    Label, NAME_LONGEST, [(LABEL, "write a DNS label: a-z, 0-9 and, not first or last, -")];
    /// A name of a Secret or another object of Kubernetes.
    ObjectName, 253, [(
        "self.matches('^[a-z0-9]([-a-z0-9]*[a-z0-9])?([.][a-z0-9]([-a-z0-9]*[a-z0-9])?)*$')",
        "write the name of an object: a-z, 0-9, - and dots",
    )];
    /// A key in a Secret, or a name of a key or a bucket elsewhere.
    Token, 253, [("self.matches('^[-._a-zA-Z0-9/:]+$')", "write 1 to 253 characters of a-z, A-Z, 0-9 and - . _ / :")];
    /// What people read.
    DisplayName, 80, [(
        SEEN,
        "write 1 to 80 characters, without space at an end, control or direction characters",
    )];
    /// A CSS selector.
    Selector, 512, [(
        "self.trim() != '' && !self.matches('[{};\\\\x{0}-\\\\x{1f}\\\\x{7f}-\\\\x{9f}]') && !self.contains('/*')",
        "write one CSS selector of 1 to 512 bytes without braces, semicolons, comments or control characters",
    )];
    /// An address range.
    Cidr, 43, [("isCIDR(self)", "write an address range, for example 192.0.2.0/24 or 2001:db8::/32")];
    /// A colour.
    Color, 7, [("self.matches('^#[0-9a-f]{6}$')", "write # and six digits of 0-9 and a-f, for example #0b5fff")];
    /// A language.
    Language, 16, [(
        "self.matches('^[a-z]{2,3}(-[A-Z][a-z]{3})?(-([A-Z]{2}|[0-9]{3}))?$')",
        "write a BCP 47 tag, for example en or nl-NL",
    )];
    /// A time zone.
    Timezone, 64, [(
        "self.matches('^(UTC|[A-Z][A-Za-z]+(/[A-Z][-+_A-Za-z0-9]+){1,2})$')",
        "write an IANA name, for example Europe/Amsterdam, or UTC",
    )];
    /// An image.
    Image, 512, [
        (
            "self.matches('^[a-z0-9]([-._a-z0-9]*)(:[0-9]+)?(/[a-z0-9][-._a-z0-9]*)*(:[A-Za-z0-9_][-._A-Za-z0-9]*)?(@sha256:[0-9a-f]{64})?$')",
            "write [registry/]name:tag or, better, [registry/]name@sha256:digest",
        ),
        (
            "self.matches('(:[A-Za-z0-9_][-._A-Za-z0-9]*|@[^/]*)$')",
            "it names no version: write a tag or, better, a digest behind it",
        ),
        ("!self.endsWith(':latest')", "latest is another image every week: write a version or a digest"),
    ];
    /// A label's or a taint's key.
    LabelKey, 317, [(
        "self.matches('^([a-z0-9]([-a-z0-9.]*[a-z0-9])?/)?[A-Za-z0-9]([-._A-Za-z0-9]{0,61}[A-Za-z0-9])?$')",
        "write a label's key, for example kubernetes.io/arch",
    )];
    /// A label's or a taint's value.
    LabelValue, 63, [(
        "self.matches('^([A-Za-z0-9]([-._A-Za-z0-9]*[A-Za-z0-9])?)?$')",
        "write a label's value: a-z, A-Z, 0-9 and, not first or last, - . _",
    )];
}
