//! Random numbers that can be had again. Knows nothing of what is decided by them.

use fastrand::Rng;

/// `HANDSEL_SEED`, or a seed that a failing test shows.
pub fn seed() -> u64 {
    let given = std::env::var("HANDSEL_SEED").ok();
    let seed = given.map_or_else(|| fastrand::u64(..), |text| text.parse().expect("HANDSEL_SEED is a number"));
    println!("the same again: HANDSEL_SEED={seed}");
    seed
}

/// Seeded with that.
pub fn seeded() -> Rng {
    Rng::with_seed(seed())
}
