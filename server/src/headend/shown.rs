//! The last value of each point of a meter, for people to look at; nothing is billed from it.

use std::collections::BTreeMap;

use shared::api::line::PointView;
use shared::meter::profile::{Profile, Values};
use shared::time::Timestamp;

#[derive(Debug, Default)]
pub(super) struct Shown(BTreeMap<usize, (i64, Timestamp)>);

impl Shown {
    pub(super) fn take(&mut self, profile: &Profile, values: &Values, at: Timestamp) {
        for index in 0..profile.points.len() {
            if let Some(value) = values.get(index) {
                self.0.insert(index, (value, at));
            }
        }
    }

    pub(super) fn points(&self, profile: &Profile) -> Vec<PointView> {
        self.0
            .iter()
            .filter_map(|(index, (value, at))| {
                let point = profile.points.get(*index)?;
                Some(PointView {
                    name: point.name.clone(),
                    millionths: *value,
                    unit: point.unit.symbol().to_owned(),
                    at: *at,
                })
            })
            .collect()
    }
}
