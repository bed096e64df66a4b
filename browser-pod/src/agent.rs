//! The agent side's process: enrollment, the pod's gRPC service, the live session's owner task.
