//! How many requests are inside `limit-concurrency` at a moment. Where time is virtual a request may enter at a
//! moment that lies before the end of one that is done already, so ends are kept for a while.

/// Requests that are done and still remembered, per key. Real clocks need none of them.
const MAX_DONE: usize = 1_024;

/// The requests that are, or lately were, inside; by key.
#[derive(Debug, Default)]
pub(crate) struct Slots {
    next_id: u64,
    taken: Vec<Taken>,
}

#[derive(Clone, Copy, Debug)]
struct Taken {
    id: u64,
    from_ms: i64,
    /// None while the request is inside.
    until_ms: Option<i64>,
}

impl Slots {
    /// Takes a slot unless `most` are taken at this moment.
    pub(crate) fn enter(&mut self, most: usize, now_ms: i64) -> Option<u64> {
        let is_inside = |taken: &&Taken| {
            taken.from_ms <= now_ms && taken.until_ms.is_none_or(|until_ms| now_ms < until_ms)
        };
        if self.taken.iter().filter(is_inside).count() >= most {
            return None;
        }
        self.next_id += 1;
        self.taken.push(Taken { id: self.next_id, from_ms: now_ms, until_ms: None });
        Some(self.next_id)
    }

    pub(crate) fn leave(&mut self, id: u64, now_ms: i64) {
        if let Some(taken) = self.taken.iter_mut().find(|taken| taken.id == id) {
            taken.until_ms = Some(now_ms);
        }
        let n_done = self.taken.iter().filter(|taken| taken.until_ms.is_some()).count();
        if n_done > MAX_DONE
            && let Some(oldest) = self.taken.iter().position(|taken| taken.until_ms.is_some())
        {
            self.taken.remove(oldest);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_slot_is_taken_from_its_entry_to_its_end() {
        let mut slots = Slots::default();
        let first = slots.enter(1, 100).unwrap();
        assert_eq!(slots.enter(1, 150), None);
        slots.leave(first, 200);
        assert_eq!(slots.enter(1, 150), None, "at that moment the first was inside");
        assert!(slots.enter(1, 200).is_some());
        assert_eq!(Slots::default().enter(0, 0), None);
    }

    #[test]
    fn what_is_done_is_forgotten_in_the_end() {
        let mut slots = Slots::default();
        for now_ms in 0..5_000 {
            let id = slots.enter(1, now_ms).unwrap();
            slots.leave(id, now_ms + 1);
        }
        assert!(slots.taken.len() <= MAX_DONE);
    }
}
