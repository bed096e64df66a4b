//! Durations as Kubernetes writes them: `2h`, `15m`, `1h30m`, `30s`, `1500ms`.

use std::time::Duration;

/// The text names no unit, a unit twice, or is no number.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Malformed;

const UNITS: [(&str, u64); 4] = [("h", 3_600_000), ("m", 60_000), ("s", 1_000), ("ms", 1)];

/// Reads a duration: whole numbers with units h, m, s, ms, each at most once and in this order.
pub(crate) fn parse(text: &str) -> Result<Duration, Malformed> {
    let mut rest = text;
    let mut total = 0_u64;
    let mut units = UNITS.as_slice();
    while !rest.is_empty() {
        let digits = rest.find(|c: char| !c.is_ascii_digit()).ok_or(Malformed)?;
        let (number, after) = rest.split_at(digits);
        let end = after.find(|c: char| c.is_ascii_digit()).unwrap_or(after.len());
        let (unit, after) = after.split_at(end);
        let index = units.iter().position(|(name, _)| *name == unit).ok_or(Malformed)?;
        let millis = number.parse::<u64>().ok().and_then(|n| n.checked_mul(units[index].1)).ok_or(Malformed)?;
        total = total.checked_add(millis).ok_or(Malformed)?;
        units = &units[index + 1..];
        rest = after;
    }
    if text.is_empty() { Err(Malformed) } else { Ok(Duration::from_millis(total)) }
}

/// Writes a duration so that [`parse`] reads it back.
pub(crate) fn show(duration: Duration) -> String {
    let mut rest = u64::try_from(duration.as_millis()).unwrap_or(u64::MAX);
    let mut text = String::new();
    for (name, millis) in UNITS {
        if rest >= millis {
            text.push_str(&format!("{}{name}", rest / millis));
            rest %= millis;
        }
    }
    if text.is_empty() { "0s".to_owned() } else { text }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn durations() {
        let cases = [
            ("2h", Some(7_200_000)),
            ("1h30m", Some(5_400_000)),
            ("30s", Some(30_000)),
            ("1500ms", Some(1_500)),
            ("1m1ms", Some(60_001)),
            ("0s", Some(0)),
            ("", None),
            ("30", None),
            ("s", None),
            ("5m1h", None),
            ("1m1m", None),
            ("-5m", None),
            ("1.5h", None),
            ("5 m", None),
            ("5d", None),
            ("99999999999999999999h", None),
        ];
        for (text, millis) in cases {
            assert_eq!(parse(text).ok(), millis.map(Duration::from_millis), "{text}");
        }
    }

    #[test]
    fn shown_durations_read_back() {
        for millis in [0, 1, 999, 1_000, 61_000, 3_661_001, 43_200_000] {
            let duration = Duration::from_millis(millis);
            assert_eq!(parse(&show(duration)), Ok(duration));
        }
    }
}
