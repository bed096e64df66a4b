//! `AccountService` as gRPC. The sign-in goes to browsers as a cookie that scripts cannot read.

use super::Accounts;
use crate::admin::metrics::Metrics;
use crate::caller::COOKIE;
use crate::refusal::Refusal;
use crate::sessions::service::open;
use cobrowse_wire::v1::account_service_server::AccountService;
use cobrowse_wire::v1::{
    ChangeRoleRequest, ChangeRoleResponse, CreateAccountRequest, CreateAccountResponse, DisableAccountRequest,
    DisableAccountResponse, GetAccountRequest, GetAccountResponse, ListAccountsRequest, ListAccountsResponse,
    ListReportsRequest, ListReportsResponse, ResetPasswordRequest, ResetPasswordResponse, SetUpAdministratorRequest,
    SetUpAdministratorResponse, SignInRequest, SignInResponse, SignOutRequest, SignOutResponse,
};
use std::sync::Arc;
use tonic::metadata::MetadataValue;
use tonic::{Request, Response, Status};

/// The service.
pub struct Service {
    accounts: Accounts,
    metrics: Arc<Metrics>,
}

impl Service {
    /// Of all accounts.
    pub fn new(accounts: Accounts, metrics: Arc<Metrics>) -> Self {
        Self { accounts, metrics }
    }

    fn refuse(&self, refusal: Refusal) -> Status {
        Metrics::count(&self.metrics.refusals, refusal.reason());
        refusal.into()
    }
}

/// Sets or, with an empty value, takes the cookie away.
fn set_cookie<T>(response: &mut Response<T>, value: &str) -> Result<(), Refusal> {
    let life = if value.is_empty() { "; Max-Age=0" } else { "" };
    let cookie = format!("{COOKIE}={value}; Path=/; Secure; HttpOnly; SameSite=Strict{life}");
    let cookie = MetadataValue::try_from(cookie).map_err(|_| Refusal::Internal)?;
    response.metadata_mut().insert("set-cookie", cookie);
    Ok(())
}

#[tonic::async_trait]
impl AccountService for Service {
    async fn sign_in(&self, r: Request<SignInRequest>) -> Result<Response<SignInResponse>, Status> {
        let (caller, request) = open(r)?;
        let (account, secret) = self.accounts.sign_in(&caller, request).await.map_err(|r| self.refuse(r))?;
        let token = secret.expose().to_owned();
        let mut response = Response::new(SignInResponse { account: Some(account), token });
        set_cookie(&mut response, secret.expose())?;
        Ok(response)
    }

    async fn sign_out(&self, r: Request<SignOutRequest>) -> Result<Response<SignOutResponse>, Status> {
        let (caller, _) = open(r)?;
        self.accounts.sign_out(&caller).await.map_err(|r| self.refuse(r))?;
        let mut response = Response::new(SignOutResponse {});
        set_cookie(&mut response, "")?;
        Ok(response)
    }

    async fn set_up_administrator(
        &self,
        r: Request<SetUpAdministratorRequest>,
    ) -> Result<Response<SetUpAdministratorResponse>, Status> {
        let (caller, request) = open(r)?;
        let set_up = self.accounts.set_up_administrator(&caller, request).await;
        let (account, secret) = set_up.map_err(|r| self.refuse(r))?;
        let token = secret.expose().to_owned();
        let mut response = Response::new(SetUpAdministratorResponse { account: Some(account), token });
        set_cookie(&mut response, secret.expose())?;
        Ok(response)
    }

    async fn get_account(&self, r: Request<GetAccountRequest>) -> Result<Response<GetAccountResponse>, Status> {
        let (caller, _) = open(r)?;
        let account = self.accounts.own(&caller).await.map_err(|r| self.refuse(r))?;
        Ok(Response::new(GetAccountResponse { account: Some(account) }))
    }

    async fn list_reports(&self, r: Request<ListReportsRequest>) -> Result<Response<ListReportsResponse>, Status> {
        let (caller, request) = open(r)?;
        let listed = self.accounts.list_reports(&caller, request).await;
        Ok(Response::new(listed.map_err(|r| self.refuse(r))?))
    }

    async fn list_accounts(&self, r: Request<ListAccountsRequest>) -> Result<Response<ListAccountsResponse>, Status> {
        let (caller, request) = open(r)?;
        self.accounts.list(&caller, request).await.map(Response::new).map_err(|r| self.refuse(r))
    }

    async fn create_account(
        &self,
        r: Request<CreateAccountRequest>,
    ) -> Result<Response<CreateAccountResponse>, Status> {
        let (caller, request) = open(r)?;
        let (account, password) = self.accounts.create(&caller, request).await.map_err(|r| self.refuse(r))?;
        Ok(Response::new(CreateAccountResponse { account: Some(account), password: password.to_string() }))
    }

    async fn disable_account(
        &self,
        r: Request<DisableAccountRequest>,
    ) -> Result<Response<DisableAccountResponse>, Status> {
        let (caller, request) = open(r)?;
        let account = self.accounts.disable(&caller, &request.account_id).await.map_err(|r| self.refuse(r))?;
        Ok(Response::new(DisableAccountResponse { account: Some(account) }))
    }

    async fn reset_password(
        &self,
        r: Request<ResetPasswordRequest>,
    ) -> Result<Response<ResetPasswordResponse>, Status> {
        let (caller, request) = open(r)?;
        let reset = self.accounts.reset_password(&caller, &request.account_id).await;
        let (account, password) = reset.map_err(|r| self.refuse(r))?;
        Ok(Response::new(ResetPasswordResponse { account: Some(account), password: password.to_string() }))
    }

    async fn change_role(&self, r: Request<ChangeRoleRequest>) -> Result<Response<ChangeRoleResponse>, Status> {
        let (caller, request) = open(r)?;
        let account = self.accounts.change_role(&caller, request).await.map_err(|r| self.refuse(r))?;
        Ok(Response::new(ChangeRoleResponse { account: Some(account) }))
    }
}
