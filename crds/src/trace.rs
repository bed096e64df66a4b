//! Where a session's trace goes on: the W3C `traceparent` in an annotation of its object. session-api writes it and the operator reads
//! it, but whoever may write the object may write anything there, and what is no `traceparent` counts as none.

use std::fmt;

/// The annotation, by the name that others' tools have for it.
pub const TRACE_CONTEXT: &str = "opentelemetry.io/trace-context";

/// Characters of a `traceparent` of version 00, the only one there is.
const LENGTH: usize = 55;

/// A place in a trace.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TraceParent {
    /// The trace. Not 0.
    pub trace: u128,
    /// The span in it. Not 0.
    pub span: u64,
    /// Whether the trace is kept.
    pub sampled: bool,
}

impl TraceParent {
    /// Reads one of version 00, as `00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01`. Other flags than the one for sampling have
    /// no meaning, and are left out.
    pub fn parse(text: &str) -> Option<Self> {
        if text.len() != LENGTH {
            return None;
        }
        let mut parts = text.split('-');
        let (version, trace, span, flags) = (parts.next()?, parts.next()?, parts.next()?, parts.next()?);
        if version != "00" || parts.next().is_some() {
            return None;
        }
        let (trace, span) = (hexadecimal(trace, 32)?, u64::try_from(hexadecimal(span, 16)?).ok()?);
        let sampled = hexadecimal(flags, 2)? & 1 == 1;
        (trace != 0 && span != 0).then_some(Self { trace, span, sampled })
    }
}

impl fmt::Display for TraceParent {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "00-{:032x}-{:016x}-{:02x}", self.trace, self.span, u8::from(self.sampled))
    }
}

/// So many lower-case digits.
fn hexadecimal(text: &str, digits: usize) -> Option<u128> {
    let fit = text.len() == digits && text.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'));
    fit.then(|| u128::from_str_radix(text, 16).ok()).flatten()
}

#[cfg(test)]
mod tests {
    use super::*;

    const TEXT: &str = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01";

    #[test]
    fn what_is_written_is_read() {
        let read = TraceParent::parse(TEXT).expect("the specification's own");
        let same = TraceParent {
            trace: 0x4bf9_2f35_77b3_4da6_a3ce_929d_0e0e_4736,
            span: 0x00f0_67aa_0ba9_02b7,
            sampled: true,
        };
        assert_eq!((read, read.to_string().as_str()), (same, TEXT));
        let flags = |flags: &str| TraceParent::parse(&TEXT.replace("-01", flags)).map(|read| read.to_string());
        assert_eq!(flags("-00"), Some(TEXT.replace("-01", "-00")));
        assert_eq!(flags("-fe"), flags("-00"), "a flag without a meaning");
    }

    #[test]
    fn what_is_malformed_or_too_long_counts_as_none() {
        let longer = format!("{TEXT}-more");
        let endless = TEXT.repeat(5000);
        let wide = "é".repeat(27) + "-";
        for text in [
            "",
            "planted",
            &longer,
            &endless,
            &wide,
            &TEXT[..54],
            &TEXT.to_ascii_uppercase(),
            &TEXT.replace("00-4", "01-4"),
            &TEXT.replace("00-4", "ff-4"),
            &TEXT.replace("4bf9", "4bg9"),
            &TEXT.replace("4bf9", "+bf9"),
            &TEXT.replace("-01", "-0 "),
            &TEXT.replace("6-00f0", "-600f0"),
            &TEXT.replace("4bf92f3577b34da6a3ce929d0e0e4736", &"0".repeat(32)),
            &TEXT.replace("00f067aa0ba902b7", &"0".repeat(16)),
        ] {
            assert_eq!(TraceParent::parse(text), None, "{}", text.len());
        }
    }
}
