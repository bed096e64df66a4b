//! Where the programs of an installation listen, all of it, and what they speak there.

use crate::scan;
use crate::stand::Stand;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_replica_and_the_operator_listen_where_they_must_and_nowhere_else() {
    let stand = Stand::without_operator("listens").await;
    let operator = stand.operator("operator");
    let replica = stand.replica().await;
    let (people, pid, operators) = (replica.address, replica.id(), operator.id());
    let looked = tokio::task::spawn_blocking(move || {
        let mut others = scan::listening(pid);
        assert!(others.remove(&people), "{others:?}");
        assert_eq!(scan::scan(people), scan::outside());
        assert!(!scan::in_clear(people, "/healthz").contains("HTTP"));
        // In clear, and on loopback alone: the near end of the way to the database. And the port for machines.
        let answers = |at: &&std::net::SocketAddr| scan::in_clear(**at, "/healthz").starts_with("HTTP/1.1 200 ");
        assert!(others.len() == 2 && others.iter().all(|other| other.ip().is_loopback()), "{others:?}");
        assert_eq!(others.iter().filter(answers).count(), 1, "{others:?}");
        // Nobody calls the operator: it has a port for machines.
        let found = scan::listening(operators);
        assert_eq!(found.len(), 1, "{found:?}");
        assert!(found.iter().all(|at| scan::in_clear(*at, "/livez").starts_with("HTTP/1.1 200 ")), "{found:?}");
    });
    looked.await.expect("as it must be");
}
