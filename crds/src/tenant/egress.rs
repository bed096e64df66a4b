//! `spec.egress`: where a tenant's browsers may connect to besides its sites. Which addresses nobody reaches is not a tenant's to say.

use cobrowse_session::egress::Mode;
use cobrowse_session::site::HostPattern;

use super::{Error, check_count};
use crate::kind::tenant::{Egress, EgressMode};

const HOSTS_MAX: usize = 200;

/// What a tenant opens besides its sites.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TenantEgress {
    /// How much of the public internet.
    pub mode: Mode,
    /// Further hosts.
    pub listed: Vec<HostPattern>,
    /// Name of the group of source addresses; none: the gateway's default.
    pub address_class: Option<String>,
}

/// Reads it.
pub(super) fn parse(egress: &Egress) -> Result<TenantEgress, Error> {
    check_count("spec.egress.allowedHosts", egress.allowed_hosts.len(), 0, HOSTS_MAX)?;
    let listed = egress.allowed_hosts.iter().enumerate().map(|(index, text)| {
        HostPattern::parse(text).map_err(|source| Error::Pattern {
            field: format!("spec.egress.allowedHosts[{index}]"),
            text: text.clone(),
            source,
        })
    });
    Ok(TenantEgress {
        mode: match egress.mode {
            EgressMode::Strict => Mode::Strict,
            EgressMode::Listed => Mode::Listed,
            EgressMode::Public => Mode::Open,
            EgressMode::ReportOnly => Mode::ReportOnly,
        },
        listed: listed.collect::<Result<_, _>>()?,
        address_class: egress.address_class.clone(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn without_a_word_the_sites_are_all() {
        let none = TenantEgress { mode: Mode::Listed, listed: Vec::new(), address_class: None };
        assert_eq!(parse(&Egress::default()).expect("right"), none);
    }

    #[test]
    fn each_mode_is_one_of_the_rules_and_a_wrong_host_says_where_it_stands() {
        for (written, mode) in [
            (EgressMode::Strict, Mode::Strict),
            (EgressMode::Listed, Mode::Listed),
            (EgressMode::Public, Mode::Open),
            (EgressMode::ReportOnly, Mode::ReportOnly),
        ] {
            let allowed_hosts = vec!["*.content.example".to_owned()];
            let read = parse(&Egress { mode: written, allowed_hosts, address_class: Some("class-a".to_owned()) });
            let read = read.expect("right");
            assert_eq!((read.mode, read.listed.len(), read.address_class.as_deref()), (mode, 1, Some("class-a")));
        }
        let allowed_hosts = vec!["content.example".to_owned(), "10.0.0.1".to_owned()];
        let wrong = parse(&Egress { allowed_hosts, ..Egress::default() }).expect_err("an address");
        assert!(wrong.to_string().contains("spec.egress.allowedHosts[1]"), "{wrong}");
        let many = Egress { allowed_hosts: vec!["content.example".to_owned(); 201], ..Egress::default() };
        assert!(parse(&many).is_err());
    }
}
