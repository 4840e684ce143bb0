//! `<proxy url="http://10.0.0.4:8080" username="u" password="p"/>`: the HTTP proxy that takes the request instead of
//! the upstream. Learn, proxy (2022-11-18): http only, basic or NTLM authentication.
//!
//! In the sandbox the proxy has to be one of its upstreams like any other host; where it is not, the call fails with
//! `BackendConnectionFailure`. Not modelled: NTLM. Decision: another scheme than `http` fails where the policy runs.

use std::sync::Arc;

use super::Executor;
use super::message::Side;
use crate::gateway::HttpProxy;
use crate::gateway::compile::Compiler;
use crate::gateway::fault::Fault;
use crate::gateway::live::Live;
use crate::gateway::pipeline::{Flow, Run};
use crate::gateway::setting::Setting;
use crate::policy::Placed;

pub(super) static EXECUTOR: Executor =
    Executor { element: "proxy", compile: |compiler, placed| compile(compiler, placed, Side::Request) };

pub(super) fn compile(compiler: &mut Compiler<'_>, placed: &Placed, side: Side) -> Option<Box<dyn Run>> {
    let element = &placed.element;
    Some(Box::new(Proxy {
        side,
        url: compiler.setting(element, "url")?,
        username: compiler.setting(element, "username"),
        password: compiler.setting(element, "password"),
    }))
}

struct Proxy {
    side: Side,
    url: Setting<String>,
    username: Option<Setting<String>>,
    password: Option<Setting<String>>,
}

impl Run for Proxy {
    fn run(&self, live: &Arc<Live>) -> Result<Flow, Fault> {
        let url = self.url.get(live)?.trim().to_owned();
        if !url.starts_with("http://") {
            return Err(Fault::broken("InvalidProxyUrl", format!("`{url}` is not an http URL")));
        }
        let get = |setting: &Option<Setting<String>>| setting.as_ref().map(|one| one.get(live)).transpose();
        let (username, password) = (get(&self.username)?, get(&self.password)?);
        password.iter().for_each(|password| live.secrets.add(password));
        if self.side == Side::Request {
            live.note(&url);
        }
        if let Some(connection) = self.side.connection(&mut live.state()) {
            connection.proxy = Some(HttpProxy { url, username, password });
        }
        Ok(Flow::Next)
    }
}
