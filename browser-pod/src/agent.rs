//! The agent side's process: enrollment, the pod's gRPC service, the live session's owner task.

mod clock;
mod downlink;
mod enroll;
mod input;
mod owner;
mod page;
mod serve;
mod service;
mod status;
