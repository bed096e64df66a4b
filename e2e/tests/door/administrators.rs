//! The first administrator of a tenant: from the Secret that the operator makes to the account, once, in time, and for that tenant.

use crate::people::{PATIENCE, channel, with};
use crate::program::until;
use crate::stand::{Replica, Stand};
use cobrowse_e2e::kubectl;
use cobrowse_wire::v1::account_service_client::AccountServiceClient;
use cobrowse_wire::v1::*;
use serde_json::{Value, json};
use tonic::transport::Channel;
use tonic::{Code, Status};

const PASSWORD: &str = "seven quiet herons wade";

async fn accounts(stand: &Stand, replica: &Replica) -> AccountServiceClient<Channel> {
    AccountServiceClient::new(channel(stand, replica).await.expect("connects"))
}

async fn set_up(
    (stand, replica): (&Stand, &Replica),
    invitation: &str,
    email: &str,
    password: &str,
) -> Result<SetUpAdministratorResponse, Status> {
    let request = SetUpAdministratorRequest {
        invitation: invitation.to_owned(),
        email: email.to_owned(),
        name: "Noor Haddad".to_owned(),
        password: password.to_owned(),
    };
    Ok(accounts(stand, replica).await.set_up_administrator(request).await?.into_inner())
}

/// The Secret that the tenant's status names and what is in it, once there is one besides `before`.
async fn invited(stand: &Stand, tenant: &str, before: &str) -> (String, String) {
    until("the tenant has an invitation", PATIENCE, || async {
        let name = stand.tenant(tenant)["status"]["invitationSecret"].as_str()?.to_owned();
        let read = "go-template={{.data.invitation | base64decode}}";
        let said = kubectl(&["get", "secret", &name, "-n", &stand.namespace, "-o", read], "").expect("kubectl runs");
        (name != before && said.ok).then_some((name, said.out))
    })
    .await
}

/// Waits until the tenant names no Secret any more, and the Secret is gone.
async fn withdrawn(stand: &Stand, tenant: &str, secret: &str) -> Value {
    until("the Secret goes", PATIENCE, || async {
        let status = stand.tenant(tenant)["status"].clone();
        let there = kubectl(&["get", "secret", secret, "-n", &stand.namespace], "").expect("kubectl runs").ok;
        (status["invitationSecret"].is_null() && !there).then_some(status)
    })
    .await
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_new_tenants_administrator_comes_by_the_secret_once_and_for_that_tenant_alone() {
    let stand = Stand::open("invite").await;
    let (first, second) = (stand.replica().await, stand.replica().await);
    ["fabrikam", "adatum"].into_iter().for_each(|name| stand.create_tenant(name));
    let (secret, invitation) = invited(&stand, "fabrikam", "").await;
    let digits = invitation.strip_prefix("fabrikam.").expect("it says whose it is").to_owned();
    invited(&stand, "adatum", "").await;

    // Known to both replicas: what is wrong is the password, and nothing is used up by that.
    for replica in [&first, &second] {
        until("it counts", PATIENCE, || async {
            let refused = set_up((&stand, replica), &invitation, "noor@fabrikam.example", "short").await;
            (refused.expect_err("is too short").code() == Code::InvalidArgument).then_some(())
        })
        .await;
    }
    let foreign = set_up((&stand, &first), &format!("adatum.{digits}"), "noor@fabrikam.example", PASSWORD).await;
    assert_eq!(foreign.expect_err("is another tenant's").code(), Code::NotFound);

    let made = set_up((&stand, &first), &invitation, "noor@fabrikam.example", PASSWORD).await.expect("it counts");
    let account = made.account.expect("an account");
    assert_eq!((account.tenant.as_str(), account.role()), ("fabrikam", AccountRole::Administrator));
    for replica in [&first, &second] {
        let again = set_up((&stand, replica), &invitation, "eve@fabrikam.example", PASSWORD).await;
        assert_eq!(again.expect_err("was used").code(), Code::NotFound);
    }
    // Signed in, also at the other replica, and able to make accounts; and again with what was chosen.
    let mut elsewhere = accounts(&stand, &second).await;
    let request = CreateAccountRequest {
        email: "sam@fabrikam.example".into(),
        name: "Sam".into(),
        role: AccountRole::Agent.into(),
    };
    elsewhere.create_account(with(&made.token, request)).await.expect("is an administrator");
    let request = SignInRequest { email: "noor@fabrikam.example".into(), password: PASSWORD.into() };
    elsewhere.sign_in(request).await.expect("has chosen this password");

    let status = withdrawn(&stand, "fabrikam", &secret).await;
    assert!(status["invitation"]["usedAt"].is_string(), "{status}");
    let everything = stand.kubectl(&["get", "cobrowsetenants,events,secrets", "-o", "json", "--show-managed-fields"]);
    assert!(!everything.contains(&digits), "the secret is in an object");

    // Whoever runs the installation can ask for one more.
    stand.kubectl(&["annotate", "cobrowsetenant", "fabrikam", "cobrowse.dev/invite=again"]);
    let (_, another) = invited(&stand, "fabrikam", &secret).await;
    until("it counts", PATIENCE, || async {
        set_up((&stand, &second), &another, "kim@fabrikam.example", PASSWORD).await.ok()
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_invitation_that_expired_or_that_nobody_needs_counts_no_more_and_its_secret_goes() {
    let stand = Stand::open("expired").await;
    let replica = stand.replica().await;
    stand.create_tenant("fabrikam");
    let (secret, invitation) = invited(&stand, "fabrikam", "").await;
    let expired = json!({"status": {"invitation": {"expiresAt": "2026-01-01T00:00:00Z"}}}).to_string();
    stand.kubectl(&["patch", "cobrowsetenant", "fabrikam", "--subresource=status", "--type=merge", "-p", &expired]);
    let status = withdrawn(&stand, "fabrikam", &secret).await;
    assert!(status["invitation"]["usedAt"].is_null(), "{status}");
    until("the replica knows", PATIENCE, || async {
        let refused = set_up((&stand, &replica), &invitation, "noor@fabrikam.example", "short").await;
        (refused.expect_err("expired or too short").code() == Code::NotFound).then_some(())
    })
    .await;
    let late = set_up((&stand, &replica), &invitation, "noor@fabrikam.example", PASSWORD).await;
    assert_eq!(late.expect_err("has expired").code(), Code::NotFound);
    // The demo's tenants have an administrator already.
    stand.agent("northwind").await;
    let status = until("nobody needs it", PATIENCE, || async {
        let status = stand.tenant("northwind")["status"].clone();
        (status["invitation"]["usedAt"].is_string() && status["invitationSecret"].is_null()).then_some(status)
    })
    .await;
    assert!(status["invitation"]["asked"].is_null(), "{status}");
}
