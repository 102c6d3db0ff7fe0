//! Tariffs that come with the program.

/// Names and texts of `server/tariffs`.
const BUILT_IN: [(&str, &str); 2] = [
    ("demo-flat", include_str!("../../tariffs/demo-flat.toml")),
    ("demo-residential", include_str!("../../tariffs/demo-residential.toml")),
];

/// The text of a built-in tariff.
pub fn built_in(name: &str) -> Option<&'static str> {
    BUILT_IN.iter().find(|(known, _)| *known == name).map(|(_, text)| *text)
}

/// All of them.
pub fn all() -> impl Iterator<Item = &'static str> {
    BUILT_IN.iter().map(|(_, text)| *text)
}

#[cfg(test)]
mod tests {
    use shared::tariff::Tariff;

    use super::*;

    #[test]
    fn every_built_in_tariff_is_a_tariff_of_its_name() {
        for (name, text) in BUILT_IN {
            let tariff = Tariff::from_toml(text).expect("a tariff");
            assert_eq!(tariff.id().0, name);
        }
    }
}
