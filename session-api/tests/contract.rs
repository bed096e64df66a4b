//! The door over real TLS, with pods that are fakes behind real certificates. One program, so that it is linked once.

#![expect(clippy::expect_used, clippy::panic, reason = "a test that cannot go on says so by panicking")]

// Which test is about which bad input:
//
// | bad input | test |
// | --- | --- |
// | wrong, reused, replaced, foreign PIN; locked after too many | `abuse::pins_that_do_not_admit_look_alike_and_lock` |
// | expired PIN, ticket, invitation | `session`: `waiting::tests::joins`, `waiting::tests::claims` (time is an argument there) |
// | unknown session, somebody else's, another tenant's | `abuse::nobody_sees_sessions_of_others` |
// | ended session | `flow::two_people_share_a_session_to_its_end`, `ended::an_ended_session_lets_nobody_do_anything` |
// | stolen, reused ticket, other secrets as ticket | `abuse::tickets_open_one_stream_once`, `broken::a_grpc_stream_out_of_order_ends_with_a_word` |
// | viewer without role, denied, or not yet allowed | `flow::who_is_denied_learns_it`, `ended::a_viewer_without_allow_sees_nothing` |
// | a caller without the right, for every call and role | `roles::every_call_as_everybody` |
// | malformed, truncated, oversized messages by gRPC and gRPC-Web, every call | `broken::broken_bytes_are_refused_by_every_call_and_cost_nobody_anything` |
// | the same and out of order by gRPC stream | `broken::a_grpc_stream_out_of_order_ends_with_a_word` |
// | the same and out of order by WebSocket | `abuse::broken_messages_close_the_stream_with_a_word` |
// | a viewer that never reads | `abuse::a_viewer_that_never_reads_is_cut_and_queues_nothing_here`, `broken::a_grpc_viewer_that_never_reads_is_cut_and_queues_nothing_here` |
// | 1,000 connections held; more than that; too many streams of one | `crowd::a_thousand_connections_disturb_nobody`, `abuse::a_thousand_connections_leave_room_when_they_go`, `broken::streams_of_one_connection_are_limited_and_others_are_served` |
// | more sessions than browsers | `queue::fifty_starts_on_two_replicas_get_the_places_there_are_and_the_rest_in_order` |
// | a foreign page; foreign or broken start addresses | `abuse::a_foreign_page_opens_no_stream`, `abuse::bad_starts_are_refused_with_the_field` |
// | a forged address behind a gateway, or from nobody's | `forwarded` |
// | too many starts, waiting PINs, sign-ins | `abuse::an_address_cannot_start_without_end`, `limits`, `abuse::sign_in_tells_nothing_and_slows_down` |
// | too many wrong PINs of an agent, an address, a tenant | `abuse::pins_that_do_not_admit_look_alike_and_lock`, `limits::wrong_pins_lock_an_address_and_then_the_tenant_for_everybody_there` |
// | every version, suite and group of TLS, and no TLS | `listeners` |
// | floods: silence, slow headers, handshakes, rapid reset, pages not read, starts, PINs, tickets | `floods::live_sessions_keep_their_pace_whatever_floods_the_door`, a program of its own |
// | headers without end | `http::headers_are_limited` |
// | pod killed, replica killed, pod frozen | `flow::a_dead_pod_ends_the_session`, `replicas`, `stop` |
// | disk full; damaged rows | `full::a_full_disk_refuses_clearly_and_stops_nobody`, `store::tests::a_full_disk_is_named`, `store::tests::a_damaged_row_keeps_nobody_else_from_ending` |
// | port taken, bad tenant file, data folder, certificate, weak certificate | `refused` |
// | Chromium, bubblewrap, browser-pod missing | `preflight::tests` |
// | configuration with a typo, contradictory settings | `refused::typos_and_contradictions_end_the_program_with_the_mend`, `config::tests` |

#[path = "contract/abuse.rs"]
mod abuse;
#[path = "contract/audit.rs"]
mod audit;
#[path = "contract/broken.rs"]
mod broken;
#[path = "contract/bytes.rs"]
mod bytes;
#[path = "contract/crowd.rs"]
mod crowd;
#[path = "contract/door.rs"]
mod door;
#[path = "contract/embedded.rs"]
mod embedded;
#[path = "contract/ended.rs"]
mod ended;
#[path = "contract/fake_pod.rs"]
mod fake_pod;
#[path = "contract/flow.rs"]
mod flow;
#[path = "contract/forwarded.rs"]
mod forwarded;
#[path = "contract/full.rs"]
mod full;
#[path = "contract/gateway.rs"]
mod gateway;
#[path = "contract/http.rs"]
mod http;
#[path = "contract/limits.rs"]
mod limits;
#[path = "contract/listeners.rs"]
mod listeners;
#[path = "contract/people.rs"]
mod people;
#[path = "server/postgres.rs"]
mod postgres;
#[path = "contract/queue.rs"]
mod queue;
#[path = "contract/refused.rs"]
mod refused;
#[path = "contract/replicas.rs"]
mod replicas;
#[path = "contract/roles.rs"]
mod roles;
#[allow(dead_code, reason = "the scanner serves other tests too, which use more of it")]
#[path = "../../identity/tests/listener/scan.rs"]
mod scan;
#[path = "contract/stop.rs"]
mod stop;
#[path = "contract/traces.rs"]
mod traces;
#[path = "contract/viewer.rs"]
mod viewer;
