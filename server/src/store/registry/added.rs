//! Meters that were added on the page.

use rusqlite::{Connection, named_params};
use shared::id::{MeterId, StaffId};
use shared::time::Timestamp;

use crate::config::Metered;
use crate::store::StoreError;

#[derive(Clone, Debug)]
pub struct Added {
    pub metered: Metered,
    pub by: StaffId,
    pub at: Timestamp,
    pub signed_off: Option<String>,
}

pub fn put(db: &Connection, added: &Added) -> Result<(), StoreError> {
    let entry = serde_json::to_string(&added.metered).expect("an entry has only string keys");
    db.prepare_cached(
        "INSERT INTO added_meter (meter, entry, by, at, signed_off)
         VALUES (:meter, :entry, :by, :at, :signed_off)",
    )?
    .execute(named_params! {
        ":meter": added.metered.device.meter.0,
        ":entry": entry,
        ":by": added.by.0,
        ":at": added.at.millis(),
        ":signed_off": added.signed_off,
    })?;
    Ok(())
}

pub fn sign_off(db: &Connection, meter: MeterId, text: &str) -> Result<(), StoreError> {
    db.prepare_cached("UPDATE added_meter SET signed_off = :text WHERE meter = :meter")?
        .execute(named_params! { ":text": text, ":meter": meter.0 })?;
    Ok(())
}

/// In order of their numbers.
pub fn all(db: &Connection) -> Result<Vec<Added>, StoreError> {
    let mut statement =
        db.prepare_cached("SELECT entry, by, at, signed_off FROM added_meter ORDER BY meter")?;
    let rows = statement.query_map([], |row| {
        let metered = super::named(row.get_ref("entry")?, |text| serde_json::from_str(text).ok())?;
        Ok(Added {
            metered,
            by: StaffId(row.get("by")?),
            at: Timestamp::from_millis(row.get("at")?),
            signed_off: row.get("signed_off")?,
        })
    })?;
    Ok(rows.collect::<rusqlite::Result<_>>()?)
}

#[cfg(test)]
mod tests {
    use shared::energy::Power;
    use shared::id::LineId;
    use shared::meter::profile::Ratio;

    use super::*;
    use crate::headend::{MeterConfig, UnitAddress};

    #[test]
    fn an_added_meter_is_found_again_as_it_was_written() {
        let db = super::super::opened();
        let device = MeterConfig {
            meter: MeterId(7),
            line: LineId(1),
            unit: UnitAddress::try_from(3).unwrap(),
            profile: "eastron-sdm630".to_owned(),
            ct: Ratio::ONE,
            pt: Ratio::ONE,
            relay: None,
            serial: Some("4711".to_owned()),
            poll_s: std::num::NonZeroU32::MIN,
        };
        let metered = Metered {
            device: device.clone(),
            name: "1203".to_owned(),
            building: String::new(),
            floor: String::new(),
            usual_power: Power::from_watts(6_000),
            most_power: None,
            account: None,
        };
        let at = Timestamp::from_millis(5);
        put(&db, &Added { metered, by: StaffId(2), at, signed_off: None }).unwrap();
        sign_off(&db, MeterId(7), "Li Na").unwrap();
        let all = all(&db).unwrap();
        assert_eq!(all.len(), 1);
        assert_eq!(all[0].metered.device, device);
        assert_eq!((all[0].by, all[0].signed_off.as_deref()), (StaffId(2), Some("Li Na")));
    }
}
