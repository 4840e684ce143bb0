//! `guid` and `uniqueString`: the same names for the same inputs, in every deployment and in Azure.
//!
//! The algorithms are not documented by Microsoft; they were worked out in public and agree with the values in
//! the test data of the Bicep compiler (baselines_bicepparam/Expressions, seen 2026-11-22): `guid` is a version 5
//! UUID, `uniqueString` a 64-bit variant of MurmurHash3 in base 32; both take the arguments joined by `-`.

use uuid::{Uuid, uuid};

use super::string::plain_text;
use crate::arm::Value;
use crate::arm::eval::Env;
use crate::arm::fault::Eval;

const NAMESPACE: Uuid = uuid!("11fb06fb-712d-4ddd-98c7-e71bbd588830");

pub(super) fn guid(args: &[Value]) -> Eval<Value> {
    Ok(Uuid::new_v5(&NAMESPACE, joined(args)?.as_bytes()).to_string().into())
}

/// `newGuid()`, in the default value of a parameter only: each call another value, made from the caller's seed.
pub(super) fn new_guid(env: &Env<'_>, _: &[Value]) -> Eval<Value> {
    env.refuse_outside_of_defaults("newGuid")?;
    let Some(seed) = &env.facts().guid_seed else { return Ok(Value::supplied_later("newGuid()")) };
    let name = format!("{seed}/{}", env.next_guid());
    Ok(Uuid::new_v5(&NAMESPACE, name.as_bytes()).to_string().into())
}

pub(super) fn unique_string(args: &[Value]) -> Eval<Value> {
    const ALPHABET: &[u8; 32] = b"abcdefghijklmnopqrstuvwxyz234567";
    /// Five bits each; the last ones of 64 bits are padded with zeros.
    const LENGTH: u32 = 13;
    let hash = murmur(joined(args)?.as_bytes());
    let char = |at: u32| char::from(ALPHABET[((hash << (5 * at)) >> 59) as usize]);
    Ok((0..LENGTH).map(char).collect::<String>().into())
}

fn joined(args: &[Value]) -> Eval<String> {
    Ok(args.iter().map(plain_text).collect::<Eval<Vec<_>>>()?.join("-"))
}

/// Two 32-bit lanes over blocks of eight bytes, then the usual avalanche; seed 0.
fn murmur(bytes: &[u8]) -> u64 {
    const C1: u32 = 0x239b_961b;
    const C2: u32 = 0xab0e_9789;
    let mix1 = |block: u32| block.wrapping_mul(C1).rotate_left(15).wrapping_mul(C2);
    let mix2 = |block: u32| block.wrapping_mul(C2).rotate_left(17).wrapping_mul(C1);
    let word = |part: &[u8]| part.iter().rev().fold(0_u32, |word, byte| (word << 8) | u32::from(*byte));

    let (mut h1, mut h2) = (0_u32, 0_u32);
    let mut blocks = bytes.chunks_exact(8);
    for block in &mut blocks {
        h1 = (h1 ^ mix1(word(&block[..4]))).rotate_left(19).wrapping_add(h2);
        h1 = h1.wrapping_mul(5).wrapping_add(0x561c_cd1b);
        h2 = (h2 ^ mix2(word(&block[4..]))).rotate_left(13).wrapping_add(h1);
        h2 = h2.wrapping_mul(5).wrapping_add(0x0bca_a747);
    }
    let (first, second) = blocks.remainder().split_at(blocks.remainder().len().min(4));
    h1 ^= mix1(word(first));
    h2 ^= mix2(word(second));

    // The length of a text in a template fits 32 bits by the limit on its size.
    let length = bytes.len() as u32;
    h1 ^= length;
    h2 ^= length;
    h1 = h1.wrapping_add(h2);
    h2 = h2.wrapping_add(h1);
    h1 = avalanche(h1);
    h2 = avalanche(h2);
    h1 = h1.wrapping_add(h2);
    h2 = h2.wrapping_add(h1);
    u64::from(h2) << 32 | u64::from(h1)
}

fn avalanche(mut hash: u32) -> u32 {
    hash = (hash ^ hash >> 16).wrapping_mul(0x85eb_ca6b);
    hash = (hash ^ hash >> 13).wrapping_mul(0xc2b2_ae35);
    hash ^ hash >> 16
}

#[cfg(test)]
mod tests {
    use super::*;

    fn strings(args: &[&str]) -> Vec<Value> {
        args.iter().map(|arg| Value::from(*arg)).collect()
    }

    #[test]
    fn names_agree_with_azure() {
        assert_eq!(guid(&strings(&["asdf"])), Ok("228d27cc-6fdb-5934-b7ac-1efccebade04".into()));
        assert_eq!(unique_string(&strings(&["asd", "asdf", "asdf"])), Ok("iizpqit7ih3cc".into()));
    }

    #[test]
    fn every_length_of_the_last_block_gives_another_name() {
        let text = "0123456789abcdef";
        let names: std::collections::BTreeSet<_> = (0..=text.len())
            .map(|end| unique_string(&strings(&[&text[..end]])).unwrap().as_str().unwrap().to_owned())
            .collect();
        assert_eq!(names.len(), text.len() + 1);
        assert!(names.iter().all(|name| name.len() == 13));
    }
}
