//! `<authentication-managed-identity resource="…" client-id="…" output-token-variable-name="…"/>`: gets a token of
//! the gateway's identity and sends it as `Authorization: Bearer`, or keeps it in a variable. Learn,
//! authentication-managed-identity.

use std::sync::Arc;

use super::Executor;
use super::message::Side;
use crate::csharp::Value;
use crate::gateway::compile::Compiler;
use crate::gateway::fault::Fault;
use crate::gateway::live::Live;
use crate::gateway::pipeline::{Flow, Run};
use crate::gateway::setting::{Setting, get_or};
use crate::policy::Placed;

pub(super) static EXECUTOR: Executor = Executor {
    element: "authentication-managed-identity",
    compile: |compiler, placed| compile(compiler, placed, Side::Request),
};

pub(super) fn compile(compiler: &mut Compiler<'_>, placed: &Placed, side: Side) -> Option<Box<dyn Run>> {
    let element = &placed.element;
    Some(Box::new(ManagedIdentity {
        side,
        resource: compiler.needed(element, "resource")?,
        client_id: compiler.setting(element, "client-id"),
        variable: compiler.setting(element, "output-token-variable-name"),
        ignores_error: compiler.setting(element, "ignore-error"),
    }))
}

struct ManagedIdentity {
    side: Side,
    resource: Setting<String>,
    client_id: Option<Setting<String>>,
    variable: Option<Setting<String>>,
    ignores_error: Option<Setting<bool>>,
}

impl Run for ManagedIdentity {
    fn run(&self, live: &Arc<Live>) -> Result<Flow, Fault> {
        let resource = self.resource.get(live)?;
        let client_id = self.client_id.as_ref().map(|client_id| client_id.get(live)).transpose()?;
        let variable = self.variable.as_ref().map(|name| name.get(live)).transpose()?;
        let ignores_error = get_or(self.ignores_error.as_ref(), false, live)?;
        let token = match live.host.managed_identity_token(&resource, client_id.as_deref()) {
            Ok(token) => Some(token),
            Err(why) if ignores_error => {
                live.note(format!("no token, ignored: {why}"));
                None
            }
            Err(why) => return Err(Fault::broken("ManagedIdentityFailure", why)),
        };
        if let Some(token) = &token {
            live.secrets.add(token);
        }
        let mut state = live.state();
        match (variable, token) {
            (Some(name), token) => {
                let value = token.map_or(Value::Null, |token| Value::String(Arc::from(token)));
                state.variables.insert(name, value);
            }
            (None, Some(token)) => {
                if let Some(headers) = self.side.headers(&mut state) {
                    headers.set("Authorization", format!("Bearer {token}"));
                }
            }
            (None, None) => {}
        }
        Ok(Flow::Next)
    }
}
