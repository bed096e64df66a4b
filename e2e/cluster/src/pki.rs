//! Keys and certificates of a cluster's components, each for one purpose, and their kubeconfigs. Three authorities, as upstream has:
//! the cluster's, etcd's, and the front proxy's. All are made anew with each cluster and die with it. The world's websites have an
//! authority of their own, which stays.

use anyhow::{Context, Result};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use rcgen::{
    BasicConstraints, CertificateParams, DnType, ExtendedKeyUsagePurpose as Purpose, IsCa, Issuer, KeyPair,
    KeyUsagePurpose,
};
use std::fs::{self, OpenOptions};
use std::io::Write as _;
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::Path;

use crate::layout::{API_SERVER, API_SERVICE, Layout, NODE, NODE_ADDRESS};

/// Who calls the API server: the name of its kubeconfig, its user, its group.
const USERS: [(&str, &str, &str); 6] = [
    ("admin", "admin", "system:masters"),
    ("controller-manager", "system:kube-controller-manager", ""),
    ("scheduler", "system:kube-scheduler", ""),
    ("proxy", "system:kube-proxy", ""),
    ("cilium", "cilium", ""),
    ("kubelet", "system:node:node1", "system:nodes"),
];

/// An authority and its certificate.
struct Authority {
    issuer: Issuer<'static, KeyPair>,
    certificate: String,
}

/// Writes everything into the folder of keys.
pub(crate) fn write(layout: &Layout) -> Result<()> {
    let folder = layout.pki();
    fs::create_dir_all(&folder)?;
    let cluster = authority(&folder, "ca")?;
    let etcd = authority(&folder, "etcd-ca")?;
    let front = authority(&folder, "front-ca")?;
    let account = KeyPair::generate()?;
    secret(&folder.join("sa.key"), account.serialize_pem().as_bytes())?;
    fs::write(folder.join("sa.pub"), account.public_key_pem())?;

    let here = ["127.0.0.1", "localhost"];
    let service =
        ["kubernetes", "kubernetes.default", "kubernetes.default.svc", "kubernetes.default.svc.cluster.local"];
    let api: Vec<&str> = [&here[..], &[NODE_ADDRESS, API_SERVICE], &service[..]].concat();
    let both = [Purpose::ServerAuth, Purpose::ClientAuth];
    issue(&folder, "etcd", &etcd, ("etcd", ""), &both, &here)?;
    issue(&folder, "etcd-client", &etcd, ("apiserver", ""), &[Purpose::ClientAuth], &[])?;
    issue(&folder, "apiserver", &cluster, ("kube-apiserver", ""), &[Purpose::ServerAuth], &api)?;
    issue(&folder, "apiserver-kubelet", &cluster, ("apiserver-kubelet-client", ""), &[Purpose::ClientAuth], &[])?;
    issue(&folder, "front-client", &front, ("front-proxy-client", ""), &[Purpose::ClientAuth], &[])?;
    let node = format!("system:node:{NODE}");
    issue(&folder, "kubelet-server", &cluster, (&node, "system:nodes"), &[Purpose::ServerAuth], &[NODE_ADDRESS, NODE])?;
    for (name, user, group) in USERS {
        issue(&folder, name, &cluster, (user, group), &[Purpose::ClientAuth], &[])?;
        kubeconfig(layout, name, &cluster.certificate)?;
    }
    Ok(())
}

/// Makes the authority and the certificate of the world's websites, `*.example.test`, unless they are there.
pub(crate) fn write_world(layout: &Layout) -> Result<()> {
    let folder = layout.world();
    if folder.is_dir() {
        return Ok(());
    }
    // Whole or not at all.
    let made = folder.with_extension("made");
    fs::create_dir_all(&made).context("failed to make the folder of the world's keys")?;
    let world = authority(&made, "ca")?;
    let names = ["*.example.test", "example.test"];
    issue(&made, "site", &world, ("example.test", ""), &[Purpose::ServerAuth], &names)?;
    fs::rename(&made, &folder).context("failed to keep the world's keys")
}

/// Issues a certificate of the world's authority for a server with these names, as `NAME.crt` and `NAME.key` in a folder.
pub(crate) fn certificate(layout: &Layout, folder: &Path, name: &str, names: &[&str]) -> Result<()> {
    write_world(layout)?;
    let read = |ending: &str| fs::read_to_string(layout.world().join(format!("ca.{ending}")));
    let (key, certificate) = (KeyPair::from_pem(&read("key")?)?, read("crt")?);
    let issuer = Issuer::from_ca_cert_pem(&certificate, key).context("failed to read the world's authority")?;
    fs::create_dir_all(folder)?;
    issue(folder, name, &Authority { issuer, certificate }, (name, ""), &[Purpose::ServerAuth], names)
}

fn authority(folder: &Path, name: &str) -> Result<Authority> {
    let key = KeyPair::generate()?;
    let mut params = CertificateParams::new(Vec::new())?;
    params.distinguished_name.push(DnType::CommonName, name);
    params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    params.key_usages = vec![KeyUsagePurpose::KeyCertSign, KeyUsagePurpose::CrlSign, KeyUsagePurpose::DigitalSignature];
    let certificate = params.self_signed(&key)?.pem();
    fs::write(folder.join(format!("{name}.crt")), &certificate)?;
    secret(&folder.join(format!("{name}.key")), key.serialize_pem().as_bytes())?;
    Ok(Authority { issuer: Issuer::new(params, key), certificate })
}

fn issue(
    folder: &Path,
    name: &str,
    authority: &Authority,
    (user, group): (&str, &str),
    purposes: &[Purpose],
    names: &[&str],
) -> Result<()> {
    let key = KeyPair::generate()?;
    let mut params = CertificateParams::new(names.iter().map(|&name| name.to_owned()).collect::<Vec<_>>())?;
    params.distinguished_name = rcgen::DistinguishedName::new();
    params.distinguished_name.push(DnType::CommonName, user);
    if !group.is_empty() {
        params.distinguished_name.push(DnType::OrganizationName, group);
    }
    params.key_usages = vec![KeyUsagePurpose::DigitalSignature];
    params.extended_key_usages = purposes.to_vec();
    params.use_authority_key_identifier_extension = true;
    let certificate = params.signed_by(&key, &authority.issuer).with_context(|| format!("failed to issue {name}"))?;
    fs::write(folder.join(format!("{name}.crt")), certificate.pem())?;
    secret(&folder.join(format!("{name}.key")), key.serialize_pem().as_bytes())
}

fn kubeconfig(layout: &Layout, name: &str, authority: &str) -> Result<()> {
    let read = |ending: &str| fs::read(layout.pki().join(format!("{name}.{ending}")));
    let config = serde_json::json!({
        "apiVersion": "v1", "kind": "Config", "current-context": "cluster",
        "clusters": [{"name": "cluster", "cluster": {"server": API_SERVER, "certificate-authority-data": STANDARD.encode(authority)}}],
        "users": [{"name": name, "user": {
            "client-certificate-data": STANDARD.encode(read("crt")?), "client-key-data": STANDARD.encode(read("key")?)}}],
        "contexts": [{"name": "cluster", "context": {"cluster": "cluster", "user": name}}],
    });
    secret(&layout.kubeconfig(name), &serde_json::to_vec(&config)?)
}

/// Writes a file that only its owner may read.
pub(crate) fn secret(path: &Path, content: &[u8]) -> Result<()> {
    let mut file = OpenOptions::new().write(true).create(true).truncate(true).mode(0o600).open(path)?;
    file.write_all(content).with_context(|| format!("failed to write {}", path.display()))
}
