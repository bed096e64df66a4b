//! Addresses in the schema. Stricter than the parser of `session::site`: nothing is repaired, and where an object could
//! carry what belongs to one person, it is refused.

use super::host::PORT;
use super::texts;

const LONGEST: usize = 2048;
const HOST: &str = "[a-z0-9_]([-a-z0-9_]*[a-z0-9_])?([.][a-z0-9_]([-a-z0-9_]*[a-z0-9_])?)*";

const SCHEME: (&str, &str) =
    ("self.startsWith('https://') || self.startsWith('http://')", "it must begin with https:// or http://");
const PLAIN: (&str, &str) = (
    "!self.startsWith('http://') || self.matches('^http://([^/:?#@]*[.])?localhost([:/?#].*)?$')",
    "http is allowed for localhost alone, write https://",
);
const CHARACTER: (&str, &str) = (
    "self.matches('^[!-~]*$') && !self.contains('\\\\')",
    "it has a space, a backslash or a character outside ASCII: write it percent-encoded",
);
const IP: (&str, &str) = (
    "!self.matches('^[a-z]+://([\\\\[]|([^/:?#@]*[.])?(0x[0-9a-f]*|[0-9]+)([:/?#]|$))')",
    "the host must be a name, not an IP address",
);
const PORT_UNSAID: (&str, &str) = (
    "!self.matches('^(https://[^/?#]*:443|http://[^/?#]*:80)([/?#]|$)')",
    "leave out the port that goes without saying: 443, or 80 after http://",
);
const USER: (&str, &str) = ("!self.matches('^[a-z]+://[^/?#]*@')", "leave out the user name and the @");
const LABEL_LENGTH: (&str, &str) = (
    "!self.matches('^[a-z]+://([^/?#]*[.@])?[^./:?#]{64}')",
    "a label of the host is too long: write at most 63 characters between two dots",
);

fn host_and_port() -> String {
    format!("!self.contains('://') || self.matches('^[a-z]+://([^/?#]*@)?({HOST}|[\\\\[][^/]*)(:{PORT})?(/.*)?$')")
}

const HOST_AND_PORT: &str = "after the scheme must come a DNS name in lower case, of labels with a-z, 0-9 and -, a port from 1 to 65535 if any, and /";

texts! {
    /// A tenant's start page.
    PageAddress, LONGEST, [SCHEME, PLAIN, CHARACTER, USER, IP, PORT_UNSAID, LABEL_LENGTH, (&host_and_port(), HOST_AND_PORT)];
    /// Where one session starts, with nothing of one person in it.
    StartAddress, LONGEST, [
        SCHEME, PLAIN, CHARACTER, IP, PORT_UNSAID, LABEL_LENGTH, (&host_and_port(), HOST_AND_PORT),
        ("!self.contains('?')", "leave out the ? and what follows: a query can be private and never stands in an object"),
        ("!self.contains('#')", "leave out the # and what follows: a fragment can be private and never stands in an object"),
        ("!self.contains('@')", "leave out the @: no user name and no mail address stands in an object"),
    ];
    /// An address of the tenant's own or of a service, never plain.
    HttpsAddress, LONGEST, [
        ("self.startsWith('https://')", "it must begin with https://"),
        CHARACTER, USER, LABEL_LENGTH, (&host_and_port(), HOST_AND_PORT),
    ];
}
