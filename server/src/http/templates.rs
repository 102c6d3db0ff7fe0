//! Tariff files to begin a new tariff from: those that come with the program.

const TEMPLATES: [&str; 18] = [
    include_str!("../../tariffs/cn-four-band.toml"),
    include_str!("../../tariffs/au-origin-ergon.toml"),
    include_str!("../../tariffs/cn-js-residential.toml"),
    include_str!("../../tariffs/cn-sh-commercial-two-part.toml"),
    include_str!("../../tariffs/cn-zj-residential.toml"),
    include_str!("../../tariffs/de-ruhpolding-single.toml"),
    include_str!("../../tariffs/de-ruhpolding-two-rate.toml"),
    include_str!("../../tariffs/demo-flat.toml"),
    include_str!("../../tariffs/demo-residential.toml"),
    include_str!("../../tariffs/gb-ni-economy-7.toml"),
    include_str!("../../tariffs/gb-prepay-cap.toml"),
    include_str!("../../tariffs/ke-domestic.toml"),
    include_str!("../../tariffs/tw-taipower-residential.toml"),
    include_str!("../../tariffs/us-pge-e-tou-c.toml"),
    include_str!("../../tariffs/za-eskom-homelight-20a.toml"),
    include_str!("../../tariffs/za-eskom-homelight-60a.toml"),
    include_str!("../../tariffs/za-polokwane.toml"),
    include_str!("../../tariffs/za-tshwane-domestic.toml"),
];

pub(super) fn all() -> impl Iterator<Item = &'static str> {
    TEMPLATES.into_iter()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_template_is_a_tariff_and_the_first_can_be_painted() {
        for text in all() {
            assert!(shared::tariff::Tariff::from_toml(text).is_ok(), "{text}");
        }
        let first = all().next().expect("there are templates");
        let sheet = shared::api::tariff::Sheet::read(first).expect("the form shows all of it");
        assert_eq!(sheet.form.periods.len(), 4);
    }
}
