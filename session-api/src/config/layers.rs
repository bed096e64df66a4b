//! Flags and environment over the file. The command line reader has merged flags with the environment already.

use super::Error;
use crate::args::{Cli, Settings};
use clap::CommandFactory;
use std::path::Path;

/// Reads a TOML file of settings. Unknown names are refused.
pub(super) fn read_file(path: &Path) -> Result<Settings, Error> {
    let text = std::fs::read_to_string(path).map_err(|source| Error::File { path: path.to_owned(), source })?;
    parse(&text).map_err(|message| Error::Syntax { path: path.to_owned(), message })
}

/// Reads the text of such a file.
///
/// # Errors
/// With where and what; it names the settings that exist.
pub fn parse(text: &str) -> Result<Settings, String> {
    toml::from_str(text).map_err(|error| error.to_string())
}

macro_rules! first_of {
    ($upper:ident, $lower:ident, $($field:ident),+ $(,)?) => {
        Settings { $($field: $upper.$field.or($lower.$field)),+ }
    };
}

/// Takes each setting from `upper`, or else from `lower`.
pub fn merge(upper: Settings, lower: Settings) -> Settings {
    first_of!(
        upper,
        lower,
        backend,
        namespace,
        pool,
        pod_port,
        secrets,
        database_url_file,
        data_dir,
        tenants,
        listen,
        admin_listen,
        public_origin,
        trusted_proxies,
        certificate,
        certificate_key,
        browser_pod,
        egress_gateway,
        private_targets,
        warm_pods,
        max_pods,
        max_sessions,
        pod_uid_base,
        demo,
        log_format,
        log,
        traces,
        max_connections,
        max_connections_per_address,
        calls_per_second,
        starts_per_address,
        starts_per_site,
        starts_per_tenant,
        waiting_per_address,
        waiting_per_site,
        waiting_per_tenant,
        drain_seconds,
    )
}

/// Every environment variable that is a setting.
pub fn known_variables() -> Vec<String> {
    let cli = Cli::command();
    let serve = cli.find_subcommand("serve").map(clap::Command::get_arguments);
    serve.into_iter().flatten().filter_map(|arg| arg.get_env()?.to_str().map(str::to_owned)).collect()
}

/// Refuses variables with our prefix that are no setting: most likely a typo.
pub(super) fn refuse_unknown_variables(names: impl Iterator<Item = String>) -> Result<(), Error> {
    let known = known_variables();
    for name in names.filter(|name| name.starts_with("COBROWSE_")) {
        if !known.contains(&name) {
            let nearest = known.into_iter().min_by_key(|k| distance(k, &name)).unwrap_or_default();
            return Err(Error::Variable { name, nearest });
        }
    }
    Ok(())
}

/// Levenshtein distance in bytes.
fn distance(a: &str, b: &str) -> usize {
    let mut row: Vec<usize> = (0..=b.len()).collect();
    for (i, x) in a.bytes().enumerate() {
        let mut diagonal = row[0];
        row[0] = i + 1;
        for (j, y) in b.bytes().enumerate() {
            let change = diagonal + usize::from(x != y);
            diagonal = row[j + 1];
            row[j + 1] = change.min(row[j] + 1).min(diagonal + 1);
        }
    }
    row[b.len()]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_mistyped_variable_names_the_nearest() {
        let error = refuse_unknown_variables(["COBROWSE_LISTN".to_owned()].into_iter()).expect_err("a typo");
        assert!(error.to_string().contains("COBROWSE_LISTEN?"), "{error}");
        assert!(refuse_unknown_variables(["COBROWSE_LISTEN".to_owned(), "PATH".to_owned()].into_iter()).is_ok());
    }

    #[test]
    fn a_file_with_a_typo_is_refused_and_names_what_exists() {
        let dir = tempfile::tempdir().expect("a folder");
        let path = dir.path().join("c.toml");
        std::fs::write(&path, "data-dri = \"/x\"\n").expect("written");
        let error = read_file(&path).expect_err("a typo").to_string();
        assert!(error.contains("data-dri") && error.contains("data-dir"), "{error}");
    }

    #[test]
    fn every_setting_is_explained_and_has_three_ways_in() {
        let cli = Cli::command();
        let serve = cli.find_subcommand("serve").expect("there is one");
        let mut seen = 0;
        for arg in serve.get_arguments().filter(|arg| arg.get_id() != "config") {
            let name = arg.get_long().expect("a flag");
            let help = arg.get_help().map(ToString::to_string).unwrap_or_default();
            assert!(help.len() > 20 && !help.ends_with('.'), "--{name} is not explained: {help}");
            assert!(
                ["[default", "Needed", "Makes demo", "Key of"].iter().any(|word| help.contains(word)),
                "--{name}: {help}"
            );
            let variable = format!("COBROWSE_{}", name.replace('-', "_").to_uppercase());
            assert_eq!(arg.get_env().and_then(|env| env.to_str()), Some(variable.as_str()));
            let error = toml::from_str::<Settings>(&format!("{name} = {{}}\n")).expect_err("a wrong kind").to_string();
            assert!(!error.contains("unknown field"), "{name} is no key of the file: {error}");
            seen += 1;
        }
        assert_eq!(seen, 35);
    }

    #[test]
    fn flags_win_over_the_file() {
        let flag = Settings { warm_pods: Some(3), ..Settings::default() };
        let file = Settings { warm_pods: Some(1), max_pods: Some(4), ..Settings::default() };
        let merged = merge(flag, file);
        assert_eq!((merged.warm_pods, merged.max_pods), (Some(3), Some(4)));
    }
}
