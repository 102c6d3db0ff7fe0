//! The meter models that come with the program, and those a site adds.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::file::{Profile, ProfileError};

macro_rules! built_in {
    ($($id:literal)*) => {
        /// Name and text of every profile in `shared/profiles`.
        const BUILT_IN: &[(&str, &str)] = &[$((
            concat!($id, ".toml"),
            include_str!(concat!("../../../profiles/", $id, ".toml")),
        )),*];
    };
}

built_in! {
    "abb-b23"
    "acrel-adw300"
    "acrel-ddsy1352"
    "acrel-dtsd1352"
    "aspar-mod-16ro"
    "carlo-gavazzi-em111"
    "carlo-gavazzi-em340"
    "chint-ddsu666"
    "chint-dtsu666-101e"
    "chint-dtsu666-20"
    "chint-dtsu666-4000"
    "chint-dtsu666-401e"
    "ddm18sd"
    "eastron-sdm120"
    "eastron-sdm230"
    "eastron-sdm630"
    "eastron-sdm72d"
    "hiking-dds238-sr"
    "inepro-pro380"
    "janitza-b23"
    "janitza-umg96rm"
    "kmtronic-relay4"
    "kmtronic-relay8"
    "lingxun-lx47le-125"
    "orno-we504"
    "orno-we514"
    "orno-we516"
    "orno-we525"
    "relay-coils"
    "schneider-iem3155"
    "wp8025adam"
}

/// Profiles by id.
#[derive(Clone, Debug, Default)]
pub struct Library(BTreeMap<String, Arc<Profile>>);

impl Library {
    /// The models that come with the program.
    pub fn built_in() -> Self {
        let mut library = Self::default();
        for (file, text) in BUILT_IN {
            library.add(file, text).expect("a test reads every profile that is compiled in");
        }
        library
    }

    /// Adds a profile, or puts a site's own version in the place of a built-in one.
    pub fn add(&mut self, file: &str, text: &str) -> Result<(), ProfileError> {
        let profile = Profile::parse(file, text)?;
        self.0.insert(profile.id.clone(), Arc::new(profile));
        Ok(())
    }

    pub fn get(&self, id: &str) -> Option<&Arc<Profile>> {
        self.0.get(id)
    }

    pub fn iter(&self) -> impl Iterator<Item = &Arc<Profile>> {
        self.0.values()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_built_in_profile_is_sound() {
        for (file, text) in BUILT_IN {
            let profile = Profile::parse(file, text).unwrap_or_else(|error| panic!("{error}"));
            assert_eq!(format!("{}.toml", profile.id), *file, "a file is named after its id");
            assert!(!profile.source.is_empty(), "{file}: a profile names its sources");
        }
        assert_eq!(Library::built_in().iter().count(), BUILT_IN.len());
    }

    #[test]
    fn every_file_in_the_folder_is_built_in() {
        let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/profiles");
        for entry in std::fs::read_dir(folder).expect("the folder of profiles") {
            let name = entry.expect("an entry").file_name();
            let known = BUILT_IN.iter().any(|(file, _)| name == *file);
            assert!(known, "{} is not in the list of built-in profiles", name.display());
        }
    }

    /// Recorded or composed replies must decode to the stated values: the cheapest guard against
    /// a register map that is off by one.
    #[test]
    fn every_frame_decodes_to_its_values() {
        for profile in Library::built_in().iter() {
            for (number, frame) in profile.frames.iter().enumerate() {
                let place = format!("{} frame {}", profile.id, number + 1);
                let decoded =
                    frame.decode(profile).unwrap_or_else(|error| panic!("{place}: {error}"));
                assert_eq!(decoded, frame.values, "{place}");
            }
        }
    }
}
