//! Reads JSON once, from end to end and as strictly as into a tree, and keeps only what somebody gathers of it: bodies are
//! long, each is counted several times, and a tree of one costs more than all else that is done with it.

use std::fmt;
use std::marker::PhantomData;

use serde::de::{Deserialize, DeserializeSeed, Deserializer, Error, MapAccess, SeqAccess, Visitor};

/// What is gathered of one value and what is below it. Of a name that stands twice the last value counts, as in a tree.
pub(super) trait Gather: Default {
    /// What is gathered of the elements of a list.
    type Item: Gather;
    /// What is gathered of the members of an object that matter.
    type Member: Gather;
    /// The members that matter.
    const MEMBERS: &'static [&'static str] = &[];

    fn text(&mut self, _: &str) {}
    fn flag(&mut self, _: bool) {}
    /// A number; Some where it is a whole one, not negative.
    fn number(&mut self, _: Option<u64>) {}
    fn item(&mut self, _: Self::Item) {}
    /// The value is an object.
    fn object(&mut self) {}
    /// The member that [`Gather::MEMBERS`] has at that place.
    fn member(&mut self, _: usize, _: Self::Member) {}
}

/// A value of which nothing is kept. That it is JSON is checked all the same.
#[derive(Default)]
pub(super) struct Nothing;

impl Gather for Nothing {
    type Item = Self;
    type Member = Self;
}

/// Gathers from a body; None where it is not JSON.
pub(super) fn gather<G: Gather>(body: &[u8]) -> Option<G> {
    serde_json::from_slice::<Of<G>>(body).ok().map(|of| of.0)
}

struct Of<G>(G);

impl<'de, G: Gather> Deserialize<'de> for Of<G> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(Reading(PhantomData))
    }
}

struct Reading<G>(PhantomData<G>);

/// What `see` finds in a value that holds no others.
fn plain<G: Gather>(see: impl FnOnce(&mut G)) -> Of<G> {
    let mut gathered = G::default();
    see(&mut gathered);
    Of(gathered)
}

impl<'de, G: Gather> Visitor<'de> for Reading<G> {
    type Value = Of<G>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("any JSON")
    }

    fn visit_unit<E: Error>(self) -> Result<Of<G>, E> {
        Ok(Of(G::default()))
    }

    fn visit_bool<E: Error>(self, flag: bool) -> Result<Of<G>, E> {
        Ok(plain(|gathered: &mut G| gathered.flag(flag)))
    }

    fn visit_u64<E: Error>(self, number: u64) -> Result<Of<G>, E> {
        Ok(plain(|gathered: &mut G| gathered.number(Some(number))))
    }

    fn visit_i64<E: Error>(self, number: i64) -> Result<Of<G>, E> {
        Ok(plain(|gathered: &mut G| gathered.number(u64::try_from(number).ok())))
    }

    fn visit_f64<E: Error>(self, _: f64) -> Result<Of<G>, E> {
        Ok(plain(|gathered: &mut G| gathered.number(None)))
    }

    fn visit_str<E: Error>(self, text: &str) -> Result<Of<G>, E> {
        Ok(plain(|gathered: &mut G| gathered.text(text)))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<Of<G>, A::Error> {
        let mut gathered = G::default();
        while let Some(Of(item)) = items.next_element()? {
            gathered.item(item);
        }
        Ok(Of(gathered))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut members: A) -> Result<Of<G>, A::Error> {
        let mut gathered = G::default();
        gathered.object();
        while let Some(name) = members.next_key_seed(Place(G::MEMBERS))? {
            match name {
                Some(place) => gathered.member(place, members.next_value::<Of<G::Member>>()?.0),
                None => {
                    let Of(Nothing) = members.next_value()?;
                }
            }
        }
        Ok(Of(gathered))
    }
}

/// Reads a name; gives its place among those that matter.
struct Place(&'static [&'static str]);

impl<'de> DeserializeSeed<'de> for Place {
    type Value = Option<usize>;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Option<usize>, D::Error> {
        deserializer.deserialize_str(self)
    }
}

impl Visitor<'_> for Place {
    type Value = Option<usize>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a name")
    }

    fn visit_str<E: Error>(self, name: &str) -> Result<Option<usize>, E> {
        Ok(self.0.iter().position(|known| *known == name))
    }
}
