//! What single values look like in the schema: a length that bounds what rules cost, and rules that say the mend. They stand
//! in for plain texts and numbers by `#[schemars(with = "…")]`; nobody makes one.

mod address;
mod amount;
mod host;
mod name;

pub(crate) use address::{HttpsAddress, PageAddress, StartAddress};
pub(crate) use amount::{Count, Cpu, Disk, Lasting, Memory};
pub(crate) use host::HostPatternText;
pub(crate) use name::{
    Cidr, Color, DisplayName, Image, Label, LabelKey, LabelValue, Language, ObjectName, Selector, Timezone, Token,
};

use kube::core::{Rule, validate};
use schemars::{Schema, json_schema};

/// A text of at most so many characters, with rules and the messages that say the mend.
fn text(longest: usize, rules: &[(&str, &str)]) -> Schema {
    ruled(json_schema!({ "type": "string", "maxLength": longest }), rules)
}

fn ruled(mut schema: Schema, rules: &[(&str, &str)]) -> Schema {
    for (rule, message) in rules {
        validate(&mut schema, Rule::new(*rule).message(*message)).expect("two texts become JSON");
    }
    schema
}

/// A unit type whose schema is [`text`].
macro_rules! texts {
    ($($(#[$doc:meta])* $name:ident, $longest:expr, [$($rule:expr),* $(,)?];)*) => {$(
        $(#[$doc])*
        pub(crate) struct $name;

        impl schemars::JsonSchema for $name {
            fn inline_schema() -> bool {
                true
            }

            fn schema_name() -> std::borrow::Cow<'static, str> {
                stringify!($name).into()
            }

            fn json_schema(_: &mut schemars::SchemaGenerator) -> schemars::Schema {
                $crate::value::text($longest, &[$($rule),*])
            }
        }
    )*};
}
use texts;

#[cfg(test)]
mod tests;
