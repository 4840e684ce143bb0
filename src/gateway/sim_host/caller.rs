//! The host as one request sees it whose caller has patience for so long: whoever waits for an upstream or between two
//! tries then waits no more, as over sockets where the caller closes the connection.

use std::sync::Arc;

use super::SimHost;
use crate::gateway::{Branch, Host, Metric, SendError, Until, UpstreamRequest, UpstreamResponse};

/// The host of one request.
pub struct CallerHost {
    host: SimHost,
    leaves_at_ms: i64,
}

impl SimHost {
    /// A host for one request of a caller who leaves in `patience_ms`.
    pub fn for_caller(&self, patience_ms: u64) -> Arc<CallerHost> {
        let patience_ms = i64::try_from(patience_ms).unwrap_or(i64::MAX);
        let leaves_at_ms = self.now_unix_ms().saturating_add(patience_ms);
        Arc::new(CallerHost { host: self.clone(), leaves_at_ms })
    }
}

/// The sandbox's gateway says the same of a caller who has closed the connection.
pub(super) fn caller_left() -> SendError {
    SendError { reason: "ClientConnectionFailure".to_owned(), message: "the caller has left".to_owned() }
}

impl Host for CallerHost {
    fn now_unix_ms(&self) -> i64 {
        self.host.now_unix_ms()
    }

    fn sleep_ms(&self, duration_ms: u64) {
        let left_ms = u64::try_from(self.leaves_at_ms - self.host.now_unix_ms()).unwrap_or_default();
        self.host.sleep_ms(duration_ms.min(left_ms));
    }

    fn send(&self, request: UpstreamRequest) -> Result<UpstreamResponse, SendError> {
        self.host.send_until(request, Some(self.leaves_at_ms))
    }

    fn send_one_way(&self, request: UpstreamRequest) -> Result<(), SendError> {
        self.host.send_one_way(request)
    }

    fn run_together(&self, branches: Vec<Branch>, until: Until) -> Option<usize> {
        self.host.run_together(branches, until)
    }

    fn managed_identity_token(&self, resource: &str, client_id: Option<&str>) -> Result<String, String> {
        self.host.managed_identity_token(resource, client_id)
    }

    fn emit_metric(&self, metric: Metric) {
        self.host.emit_metric(metric);
    }

    fn log_event(&self, logger_id: &str, message: &str) {
        self.host.log_event(logger_id, message);
    }

    fn random_u64(&self) -> u64 {
        self.host.random_u64()
    }

    fn wants_changes(&self) -> bool {
        self.host.wants_changes()
    }
}

#[cfg(test)]
mod tests {
    use super::super::{SimAnswer, SimBody, SimPiece};
    use super::*;
    use crate::gateway::{Body, Headers};

    fn request(timeout_ms: u64) -> UpstreamRequest {
        UpstreamRequest {
            method: "GET".to_owned(),
            url: "https://slow.example/".to_owned(),
            headers: Headers::default(),
            body: Vec::new(),
            timeout_ms,
            client_certificate: None,
            proxy: None,
        }
    }

    fn host(answer: SimAnswer) -> SimHost {
        let host = SimHost::new(1);
        host.script("slow.example", [answer]);
        host
    }

    #[test]
    fn nobody_waits_longer_than_the_caller() {
        let host = host(SimAnswer { latency_ms: 5_000, ..SimAnswer::new(200, "late") });
        let begin_ms = host.now_unix_ms();
        let caller = host.for_caller(300);
        assert_eq!(
            caller.send(request(10_000)).err().map(|error| error.reason),
            Some("ClientConnectionFailure".into())
        );
        assert_eq!(host.now_unix_ms(), begin_ms + 300);
        caller.sleep_ms(60_000);
        assert_eq!(host.now_unix_ms(), begin_ms + 300, "a retry does not wait for nobody");
        assert!(caller.send(request(10_000)).is_err());
        assert_eq!(host.take_record().requests.len(), 1, "nothing is sent for nobody");
        // A timeout that comes first is a timeout.
        let caller = host.for_caller(300);
        assert_eq!(caller.send(request(100)).err().map(|error| error.reason), Some("Timeout".into()));
    }

    #[test]
    fn a_stream_ends_where_the_caller_leaves() {
        let piece = |bytes: &str| SimPiece { after_ms: 100, bytes: Some(bytes.as_bytes().to_vec()) };
        let body = SimBody::Pieces(vec![piece("a"), piece("b"), piece("c")]);
        let host = host(SimAnswer { body, ..SimAnswer::new(200, "") });
        let leaves_at_ms = host.now_unix_ms() + 250;
        let caller = host.for_caller(250);
        let Body::Stream(mut stream) = caller.send(request(10_000)).unwrap().body else { panic!("a stream") };
        assert_eq!(stream.next_chunk().unwrap().unwrap(), b"a");
        assert_eq!(stream.next_chunk().unwrap().unwrap(), b"b");
        assert!(stream.next_chunk().unwrap().is_err());
        assert_eq!(host.now_unix_ms(), leaves_at_ms);
        assert!(stream.next_chunk().is_none());
    }
}
