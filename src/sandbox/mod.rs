//! Loopback servers: ARM, the gateway that a deployment describes, and simulated Azure OpenAI.
#![expect(clippy::disallowed_methods, reason = "servers wait for real and read the real clock")]

pub mod arm_server;
pub mod codes;
mod error;
pub mod gateway_config;
pub mod gateway_server;
mod http1;
mod landing;
mod line;
pub mod net_host;
pub mod openai_sim;
mod openid_hosts;
mod proof;
mod providers;
mod records;
mod resource_id;
mod services_sim;
mod standing;
pub mod state;
mod telemetry;
mod websocket;

pub use arm_server::{
    ArmOptions, ArmServer, Bucket, Condition, Denial, During, Exchange, Faults, Limits, Recorder,
    ServerClock, Test, Trouble, Validator,
};
pub use error::{ArmFault, Error};
pub use gateway_server::{End, GatewayServer, Observer, Served, ServerOptions};
pub use http1::{Messages, read_messages};
pub use landing::{Landing, LandingError, LandingOptions, model_accounts};
pub use line::Ports;
pub use net_host::NetHost;
pub use openai_sim::OpenAiSim;
pub use proof::{Call, Proof, Verdict, prove};
pub use resource_id::ResourceId;
pub use services_sim::ServicesSim;
pub use standing::put_what_is_there;
pub use state::{OutsideAccount, Resource, State};
pub use telemetry::Telemetry;
