//! What the door speaks to whoever tries all there is of TLS, and that its port for machines is the one in clear.

use crate::door::TestDoor;
use crate::scan;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_door_speaks_by_the_policy_and_only_machines_are_answered_in_clear() {
    let door = TestDoor::open().await;
    let (people, machines) = (door.running.address, door.running.admin_address);
    let looked = tokio::task::spawn_blocking(move || {
        assert_eq!(scan::scan(people), scan::outside());
        let clear = scan::in_clear(people, "/healthz");
        assert!(!clear.contains("HTTP"), "{clear}");
        assert!(scan::in_clear(machines, "/healthz").starts_with("HTTP/1.1 200 "));
    });
    looked.await.expect("as it must be");
    door.running.stop().await;
}
