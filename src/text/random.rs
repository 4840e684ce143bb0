//! A sequence of random numbers that follows from a seed, for simulations. Nothing here is secret.

/// The next number of the SplitMix64 sequence (Steele, Lea and Flood, 2014); `state` moves on.
pub fn next_random(state: &mut u64) -> u64 {
    *state = state.wrapping_add(0x9e37_79b9_7f4a_7c15);
    let mut mixed = *state;
    mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    mixed ^ (mixed >> 31)
}

/// A fair number from 0 up to 1 out of a random one.
pub fn unit(random: u64) -> f64 {
    // The upper 53 bits are what a double holds exactly.
    (random >> 11) as f64 / (1_u64 << 53) as f64
}
