//! The door over real TLS, with pods that are fakes behind real certificates. One program, so that it is linked once.

#![expect(clippy::expect_used, clippy::panic, reason = "a test that cannot go on says so by panicking")]

#[path = "contract/abuse.rs"]
mod abuse;
#[path = "contract/door.rs"]
mod door;
#[path = "contract/embedded.rs"]
mod embedded;
#[path = "contract/fake_pod.rs"]
mod fake_pod;
#[path = "contract/flow.rs"]
mod flow;
#[path = "contract/http.rs"]
mod http;
#[path = "contract/people.rs"]
mod people;
#[path = "contract/refused.rs"]
mod refused;
#[path = "contract/replicas.rs"]
mod replicas;
#[path = "contract/stop.rs"]
mod stop;
#[path = "contract/viewer.rs"]
mod viewer;
