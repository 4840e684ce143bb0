//! What an answer says it used.

use serde_json::Value as Json;

use super::gather::{Gather, Nothing, gather};

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Usage {
    pub prompt: u64,
    pub completion: u64,
    pub total: u64,
    /// Whether the numbers were counted by us, not given by the model.
    pub estimated: bool,
}

/// What a streamed answer used, seen in two ways.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct StreamUsage {
    /// What the upstream wrote in a usage chunk.
    pub reported: Option<Usage>,
    /// What the texts that passed come to.
    pub estimate: Usage,
    /// Bytes that passed.
    pub bytes: u64,
}

impl StreamUsage {
    /// What the upstream wrote, else the estimate.
    pub(crate) fn best(&self) -> Usage {
        self.reported.unwrap_or(self.estimate)
    }
}

/// The names of prompt, completion and total; where there are two, of chat completions and of responses.
const NUMBERS: [&str; 5] =
    ["prompt_tokens", "input_tokens", "completion_tokens", "output_tokens", "total_tokens"];

impl Usage {
    /// Reads the `usage` of a stream's chunk: chat completions, completions, embeddings and responses.
    pub(crate) fn from_json(json: &Json) -> Option<Self> {
        let usage = json
            .get("usage")
            .or_else(|| json.pointer("/response/usage"))
            .filter(|usage| usage.is_object())?;
        Self::of_numbers(NUMBERS.map(|name| usage.get(name).and_then(Json::as_u64)))
    }

    /// Reads the `usage` of a whole answer; None where that is no JSON, Some(None) where it says nothing.
    pub(crate) fn of_answer(body: &[u8]) -> Option<Option<Self>> {
        let Answer { usage, response } = gather(body)?;
        let usage = match usage {
            Some(usage) => usage.numbers,
            None => response.and_then(|response| response.usage).and_then(|usage| usage.0),
        };
        Some(usage.and_then(Self::of_numbers))
    }

    /// In the order of [`NUMBERS`].
    fn of_numbers([prompt, input, completion, output, total]: [Option<u64>; 5]) -> Option<Self> {
        let (prompt, completion) = (prompt.or(input), completion.or(output));
        // Negative numbers and texts say nothing that could be counted.
        prompt.or(completion).or(total)?;
        let (prompt, completion) = (prompt.unwrap_or_default(), completion.unwrap_or_default());
        let total = total.unwrap_or(prompt.saturating_add(completion));
        Some(Self { prompt, completion, total, estimated: false })
    }

    pub(crate) fn estimate(prompt: u64, completion: u64) -> Self {
        Self { prompt, completion, total: prompt.saturating_add(completion), estimated: true }
    }
}

/// An answer.
#[derive(Default)]
struct Answer {
    usage: Option<Member>,
    response: Option<Member>,
}

impl Gather for Answer {
    type Item = Nothing;
    type Member = Member;
    const MEMBERS: &'static [&'static str] = &["usage", "response"];

    fn member(&mut self, place: usize, member: Member) {
        if place == 0 {
            self.usage = Some(member);
        } else {
            self.response = Some(member);
        }
    }
}

/// What stands at `usage`, or at `response`, which has a `usage` inside.
#[derive(Default)]
struct Member {
    /// None where it is no object.
    numbers: Option<[Option<u64>; 5]>,
    usage: Option<Inside>,
}

impl Gather for Member {
    type Item = Nothing;
    type Member = Inside;
    const MEMBERS: &'static [&'static str] = &{
        let [prompt, input, completion, output, total] = NUMBERS;
        [prompt, input, completion, output, total, "usage"]
    };

    fn object(&mut self) {
        self.numbers = Some([None; 5]);
    }

    fn member(&mut self, place: usize, inside: Inside) {
        match self.numbers.as_mut().and_then(|numbers| numbers.get_mut(place)) {
            Some(number) => *number = inside.1,
            None => self.usage = Some(inside),
        }
    }
}

/// A number, or the `usage` inside of `response`.
#[derive(Default)]
struct Inside(Option<[Option<u64>; 5]>, Option<u64>);

impl Gather for Inside {
    type Item = Nothing;
    type Member = Number;
    const MEMBERS: &'static [&'static str] = &NUMBERS;

    fn object(&mut self) {
        self.0 = Some([None; 5]);
    }

    fn number(&mut self, number: Option<u64>) {
        self.1 = number;
    }

    fn member(&mut self, place: usize, number: Number) {
        if let Some(numbers) = &mut self.0 {
            numbers[place] = number.0;
        }
    }
}

#[derive(Default)]
struct Number(Option<u64>);

impl Gather for Number {
    type Item = Nothing;
    type Member = Nothing;

    fn number(&mut self, number: Option<u64>) {
        self.0 = number;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_answer_says_the_same_read_at_once_and_as_a_tree() {
        for body in [
            r#"{"usage":{"prompt_tokens":5,"completion_tokens":6,"total_tokens":11}}"#,
            r#"{"usage":{"input_tokens":5,"output_tokens":6}}"#,
            r#"{"usage":{"prompt_tokens":"5","input_tokens":6}}"#,
            r#"{"usage":{"prompt_tokens":-5,"total_tokens":1.5}}"#,
            r#"{"usage":{"prompt_tokens":7,"prompt_tokens":null,"total_tokens":3}}"#,
            r#"{"usage":{"prompt_tokens":7},"usage":{"total_tokens":3}}"#,
            r#"{"usage":null,"response":{"usage":{"total_tokens":3}}}"#,
            r#"{"usage":[],"response":{"usage":{"total_tokens":3}}}"#,
            r#"{"response":{"usage":{"input_tokens":1,"total_tokens":3},"usage_":2}}"#,
            r#"{"response":{"usage":{"input_tokens":1},"usage":null}}"#,
            r#"{"response":{"prompt_tokens":4}}"#,
            r#"{"response":[{"usage":{"input_tokens":1}}]}"#,
            r#"{"usage":{"usage":{"total_tokens":3}}}"#,
            r#"{"usage":{"total_tokens":{"total_tokens":3}}}"#,
            r#"[{"usage":{"total_tokens":3}}]"#,
            "7",
            "",
            r#"{"usage":{"total_tokens":3}} x"#,
        ] {
            let as_tree = serde_json::from_str::<Json>(body).ok().map(|json| Usage::from_json(&json));
            assert_eq!(Usage::of_answer(body.as_bytes()), as_tree, "{body}");
        }
    }
}
