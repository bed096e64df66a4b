//! Host patterns in the schema, with the messages of `session::site`. The parser there has the last word; whatever these
//! rules let through, it reads.

use super::texts;

/// A number from 1 to 65535 without leading zeros.
pub(super) const PORT: &str = "([1-9][0-9]{0,3}|[1-5][0-9]{4}|6[0-4][0-9]{3}|65[0-4][0-9]{2}|655[0-2][0-9]|6553[0-5])";

texts! {
    /// `[scheme://]host[:port]`.
    HostPatternText, 253, [
        ("self == self.lowerAscii()", "write it in lower case"),
        ("self.matches('^[!-~]+$')", "write a host pattern without spaces, names in other scripts in their xn-- form"),
        (
            "!self.contains('://') || self.startsWith('https://') || self.startsWith('http://')",
            "the scheme must be https or http",
        ),
        ("!self.contains('@')", "leave out the user name and the @"),
        (
            "!self.replace('://', '').matches('[/?#]')",
            "leave out what follows the host and port, also the last slash",
        ),
        ("!self.matches('[.](:[0-9]*)?$')", "leave out the dot at the end"),
        (
            "!self.contains('*') || self.matches('^([a-z]+://)?[*][.][^*]*$')",
            "a star stands only as the whole first label, as in *.example.com",
        ),
        (
            "!self.matches('^(https?://)?[*][.][^.]*$') || self.matches('[*][.]localhost(:.*)?$')",
            "a star needs a name of two labels or more behind it, as in *.example.com",
        ),
        (
            "!self.contains('[') && !self.matches('^([a-z]+://)?([^/:]*[.])?(0x[0-9a-f]*|[0-9]+)([:/?#].*)?$')",
            "write a name, not an IP address",
        ),
        (
            &format!("self.contains('[') || self.replace('://', '').matches('^[^:/?#]*(:{PORT})?([/?#].*)?$')"),
            "the port must be a number from 1 to 65535 without leading zeros",
        ),
        (
            "!(self.startsWith('http://') ? self.endsWith(':80') : self.endsWith(':443'))",
            "leave out the port that goes without saying: 443, or 80 after http://",
        ),
        (
            "!self.startsWith('http://') || self.matches('^http://([^/:?#]*[.])?localhost([:/?#].*)?$')",
            "http:// is for localhost and *.localhost alone, write https://",
        ),
        (
"self.lowerAscii().replace('https://', '').replace('http://', '').matches('^([*][.])?[a-z0-9_]([-a-z0-9_]*[a-z0-9_])?([.][a-z0-9_]([-a-z0-9_]*[a-z0-9_])?)*[.]?([:/?#@].*)?$')",
            "the host must be a DNS name of labels with a-z, 0-9 and -",
        ),
        ("!self.matches('[^.:/]{64}')", "a label of the host is too long: write at most 63 characters between two dots"),
    ];
}
