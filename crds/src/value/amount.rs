//! Numbers, durations and quantities in the schema, each with its bounds.

use std::borrow::Cow;
use std::time::Duration;

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};

use super::ruled;
use crate::duration::show;
use crate::rule::DURATION;

/// A whole number from `LEAST` to `MOST`.
pub(crate) struct Count<const LEAST: i32, const MOST: i32>;

impl<const LEAST: i32, const MOST: i32> JsonSchema for Count<LEAST, MOST> {
    fn inline_schema() -> bool {
        true
    }

    fn schema_name() -> Cow<'static, str> {
        "Count".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        let rule = format!("self >= {LEAST} && self <= {MOST}");
        let message = format!("write {LEAST} to {MOST}");
        ruled(json_schema!({ "type": "integer", "format": "int32" }), &[(&rule, &message)])
    }
}

/// A duration from `LEAST` to `MOST` seconds.
pub(crate) struct Lasting<const LEAST: u64, const MOST: u64>;

impl<const LEAST: u64, const MOST: u64> JsonSchema for Lasting<LEAST, MOST> {
    fn inline_schema() -> bool {
        true
    }

    fn schema_name() -> Cow<'static, str> {
        "Lasting".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        let (least, most) = (show(Duration::from_secs(LEAST)), show(Duration::from_secs(MOST)));
        let form = format!("self != '' && self.matches('{DURATION}')");
        let range = format!(
            "self == '' || !self.matches('{DURATION}') || (duration(self) >= duration('{least}') && duration(self) <= duration('{most}'))"
        );
        let mend = "write whole numbers with units, for example 2h, 15m or 1m30s";
        super::text(24, &[(&form, mend), (&range, &format!("write {least} to {most}"))])
    }
}

/// That a quantity is one, and lies between two others.
fn quantity(least: &str, most: &str) -> [(String, String); 2] {
    let range = format!(
        "!isQuantity(self) || (quantity(self).compareTo(quantity('{least}')) >= 0 && quantity(self).compareTo(quantity('{most}')) <= 0)"
    );
    [
        ("isQuantity(self)".to_owned(), format!("write a quantity as Kubernetes does, for example {least} or {most}")),
        (range, format!("write {least} to {most}")),
    ]
}

macro_rules! quantities {
    ($($(#[$doc:meta])* $name:ident, $least:literal, $most:literal;)*) => {$(
        $(#[$doc])*
        pub(crate) struct $name;

        impl JsonSchema for $name {
            fn inline_schema() -> bool {
                true
            }

            fn schema_name() -> Cow<'static, str> {
                stringify!($name).into()
            }

            fn json_schema(_: &mut SchemaGenerator) -> Schema {
                let rules = quantity($least, $most);
                let rules: Vec<_> = rules.iter().map(|(rule, message)| (rule.as_str(), message.as_str())).collect();
                super::text(32, &rules)
            }
        }
    )*};
}

quantities! {
    /// Cores.
    Cpu, "10m", "16";
    /// Memory of a container or of a volume in memory.
    Memory, "64Mi", "32Gi";
    /// Disk.
    Disk, "64Mi", "64Gi";
}
