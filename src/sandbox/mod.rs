//! Loopback servers: ARM, the gateway that a deployment describes, and simulated Azure OpenAI.
