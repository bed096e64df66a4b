//! Started by another program of the same machine, which holds both ends of this one's life: certificates and keys come by standard
//! input, so that they are in no file, where pods dial goes to standard output, and the end of the input is the end, however
//! that program ended.

use crate::material::{Error, Material};
use std::io::{self, BufRead, Read, Write};
use std::net::SocketAddr;
use tokio_util::sync::CancellationToken;

/// Bytes of all that is read: certificates and keys are a few thousand.
const INPUT_MAX: u64 = 1 << 20;

/// Reads four PEM texts: certificates, key, pods' authorities, public keys of grants. An empty line ends each.
pub fn material(input: &mut impl BufRead) -> Result<Material, Error> {
    let mut input = input.take(INPUT_MAX);
    let [certificates, key, authorities, grant_keys] =
        [text(&mut input)?, text(&mut input)?, text(&mut input)?, text(&mut input)?];
    Material::new(&certificates, &key, &authorities, &grant_keys)
}

fn text(input: &mut impl BufRead) -> Result<String, Error> {
    let mut text = String::new();
    loop {
        let before = text.len();
        match input.read_line(&mut text) {
            Ok(0) => return Err(Error::Input(io::ErrorKind::UnexpectedEof.into())),
            Ok(_) if text[before..].trim_end().is_empty() => return Ok(text),
            Ok(_) => {}
            Err(error) => return Err(Error::Input(error)),
        }
    }
}

/// Says where pods dial.
pub fn say(address: SocketAddr) -> io::Result<()> {
    let mut out = io::stdout().lock();
    writeln!(out, "{{\"address\":\"{address}\"}}")?;
    out.flush()
}

/// Cancels `over` when the input ends. What else comes means nothing.
pub fn watch(mut input: impl Read + Send + 'static, over: CancellationToken) -> io::Result<()> {
    let read = move || {
        // An error is an end too.
        let _ = io::copy(&mut input, &mut io::sink());
        over.cancel();
    };
    std::thread::Builder::new().name("input".into()).spawn(read).map(drop)
}

#[cfg(test)]
mod tests {
    use super::*;
    use cobrowse_identity::authority::Authority;
    use cobrowse_identity::grant::GrantKey;
    use std::time::{Duration, SystemTime};

    fn texts() -> [String; 4] {
        let authority = Authority::generate(SystemTime::now()).expect("an authority");
        let issued = authority.issue_gateway(SystemTime::now(), Duration::from_secs(60));
        let (certificate, key) = issued.expect("a certificate");
        let grants = GrantKey::generate().expect("a key").public_pem();
        [certificate, key.to_string(), authority.to_pem().0, grants]
    }

    #[test]
    fn four_texts_are_read_and_nothing_less() {
        let texts = texts().map(|text| format!("{}\n\n", text.trim_end()));
        assert!(material(&mut texts.concat().as_bytes()).is_ok());
        for cut in 0..4 {
            let short = texts[..cut].concat();
            assert!(matches!(material(&mut short.as_bytes()), Err(Error::Input(_))), "{cut}");
        }
        let turned = [texts[1].as_str(), &texts[0], &texts[2], &texts[3]].concat();
        assert!(matches!(material(&mut turned.as_bytes()), Err(Error::Tls(_))));
        let endless = "x".repeat(2 << 20);
        assert!(matches!(material(&mut endless.as_bytes()), Err(Error::Input(_))));
    }

    #[tokio::test]
    async fn the_end_of_the_input_is_told() {
        let (reader, writer) = std::io::pipe().expect("a pipe");
        let over = CancellationToken::new();
        watch(reader, over.clone()).expect("a thread");
        assert!(!over.is_cancelled());
        drop(writer);
        over.cancelled().await;
    }
}
