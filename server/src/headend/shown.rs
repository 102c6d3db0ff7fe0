//! The last value of each point of a meter, for people to look at; nothing is billed from it.

use shared::api::line::PointView;
use shared::meter::profile::{Profile, Values};
use shared::time::Timestamp;

/// By place in the profile.
#[derive(Debug, Default)]
pub(super) struct Shown(Vec<Option<(i64, Timestamp)>>);

impl Shown {
    pub(super) fn take(&mut self, profile: &Profile, values: &Values, at: Timestamp) {
        self.0.resize(profile.points.len(), None);
        for (index, shown) in self.0.iter_mut().enumerate() {
            if let Some(value) = values.get(index) {
                *shown = Some((value, at));
            }
        }
    }

    pub(super) fn points(&self, profile: &Profile) -> Vec<PointView> {
        let known = profile.points.iter().zip(&self.0);
        known
            .filter_map(|(point, shown)| {
                let (millionths, at) = (*shown)?;
                Some(PointView {
                    name: point.name.clone(),
                    millionths,
                    unit: point.unit.symbol().to_owned(),
                    at,
                })
            })
            .collect()
    }
}
