//! Carries out a plan, stage by stage, through the ARM client.
