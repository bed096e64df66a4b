//! People behind a gateway: each is limited as one, whatever they say of themselves; and nobody else is believed.

use crate::door::TestDoor;
use crate::people::reason;
use cobrowse_session_api::args::Settings;
use cobrowse_wire::v1::ResolveSiteRequest;
use cobrowse_wire::v1::session_service_client::SessionServiceClient;
use tonic::Request;
use tonic::transport::Channel;

/// Calls of an address until it is told to wait; so many at most.
const MOST: usize = 60;

async fn calls(client: &mut SessionServiceClient<Channel>, forwarded: &str) -> usize {
    for count in 0..MOST {
        let mut request = Request::new(ResolveSiteRequest::default());
        request.metadata_mut().insert("x-forwarded-for", forwarded.parse().expect("a header"));
        if let Err(status) = client.resolve_site(request).await {
            assert_eq!(reason(&status), "RateLimited");
            return count;
        }
    }
    MOST
}

async fn door(trusted: &[&str]) -> TestDoor {
    let trusted = trusted.iter().map(|range| (*range).to_owned()).collect();
    let change = |settings| Settings { calls_per_second: Some(1), trusted_proxies: Some(trusted), ..settings };
    TestDoor::with(change).await
}

#[tokio::test]
async fn behind_a_trusted_gateway_people_are_told_apart_by_what_it_says() {
    let door = door(&["127.0.0.0/8", "10.0.0.0/8"]).await;
    let mut client = door.sessions().await;
    let first = calls(&mut client, "198.51.100.7").await;
    assert!((5..MOST).contains(&first), "{first} calls");
    assert!(calls(&mut client, "198.51.100.8").await >= 5, "somebody else is not to wait");
    // Whoever writes a hop more is still the one whom the gateway saw.
    for forged in ["192.0.2.1, 198.51.100.7", "10.9.9.9, 192.0.2.1, 198.51.100.7, 10.4.4.4", "x, 198.51.100.7"] {
        assert!(calls(&mut client, forged).await < 5, "{forged}");
    }
    door.running.stop().await;
}

#[tokio::test]
async fn from_anybody_else_the_header_says_nothing() {
    for trusted in [[].as_slice(), &["10.0.0.0/8"]] {
        let door = door(trusted).await;
        let mut client = door.sessions().await;
        let first = calls(&mut client, "198.51.100.7").await;
        assert!((5..MOST).contains(&first), "{first} calls");
        assert!(calls(&mut client, "198.51.100.8").await < 5, "a forged address got calls of its own");
        door.running.stop().await;
    }
}
