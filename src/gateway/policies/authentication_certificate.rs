//! `<authentication-certificate thumbprint="…"/>`, or `certificate-id`, or `body` and `password`: the client
//! certificate that the connection upstream shows. Learn, authentication-certificate (2022-12-01).
//!
//! What is modelled: which certificate is chosen, in the trace and in the request that a test looks at. What is not:
//! the handshake. Upstreams of the sandbox are reached without TLS, so they see no certificate; and whether the
//! service holds the one that is named is not checked, because a configuration holds no certificates.

use std::sync::Arc;

use super::Executor;
use super::message::Side;
use crate::csharp::Value;
use crate::gateway::compile::Compiler;
use crate::gateway::fault::Fault;
use crate::gateway::live::Live;
use crate::gateway::pipeline::{Flow, Run};
use crate::gateway::setting::Setting;
use crate::policy::{Expression, Placed, ValueKind};

pub(super) static EXECUTOR: Executor = Executor {
    element: "authentication-certificate",
    compile: |compiler, placed| Some(compile(compiler, placed, Side::Request)),
};

pub(super) fn compile(compiler: &mut Compiler<'_>, placed: &Placed, side: Side) -> Box<dyn Run> {
    let element = &placed.element;
    let body = match element.value("body").map(|body| &body.kind) {
        Some(ValueKind::Expression(expression)) => Some(Arc::clone(expression)),
        _ => None,
    };
    Box::new(AuthenticationCertificate {
        side,
        thumbprint: compiler.setting(element, "thumbprint"),
        certificate_id: compiler.setting(element, "certificate-id"),
        body,
    })
}

struct AuthenticationCertificate {
    side: Side,
    thumbprint: Option<Setting<String>>,
    certificate_id: Option<Setting<String>>,
    /// Gives a byte array.
    body: Option<Arc<Expression>>,
}

impl Run for AuthenticationCertificate {
    fn run(&self, live: &Arc<Live>) -> Result<Flow, Fault> {
        let name = self.name(live)?;
        if self.side == Side::Request {
            live.note(format!("{name}; the sandbox connects without TLS, so the upstream does not see it"));
        }
        if let Some(connection) = self.side.connection(&mut live.state()) {
            connection.client_certificate = Some(name);
        }
        Ok(Flow::Next)
    }
}

impl AuthenticationCertificate {
    fn name(&self, live: &Arc<Live>) -> Result<String, Fault> {
        if let Some(thumbprint) = &self.thumbprint {
            return Ok(format!("thumbprint {}", thumbprint.get(live)?.trim()));
        }
        if let Some(id) = &self.certificate_id {
            return Ok(format!("certificate-id {}", id.get(live)?.trim()));
        }
        let body = self.body.as_ref().map_or(Ok(Value::Null), |body| live.evaluate(body))?;
        match body.as_bytes() {
            Some(bytes) => Ok(format!("a certificate of {} bytes", bytes.len())),
            None => Err(Fault::broken("CertificateNotFound", "there is no client certificate")),
        }
    }
}
