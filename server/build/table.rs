//! Writes the files, each also compressed, and the table of them that `http::assets` includes.

use std::fmt::Write as _;
use std::io::Write as _;
use std::path::Path;
use std::{fs, io};

use super::bundle::{Asset, extension};
use crate::{Effort, Outcome, cannot};

pub(crate) fn write(out: &Path, dist: &Path, assets: &[Asset]) -> Outcome<()> {
    let mut table = String::from("&[\n");
    for (number, asset) in assets.iter().enumerate() {
        let keep = |kind: &str, content: &[u8]| -> Outcome<String> {
            let path = dist.join(format!("{number}.{kind}"));
            fs::write(&path, content).map_err(|error| cannot("write", &path, &error))?;
            Ok(format!("include_bytes!({:?})", path.display().to_string()))
        };
        let content_type = content_type(&asset.path)?;
        let raw = keep("raw", &asset.content)?;
        // A copy that saves nothing is not kept: images and fonts are compressed already.
        let packed = |kind: &str, copy: io::Result<Vec<u8>>| -> Outcome<String> {
            let copy = copy.map_err(|error| cannot("compress", Path::new(&asset.path), &error))?;
            if copy.len() + copy.len() / 20 >= asset.content.len() {
                return Ok("None".to_owned());
            }
            Ok(format!("Some({})", keep(kind, &copy)?))
        };
        let gzip = packed("gz", gzip(&asset.content, asset.effort))?;
        let brotli = packed("br", brotli(&asset.content, asset.effort))?;
        writeln!(
            table,
            "Asset {{ path: {:?}, content_type: {content_type:?}, immutable: {}, digest: {:?}, \
             raw: {raw}, gzip: {gzip}, brotli: {brotli} }},",
            asset.path, asset.immutable, asset.digest
        )
        .map_err(|error| error.to_string())?;
    }
    table.push_str("]\n");
    let file = out.join("assets.rs");
    fs::write(&file, table).map_err(|error| cannot("write", &file, &error))
}

fn gzip(content: &[u8], effort: Effort) -> io::Result<Vec<u8>> {
    let level = match effort {
        Effort::Quick => flate2::Compression::fast(),
        Effort::Thorough => flate2::Compression::best(),
    };
    let mut encoder = flate2::write::GzEncoder::new(Vec::new(), level);
    encoder.write_all(content)?;
    encoder.finish()
}

fn brotli(mut content: &[u8], effort: Effort) -> io::Result<Vec<u8>> {
    let quality = match effort {
        Effort::Quick => 2,
        Effort::Thorough => 11,
    };
    let params = brotli::enc::BrotliEncoderParams { quality, ..Default::default() };
    let mut packed = Vec::new();
    brotli::BrotliCompress(&mut content, &mut packed, &params)?;
    Ok(packed)
}

fn content_type(path: &str) -> Outcome<&'static str> {
    match extension(path) {
        "css" => Ok("text/css; charset=utf-8"),
        "html" => Ok("text/html; charset=utf-8"),
        "ico" => Ok("image/x-icon"),
        "js" => Ok("text/javascript; charset=utf-8"),
        "json" => Ok("application/json"),
        "png" => Ok("image/png"),
        "svg" => Ok("image/svg+xml"),
        "txt" => Ok("text/plain; charset=utf-8"),
        "wasm" => Ok("application/wasm"),
        "webmanifest" => Ok("application/manifest+json"),
        "woff2" => Ok("font/woff2"),
        _ => Err(format!("{path} is of no kind that server/build/table.rs knows the type of")),
    }
}
