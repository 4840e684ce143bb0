//! `<authentication-basic username="u" password="p"/>`: signs the gateway in to the backend by `Authorization: Basic`.
//! Learn, authentication-basic (2022-12-01). What the header held before is overwritten.

use std::sync::Arc;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use super::Executor;
use crate::gateway::fault::Fault;
use crate::gateway::live::Live;
use crate::gateway::pipeline::{Flow, Run};
use crate::gateway::setting::Setting;

pub(super) static EXECUTOR: Executor = Executor {
    element: "authentication-basic",
    compile: |compiler, placed| {
        Some(Box::new(AuthenticationBasic {
            username: compiler.setting(&placed.element, "username")?,
            password: compiler.setting(&placed.element, "password")?,
        }))
    },
};

struct AuthenticationBasic {
    username: Setting<String>,
    password: Setting<String>,
}

impl Run for AuthenticationBasic {
    fn run(&self, live: &Arc<Live>) -> Result<Flow, Fault> {
        let credentials = format!("{}:{}", self.username.get(live)?, self.password.get(live)?);
        let header = format!("Basic {}", STANDARD.encode(credentials));
        live.secrets.add(&header);
        live.state().request.headers.set("Authorization", header);
        Ok(Flow::Next)
    }
}
