//! What a person did, as an auditor reads it: to what, what it was before and after, and why.
//!
//! It is read from the body as the journal has it, field by field, so that an act which came with a
//! later version is told as well as those of today.

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

/// A staff act in the journal's own words.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Deed {
    /// What it was done to and how, such as `staff 3 · role cashier`.
    pub what: String,
    pub before: Option<String>,
    pub after: Option<String>,
    pub why: String,
}

/// Longer values (the text of a tariff, a whole policy) are read in the record itself.
const LONGEST: usize = 60;

impl Deed {
    /// The kind of a record and what was done. Of an act it is the act's own kind.
    pub fn of(body: &str) -> (String, Self) {
        let told = serde_json::from_str(body).unwrap_or(Value::Null);
        let (kind, mut fields) = named(told);
        let mut deed = Self::default();
        let mut kind = kind;
        if let Some(act) = fields.remove("act").filter(|_| kind == "acted") {
            deed.why = text(fields.get("note"));
            (kind, fields) = named(act);
        }
        if kind == "counter" {
            (kind, fields) = named(Value::Object(fields));
        }
        for word in ["note", "reason"] {
            if let Some(Value::String(why)) = fields.get(word)
                && deed.why.is_empty()
            {
                deed.why.clone_from(why);
                fields.remove(word);
            }
        }
        deed.before = fields.remove("before").map(|value| text(Some(&value)));
        deed.after = fields.remove("after").map(|value| text(Some(&value)));
        let told = fields.iter().filter(|(name, _)| !matches!(name.as_str(), "account" | "meter"));
        let told = told.filter_map(|(name, value)| {
            let value = text(Some(value));
            let short = !value.is_empty() && value.chars().count() <= LONGEST;
            short.then(|| format!("{} {value}", name.replace('_', " ")))
        });
        deed.what = told.collect::<Vec<_>>().join(" · ");
        (kind, deed)
    }
}

/// An enum as serde writes it: its name alone, or its name with what it holds.
fn named(value: Value) -> (String, Map<String, Value>) {
    match value {
        Value::String(name) => (name, Map::new()),
        Value::Object(object) => match object.into_iter().next() {
            Some((name, Value::Object(fields))) => (name, fields),
            Some((name, value)) => (name, Map::from_iter([("value".to_owned(), value)])),
            None => (String::new(), Map::new()),
        },
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::Array(_) => {
            (String::new(), Map::new())
        }
    }
}

fn text(value: Option<&Value>) -> String {
    match value {
        None | Some(Value::Null) => String::new(),
        Some(Value::String(text)) => text.clone(),
        Some(other) => other.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::event::Event;
    use crate::id::{AccountId, MeterId, StaffId};
    use crate::meter::DisconnectReason;
    use crate::staff::{Act, Role};

    fn told(event: Event) -> String {
        let (kind, deed) = Deed::of(&event.to_body());
        let change = match (deed.before, deed.after) {
            (None, None) => String::new(),
            (before, after) => {
                format!(" [{} -> {}]", before.unwrap_or_default(), after.unwrap_or_default())
            }
        };
        format!("{kind}: {}{change} ({})", deed.what, deed.why)
    }

    #[test]
    fn an_act_is_told_by_what_it_was_done_to_and_why() {
        let acted = |act, note: &str| Event::Acted { act, note: note.to_owned() };
        let staff = StaffId(3);
        let (before, after) = (Role::Cashier, Role::Admin);
        for (event, expected) in [
            (
                acted(Act::RoleChanged { staff, before, after }, "night shift"),
                "role-changed: staff 3 [cashier -> admin] (night shift)",
            ),
            (
                acted(Act::SignInsRefused { staff: None, times: 4 }, ""),
                "sign-ins-refused: times 4 ()",
            ),
            (
                Event::Cut {
                    account: AccountId(7),
                    meter: MeterId(7),
                    reason: DisconnectReason::Operator,
                    note: "smoke in the cellar".to_owned(),
                    until: None,
                    grounds: None,
                },
                "cut: reason operator (smoke in the cellar)",
            ),
            (
                Event::Paused { account: AccountId(7), reason: "in hospital".to_owned() },
                "paused:  (in hospital)",
            ),
        ] {
            assert_eq!(told(event), expected);
        }
        assert_eq!(Deed::of("no event").0, "");
    }
}
