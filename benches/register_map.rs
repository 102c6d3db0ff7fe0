//! Decoding the replies of one poll of an SDM630 into a telegram, checks and ratios included,
//! beside a bare loop that only turns the same words into integers.
#![expect(clippy::indexing_slicing, reason = "a bench that fails, fails loudly")]

use std::hint::black_box;

use criterion::{Criterion, criterion_group, criterion_main};
use shared::meter::profile::point::Every;
use shared::meter::profile::{Library, Plan, Profile, Ratios, Values};

/// What the meter shows at an address.
fn shown(name: &str) -> f32 {
    match name {
        "energy.import" => 12_345.67,
        "frequency" => 50.02,
        "pf" => 0.95,
        "power" => 2_310.0,
        name if name.starts_with("voltage") => 230.1,
        name if name.starts_with("power.l") => 770.0,
        name if name.starts_with("current") => 3.5,
        _ => 0.0,
    }
}

fn replies(profile: &Profile, plan: &Plan) -> Vec<Vec<u16>> {
    plan.blocks
        .iter()
        .map(|block| {
            let mut words = vec![0_u16; usize::from(block.count)];
            for (index, offset) in &block.points {
                let bits = shown(&profile.points[*index].name).to_bits();
                let [a, b, c, d] = bits.to_be_bytes();
                words[*offset] = u16::from_be_bytes([a, b]);
                words[*offset + 1] = u16::from_be_bytes([c, d]);
            }
            words
        })
        .collect()
}

fn decode(criterion: &mut Criterion) {
    let library = Library::built_in();
    let profile = library.get("eastron-sdm630").expect("a built-in profile");
    let plan = profile.plan(Every::Fast, true);
    let replies = replies(profile, &plan);
    let poll = || {
        let mut values = Values::new(profile);
        for (block, words) in plan.blocks.iter().zip(&replies) {
            profile.decode(block, black_box(words), &mut values)?;
        }
        profile.credible(&values)?;
        match profile.broken_sum(&values) {
            Some(point) => Err(point),
            None => profile.telegram(&values, Ratios::default(), None),
        }
    };
    poll().expect("a telegram");

    let mut group = criterion.benchmark_group("register_map");
    group.bench_function("poll_of_an_sdm630", |bencher| bencher.iter(poll));
    group.bench_function("yardstick_bare_loop", |bencher| {
        bencher.iter(|| {
            let words = black_box(&replies).iter().flat_map(|words| words.chunks_exact(2));
            words
                .map(|pair| {
                    let bits = u32::from(pair[0]) << 16 | u32::from(pair[1]);
                    let mantissa = i64::from(bits & 0x7F_FFFF | 0x80_0000) * 1_000_000;
                    mantissa >> (150 - (bits >> 23 & 0xFF)).min(63)
                })
                .fold(0_i64, i64::wrapping_add)
        });
    });
    group.finish();
}

criterion_group!(benches, decode);
criterion_main!(benches);
