//! One Chrome, one session. Two sides that share one Unix socket: the browser side (`launcher` and Chrome) and the agent
//! side (`agent` and all else here). `supervise` starts both where no kubelet does.

pub mod agent;
pub mod chrome;
pub mod display;
pub mod egress;
pub mod encode;
pub mod handover;
pub mod launcher;
pub mod probe;
pub mod stream;
pub mod supervise;
