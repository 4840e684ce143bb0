//! `Random`. With a seed it gives the numbers that .NET gives for that seed: the subtractive generator after Knuth that
//! .NET keeps for seeds (learn.microsoft.com/dotnet/api/system.random, remarks; dotnet/runtime Random.Net5CompatImpl).
//! Without one it follows the environment.

use std::any::Any;
use std::sync::Mutex;

use super::{Bytes, lock};
use crate::csharp::exception::Exception;
use crate::csharp::value::{Object, Value};

/// What the generator starts from.
const MSEED: i32 = 161_803_398;

pub(in crate::csharp) struct Random(Mutex<State>);

struct State {
    /// The first item is not used.
    seeds: [i32; 56],
    next: usize,
    next_partner: usize,
}

impl Random {
    pub(in crate::csharp) fn new(seed: i32) -> Self {
        let mut seeds = [0; 56];
        let mut latest = MSEED.wrapping_sub(seed.checked_abs().unwrap_or(i32::MAX));
        seeds[55] = latest;
        let mut value = 1_i32;
        let mut at = 0;
        for _ in 1..55 {
            at = (at + 21) % 55;
            seeds[at] = value;
            value = latest.wrapping_sub(value);
            if value < 0 {
                value = value.wrapping_add(i32::MAX);
            }
            latest = seeds[at];
        }
        for _ in 1..5 {
            for index in 1..56 {
                let partner = seeds[1 + (index + 30) % 55];
                let mixed: i32 = seeds[index];
                let mixed = mixed.wrapping_sub(partner);
                seeds[index] = if mixed < 0 { mixed.wrapping_add(i32::MAX) } else { mixed };
            }
        }
        Self(Mutex::new(State { seeds, next: 0, next_partner: 21 }))
    }

    /// From 0 to below `int.MaxValue`.
    fn sample(&self) -> i32 {
        let mut state = lock(&self.0);
        state.next = state.next % 55 + 1;
        state.next_partner = state.next_partner % 55 + 1;
        let mut value = state.seeds[state.next].wrapping_sub(state.seeds[state.next_partner]);
        if value == i32::MAX {
            value -= 1;
        }
        if value < 0 {
            value = value.wrapping_add(i32::MAX);
        }
        let at = state.next;
        state.seeds[at] = value;
        value
    }

    /// From 0 to below 1.
    fn fraction(&self) -> f64 {
        f64::from(self.sample()) * (1.0 / f64::from(i32::MAX))
    }

    fn between(&self, from: i32, to: i32) -> Value {
        let width = i64::from(to) - i64::from(from);
        let fraction = if width <= i64::from(i32::MAX) {
            self.fraction()
        } else {
            let number = self.sample();
            let signed = if self.sample() % 2 == 0 { -number } else { number };
            (f64::from(signed) + f64::from(i32::MAX - 1)) / (2.0 * f64::from(i32::MAX) - 1.0)
        };
        Value::Int(((fraction * width as f64) as i64 + i64::from(from)) as i32)
    }
}

impl Object for Random {
    fn type_name(&self) -> &str {
        "Random"
    }

    fn get(&self, name: &str) -> Result<Value, Exception> {
        Err(Exception::missing_member("Random", name))
    }

    fn call(&self, name: &str, _: &[String], args: &[Value]) -> Result<Value, Exception> {
        match (name, args) {
            ("Next", []) => Ok(Value::Int(self.sample())),
            ("Next", [Value::Int(to)]) if *to >= 0 => Ok(self.between(0, *to)),
            ("Next", [Value::Int(from), Value::Int(to)]) if from <= to => Ok(self.between(*from, *to)),
            ("Next", [Value::Int(_)]) => {
                Err(Exception::out_of_range("'maxValue' must be greater than zero. (Parameter 'maxValue')"))
            }
            ("Next", [Value::Int(_), Value::Int(_)]) => Err(Exception::out_of_range(
                "'minValue' cannot be greater than maxValue. (Parameter 'minValue')",
            )),
            ("NextDouble", []) => Ok(Value::Double(self.fraction())),
            ("NextBytes", [buffer]) => match buffer.downcast::<Bytes>() {
                Some(bytes) => {
                    bytes.change(|bytes| bytes.iter_mut().for_each(|byte| *byte = self.sample() as u8));
                    Ok(Value::Null)
                }
                None => Err(Exception::argument_null("buffer")),
            },
            _ => Err(Exception::missing_overload("Random", name, args)),
        }
    }

    fn as_any(&self) -> &dyn Any {
        self
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_seed_gives_the_numbers_that_dotnet_gives() {
        for (seed, first) in [(0, 1_559_595_546), (1, 534_011_718), (42, 1_434_747_710)] {
            assert_eq!(Random::new(seed).sample(), first, "seed {seed}");
        }
    }
}
